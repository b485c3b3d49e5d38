"""What a simulated classroom does, and when: a pure function of what it has seen. A simulated lead only teaches."""

from dataclasses import dataclass
from typing import Literal

from app.signaling.messages import (
    LessonEnded,
    LessonStarted,
    ParticipantChanged,
    ParticipantView,
    PhaseName,
    RoomSnapshot,
    ServerMessage,
)

Deed = Literal["raise_hand", "accept", "lower_hand"]


@dataclass(frozen=True, slots=True)
class Manner:
    """Delays in seconds."""

    hand_after_s: float = 5.0
    """After the lesson began, or this device came."""
    hand_again_s: float = 60.0
    """After it was sent down."""
    accept_after_s: float = 2.0


class Behaviour:
    """`see` every message with its time; `due` gives the deed whose time has come, `wait_s` how long there is none."""

    def __init__(self, participant_id: str, manner: Manner) -> None:
        self._participant_id = participant_id
        self._manner = manner
        self._phase: PhaseName = "waiting"
        self._me: ParticipantView | None = None
        self._deed: Deed | None = None
        self._deed_at_s = 0.0
        self._was_on_stage = False

    @property
    def has_ended(self) -> bool:
        return self._phase == "ended"

    def see(self, message: ServerMessage, now_s: float) -> None:
        """Take in what the server said."""
        match message:
            case RoomSnapshot():
                self._phase = message.room.phase
                mine = [p for p in message.room.participants if p.participant_id == message.you]
                self._me = mine[0] if mine else None
            case LessonStarted():
                self._phase = "live"
            case LessonEnded():
                self._phase = "ended"
            case ParticipantChanged() if message.participant.participant_id == self._participant_id:
                self._me = message.participant
            case _:
                return
        self._plan(now_s)

    def due(self, now_s: float) -> Deed | None:
        """The deed whose time has come; it is given once."""
        if self._deed is None or now_s < self._deed_at_s:
            return None
        deed, self._deed = self._deed, None
        return deed

    def wait_s(self, now_s: float) -> float | None:
        """Seconds until `due` has something; None: nothing planned."""
        return None if self._deed is None else max(0.0, self._deed_at_s - now_s)

    def _plan(self, now_s: float) -> None:
        wanted = self._wanted()
        if wanted is None:
            self._deed = None
            return
        deed, delay_s = wanted
        if deed != self._deed:
            self._deed, self._deed_at_s = deed, now_s + delay_s

    def _wanted(self) -> tuple[Deed, float] | None:
        me = self._me
        if me is None or me.role != "classroom" or self._phase != "live":
            return None
        if me.place == "called":
            return "accept", self._manner.accept_after_s
        if me.place == "on":
            self._was_on_stage = True
            return ("lower_hand", 0.0) if me.hand_raised_ms is not None else None
        if me.hand_raised_ms is not None:
            return None
        again = self._was_on_stage
        return "raise_hand", self._manner.hand_again_s if again else self._manner.hand_after_s
