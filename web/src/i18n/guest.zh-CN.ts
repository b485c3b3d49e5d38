/** Words about guest teachers: for the admin who invites, and for the guest behind the link. */
export const guestZhCN = {
  guest: {
    invite: "客座教师",
    inviteOf: (title: string) => `客座教师：${title}`,
    title: "请客座教师来上这节课",
    hint: "客座教师不用账号，凭链接进来主讲这一节课，别的都看不到。原来的主讲教师会换下来，课表上会注明。已经请过的，再填一次姓名，就会换一个新链接，旧链接作废。",
    name: "客座教师姓名",
    needName: "请填写姓名",
    make: "生成链接",
    linkTitle: (name: string) => `${name} 的链接`,
    linkHint: "把这个链接发给本人。点一次有效，只在这里显示一次。",
    linkUntil: (moment: string) => `有效到 ${moment}`,
    welcome: (name: string) => `${name}，您好`,
    lesson: (title: string, moment: string) => `请您主讲《${title}》，${moment} 开始。`,
    once: "链接只能用一次。请在上课要用的电脑上点“进入”。",
    enter: "进入",
    over: "这个链接不能用了",
    overHint: "链接只能用一次，课上完也会失效。请向邀请您的老师要一个新链接。",
  },
};

export const guestErrorsZhCN = {
  guest_link_unknown: "没有这个链接，请向邀请您的老师要一个新的。",
  guest_link_over: "这个链接不能用了，请向邀请您的老师要一个新的。",
};
