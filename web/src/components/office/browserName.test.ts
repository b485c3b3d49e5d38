import { expect, it } from "vitest";
import { browserName } from "./browserName";

const CHROME =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.0.0";

it.each([
  [`${CHROME} Safari/537.36`, "Chrome 109 · Windows"],
  [`${CHROME} Safari/537.36 Edg/109.0.1518.78`, "Edge 109 · Windows"],
  ["Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox 128 · Linux"],
  ["curl/8.5.0", null],
  ["", null],
])("names %s", (userAgent, name) => {
  expect(browserName(userAgent)).toBe(name);
});
