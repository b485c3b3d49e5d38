const INTERVAL_MS = 100;
/** Below this there is only noise; a clear voice a metre away reaches about -20 dBFS. */
const FLOOR_DBFS = -60;
const CEILING_DBFS = -12;

/** How loud a track is, ten times a second, 0..1 on a decibel scale. Returns the way to stop. */
export function watchLevel(track: MediaStreamTrack, onLevel: (level: number) => void): () => void {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    // A context made before the first click waits for it, and hears nothing until then.
    if (context.state === "suspended") {
      void context.resume();
      return;
    }
    analyser.getFloatTimeDomainData(samples);
    onLevel(levelOf(samples));
  }, INTERVAL_MS);
  return () => {
    clearInterval(timer);
    void context.close();
  };
}

/** Root mean square of samples in -1..1, as 0..1 between the floor and the ceiling. */
export function levelOf(samples: Float32Array): number {
  return Math.min(1, Math.max(0, (dbfsOf(samples) - FLOOR_DBFS) / (CEILING_DBFS - FLOOR_DBFS)));
}

/** Root mean square of samples in -1..1, in dBFS; -120 for silence. */
export function dbfsOf(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return 10 * Math.log10(sum / Math.max(1, samples.length) + 1e-12);
}
