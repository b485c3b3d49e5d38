const WIDTH = 640;
const HEIGHT = 360;
const FPS = 15;

/** A drawn picture in place of a camera: plainly a test, and it moves, so that a frozen link shows. */
export function startTestPicture(caption: string): { track: MediaStreamTrack; stop: () => void } {
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const context = canvas.getContext("2d");
  const draw = () => context && paint(context, caption, Date.now());
  draw();
  // Not requestAnimationFrame: that stops in a tab which is not in front.
  const timer = setInterval(draw, 1000 / FPS);
  const [track] = canvas.captureStream(FPS).getVideoTracks();
  if (!track) throw new DOMException("canvas gives no video track", "NotFoundError");
  return {
    track,
    stop: () => {
      clearInterval(timer);
      track.stop();
    },
  };
}

function paint(context: CanvasRenderingContext2D, caption: string, nowMs: number): void {
  const sky = context.createLinearGradient(0, 0, 0, HEIGHT);
  sky.addColorStop(0, "#bfe3ea");
  sky.addColorStop(1, "#eef7f0");
  context.fillStyle = sky;
  context.fillRect(0, 0, WIDTH, HEIGHT);
  context.fillStyle = "#7fb069";
  context.fillRect(0, 270, WIDTH, 90);
  paintPupils(context, nowMs);
  context.fillStyle = "#0a5e6b";
  context.fillRect(0, 0, WIDTH, 64);
  context.fillStyle = "#ffffff";
  context.font = "600 30px sans-serif";
  context.textAlign = "left";
  context.fillText(caption, 20, 42);
  context.textAlign = "right";
  context.fillText(new Date(nowMs).toLocaleTimeString("zh-CN", { hour12: false }), WIDTH - 20, 42);
}

function paintPupils(context: CanvasRenderingContext2D, nowMs: number): void {
  const colours = ["#d1495b", "#edae49", "#00798c", "#6a4c93", "#30638e"];
  for (const [index, colour] of colours.entries()) {
    const x = 80 + index * 120;
    const y = 225 + 8 * Math.sin(nowMs / 400 + index);
    context.fillStyle = colour;
    context.beginPath();
    context.ellipse(x, y + 88, 42, 52, 0, Math.PI, 0);
    context.fill();
    context.fillStyle = "#f2d0b1";
    context.beginPath();
    context.arc(x, y, 30, 0, 2 * Math.PI);
    context.fill();
    context.fillStyle = "#2b2118";
    context.beginPath();
    context.arc(x, y - 6, 30, Math.PI, 0);
    context.fill();
  }
}
