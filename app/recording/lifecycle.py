"""The life of a recording: recording -> finalizing -> available or failed. Pure."""

from enum import StrEnum


class RecordingState(StrEnum):
    RECORDING = "recording"
    FINALIZING = "finalizing"
    AVAILABLE = "available"
    FAILED = "failed"


class Step(StrEnum):
    BEGIN_FINALIZING = "begin_finalizing"
    """The lesson is over, or a server that died on the way begins again."""
    PUBLISH = "publish"
    FAIL = "fail"
    REPAIR = "repair"
    """What was published does not read back, and its segments are still there."""


class IllegalStep(Exception):
    """This recording cannot take this step now."""


def advance(state: RecordingState, step: Step) -> RecordingState:
    """The state after `step`; raises IllegalStep. Steps may be taken twice: each is idempotent."""
    match state, step:
        case ((RecordingState.RECORDING | RecordingState.FINALIZING), Step.BEGIN_FINALIZING):
            return RecordingState.FINALIZING
        case RecordingState.FAILED, Step.BEGIN_FINALIZING:
            # By hand, or because segments turned up after all.
            return RecordingState.FINALIZING
        case ((RecordingState.FINALIZING | RecordingState.AVAILABLE), Step.PUBLISH):
            return RecordingState.AVAILABLE
        case RecordingState.AVAILABLE, Step.REPAIR:
            return RecordingState.FINALIZING
        case ((RecordingState.FINALIZING | RecordingState.FAILED), Step.FAIL):
            return RecordingState.FAILED
    raise IllegalStep(f"a recording that is {state} cannot {step}")
