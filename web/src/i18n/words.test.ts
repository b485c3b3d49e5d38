import { describe, expect, it } from "vitest";
import { en } from "./en";
import { zhCN } from "./zh-CN";

type Words = { readonly [key: string]: unknown };

/** Every text of a dictionary by its path; functions are filled in, one thing for each. */
function texts(words: Words, path = ""): [string, string][] {
  return Object.entries(words).flatMap(([key, value]): [string, string][] => {
    const here = path ? `${path}.${key}` : key;
    if (typeof value === "string") return [[here, value]];
    if (typeof value === "function") return [[here, String(value(["8"], ["8"]))]];
    return texts(value as Words, here);
  });
}

describe("the words on the screens", () => {
  it("are the same set in both languages", () => {
    expect(texts(en).map(([path]) => path)).toEqual(texts(zhCN).map(([path]) => path));
  });

  it("are complete: none is empty, English has no Chinese", () => {
    for (const [path, text] of [...texts(zhCN), ...texts(en)]) expect(text, path).not.toBe("");
    for (const [path, text] of texts(en)) expect(text, path).not.toMatch(/\p{Script=Han}/u);
  });

  it("keep a button within 12 Chinese characters", () => {
    const { lead, classroom, chat, console: desk, media, preJoin, lesson, signals, slides } = zhCN;
    const buttons = [
      lead.start,
      lead.end,
      lead.endConfirm,
      lead.endCancel,
      lead.call,
      lead.cancelCall,
      lead.sendDown,
      lead.listen,
      lead.stopListen,
      lead.mute,
      lead.unmute,
      lead.lowerHand,
      lead.openFloor,
      lead.closeFloor,
      lead.share,
      lead.stopShare,
      lead.showPairing,
      classroom.raiseHand,
      classroom.lowerHand,
      classroom.accept,
      classroom.decline,
      classroom.comeDown,
      classroom.projector,
      media.openCamera,
      media.closeCamera,
      media.openMicrophone,
      media.closeMicrophone,
      media.testPicture,
      media.realCamera,
      media.retry,
      media.soundBlocked,
      media.quietEnd,
      preJoin.enter,
      lesson.useHere,
      lesson.enterAgain,
      lesson.leave,
      slides.upload,
      slides.show,
      slides.hide,
      slides.previous,
      slides.next,
      slides.undo,
      slides.clear,
      slides.gather,
      desk.connectPhone,
      desk.phoneIn,
      desk.anotherPhone,
      desk.sendPhonesAway,
      desk.connect,
      desk.connectAgain,
      desk.autoAccept,
      desk.title,
      desk.openCoverNow,
      chat.send,
      chat.title,
      chat.acknowledge,
      ...Object.values(signals),
    ];
    for (const text of buttons) expect([...text].length, text).toBeLessThanOrEqual(12);
  });
});
