const EVERY_MS = 300;
const WIDTH = 640;

/** Look for a QR code in a camera's picture, some three times a second, until stopped. `onText` for each one read. */
export function watchForQrCode(
  track: MediaStreamTrack,
  onText: (text: string) => void,
): () => void {
  const video = document.createElement("video");
  video.muted = true;
  video.srcObject = new MediaStream([track]);
  // A muted video may always play; a rejection only means that it was stopped before it started.
  video.play().catch(() => undefined);
  const canvas = document.createElement("canvas");
  let isStopped = false;

  async function look() {
    // 13 kB that only a PC without a classroom needs.
    const { default: decodeQR } = await import("qr/decode.js");
    while (!isStopped) {
      const text = read(video, canvas, decodeQR);
      if (text !== null && !isStopped) onText(text);
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  }
  void look();

  return () => {
    isStopped = true;
    video.srcObject = null;
  };
}

type Decode = (image: ImageData) => string;

function read(video: HTMLVideoElement, canvas: HTMLCanvasElement, decode: Decode): string | null {
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context || video.videoWidth === 0) return null;
  canvas.width = WIDTH;
  canvas.height = Math.round((WIDTH * video.videoHeight) / video.videoWidth);
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  try {
    return decode(context.getImageData(0, 0, canvas.width, canvas.height));
  } catch {
    // Nothing that could be read in this picture.
    return null;
  }
}
