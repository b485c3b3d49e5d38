import type { RecordingSearch } from "../../api/types";
import { momentsOf, NOTHING as NO_SEARCH, type SearchDraft } from "../search/draft";

/** What stands in the library's search form. */
export interface LibraryDraft extends SearchDraft {
  subject: string;
  schoolId: string;
}

export const NOTHING: LibraryDraft = { ...NO_SEARCH, subject: "", schoolId: "" };

/** The query of the draft. */
export function queryOf({ text, subject, schoolId, ...days }: LibraryDraft): RecordingSearch {
  return {
    ...(text.trim() && { text: text.trim() }),
    ...(subject && { subject }),
    ...(schoolId && { school_id: schoolId }),
    ...momentsOf({ text, ...days }),
  };
}
