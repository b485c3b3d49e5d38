// Runs before the page's own scripts: camera and microphone are a canvas that turns white and a tone that sounds for
// 200 ms at every even second of the wall clock, so that what two pages of one machine send happens at the same moment.
// A starved browser makes fewer samples than time passes; `soundIsWholeUntil` is the wall clock up to which it did not.
(() => {
  const PERIOD_MS = 2000;
  const FLASH_MS = 200;
  const FRAME_MS = 1000 / 15;
  const LOST_MS = 20;
  window.soundIsWholeUntil = Number.MAX_SAFE_INTEGER;
  const untilNextMs = () => PERIOD_MS - (Date.now() % PERIOD_MS);

  const picture = () => {
    const canvas = document.createElement("canvas");
    canvas.width = 640;
    canvas.height = 360;
    const context = canvas.getContext("2d");
    let frames = 0;
    const paint = () => {
      context.fillStyle = Date.now() % PERIOD_MS < FLASH_MS ? "#fff" : "#204060";
      context.fillRect(0, 0, 640, 360);
      context.fillStyle = "#808080";
      frames += 1;
      context.fillRect((frames * 9) % 600, 320, 40, 40);
    };
    // The flash does not wait for the next frame. A timer may come a millisecond early.
    const flash = () => {
      paint();
      setTimeout(flash, untilNextMs() + 1);
    };
    flash();
    setInterval(paint, FRAME_MS);
    return canvas.captureStream().getVideoTracks()[0];
  };

  const sound = () => {
    const context = new AudioContext({ sampleRate: 48000 });
    const tone = new OscillatorNode(context, { frequency: 440 });
    const gain = new GainNode(context, { gain: 0.01 });
    const out = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
    tone.connect(gain).connect(out);
    tone.start();
    const sinceBegin = () => Date.now() - context.currentTime * 1000;
    let began = Infinity;
    const schedule = () => {
      if (context.currentTime > 0) began = Math.min(began, sinceBegin());
      if (sinceBegin() - began > LOST_MS) {
        window.soundIsWholeUntil = Math.min(window.soundIsWholeUntil, Date.now() - PERIOD_MS);
      }
      const inMs = untilNextMs();
      const at = context.currentTime + inMs / 1000;
      gain.gain.setValueAtTime(0.7, at);
      gain.gain.setValueAtTime(0.01, at + FLASH_MS / 1000);
      setTimeout(schedule, inMs + PERIOD_MS / 2);
    };
    schedule();
    return out.stream.getAudioTracks()[0];
  };

  navigator.mediaDevices.getUserMedia = async ({ video, audio }) =>
    new MediaStream([...(video ? [picture()] : []), ...(audio ? [sound()] : [])]);
})();
