"""What every message is made of, and the words that several of them use."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints
from typing_extensions import TypeAliasType

Id = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9_.:/-]+$")]
RoleName = TypeAliasType("RoleName", Literal["lead", "assistant", "observer", "classroom"])
SourceName = TypeAliasType("SourceName", Literal["camera", "microphone", "screen", "document"])
SOURCES: tuple[SourceName, ...] = ("camera", "microphone", "screen", "document")
PhaseName = TypeAliasType("PhaseName", Literal["waiting", "live", "ended"])
PresenceName = TypeAliasType("PresenceName", Literal["present", "cut", "absent"])
PlaceName = TypeAliasType("PlaceName", Literal["off", "called", "on"])
SoundPresetName = TypeAliasType("SoundPresetName", Literal["voice", "music"])
QualityName = TypeAliasType("QualityName", Literal["good", "fair", "poor", "lost"])


class Message(BaseModel):
    """What stands below a field is its description in the schema: `app.signaling.descriptions` reads it there."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_serialization_defaults_required=True
    )


class Request(Message):
    id: Id


class RoomEvent(Message):
    seq: int
    at_ms: int
