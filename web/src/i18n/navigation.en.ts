import type { navigationZhCN } from "./navigation.zh-CN";

export const navigationEn: typeof navigationZhCN = {
  navigation: {
    title: "Navigation",
    menu: "Menu",
    skip: "Skip to the content",
    county: "The whole county",
    teaching: "Teaching",
    classrooms: "Classrooms and pupils",
    organisation: "Schools and people",
    records: "Records and data",
  },
};
