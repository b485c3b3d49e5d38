import { describe, expect, it } from "vitest";
import { microphoneConstraints, soundOf } from "./soundProfile";

describe("what the browser does to a microphone", () => {
  it("is everything for speech, wherever it stands", () => {
    for (const isLead of [true, false]) {
      for (const hasHeadphones of [true, false]) {
        expect(microphoneConstraints({ preset: "voice", isLead, hasHeadphones })).toEqual({
          echoCancellation: true,
          noiseSuppression: true,
          autoGainControl: true,
        });
      }
    }
  });

  it.each([
    [true, true, false, 2],
    [true, false, true, 1],
    [false, false, true, 1],
    [false, true, false, 1],
  ])(
    "for music, lead %s with headphones %s: echo cancellation %s, %i channels",
    (isLead, hasHeadphones, echoCancellation, channels) => {
      expect(microphoneConstraints({ preset: "music", isLead, hasHeadphones })).toEqual({
        echoCancellation,
        noiseSuppression: false,
        autoGainControl: false,
        channelCount: { ideal: channels },
      });
    },
  );

  it("is read off the track", () => {
    const track = (contentHint: string, asked: ConstrainULong, channelCount?: number) =>
      ({
        contentHint,
        getConstraints: () => ({ channelCount: asked }),
        getSettings: () => ({ channelCount }),
      }) as unknown as MediaStreamTrack;
    expect(soundOf(track("speech", 2, 2))).toBe("voice");
    expect(soundOf(track("music", 1, 1))).toBe("music");
    // Browsers give two channels of a device that has them, asked or not.
    expect(soundOf(track("music", 1, 2))).toBe("music");
    expect(soundOf(track("music", 2, 1))).toBe("music");
    expect(soundOf(track("music", 2))).toBe("music");
    expect(soundOf(track("music", 2, 2))).toBe("stereo");
    expect(soundOf(track("music", { ideal: 2 }, 2))).toBe("stereo");
  });
});
