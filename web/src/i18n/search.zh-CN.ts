/** Words of every form that narrows a list down. */
export const searchZhCN = {
  search: {
    search: "搜索",
    clear: "清除条件",
    from: "从哪天",
    to: "到哪天",
    daysWrong: "结束日期早于开始日期，请改一下。",
  },
};
