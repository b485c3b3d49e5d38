import { describe, expect, it } from "vitest";
import { CpuGuard } from "./cpuGuard";

const STEP_MS = 500;

/** A PC over time: feeds the guard twice a second; the seconds at which it changed its mind. */
class Pc {
  readonly guard = new CpuGuard();
  readonly changes: number[] = [];
  #atMs = 0;
  #limitedS = 0;
  #encodeS = 0;

  /** Shares of the time that the CPU limits the picture, and that encoders work. */
  runs(seconds: number, shares: { limited?: number; busy?: number }): this {
    for (let i = 0; i < (seconds * 1000) / STEP_MS; i += 1) {
      this.#atMs += STEP_MS;
      this.#limitedS += ((shares.limited ?? 0) * STEP_MS) / 1000;
      this.#encodeS += ((shares.busy ?? 0) * STEP_MS) / 1000;
      const figures = { cpuLimitedS: this.#limitedS, encodeS: this.#encodeS };
      if (this.guard.sample(this.#atMs, figures)) this.changes.push(this.#atMs / 1000);
    }
    return this;
  }

  reconnects(): this {
    this.#limitedS = 0;
    this.#encodeS = 0;
    return this;
  }
}

describe("a PC that encodes pictures", () => {
  it("is left alone while it keeps up, and through a short stutter", () => {
    const pc = new Pc()
      .runs(60, { busy: 0.6 })
      .runs(3, { limited: 1, busy: 1 })
      .runs(60, { busy: 0.6 });
    expect(pc.changes).toEqual([]);
  });

  it.each([{ limited: 1, busy: 0.4 }, { busy: 0.95 }])(
    "is slow within seconds with %o",
    (shares) => {
      const pc = new Pc().runs(30, { busy: 0.3 }).runs(10, shares);
      expect(pc.guard.isSlow).toBe(true);
      expect(pc.changes[0]).toBeLessThanOrEqual(38);
    },
  );

  it("tries the large picture after a minute of calm", () => {
    const pc = new Pc().runs(10, { limited: 1 }).runs(120, { busy: 0.1 });
    expect(pc.guard.isSlow).toBe(false);
    const [slowAt = 0, triedAt = 0] = pc.changes;
    expect(triedAt - slowAt).toBeGreaterThanOrEqual(60);
    expect(triedAt - slowAt).toBeLessThanOrEqual(70);
  });

  it("waits twice as long each time that was too early, and ten minutes at most", () => {
    const pc = new Pc();
    const waits: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      pc.runs(8, { limited: 1 });
      const slowAt = pc.changes.at(-1) ?? 0;
      while (pc.guard.isSlow) pc.runs(1, { busy: 0.1 });
      waits.push(Math.round(((pc.changes.at(-1) ?? 0) - slowAt) / 60));
    }
    expect(waits).toEqual([1, 2, 4, 8, 10, 10]);
  });

  it("does not take a new connection for calm or for work", () => {
    const pc = new Pc().runs(30, { busy: 0.5 }).reconnects().runs(30, { busy: 0.5 });
    expect(pc.changes).toEqual([]);
  });
});
