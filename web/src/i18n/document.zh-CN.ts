/** Words of the document camera: a second camera over the table. */
export const documentZhCN = {
  document: {
    show: "展台",
    hide: "关闭展台",
    isOn: "展台开着",
    own: "展台画面",
    chooseTitle: "展台用哪个摄像头？",
    chooseHint: "请选对着桌面的那个。它会在各教室的大画面上放大显示。",
    face: "正在拍您",
    none: "没有找到摄像头。请插好展台再按一次。",
    unnamed: (number: number) => `摄像头 ${number}`,
  },
};
