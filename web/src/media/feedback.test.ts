/// <reference types="node" />
import { describe, expect, it } from "vitest";
import { FeedbackDetector, STEP_MS } from "./feedback";

const ROOM_DBFS = -52;

/** Seeded numbers in [0, 1): mulberry32. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const db = (power: number) => 10 * Math.log10(power + 1e-9);
const power = (dbfs: number) => 10 ** (dbfs / 10);

/** The level of a talker: phrases of 1 to 4 s, syllables of 150 to 300 ms, pauses of 0.3 to 2 s; dBFS every step. */
function speech(seconds: number, seed: number, pauseS = 2): number[] {
  const chance = random(seed);
  const levels: number[] = [];
  const steps = (seconds * 1000) / STEP_MS;
  while (levels.length < steps) {
    const phraseEnd = levels.length + (1 + 3 * chance()) * 20;
    while (levels.length < phraseEnd) {
      const loud = -32 + 14 * chance();
      for (const share of [-8, 0, -2, -14].slice(0, 3 + Math.round(chance()))) {
        levels.push(loud + share + 2 * chance());
      }
    }
    const pauseEnd = levels.length + (0.3 + pauseS * chance()) * 20;
    while (levels.length < pauseEnd) levels.push(-58 + 4 * chance());
  }
  return levels.slice(0, steps);
}

interface Echo {
  delayMs: number;
  gainDb: number;
}

/** Reverberation of a bare classroom: 60 dB in 0.7 s. */
const DECAY = power((-60 / 700) * STEP_MS);

/** What a room sends: its noise, what its people say, and the lead's voice later, fainter and reverberant. */
function room(lead: number[], own: number[], echo: Echo | null, seed: number): number[] {
  const chance = random(seed);
  let tail = 0;
  return lead.map((_, i) => {
    const back = echo ? (lead[i - Math.round(echo.delayMs / STEP_MS)] ?? -90) + echo.gainDb : -90;
    tail = Math.max(power(back + 3 * chance()), tail * DECAY);
    return db(power(ROOM_DBFS + 3 * chance()) + power(own[i] ?? -90) + tail);
  });
}

/** Ten pupils who sing what they hear: each with its own reaction, 200 to 600 ms, and early or late at each syllable. */
function chorus(lead: number[], seed: number): number[] {
  const chance = random(seed + 7);
  const sum = lead.map(() => 0);
  for (let pupil = 0; pupil < 10; pupil += 1) {
    const reaction = 4 + Math.round(8 * chance());
    let off = 0;
    for (const i of lead.keys()) {
      if (i % 5 === 0) off = Math.round(4 * chance()) - 2;
      sum[i] = (sum[i] ?? 0) + power((lead[i - reaction - off] ?? -90) - 6) / 10;
    }
  }
  return sum.map(db);
}

/** How long until the hint, in seconds; null: none came. */
function hintAfterS(lead: number[], heard: number[]): number | null {
  const detector = new FeedbackDetector();
  for (const [i, sent] of lead.entries()) {
    detector.add(sent, heard[i] ?? -60);
    if (detector.isFeedback) return (i * STEP_MS) / 1000;
  }
  return null;
}

const print = (line: string) => process.stdout.write(`measured: ${line}\n`);
const MINUTES = Number(process.env.TONGTANG_FEEDBACK_MINUTES ?? 60);

describe("a hint that a room feeds the lead's voice back", () => {
  it("does not come where people answer or repeat", () => {
    const alarms = { answering: 0, listening: 0, repeating: 0, together: 0 };
    for (let seed = 1; seed <= MINUTES; seed += 1) {
      const lead = speech(60, seed);
      // After the lead has said it, two and a half seconds later.
      const repeat = lead.map((_, i) => lead[i - 50] ?? -90);
      const rooms = {
        answering: speech(60, seed + 1_000),
        listening: [],
        repeating: repeat,
        together: chorus(lead, seed),
      };
      for (const [name, own] of Object.entries(rooms)) {
        const isHinted = hintAfterS(lead, room(lead, own, null, seed)) !== null;
        if (isHinted) alarms[name as keyof typeof alarms] += 1;
      }
    }
    print(`false alarms in ${MINUTES} one-minute lessons: ${JSON.stringify(alarms)}`);
    // Who speaks or sings together with what they hear is a loudspeaker to this ear.
    expect(alarms).toMatchObject({ answering: 0, listening: 0, repeating: 0 });
  });

  it("comes soon where a room feeds back", () => {
    const waits: number[] = [];
    for (let seed = 1; seed <= MINUTES; seed += 1) {
      const lead = speech(60, seed);
      const echo = { delayMs: 150 + ((seed * 21) % 1_200), gainDb: -(seed % 13) };
      // Somebody in the room says a word now and then.
      const own = speech(60, seed + 2_000, 30);
      waits.push(hintAfterS(lead, room(lead, own, echo, seed)) ?? Number.POSITIVE_INFINITY);
    }
    waits.sort((a, b) => a - b);
    const half = waits[Math.floor(waits.length / 2)];
    print(
      `of ${MINUTES} rooms that feed back half after ${half} s, the last after ${waits.at(-1)} s`,
    );
    expect(waits.filter((wait) => wait > 30).length).toBeLessThanOrEqual(MINUTES / 10);
  });

  it("goes away when the loudspeaker is turned down, and says nothing while the lead is silent", () => {
    const lead = speech(90, 3);
    const detector = new FeedbackDetector();
    const loud = room(lead, [], { delayMs: 400, gainDb: -3 }, 1);
    const turnedDown = room(lead, [], null, 1);
    const seen = lead.map((sent, i) => {
      detector.add(sent, (i < 600 ? loud : turnedDown)[i] ?? -60);
      return detector.isFeedback;
    });
    expect(seen.slice(500, 600)).not.toContain(false);
    expect(seen.at(-1)).toBe(false);
    const quiet = new FeedbackDetector();
    for (let i = 0; i < 1_000; i += 1) quiet.add(-58, i % 40 < 20 ? -20 : -50);
    expect(quiet.isFeedback).toBe(false);
  });
});
