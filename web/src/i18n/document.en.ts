import type { documentZhCN } from "./document.zh-CN";

export const documentEn: typeof documentZhCN = {
  document: {
    show: "Document camera",
    hide: "Close it",
    isOn: "Document camera on",
    own: "Document camera",
    chooseTitle: "Which one is the document camera?",
    chooseHint: "Choose the one over the table. Classrooms see it large.",
    face: "films you",
    none: "No camera was found. Plug the document camera in and press again.",
    unnamed: (number) => `Camera ${number}`,
  },
};
