import { caresForClassrooms, isAdmin, isCountyAdmin, isGuest } from "../../api/roles";
import type { Me } from "../../api/types";
import type { Dictionary } from "../../i18n";
import { matchPath } from "../../router";

type Label = (words: Dictionary) => string;

interface Entry {
  to: string;
  label: Label;
  isFor: (me: Me) => boolean;
  /** The entry's pages with an address of another kind; those below `to` belong to it anyway. */
  also?: string;
}

interface Group {
  title: Label;
  entries: readonly Entry[];
}

const isStaff = (me: Me) => !isGuest(me);

/** All that the office has, in the order of the screen. A page that is not here is reached from one that is. */
const GROUPS: readonly Group[] = [
  {
    title: (words) => words.navigation.teaching,
    entries: [
      { to: "/lessons", label: (words) => words.lessons.title, isFor: isStaff },
      { to: "/wall", label: (words) => words.wall.title, isFor: isAdmin },
      { to: "/recordings", label: (words) => words.lessons.recordings, isFor: isStaff },
      { to: "/terms", label: (words) => words.terms.title, isFor: isAdmin },
      { to: "/ledger", label: (words) => words.ledger.title, isFor: isAdmin },
    ],
  },
  {
    title: (words) => words.navigation.classrooms,
    entries: [
      { to: "/classroom-health", label: (words) => words.health.title, isFor: caresForClassrooms },
      { to: "/classroom-pcs", label: (words) => words.lessons.pcs, isFor: caresForClassrooms },
      {
        to: "/rosters",
        label: (words) => words.lessons.rosters,
        isFor: caresForClassrooms,
        also: "/classrooms/:id/roster",
      },
      {
        to: "/consents",
        label: (words) => words.lessons.consents,
        isFor: caresForClassrooms,
        also: "/classrooms/:id/consents",
      },
    ],
  },
  {
    title: (words) => words.navigation.organisation,
    entries: [
      { to: "/schools", label: (words) => words.lessons.schools, isFor: isAdmin },
      { to: "/staff", label: (words) => words.lessons.staff, isFor: isAdmin },
    ],
  },
  {
    title: (words) => words.navigation.records,
    entries: [
      { to: "/audit", label: (words) => words.audit.title, isFor: isAdmin },
      { to: "/access-log", label: (words) => words.accessLog.title, isFor: isAdmin },
      { to: "/data", label: (words) => words.dataMap.title, isFor: isAdmin },
      { to: "/server", label: (words) => words.server.title, isFor: isCountyAdmin },
    ],
  },
];

/** What this person may open, without groups that would be empty. */
export function groupsFor(me: Me): Group[] {
  return GROUPS.map(({ title, entries }) => ({
    title,
    entries: entries.filter((entry) => entry.isFor(me)),
  })).filter((group) => group.entries.length > 0);
}

/** How an entry stands to the page at `path`: it is that page, that page belongs to it, or neither. */
export function currentOf(entry: Entry, path: string): "page" | "true" | undefined {
  if (path === entry.to) return "page";
  const isBelow = [entry.to, entry.also].some((pattern) => pattern && beginsWith(path, pattern));
  return isBelow ? "true" : undefined;
}

function beginsWith(path: string, pattern: string): boolean {
  const parts = pattern.split("/").length;
  return matchPath(pattern, path.split("/").slice(0, parts).join("/")) !== null;
}
