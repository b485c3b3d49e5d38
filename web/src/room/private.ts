import type {
  PrivateView,
  PupilNamed,
  SignalCleared,
  SignalName,
  SignalRaised,
} from "../generated/signaling";

type PrivateEvent = SignalRaised | SignalCleared | PupilNamed;

/** What only consoles and pages of the staff are told, after one message about it. */
export function reducePrivate(view: PrivateView | null, message: PrivateEvent): PrivateView | null {
  if (view === null) return null;
  const id = message.participant_id;
  if (message.type === "pupil.named") {
    return { ...view, pupils: withEntry(view.pupils, id, message.pupil) };
  }
  const raised =
    message.type === "signal.raised" ? { signal: message.signal, raised_ms: message.at_ms } : null;
  return { ...view, signals: withEntry(view.signals, id, raised) };
}

/** The signal of `you` that the staff took note of last; a new one of its own begins anew. */
export function reduceNoted(
  noted: SignalName | null,
  view: PrivateView | null,
  message: PrivateEvent,
  you: string,
): SignalName | null {
  if (message.participant_id !== you) return noted;
  switch (message.type) {
    case "signal.raised":
      return null;
    case "signal.cleared":
      return message.by === null || message.by === you
        ? null
        : (view?.signals[you]?.signal ?? null);
    case "pupil.named":
      return noted;
  }
}

function withEntry<Value>(
  entries: Readonly<Record<string, Value>>,
  key: string,
  value: Value | null,
): Record<string, Value> {
  const { [key]: _, ...others } = entries;
  return value === null ? others : { ...others, [key]: value };
}
