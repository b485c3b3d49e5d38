import type { ColorName, ServerMessage } from "../generated/signaling";
import { Store } from "../store";
import { MAX_POINTS, pointCount } from "./points";

export interface LivePen {
  color: ColorName;
  /** As in a stroke: `x,y x,y …`. */
  points: string;
}

export interface Ink {
  /** Where the lead points, `x,y`; null: nowhere. */
  pointer: string | null;
  /** Lines that still grow, by stroke id. */
  pens: Readonly<Record<string, LivePen>>;
}

const NOTHING: Ink = { pointer: null, pens: {} };
const MAX_PENS = 4;

/** Pointer and growing lines of the lead: apart from the room, because they change many times a second. */
export class LiveInk {
  readonly state = new Store<Ink>(NOTHING);

  take(message: ServerMessage): void {
    switch (message.type) {
      case "pointer.moved":
        this.state.update({ pointer: message.at });
        break;
      case "pen.drawn":
        this.#grow(message.stroke_id, message.color, message.points);
        break;
      case "stroke.drawn":
        this.#end(message.stroke.stroke_id);
        break;
      case "slides.turned":
      case "slides.hidden":
      case "strokes.cleared":
      case "room.snapshot":
      case "room.resumed":
        this.state.set(NOTHING);
        break;
      default:
    }
  }

  #grow(strokeId: string, color: ColorName, points: string): void {
    const { pens } = this.state.get();
    const before = pens[strokeId];
    if (!before && Object.keys(pens).length >= MAX_PENS) return;
    if (before && pointCount(before.points) >= 4 * MAX_POINTS) return;
    const grown = before ? `${before.points} ${points}` : points;
    this.state.update({ pens: { ...pens, [strokeId]: { color, points: grown } } });
  }

  #end(strokeId: string): void {
    const { [strokeId]: ended, ...pens } = this.state.get().pens;
    if (ended) this.state.update({ pens });
  }
}
