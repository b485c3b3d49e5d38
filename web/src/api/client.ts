import createClient from "openapi-fetch";
import type { components, paths } from "../generated/api";

export type Clash = components["schemas"]["ClashBody"];

/** A refusal of the server, or `unreachable` when there was no answer. `code` is stable. */
export class ApiError extends Error {
  override name = "ApiError";

  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
    readonly fields: Record<string, string> = {},
    /** Of the file that was sent, where that is what is wrong. */
    readonly line: number | null = null,
    /** The lesson that is in the way, where one is. */
    readonly clash: Clash | null = null,
  ) {
    super(message);
  }
}

const client = createClient<paths>({
  credentials: "same-origin",
  // A cross-site form cannot set this header: the server asks for it on every change.
  headers: { "X-Requested-With": "tongtang" },
});

interface Answer<Value> {
  data?: Value;
  error?: unknown;
  response: Response;
}

/** The value of an answer; throws `ApiError` for a refusal or when the server cannot be reached. */
async function unwrap<Value>(pending: Promise<Answer<Value>>): Promise<Value> {
  let answer: Answer<Value>;
  try {
    answer = await pending;
  } catch {
    throw new ApiError("unreachable", "The server did not answer.", 0);
  }
  if (!answer.response.ok) throw refusal(answer.error, answer.response.status);
  return answer.data as Value;
}

export function refusal(body: unknown, status: number): ApiError {
  if (typeof body !== "object" || body === null) return new ApiError("failed", "", status);
  const { code, message, errors, line, clash } = body as Record<string, unknown>;
  const fields: Record<string, string> = {};
  if (Array.isArray(errors)) {
    for (const entry of errors as { field?: unknown; message?: unknown }[]) {
      fields[String(entry.field)] = String(entry.message);
    }
  }
  return new ApiError(
    typeof code === "string" ? code : "failed",
    typeof message === "string" ? message : "",
    status,
    fields,
    typeof line === "number" ? line : null,
    typeof clash === "object" ? (clash as Clash | null) : null,
  );
}

export { client, unwrap };
