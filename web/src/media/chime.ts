const TONES_HZ = [523, 659, 784];
const TONE_S = 0.4;
const LOUDNESS = 0.3;

/** Play a rising triad on the loudspeaker; resolves when it is over. Call from a key press or a click. */
export async function playChime(): Promise<void> {
  const context = new AudioContext();
  await context.resume();
  TONES_HZ.forEach((frequency, index) => {
    const startS = context.currentTime + index * TONE_S;
    const oscillator = new OscillatorNode(context, { frequency });
    const gain = new GainNode(context, { gain: 0 });
    // Faded in and out, so that nothing clicks.
    gain.gain.setTargetAtTime(LOUDNESS, startS, 0.01);
    gain.gain.setTargetAtTime(0, startS + TONE_S * 0.7, 0.04);
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(startS);
    oscillator.stop(startS + TONE_S);
  });
  await new Promise((resolve) => setTimeout(resolve, TONES_HZ.length * TONE_S * 1000));
  await context.close();
}
