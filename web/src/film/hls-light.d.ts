/** The same library without subtitles, other languages and copy protection, which a film does not have. */
declare module "hls.js/light" {
  export { default } from "hls.js";
}
