import { describe, expect, it } from "vitest";
import type { ScreenReported, SoundName } from "../generated/signaling";
import { type OwnSound, whyUnheard } from "./unheard";

const NOW = 1_000_000;
const track = {} as MediaStreamTrack;
const own = (change: Partial<OwnSound> = {}): OwnSound => ({
  microphone: { kind: "on", track },
  isMuted: false,
  lastLoudMs: NOW - 500,
  sinceMs: NOW - 60_000,
  ...change,
});
const screen = (sound: SoundName, at_ms = NOW - 2_000): ScreenReported => ({
  type: "screen.reported",
  participant_id: `s_${sound}`,
  at_ms,
  wall: "page",
  is_hidden: false,
  picture_age_ms: 0,
  sound,
});

describe("why nobody hears the lead", () => {
  it("is nothing while a classroom hears, or while nobody can tell", () => {
    expect(whyUnheard(own(), [screen("heard"), screen("blocked")], NOW)).toBeNull();
    expect(whyUnheard(own(), [], NOW)).toBeNull();
    expect(whyUnheard(own(), [screen("silent", NOW - 11_000)], NOW)).toBeNull();
  });

  it("is the closed or muted microphone before anything else", () => {
    expect(whyUnheard(own({ microphone: { kind: "off" } }), [], NOW)).toBe("off");
    expect(whyUnheard(own({ isMuted: true, lastLoudMs: null }), [], NOW)).toBe("muted");
    const problem = { kind: "problem", problem: "denied" } as const;
    expect(whyUnheard(own({ microphone: problem }), [screen("silent")], NOW)).toBeNull();
  });

  it("is a flat level after twenty seconds, counted from the first level that is known", () => {
    expect(whyUnheard(own({ lastLoudMs: NOW - 20_001 }), [], NOW)).toBe("flat");
    expect(whyUnheard(own({ lastLoudMs: NOW - 20_000 }), [], NOW)).toBeNull();
    expect(whyUnheard(own({ lastLoudMs: null, sinceMs: NOW - 5_000 }), [], NOW)).toBeNull();
    expect(whyUnheard(own({ lastLoudMs: null, sinceMs: null }), [], NOW)).toBeNull();
  });

  it("is nowhere when the lead speaks and no classroom that answers hears it", () => {
    expect(whyUnheard(own(), [screen("silent"), screen("blocked")], NOW)).toBe("nowhere");
    expect(whyUnheard(own({ lastLoudMs: NOW - 15_000 }), [screen("silent")], NOW)).toBeNull();
    expect(whyUnheard(own({ sinceMs: NOW - 8_000 }), [screen("silent")], NOW)).toBeNull();
  });
});
