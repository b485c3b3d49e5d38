import type { AuditAction } from "../api/types";

const ACTIONS: Record<AuditAction, string> = {
  "staff.added": "添加人员",
  "staff.changed": "修改人员",
  "staff.closed": "停用账号",
  "staff.reopened": "恢复账号",
  "staff.invited": "发出邀请链接",
  "school.added": "添加学校",
  "school.renamed": "学校改名",
  "classroom.added": "添加教室",
  "classroom.renamed": "教室改名",
  "roster.imported": "导入学生名单",
  "consent.entered": "登记录制授权",
  "ledger.corrected": "更正考勤台账",
  "lesson.planned": "安排课堂",
  "lesson.guest_invited": "邀请客座教师",
  "lesson.moved": "改上课时间",
  "lesson.substituted": "换主讲教师",
  "lesson.cancelled": "取消课堂",
  "lesson.staff_added": "邀请助教或观课",
  "lesson.staff_removed": "移出助教或观课",
};

/** Words of the page that shows what admins changed. */
export const auditZhCN = {
  audit: {
    title: "操作记录",
    actions: ACTIONS,
    search: "查找",
    clear: "清空",
    byName: "操作人姓名",
    anything: "全部操作",
    from: "从哪天起",
    to: "到哪天",
    datesWrong: "结束日期早于开始日期",
    when: "时间",
    who: "操作人",
    what: "操作",
    subject: "对象",
    gone: "（已不存在）",
    more: "更早的记录",
    noneTitle: "没有找到记录",
    noneHint: "管理员做的修改会记在这里。换个条件再找找。",
  },
};
