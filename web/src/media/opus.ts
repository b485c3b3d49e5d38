import type { Sound } from "./soundProfile";

/** What a sender says of its sound in an offer, RFC 7587 §6.1; the server answers with bitrate and channels for it. */
const ANNOUNCED: Record<Sound, readonly string[]> = {
  voice: [],
  music: ["usedtx=0"],
  stereo: ["stereo=1", "sprop-stereo=1", "usedtx=0"],
};

/** The offer with what the section `mid` will send. No API for it: browsers leave these parameters to the SDP. */
export function announceSound(offer: string, mid: string, sound: Sound): string {
  return withOpusParameters(offer, (one) => one === mid, ANNOUNCED[sound]);
}

/** The answer with both channels of the lead taken; a browser mixes them down unless it is told. */
export function takeStereo(answer: string): string {
  return withOpusParameters(answer, (mid) => mid.startsWith("lead."), ["stereo=1"]);
}

function withOpusParameters(
  sdp: string,
  isMeant: (mid: string) => boolean,
  parameters: readonly string[],
): string {
  return sdp
    .split(/(?=^m=)/m)
    .map((section) => {
      const mid = /^a=mid:(\S+)/m.exec(section)?.[1];
      const payloadType = /^a=rtpmap:(\d+) opus\/48000/im.exec(section)?.[1];
      if (mid === undefined || payloadType === undefined || !isMeant(mid)) return section;
      return withParameters(section, payloadType, parameters);
    })
    .join("");
}

/** A name that is there already gets the new value. */
function withParameters(
  section: string,
  payloadType: string,
  parameters: readonly string[],
): string {
  const names = new Set(parameters.map(nameOf));
  const line = new RegExp(`^a=fmtp:${payloadType} ([^\\r\\n]*)`, "m");
  const found = line.exec(section);
  const before = (found?.[1] ?? "").split(";").filter((one) => one && !names.has(nameOf(one)));
  const all = [...before, ...parameters].join(";");
  if (!all) return section;
  if (found) return section.replace(line, `a=fmtp:${payloadType} ${all}`);
  return section.replace(
    new RegExp(`^(a=rtpmap:${payloadType} [^\\r\\n]*)(\\r?\\n)`, "m"),
    `$1$2a=fmtp:${payloadType} ${all}$2`,
  );
}

const nameOf = (parameter: string) => parameter.split("=")[0]?.trim() ?? "";
