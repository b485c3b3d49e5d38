import { expect, it } from "vitest";
import { formatBytes } from "./format";

it.each([
  [0, "0.0\u00a0MB"],
  [940_000, "0.9\u00a0MB"],
  [123_456_789, "123\u00a0MB"],
  [999_700_000, "1.00\u00a0GB"],
  [2_345_000_000, "2.35\u00a0GB"],
])("writes %d bytes as %s", (bytes, written) => {
  expect(formatBytes(bytes)).toBe(written);
});
