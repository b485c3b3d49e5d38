import decodeQR from "qr/decode.js";
import { expect, it } from "vitest";
import { qrPath } from "./qrPath";

const SCALE = 4;

/** The path as a camera would see it: dark runs on a light ground, `SCALE` pixels a module, RGB. */
function photograph({ path, size }: ReturnType<typeof qrPath>) {
  const side = size * SCALE;
  const data = new Uint8Array(side * side * 3).fill(255);
  for (const [, x, y, length] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    for (let row = Number(y) * SCALE; row < (Number(y) + 1) * SCALE; row += 1) {
      const start = row * side + Number(x) * SCALE;
      data.fill(0, start * 3, (start + Number(length) * SCALE) * 3);
    }
  }
  return { width: side, height: side, data };
}

it.each([
  "http://localhost:8080/c/12345678",
  "https://[2001:db8::1]:8443/c/00000000",
  `https://tongtang.example.org/${"x".repeat(300)}`,
])("draws %s so that a camera reads it", (text) => {
  expect(decodeQR(photograph(qrPath(text)))).toBe(text);
});

it("leaves a quiet zone of four modules", () => {
  const { path, size } = qrPath("https://tongtang.example.org/c/12345678");
  for (const [, x, y, length] of path.matchAll(/M(\d+) (\d+)h(\d+)/g)) {
    expect(Number(x)).toBeGreaterThanOrEqual(4);
    expect(Number(y)).toBeGreaterThanOrEqual(4);
    expect(Number(x) + Number(length)).toBeLessThanOrEqual(size - 4);
  }
});
