import type { ComponentType } from "react";
import type { Dictionary } from "../../i18n";
import type { IconName } from "../Icon";
import { ChatPanel } from "./ChatPanel";
import { LessonPanel } from "./LessonPanel";
import { RollCallPanel } from "./RollCallPanel";

/** One page of the console, reached by a tab. It finds its socket and room with `usePlace` and `useRoom`. */
export interface ConsolePanel {
  id: string;
  icon: IconName;
  title: (words: Dictionary) => string;
  Panel: ComponentType;
}

/** In the order of the tabs; the first is open at the start. */
export const PANELS: readonly [ConsolePanel, ...ConsolePanel[]] = [
  { id: "lesson", icon: "hand", title: (words) => words.console.lessonTab, Panel: LessonPanel },
  { id: "roll", icon: "people", title: (words) => words.console.rollTab, Panel: RollCallPanel },
  { id: "chat", icon: "chat", title: (words) => words.chat.tab, Panel: ChatPanel },
];
