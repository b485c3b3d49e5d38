/** Words of what is looked for where a county has too much of it to be shown at once. */
export const findZhCN = {
  find: {
    classroom: "找学校或教室",
    school: "找学校",
    person: "找人：姓名或学校",
    submit: "搜索",
    more: "再显示一些",
    noneTitle: "没有找到",
    noneHint: "换个词再找。",
  },
};
