import { afterEach, describe, expect, it, vi } from "vitest";
import type { RequestBody } from "../signaling/client";
import { ScreenMonitor } from "./screenMonitor";

/** What a window paints, as far as the monitor looks. */
function wallOf(picture: { frames: number; isThere?: boolean; isHidden?: boolean }): HTMLElement {
  const video = {
    get srcObject() {
      return picture.isThere === false ? null : {};
    },
    readyState: 4,
    getVideoPlaybackQuality: () => ({ totalVideoFrames: picture.frames }),
  };
  return {
    querySelector: (what: string) => (what === "video" ? video : null),
    ownerDocument: {
      get hidden() {
        return picture.isHidden ?? false;
      },
    },
  } as unknown as HTMLElement;
}

function monitored() {
  vi.useFakeTimers();
  vi.stubGlobal("HTMLMediaElement", { HAVE_CURRENT_DATA: 2 });
  const sent: RequestBody[] = [];
  const sound = { playing: true, energy: 0 };
  const monitor = new ScreenMonitor(
    { isPlaying: () => sound.playing, energy: () => sound.energy },
    async (report) => {
      sent.push(report);
    },
    () => Date.now(),
  );
  return { monitor, sent, sound };
}

describe("the confidence monitor of a classroom", () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("says for how long the picture has stood still, every three seconds", () => {
    const { monitor, sent } = monitored();
    const picture = { frames: 1 };
    monitor.watch("page", wallOf(picture));
    const moving = setInterval(() => {
      picture.frames += 1;
    }, 100);
    vi.advanceTimersByTime(3_500);
    expect(sent.at(-1)).toMatchObject({ wall: "page", picture_age_ms: 0, is_hidden: false });
    clearInterval(moving);
    vi.advanceTimersByTime(12_000);
    const last = sent.at(-1);
    const age = last?.type === "screen.report" ? last.picture_age_ms : null;
    expect(age).toBeGreaterThan(8_000);
    expect(sent).toHaveLength(5);
  });

  it("tells of the projector window while there is one, and of the page after it", () => {
    const { monitor, sent } = monitored();
    monitor.watch("page", wallOf({ frames: 1 }));
    const close = monitor.watch("projector", wallOf({ frames: 1, isThere: false, isHidden: true }));
    vi.advanceTimersByTime(3_000);
    const wanted = { wall: "projector", is_hidden: true, picture_age_ms: null };
    expect(sent.at(-1)).toMatchObject(wanted);
    close();
    vi.advanceTimersByTime(3_000);
    expect(sent.at(-1)).toMatchObject({ wall: "page", is_hidden: false });
  });

  it("tells sound that is heard from silence and from sound that does not play", () => {
    const { monitor, sent, sound } = monitored();
    monitor.watch("page", wallOf({ frames: 1 }));
    const said = () => {
      const last = sent.at(-1);
      return last?.type === "screen.report" ? last.sound : undefined;
    };
    sound.energy = 0.01;
    vi.advanceTimersByTime(3_000);
    expect(said()).toBe("heard");
    vi.advanceTimersByTime(15_000);
    expect(said()).toBe("silent");
    sound.playing = false;
    vi.advanceTimersByTime(3_000);
    expect(said()).toBe("blocked");
  });
});
