import { describe, expect, it } from "vitest";
import { PathWatch, type Remedy } from "./pathWatch";

const SILENCE_MS = 1_500;

/** Feeds a sample each 500 ms and returns the remedies with their time. */
function run(
  watch: PathWatch,
  samples: readonly {
    bytes: number;
    isConnected?: boolean;
    isExpected?: boolean;
    isSuspected?: boolean;
  }[],
): [number, Remedy][] {
  return samples.flatMap((one, index) => {
    const { bytes, isConnected = true, isExpected = true, isSuspected = false } = one;
    const atMs = index * 500;
    const figures = { atMs, isConnected, isExpected, isSuspected, receivedBytes: bytes };
    const remedy = watch.sample(figures);
    return remedy === "none" ? [] : [[atMs, remedy] as [number, Remedy]];
  });
}

const flowing = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ bytes: 100 * (i + 1) }));
const silent = (count: number, bytes: number) => Array.from({ length: count }, () => ({ bytes }));

describe("the watch over a media path", () => {
  it("asks for nothing while packets arrive", () => {
    expect(run(new PathWatch(SILENCE_MS), flowing(20))).toEqual([]);
  });

  it("restarts ICE after 1.5 s of silence, then makes new peers ever less often", () => {
    const remedies = run(new PathWatch(SILENCE_MS), [...flowing(3), ...silent(40, 300)]);
    expect(remedies.slice(0, 3)).toEqual([
      [2_500, "restart_ice"],
      [4_000, "new_peer"],
      [8_000, "new_peer"],
    ]);
  });

  it("waits half as long where another connection on the same road is broken", () => {
    const quiet = silent(6, 300).map((sample) => ({ ...sample, isSuspected: true }));
    expect(run(new PathWatch(SILENCE_MS), [...flowing(3), ...quiet])[0]).toEqual([
      2_000,
      "restart_ice",
    ]);
  });

  it("does something about a connection that is cut though packets still arrive", () => {
    const cut = flowing(6).map((sample) => ({ bytes: sample.bytes + 300, isConnected: false }));
    expect(run(new PathWatch(SILENCE_MS), [...flowing(3), ...cut])[0]).toEqual([
      2_500,
      "restart_ice",
    ]);
  });

  it("takes silence for normal while nobody sends", () => {
    const quiet = silent(20, 300).map((sample) => ({ ...sample, isExpected: false }));
    expect(run(new PathWatch(SILENCE_MS), [...flowing(3), ...quiet])).toEqual([]);
  });

  it("leaves a connection alone that is still being made", () => {
    const connecting = silent(20, 0).map((sample) => ({ ...sample, isConnected: false }));
    expect(run(new PathWatch(SILENCE_MS), connecting)).toEqual([]);
  });

  it("begins again with the mild remedy once packets flowed", () => {
    const watch = new PathWatch(SILENCE_MS);
    const remedies = run(watch, [
      ...flowing(3),
      ...silent(5, 300),
      { bytes: 400 },
      ...silent(5, 400),
    ]);
    expect(remedies.map(([, remedy]) => remedy)).toEqual(["restart_ice", "restart_ice"]);
  });
});
