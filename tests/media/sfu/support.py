"""An engine on a loopback port, and rooms of raw peers around it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from app.ids import LessonId, ParticipantId, PublicationId
from app.media.port import (
    ClientNetwork,
    MediaEvent,
    MediaPermissions,
    Reception,
    SlotGroup,
    Source,
)
from app.media.sfu.engine import SfuEngine
from app.media.sfu.negotiation import AUDIO_LEVEL
from app.media.sfu.sdp import MediaSection, parse_session_description
from app.media.wire.addresses import LocalAddress
from app.media.wire.endpoint import MediaEndpoint
from tests.support.raw_peer import RawAudio, RawPeer, RawSection, RawVideo

LESSON = LessonId("les_1")
LOOPBACK = ClientNetwork(is_loopback=True, server_ip="127.0.0.1")
LOOPBACK_ONLY = LocalAddress("127.0.0.1", is_loopback=True, is_ipv6=False)
STAGE = (SlotGroup("stage", 2),)


class Engine(SfuEngine):
    """A real engine whose events a test can look at."""

    def __init__(self) -> None:
        self.events: list[MediaEvent] = []
        super().__init__(
            MediaEndpoint(0, addresses=lambda: [LOOPBACK_ONLY]),
            emit=self.events.append,
            media_epoch=1,
        )

    def of(self, kind: type) -> list[MediaEvent]:
        return [event for event in self.events if isinstance(event, kind)]


class AsyncNegotiator:
    """The engine's calls as the port has them."""

    def __init__(self, engine: SfuEngine) -> None:
        self._engine = engine

    async def answer(
        self,
        lesson_id: LessonId,
        participant_id: ParticipantId,
        offer_sdp: str,
        tracks: Mapping[str, Source],
        network: ClientNetwork,
    ) -> str:
        return self._engine.answer(lesson_id, participant_id, offer_sdp, tracks, network)

    async def offer(
        self,
        lesson_id: LessonId,
        participant_id: ParticipantId,
        network: ClientNetwork,
        *,
        is_ice_restart: bool = False,
    ) -> str:
        return self._engine.offer(lesson_id, participant_id, network, is_ice_restart=is_ice_restart)

    async def accept(
        self, lesson_id: LessonId, participant_id: ParticipantId, answer_sdp: str
    ) -> None:
        self._engine.accept(lesson_id, participant_id, answer_sdp)


def sender(*sources: Source) -> MediaPermissions:
    return MediaPermissions(publish=frozenset(sources or (Source.CAMERA, Source.MICROPHONE)))


def receiver(*publishers: str, group: str = "stage", quality: str = "auto") -> MediaPermissions:
    """May receive camera and microphone of each publisher."""
    return MediaPermissions(
        receive={
            PublicationId(f"{publisher}/{source}"): Reception(quality, group)  # type: ignore[arg-type]
            for publisher in publishers
            for source in ("camera", "microphone")
        }
    )


@dataclass
class Publisher:
    """A raw peer with a camera and a microphone on a publishing connection."""

    engine: SfuEngine
    name: str
    base_ssrc: int
    peer: RawPeer = field(default_factory=RawPeer)
    level_id: int | None = None
    """Of the audio level header extension, if it offers one."""

    def __post_init__(self) -> None:
        self.participant_id = ParticipantId(self.name)
        self.video = RawVideo(self.peer, self.base_ssrc)
        self.audio = RawAudio(self.peer, self.base_ssrc + 2, level_id=self.level_id)

    def sections(self) -> tuple[RawSection, RawSection]:
        ssrc = self.base_ssrc
        level = f"a=extmap:{self.level_id} {AUDIO_LEVEL}"
        extra = () if self.level_id is None else (level,)
        return (
            RawSection("0", "video", ssrc, 96, "VP8/90000", ssrc + 1, 97),
            RawSection("1", "audio", ssrc + 2, 111, "opus/48000/2", extra=extra),
        )

    async def connect(self, permissions: MediaPermissions | None = None) -> "Publisher":
        self.engine.admit(LESSON, self.participant_id, permissions or sender(), ())
        answer = self.engine.answer(
            LESSON,
            self.participant_id,
            self.peer.offer(*self.sections()),
            {"0": Source.CAMERA, "1": Source.MICROPHONE},
            LOOPBACK,
        )
        await self.peer.connect(answer)
        return self


@dataclass
class Subscriber:
    """A raw peer on a subscribing connection."""

    engine: SfuEngine
    name: str
    peer: RawPeer = field(default_factory=RawPeer)
    slots: tuple[SlotGroup, ...] = STAGE
    without_rtx: bool = False

    def __post_init__(self) -> None:
        self.participant_id = ParticipantId(self.name)
        self.sections: dict[str, MediaSection] = {}

    async def connect(
        self, permissions: MediaPermissions, rewrite: Callable[[str], str] = str
    ) -> "Subscriber":
        """`rewrite`: what the peer sees of the engine's offer."""
        self.engine.admit(LESSON, self.participant_id, permissions, self.slots)
        offer = self.engine.offer(LESSON, self.participant_id, LOOPBACK)
        self.sections = {section.mid: section for section in parse_session_description(offer).media}
        answer = self.peer.answer(offer, without_rtx=self.without_rtx)
        self.engine.accept(LESSON, self.participant_id, answer)
        await self.peer.connect(rewrite(offer))
        return self

    def permit(self, permissions: MediaPermissions) -> None:
        self.engine.permit(LESSON, self.participant_id, permissions)

    def ssrc(self, mid: str) -> int:
        return self.sections[mid].ssrcs[0]

    def rtx_ssrc(self, mid: str) -> int:
        return self.sections[mid].ssrcs[1]
