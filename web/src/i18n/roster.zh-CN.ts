/** Words of the pages on pupils' rosters. */
export const rosterZhCN = {
  roster: {
    title: "学生名单",
    titleOf: (school: string, classroom: string) => `${school} ${classroom} 学生名单`,
    choose: "选一间教室",
    noClassrooms: "还没有教室",
    noClassroomsHint: "县里的管理员添加教室后，会出现在这里。",
    open: "名单",
    openOf: (name: string) => `${name} 的学生名单`,
    number: "学号",
    name: "姓名",
    count: (count: number) => `共 ${count} 人`,
    emptyTitle: "还没有名单",
    emptyHint: "上传一份表格：第一行写“学号”和“姓名”，下面每行一个学生。没有学号也可以。",
    upload: "上传名单",
    kinds: "CSV 或 Excel（xlsx），最多 200 人。上传后先看看有什么变化，确认了才会改。",
    download: "下载名单",
    fileName: (name: string) => `${name} 学生名单.csv`,
    checkTitle: "名单会这样变",
    nothing: "和现在的名单一样，没有变化。",
    added: (names: string) => `新增：${names}`,
    joined: (names: string) => `从本校别的教室转来：${names}`,
    renamed: (names: string) => `改名：${names}`,
    left: (names: string) => `不在新名单里，移出本教室：${names}`,
    unchanged: (count: number) => `不变：${count} 人`,
    many: (names: readonly string[]) =>
      names.length > 12
        ? `${names.slice(0, 12).join("、")} 等 ${names.length} 人`
        : names.join("、"),
    renaming: (before: string, after: string) => `${before} 改为 ${after}`,
    takeOver: "按这份名单改",
    takenOver: "名单已更新",
    errorsTitle: "表格里有几处要改，改好再上传",
    errorAt: (line: number, what: string) => `第 ${line} 行：${what}`,
    errors: {
      name_missing: "没有姓名",
      name_too_long: "姓名太长",
      number_too_long: "学号太长",
      number_twice: "学号和前面的重复",
      name_twice: "和前面的同名，又都没有学号",
      too_many_pupils: "超过 200 人",
    },
    otherError: "这一行不对",
  },
};

export const rosterErrorsZhCN = {
  file_unreadable: "这个文件读不出来。请用 Excel 或 WPS 另存为 CSV 或 xlsx 再上传。",
  file_too_large: "这个文件太大。请只保留要填的几列。",
  columns_missing: "没有找到“姓名”这一列。请在第一行写上“学号”和“姓名”。",
};
