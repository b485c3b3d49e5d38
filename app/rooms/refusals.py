"""Why the domain refuses a command: stable codes with an English sentence each (screens translate the code)."""

from app.errors import CommandRejected

REFUSALS: dict[str, str] = {
    "not_allowed": "Your role may not do this.",
    "not_live": "The lesson has not started yet.",
    "lesson_ended": "The lesson is over.",
    "not_present": "You are not in this lesson at the moment.",
    "seat_unknown": "This lesson has no such seat.",
    "seat_absent": "This classroom is not there at the moment.",
    "already_on_stage": "This classroom is on stage already.",
    "not_called": "There is no open call for this classroom.",
    "stage_full": "The stage is full. Send a classroom down first.",
    "staff_full": "There is no place left for staff in this lesson.",
    "not_on_stage": "This classroom is not on stage.",
    "assistant_absent": "This assistant is not there at the moment.",
    "not_an_assistant": "Only an assistant can come to lead.",
    "proposal_open": "The lead is being handed over already.",
    "no_proposal": "Nobody offers or asks for the lead at the moment.",
    "lead_present": "The lead is there. Ask for the lead instead.",
    "signal_unknown": "There is no such signal.",
    "signal_too_soon": "The last signal was a moment ago.",
    "source_unknown": "There is no such camera or microphone to switch.",
    "slides_hidden": "No slides are shown at the moment.",
    "too_many_strokes": "There is no room for more lines. Clear the page first.",
    "replaced": "Another device took this place.",
}


def rejected(code: str) -> CommandRejected:
    """The refusal with this code, to be raised."""
    return CommandRejected(code, REFUSALS[code])
