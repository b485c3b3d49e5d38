import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { en } from "./en";
import { zhCN } from "./zh-CN";

/** Chinese is written first; the other languages must say the same things. */
export type Dictionary = typeof zhCN;
export type Language = "zh-CN" | "en";

const DICTIONARIES: Record<Language, Dictionary> = { "zh-CN": zhCN, en };
const STORAGE_KEY = "tongtang.language";

function rememberedLanguage(): Language {
  const remembered = readStorage();
  if (remembered === "zh-CN" || remembered === "en") return remembered;
  const first = navigator.languages[0] ?? "zh-CN";
  return first.startsWith("zh") ? "zh-CN" : "en";
}

function readStorage(): string | null {
  try {
    return window.localStorage.getItem(STORAGE_KEY);
  } catch {
    return null;
  }
}

interface LanguageChoice {
  language: Language;
  setLanguage: (language: Language) => void;
}

const LanguageContext = createContext<LanguageChoice>({
  language: "zh-CN",
  setLanguage: () => undefined,
});

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(rememberedLanguage);

  useEffect(() => {
    document.documentElement.lang = language;
    try {
      window.localStorage.setItem(STORAGE_KEY, language);
    } catch {
      // A locked-down school PC may forbid storage: the choice then lasts until the page is left.
    }
  }, [language]);

  return <LanguageContext value={{ language, setLanguage }}>{children}</LanguageContext>;
}

export function useLanguage(): LanguageChoice {
  return useContext(LanguageContext);
}

/** The words of the chosen language: `const t = useWords(); t.common.cancel`. */
export function useWords(): Dictionary {
  return DICTIONARIES[useLanguage().language];
}

/** What to tell a person about a stable error code of the server. */
export function errorWords(words: Dictionary, code: string): string {
  const known: Record<string, string> = words.errors;
  return known[code] ?? words.errors.failed;
}
