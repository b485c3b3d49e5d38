import type { findZhCN } from "./find.zh-CN";

export const findEn: typeof findZhCN = {
  find: {
    classroom: "Find a school or classroom",
    school: "Find a school",
    person: "Find: name or school",
    submit: "Search",
    more: "Show more",
    noneTitle: "Nothing found",
    noneHint: "Try another word.",
  },
};
