/** Words about how a lesson sounds: the test before it, the two ways of sound, and a room that sends the lead's voice back. */
export const soundZhCN = {
  soundTest: {
    start: "试一试声音",
    again: "再试一次",
    steps: {
      idle: () => "先放一段声音，再录您的话筒放给您听。",
      chime: () => "正在放声音。听不到的话，请检查音箱和音量。",
      recording: (seconds: number) => `请说一句话，录 ${seconds} 秒…`,
      playing: () => "这是刚才录下的，对方听到的就是这样。",
      heard: () => "声音正常。听不清楚的话，请靠近话筒再试。",
      silent: () => "没有录到声音。请检查话筒有没有静音、选得对不对。",
      failed: () => "这次没有试成。请检查话筒后再试一次。",
    },
  },
  sound: {
    headphones: "我戴着耳机",
    headphonesHint: "音乐课上请戴耳机：声音最保真，也不会有回声。",
    roomHeadphones: "教室用耳机，没有音箱",
    roomHeadphonesHint: "有音箱时不要勾选，否则会有回声。",
    toMusic: "音乐音质",
    isMusic: "音乐音质：开",
    hint: "音乐课用：不降噪，声音更真。说话为主的课请关掉。",
    musicOn: "音乐音质已开：请戴好耳机。各教室的话筒不再降噪。",
    musicOff: "音乐音质已关：各教室的话筒重新降噪。",
    feedback: (name: string) => `${name} 把您的声音传回来了`,
    feedbackHint: "请那间教室把音箱调小，或把话筒移远；也可以先把它静音。",
    feedbackMute: "先静音",
  },
};
