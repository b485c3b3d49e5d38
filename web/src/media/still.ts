/** The bounds of `still.send`: base64 in at most so many parts of so many characters. */
const MOST_PARTS = 16;
const PART_CHARACTERS = 512;
const FRAME_TIMEOUT_MS = 2_000;

interface Attempt {
  /** The longer side, in pixels. */
  size: number;
  quality: number;
}

/** From the best on, until one is small enough; a picture full of detail comes smaller. */
const ATTEMPTS: readonly Attempt[] = [
  { size: 320, quality: 0.6 },
  { size: 320, quality: 0.35 },
  { size: 240, quality: 0.35 },
  { size: 160, quality: 0.3 },
];

/** What a camera or a shared screen shows now, as base64 of a small JPEG in parts; null if there is no frame. */
export async function stillOf(track: MediaStreamTrack): Promise<string[] | null> {
  const video = document.createElement("video");
  video.muted = true;
  video.srcObject = new MediaStream([track]);
  try {
    await video.play();
    await firstFrame(video);
    return encode(video);
  } catch {
    return null;
  } finally {
    video.srcObject = null;
  }
}

function firstFrame(video: HTMLVideoElement): Promise<void> {
  return new Promise((resolve, reject) => {
    if (video.videoWidth > 0) return resolve();
    video.onresize = () => resolve();
    setTimeout(reject, FRAME_TIMEOUT_MS);
  });
}

function encode(video: HTMLVideoElement): string[] | null {
  const { videoWidth, videoHeight } = video;
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  for (const { size, quality } of ATTEMPTS) {
    const scale = Math.min(1, size / Math.max(videoWidth, videoHeight));
    canvas.width = Math.round(videoWidth * scale);
    canvas.height = Math.round(videoHeight * scale);
    context?.drawImage(video, 0, 0, canvas.width, canvas.height);
    const parts = partsOf(canvas.toDataURL("image/jpeg", quality).split(",")[1] ?? "");
    if (parts) return parts;
  }
  return null;
}

/** Cut into as few parts as there must be; null if it is too long, or empty. */
export function partsOf(base64: string): string[] | null {
  const count = Math.ceil(base64.length / PART_CHARACTERS);
  if (count === 0 || count > MOST_PARTS) return null;
  return Array.from({ length: count }, (_, i) =>
    base64.slice(i * PART_CHARACTERS, (i + 1) * PART_CHARACTERS),
  );
}
