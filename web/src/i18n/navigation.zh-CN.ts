/** Words of the navigation beside the office's pages; its entries are called what their pages are. */
export const navigationZhCN = {
  navigation: {
    title: "导航",
    menu: "菜单",
    skip: "跳到正文",
    county: "全县",
    teaching: "上课",
    classrooms: "教室与学生",
    organisation: "学校与人员",
    records: "记录与数据",
  },
};
