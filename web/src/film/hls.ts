const MIME = "application/vnd.apple.mpegurl";

/**
 * Let a video element play a playlist; returns how to let it go.
 *
 * The library is loaded where the browser has Media Source Extensions, as all but iPhones do; there the element itself
 * understands HLS.
 */
export async function attachHls(
  video: HTMLVideoElement,
  url: string,
  onFailed: () => void,
): Promise<() => void> {
  if (!("MediaSource" in window)) {
    if (!video.canPlayType(MIME)) onFailed();
    video.src = url;
    return () => video.removeAttribute("src");
  }
  const { default: Hls } = await import("hls.js/light");
  // A worker would only take apart what is in the right shape already.
  const hls = new Hls({ enableWorker: false });
  hls.on(Hls.Events.ERROR, (_event, error) => {
    if (!error.fatal) return;
    if (error.type === Hls.ErrorTypes.MEDIA_ERROR) hls.recoverMediaError();
    else onFailed();
  });
  hls.loadSource(url);
  hls.attachMedia(video);
  return () => hls.destroy();
}
