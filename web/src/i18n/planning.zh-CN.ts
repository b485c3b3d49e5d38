/** Words about planned lessons that change, and about term plans. */
export const planningZhCN = {
  planning: {
    change: "调课",
    changeOf: (title: string) => `调课：${title}`,
    what: "怎么调",
    kinds: { move: "改时间", substitute: "换主讲教师", cancel: "取消这节课" },
    newTime: "新的开始时间",
    newTimeHint: (minutes: number) => `时长不变，还是 ${minutes} 分钟。`,
    newLead: "换成哪位老师",
    reason: "取消的原因",
    reasons: {
      teacher: "主讲教师有事",
      school: "学校有事",
      holiday: "放假",
      network: "网络故障",
      power: "停电",
      other: "其他原因",
      course: "课程改了时间",
    },
    submit: { move: "改时间", substitute: "换老师", cancel: "取消这节课" },
    done: { move: "时间已改", substitute: "主讲教师已换", cancel: "这节课已取消" },
    told: {
      move: "各教室和主讲教师的课表会马上更新，并标明原来的时间。",
      substitute: "课表会马上更新，并标明原来的主讲教师。",
      cancel: "课表上会标明取消和原因。上课时间过去之前可以恢复。",
    },
    movedFrom: (moment: string) => `已改时间，原定 ${moment}`,
    insteadOf: (name: string) => `代课，原定 ${name}`,
    cancelled: (reason: string) => `已取消：${reason}`,
    restored: "已恢复，照常上课",
    restore: "恢复",
    restoreOf: (title: string) => `恢复：${title}`,
    restoreHint: "这节课照原来的时间上。各教室和主讲教师的课表会马上更新，并标明已经恢复。",
    restoreSubmit: "恢复这节课",
    restoreDone: "这节课已恢复",
    clash: {
      teacher: (name: string, title: string, time: string) =>
        `${name}老师这个时间要上《${title}》（${time}）。请换一个时间或老师。`,
      classroom: (name: string, title: string, time: string) =>
        `${name}这个时间要上《${title}》（${time}）。请换一个时间。`,
    },
  },
};

export const planningErrorsZhCN = {
  teacher_busy: "这位老师这个时间有别的课。",
  classroom_busy: "有教室这个时间有别的课。",
  lesson_not_cancelled: "这节课没有取消，不用恢复。",
  lesson_started: "这节课已经开始，不能再调。",
  lead_unknown: "没有这位老师。请重新选择。",
};
