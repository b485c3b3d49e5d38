import { describe, expect, it } from "vitest";
import type { Chapter, RecordingTrack } from "../api/types";
import { isEssential, tracksToLoad, type View } from "./selection";

const usual = { is_sing_along: false, spotlight: null };
const ORIGIN = "https://school.example";

function track(
  who: string,
  source: RecordingTrack["source"],
  change: Partial<RecordingTrack> = {},
): RecordingTrack {
  return {
    track_id: `${who}/${source}`,
    participant_id: who,
    name: who,
    school: "",
    role: who.startsWith("seat") ? "classroom" : who,
    source,
    kind: source === "microphone" ? "audio" : "video",
    codec: "",
    starts_ms: 0,
    duration_ms: 60_000,
    width: 0,
    height: 0,
    url: `/media/${who}/${source}`,
    mime: "",
    ...change,
  };
}

const chapter = (at_ms: number, kind: Chapter["kind"]): Chapter => ({
  at_ms,
  kind,
  participant_id: null,
  name: null,
});

const lesson = {
  tracks: [
    track("seat_1", "camera"),
    track("seat_1", "microphone"),
    track("seat_2", "camera"),
    track("seat_2", "microphone"),
    track("lead", "camera"),
    track("lead", "microphone"),
    track("lead", "screen", { starts_ms: 40_000, duration_ms: 10_000 }),
  ],
  stage: [
    { ...usual, at_ms: 0, on_stage: ["lead"] },
    { ...usual, at_ms: 20_000, on_stage: ["lead", "seat_2"] },
    { ...usual, at_ms: 30_000, on_stage: ["lead"] },
  ],
  chapters: [chapter(52_000, "floor_opened"), chapter(58_000, "floor_closed")],
};

const view = (positionMs: number, change: Partial<View> = {}): View => ({
  mode: "all",
  positionMs,
  listening: null,
  ...change,
});
const loaded = (at: View) => tracksToLoad(lesson, at, ORIGIN).map((one) => one.track_id);

describe("the tracks that are loaded", () => {
  it("are all pictures, but only the sounds that are heard, the most important first", () => {
    expect(loaded(view(5_000))).toEqual([
      "lead/microphone",
      "lead/camera",
      "seat_1/camera",
      "seat_2/camera",
    ]);
    expect(loaded(view(25_000))).toEqual([
      "lead/microphone",
      "seat_2/microphone",
      "lead/camera",
      "seat_2/camera",
      "seat_1/camera",
    ]);
  });

  it("come a few seconds before they are needed", () => {
    expect(loaded(view(17_000))).toContain("seat_2/microphone");
    expect(loaded(view(37_000))).toContain("lead/screen");
    expect(loaded(view(35_000))).not.toContain("lead/screen");
  });

  it("are the sound and the lead's picture to save data; a shared screen instead of the face", () => {
    const saving = (at: number) => loaded(view(at, { mode: "saving" }));
    expect(saving(25_000)).toEqual(["lead/microphone", "seat_2/microphone", "lead/camera"]);
    expect(saving(45_000)).toEqual(["lead/microphone", "lead/screen"]);
  });

  it("are no pictures at all for the sound alone", () => {
    expect(loaded(view(25_000, { mode: "sound" }))).toEqual([
      "lead/microphone",
      "seat_2/microphone",
    ]);
    expect(loaded(view(54_000, { mode: "sound" }))).toHaveLength(3);
  });

  it("have the sound that somebody listens in on", () => {
    expect(loaded(view(5_000, { listening: "seat_1" }))).toContain("seat_1/microphone");
  });

  it("are no more than another host has connections for", () => {
    const elsewhere = lesson.tracks.map((one) => ({ ...one, url: `https://s3.example${one.url}` }));
    const many = { ...lesson, tracks: [...elsewhere, track("seat_3", "camera")] };
    const found = tracksToLoad(many, view(45_000, { listening: "seat_1" }), ORIGIN);
    expect(found.map((one) => one.track_id)).toEqual([
      "lead/microphone",
      "seat_1/microphone",
      "lead/screen",
      "lead/camera",
      "seat_1/camera",
      "seat_2/camera",
      "seat_3/camera",
    ]);
    const fourth = track("seat_4", "camera", { url: "https://s3.example/seat_4" });
    const more = { ...many, tracks: [...many.tracks, fourth] };
    expect(tracksToLoad(more, view(45_000, { listening: "seat_1" }), ORIGIN)).toEqual(found);
  });
});

it("the lesson waits for its sounds and its lead, not for pictures beside it", () => {
  const essential = (at: View) =>
    lesson.tracks.filter((one) => isEssential(lesson, one, at)).map((one) => one.track_id);
  expect(essential(view(5_000))).toEqual(["lead/camera", "lead/microphone", "lead/screen"]);
  expect(essential(view(25_000))).toContain("seat_2/microphone");
});
