import type { Language } from "../../i18n";

export type GuideName = "classroom" | "lead" | "county";

const FOLDERS: Record<Language, string> = { "zh-CN": "zh", en: "en" };
/** Each page of docs/guide is a chunk of the site, loaded when it is first read. */
const PAGES = import.meta.glob<string>("../../../../docs/guide/*/*.md", { import: "default" });

/** The page as HTML; rejects if it cannot be loaded. */
export function loadGuide(guide: GuideName, language: Language): Promise<string> {
  const load = PAGES[`../../../../docs/guide/${FOLDERS[language]}/${guide}.md`];
  if (!load) throw new Error(`no guide ${guide} in ${language}`);
  return load();
}
