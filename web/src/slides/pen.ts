import type { ColorName, StrokeView } from "../generated/signaling";
import { Store } from "../store";
import { MAX_POINTS, type PagePoint, simplified, writePoint, writePoints } from "./points";

/** How often pointer and growing line are told; the server takes 15 a second. */
const TELL_EVERY_MS = 125;
const MAX_POINTS_OF_A_LINE = 4 * MAX_POINTS;

export type PenMessage =
  | { type: "pointer.move"; at: string | null }
  | { type: "pen.draw"; stroke_id: string; color: ColorName; points: string }
  | { type: "stroke.draw"; stroke_id: string; color: ColorName; points: string };

type Send = (message: PenMessage) => Promise<unknown>;

/** The lead's hand on the page: what it does is seen here at once, and told a few times a second. */
export class Pen {
  /** Lines of this hand that the server has not drawn yet. */
  readonly lines = new Store<readonly StrokeView[]>([]);
  readonly #send: Send;
  readonly #onRefused: (error: unknown) => void;
  readonly #newId: () => string;
  #pointer: PagePoint | null = null;
  #isPointerTold = true;
  #points: PagePoint[] = [];
  #toldPoints = 0;
  #current: { id: string; color: ColorName } | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(send: Send, onRefused: (error: unknown) => void, newId: () => string = strokeId) {
    this.#send = send;
    this.#onRefused = onRefused;
    this.#newId = newId;
  }

  point(at: PagePoint | null): void {
    this.#pointer = at;
    this.#isPointerTold = false;
    this.#tellSoon();
  }

  begin(color: ColorName, at: PagePoint): void {
    this.end();
    this.#current = { id: this.#newId(), color };
    this.#points = [at];
    this.#toldPoints = 0;
    this.#show();
    this.#tellSoon();
  }

  move(at: PagePoint): void {
    if (!this.#current || this.#points.length >= MAX_POINTS_OF_A_LINE) return;
    this.#points.push(at);
    this.#show();
    this.#tellSoon();
  }

  /** The line is finished. It stays here until the server has drawn it. */
  end(): void {
    const current = this.#current;
    if (!current) return;
    this.#current = null;
    const points = writePoints(simplified(this.#points));
    const line: StrokeView = { stroke_id: current.id, color: current.color, points };
    this.#put(line);
    this.#send({ type: "stroke.draw", ...line }).then(
      () => this.#take(current.id),
      (error: unknown) => {
        this.#take(current.id);
        this.#onRefused(error);
      },
    );
  }

  /** The page is turned, or left: an unfinished line was meant for that one. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #show(): void {
    const current = this.#current;
    if (!current) return;
    this.#put({
      stroke_id: current.id,
      color: current.color,
      points: writePoints(this.#points),
    });
  }

  #put(line: StrokeView): void {
    const others = this.lines.get().filter(({ stroke_id }) => stroke_id !== line.stroke_id);
    this.lines.set([...others, line]);
  }

  #take(id: string): void {
    this.lines.set(this.lines.get().filter(({ stroke_id }) => stroke_id !== id));
  }

  #tellSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#tell();
    }, TELL_EVERY_MS);
  }

  /** What nobody was told yet. A piece that gets lost is made good by the whole line. */
  #tell(): void {
    const current = this.#current;
    if (current && this.#toldPoints < this.#points.length) {
      const piece = this.#points.slice(this.#toldPoints, this.#toldPoints + MAX_POINTS);
      this.#toldPoints += piece.length;
      this.#pass({
        type: "pen.draw",
        stroke_id: current.id,
        color: current.color,
        points: piece.map(writePoint).join(" "),
      });
    } else if (!this.#isPointerTold) {
      this.#isPointerTold = true;
      const at = this.#pointer && writePoint(this.#pointer);
      this.#pass({ type: "pointer.move", at });
    }
    if ((current && this.#toldPoints < this.#points.length) || !this.#isPointerTold) {
      this.#tellSoon();
    }
  }

  #pass(message: PenMessage): void {
    this.#send(message).catch(() => undefined);
  }
}

function strokeId(): string {
  const random = crypto.getRandomValues(new Uint32Array(3));
  return `str_${[...random]
    .map((part) => part.toString(36).padStart(7, "0"))
    .join("")
    .slice(0, 20)}`;
}
