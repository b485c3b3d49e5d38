import { ApiError, refusal } from "./client";

const PATIENCE_MS = 8_000;
const NOW_HEADER = "X-Tongtang-Now";

/** What a request for something that may not have changed is sent with. */
export type TaggedRequest = {
  headers: Record<string, string>;
  signal: AbortSignal;
};

export interface TaggedAnswer<Value> {
  /** Null: the one that `tag` names still holds. */
  value: Value | null;
  tag: string | null;
  /** The server's clock, ms since 1970 UTC. */
  nowMs: number;
}

interface Answer<Value> {
  data?: Value;
  error?: unknown;
  response: Response;
}

/** Ask for something, if it is another than the one of `tag`. ApiError, `unreachable` without an answer. */
export async function readTagged<Value>(
  ask: (request: TaggedRequest) => Promise<Answer<Value>>,
  tag: string | null,
): Promise<TaggedAnswer<Value>> {
  const askedAt = performance.now();
  const { data, error, response } = await ask({
    headers: tag === null ? {} : { "If-None-Match": tag },
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch(() => {
    throw new ApiError("unreachable", "The server did not answer.", 0);
  });
  if (!response.ok && response.status !== 304) throw refusal(error, response.status);
  return {
    value: data ?? null,
    tag: response.headers.get("ETag"),
    nowMs: Number(response.headers.get(NOW_HEADER)) + (performance.now() - askedAt) / 2,
  };
}
