import { describe, expect, it } from "vitest";
import { announceSound, takeStereo } from "./opus";

const section = (mid: string, fmtp: string) =>
  [
    "m=audio 9 UDP/TLS/RTP/SAVPF 111 63",
    `a=mid:${mid}`,
    "a=rtpmap:111 opus/48000/2",
    ...(fmtp ? [`a=fmtp:111 ${fmtp}`] : []),
    "a=rtpmap:63 red/48000/2",
    "a=fmtp:63 111/111",
    "",
  ].join("\r\n");
const HEAD = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\n";
const VIDEO = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=rtpmap:96 VP8/90000\r\n";
const OFFER = HEAD + section("0", "minptime=10;useinbandfec=1") + VIDEO;

describe("what an offer says of the microphone", () => {
  it("is nothing for speech", () => {
    expect(announceSound(OFFER, "0", "voice")).toBe(OFFER);
  });

  it("is no DTX for music, and both channels where there are two", () => {
    expect(announceSound(OFFER, "0", "music")).toBe(
      OFFER.replace("useinbandfec=1", "useinbandfec=1;usedtx=0"),
    );
    expect(announceSound(OFFER, "0", "stereo")).toBe(
      OFFER.replace("useinbandfec=1", "useinbandfec=1;stereo=1;sprop-stereo=1;usedtx=0"),
    );
  });

  it("takes the place of what stood there, and makes a line where there is none", () => {
    const firefox = HEAD + section("0", "stereo=1;usedtx=1");
    expect(announceSound(firefox, "0", "music")).toContain("a=fmtp:111 stereo=1;usedtx=0\r\n");
    const bare = HEAD + section("0", "");
    expect(announceSound(bare, "0", "music")).toContain(
      "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 usedtx=0\r\na=rtpmap:63",
    );
  });

  it("leaves other sections as they are", () => {
    expect(announceSound(OFFER, "1", "stereo")).toBe(OFFER);
    expect(announceSound(OFFER, "9", "stereo")).toBe(OFFER);
  });
});

describe("what an answer takes", () => {
  it("is both channels of the lead, and one of everybody else", () => {
    const answer =
      HEAD + section("lead.0.a", "minptime=10") + section("classrooms.0.a", "minptime=10");
    expect(takeStereo(answer)).toBe(
      HEAD + section("lead.0.a", "minptime=10;stereo=1") + section("classrooms.0.a", "minptime=10"),
    );
  });
});
