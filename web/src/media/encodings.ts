/** The rids of a camera's simulcast, low to high (RFC 8851). */
export const RIDS = ["l", "m", "h"] as const;

/** The low encoding is for thumbnails and for lines of 150 kbit/s: small, its bitrate small for good. */
const LOW_BPS = 100_000;
const LOW_HEIGHT = 180;
/** While it is alone: Chromium gives every encoding the frame rate of the slowest, and who sees a larger one loses by it. */
const LOW_FRAMERATE = 15;
/** Share of what the low one leaves, while the high one is sent as well. */
const MIDDLE_SHARE = 0.3;
/** VP8 in three temporal layers: a viewer's frames can be thinned out to a half or a quarter. */
const SCALABILITY_MODE = "L1T3";

/** What one encoding is to be; the words of RTCRtpEncodingParameters. */
export interface EncodingPlan {
  active: boolean;
  maxBitrate: number;
  scaleResolutionDownBy: number;
  maxFramerate?: number;
}

export interface EncodingNeeds {
  /** For all encodings of the source together. */
  capBps: number;
  /** The shorter side of the captured picture; 0: not known yet. */
  height: number;
  /** By encoding, as the server said; empty: it has not said anything. */
  wanted: readonly boolean[];
}

/** The plan for a source with `count` encodings, low to high; one encoding takes the whole picture and the whole cap. */
export function planEncodings(count: number, needs: EncodingNeeds): EncodingPlan[] {
  const scales = count === RIDS.length ? scalesFor(needs.height) : new Array(count).fill(1);
  const isActive = scales.map((scale, i) => scale !== null && (needs.wanted[i] ?? true));
  const isLowAll = scales[0] === 1;
  const isLowAlone = isActive.every((active, i) => active === (i === 0));
  const bitrates = count === RIDS.length ? split(needs.capBps, isActive, isLowAll) : [needs.capBps];
  return scales.map((scale, i) => ({
    active: isActive[i] ?? true,
    maxBitrate: bitrates[i] ?? needs.capBps,
    scaleResolutionDownBy: scale ?? 1,
    ...(i === 0 && isLowAlone && !isLowAll ? { maxFramerate: LOW_FRAMERATE } : {}),
  }));
}

/**
 * Powers of two, so that all encodings keep the shape of the picture; null: not sent. A small picture has its whole
 * size in a lower encoding: Chromium sends two of less than 960x540 and one of less than 480x270, and drops the rest.
 */
function scalesFor(height: number): (number | null)[] {
  const steps = Math.floor(Math.log2((height || 720) / LOW_HEIGHT));
  if (steps >= 2) return [4, 2, 1];
  return steps === 1 ? [2, 1, null] : [1, null, null];
}

/** The highest encoding that is sent gets what the others leave. */
function split(capBps: number, isActive: readonly boolean[], isLowAll: boolean): number[] {
  if (isLowAll) return [capBps, 0, 0];
  const low = Math.min(LOW_BPS, isActive[1] || isActive[2] ? capBps / 2 : capBps);
  const rest = Math.max(0, capBps - (isActive[0] ? low : 0));
  const middle = isActive[2] ? rest * MIDDLE_SHARE : rest;
  const high = rest - (isActive[1] ? middle : 0);
  return [low, middle, high].map((bps) => Math.round(bps));
}

/** Encodings for `addTransceiver`; a browser that cannot do this throws there, and gets the plain ones. */
export function initialEncodings(
  isSimulcast: boolean,
  needs: EncodingNeeds,
): RTCRtpEncodingParameters[] {
  const plans = planEncodings(isSimulcast ? RIDS.length : 1, needs);
  if (!isSimulcast) return plans.map(({ maxBitrate }) => ({ maxBitrate }));
  return plans.map((plan, i) => ({
    rid: RIDS[i] ?? "",
    ...plan,
    scalabilityMode: SCALABILITY_MODE,
  }));
}

/** Change `encodings` in place to the plan; whether there was anything to change. */
export function applyPlan(
  encodings: RTCRtpEncodingParameters[],
  plans: readonly EncodingPlan[],
): boolean {
  let isChanged = false;
  encodings.forEach((encoding, i) => {
    const plan = plans[i];
    if (!plan) return;
    const target = encodings.length === 1 ? withoutDefaults(plan, encoding) : plan;
    for (const [key, value] of Object.entries(target)) {
      if (encoding[key as keyof EncodingPlan] === value) continue;
      Object.assign(encoding, { [key]: value });
      isChanged = true;
    }
    if (!("maxFramerate" in plan) && encoding.maxFramerate !== undefined) {
      delete encoding.maxFramerate;
      isChanged = true;
    }
  });
  return isChanged;
}

/** A plain encoding that never was scaled needs no word about it. */
function withoutDefaults(
  plan: EncodingPlan,
  encoding: RTCRtpEncodingParameters,
): Partial<EncodingPlan> {
  const { scaleResolutionDownBy, ...rest } = plan;
  return (encoding.scaleResolutionDownBy ?? 1) === scaleResolutionDownBy ? rest : plan;
}
