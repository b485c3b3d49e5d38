import { expect, it } from "vitest";
import { RedundancyRule } from "./redundancy";

const STEP_MS = 500;

/** Twenty-five packets each half second; `loss` is the share lost. */
function link() {
  const rule = new RedundancyRule();
  let atMs = 0;
  let packetsSent = 0;
  let packetsLost = 0;
  const run = (seconds: number, loss: number) => {
    for (const end = atMs + seconds * 1_000; atMs < end; atMs += STEP_MS) {
      packetsSent += 25;
      packetsLost += 25 * loss;
      rule.sample(atMs, { packetsSent, packetsLost });
    }
    return rule.isOn;
  };
  const reconnect = () => {
    packetsSent = 0;
    packetsLost = 0;
  };
  return { run, reconnect };
}

it("sends sound once over a good link, and twice over a lossy one", () => {
  const { run } = link();
  expect(run(20, 0.02)).toBe(false);
  expect(run(6, 0.06)).toBe(true);
});

it("stays redundant through a better time, and ends after half a minute of it", () => {
  const { run } = link();
  run(6, 0.1);
  expect(run(20, 0)).toBe(true);
  expect(run(20, 0.02)).toBe(true);
  expect(run(45, 0)).toBe(false);
});

it("draws no conclusion from silence or from a new connection", () => {
  const { run, reconnect } = link();
  expect(run(1, 0.5)).toBe(false);
  reconnect();
  expect(run(5, 0)).toBe(false);
});
