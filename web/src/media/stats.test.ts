import { expect, it } from "vitest";
import { levelOf } from "./levelMeter";
import { LossWindow } from "./stats";

const figures = (packetsReceived: number, packetsLost: number) => ({
  receivedBytes: 0,
  packetsReceived,
  packetsLost,
  sound: { packetsSent: 0, packetsLost: 0 },
});

it("calls a link weak when a tenth of the last seconds is lost, and well again afterwards", () => {
  const loss = new LossWindow();
  expect(loss.isWeak(0, figures(0, 0))).toBe(false);
  expect(loss.isWeak(1_000, figures(200, 0))).toBe(false);
  expect(loss.isWeak(2_000, figures(380, 60))).toBe(true);
  expect(loss.isWeak(9_000, figures(2_000, 60))).toBe(false);
  expect(loss.isWeak(10_000, figures(2_400, 60))).toBe(false);
});

it("draws no conclusion from a handful of packets", () => {
  const loss = new LossWindow();
  loss.isWeak(0, figures(0, 0));
  expect(loss.isWeak(1_000, figures(10, 10))).toBe(false);
});

it("shows silence as an empty meter and a clear voice as a full one", () => {
  expect(levelOf(new Float32Array(1024))).toBe(0);
  expect(levelOf(new Float32Array(1024).fill(0.5))).toBe(1);
  expect(levelOf(new Float32Array(1024).fill(0.01))).toBeCloseTo(0.417, 2);
});
