import type { searchZhCN } from "./search.zh-CN";

export const searchEn: typeof searchZhCN = {
  search: {
    search: "Search",
    clear: "Clear",
    from: "From",
    to: "To",
    daysWrong: "The last day is before the first: please change one.",
  },
};
