import { ApiError } from "../api/client";
import type { Deck, Decks } from "../api/types";

/** What the chooser offers; the server looks at the bytes. */
export const ACCEPTED = ".pdf,.jpg,.jpeg,.png,.pptx,.ppt";

/** Why a file need not even be sent: a stable code of the server. */
export function refusalOf(file: File, list: Decks): string | null {
  if (file.size > list.max_bytes) return "body_too_large";
  if (list.decks.length >= list.max_decks) return "too_many_decks";
  if (/\.pptx?$/i.test(file.name) && !list.accepts_pptx) return "pptx_unsupported";
  return null;
}

/** Send a file; `onProgress` hears how much is sent, 0..1. Throws `ApiError`. */
export function uploadDeck(
  lessonId: string,
  file: File,
  onProgress: (share: number) => void,
): Promise<Deck> {
  // fetch cannot tell how much of a body has gone, and on a weak link that is what the teacher wants to know.
  const request = new XMLHttpRequest();
  const path = `/api/v1/lessons/${encodeURIComponent(lessonId)}/decks`;
  request.open("POST", `${path}?name=${encodeURIComponent(file.name.slice(-120))}`);
  request.setRequestHeader("X-Requested-With", "tongtang");
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.responseType = "json";
  request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
  return new Promise((resolve, reject) => {
    request.onload = () => {
      if (request.status === 201) resolve(request.response as Deck);
      else reject(refusal(request));
    };
    request.onerror = () => reject(new ApiError("unreachable", "The server did not answer.", 0));
    request.send(file);
  });
}

function refusal(request: XMLHttpRequest): ApiError {
  const body: unknown = request.response;
  const code = typeof body === "object" && body !== null && "code" in body ? body.code : null;
  return new ApiError(typeof code === "string" ? code : "failed", "", request.status);
}
