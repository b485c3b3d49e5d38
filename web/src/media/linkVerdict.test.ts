import { describe, expect, it } from "vitest";
import { gradeOf, onlyBy } from "./linkVerdict";

describe("the verdict on a link", () => {
  it("is as good as its worst figure", () => {
    const good = { rttMs: 40, loss: 0, rateBps: 400_000 };
    expect(gradeOf(good)).toBe("good");
    expect(gradeOf({ ...good, loss: 0.03 })).toBe("fair");
    expect(gradeOf({ ...good, rttMs: 700 })).toBe("poor");
    expect(gradeOf({ ...good, rateBps: 60_000 })).toBe("poor");
    expect(gradeOf({ rttMs: null, loss: null, rateBps: null })).toBe("good");
  });

  it("leaves the candidates of one protocol", () => {
    const udp = "a=candidate:1 1 udp 2130706431 10.0.0.1 8190 typ host";
    const tcp = "a=candidate:2 1 tcp 1518280447 10.0.0.1 8190 typ host tcptype passive";
    const sdp = ["v=0", udp, tcp, "a=mid:0", ""].join("\r\n");
    expect(onlyBy("tcp", sdp)).toBe(["v=0", tcp, "a=mid:0", ""].join("\r\n"));
  });
});
