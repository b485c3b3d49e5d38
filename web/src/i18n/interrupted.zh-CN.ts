import type { RecordingTrack } from "../api/types";

/** Words of the page on interrupted recordings. */
export const interruptedZhCN = {
  interrupted: {
    title: "中断的录制",
    emptyTitle: "没有中断的录制",
    emptyHint: "断电、磁盘已满或存储连不上时，这里会写明缺了什么、为什么、怎么办。",
    older: "这里只列出 50 段：要处理的在前，然后是最近的缺失。更早的不再列出。",
    nothingLost: "录下的都在，没有缺失。",
    lost: (who: string, sources: readonly RecordingTrack["source"][]) =>
      `${who} 的${sources.map((source) => SOURCES[source]).join("和")}`,
    lostFor: (seconds: string) => `缺 ${seconds} 秒`,
    lostForLong: (duration: string) => `缺 ${duration}`,
    stillLost: "从这时起没有录",
    fromTo: (from: string, to: string) => `${from} 到 ${to}`,
    since: (from: string) => `${from} 起`,
    reasons: {
      recorder_lost: "录制程序突然中断，已自动接着录",
      recorder_stopped: "服务器重启",
      connection_lost: "媒体服务中断，已自动接着录",
      disk_full: "磁盘快满了，先停了不太重要的画面",
      write_failed: "磁盘写不进去",
    },
    otherReason: "录制中断",
    problems: {
      store_unreachable: "存储服务器连不上。录像还在这台服务器上，没有丢。请检查网络和存储服务器。",
      store_refused: "存储服务器拒绝保存。录像还在这台服务器上，没有丢。请检查存储的密钥和存储桶。",
      disk_full: "服务器磁盘已满，放不下整理好的录像。请清理磁盘。",
      stored_differs: "存进去的文件读出来不一样。请检查磁盘或存储服务器。",
      segment_damaged: "这台服务器上的一段文件损坏了，其余的照常整理。",
      nothing_recorded: "这节课没有人打开摄像头和话筒，没有可以回看的内容。",
      finalizing_failed: "试了几次都没有整理成功。录下的文件还在。",
      worker_lost: "整理程序几次中途退出。录下的文件还在。",
    },
    otherProblem: "整理没有成功。录下的文件还在。",
    detail: "详细原因",
    waiting: (count: number) => `${count} 项在等`,
    nextTry: (time: string) => `${time} 自动再试`,
    held: "不再自动重试",
    finish: "现在完成",
    asked: "已开始，完成后这里会更新",
    live: "正在上课",
  },
};

const SOURCES: Record<RecordingTrack["source"], string> = {
  camera: "画面",
  microphone: "声音",
  screen: "屏幕",
  document: "展台",
};
