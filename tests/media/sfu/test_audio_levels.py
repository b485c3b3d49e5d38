"""How loud, and who speaks."""

import asyncio
import time

from hypothesis import given
from hypothesis import strategies as st

from app.ids import ParticipantId
from app.media.port import MediaPermissions, SpeakersChanged
from app.media.sfu.audio_levels import QUIET_S, Loudness, audio_level
from app.media.sfu.room_sound import MAX_SPEAKERS, RoomSound
from app.media.wire.rtp import RtpPacket, pack_extensions, pack_header
from tests.support.raw_peer import Background, paced
from tests.support.waiting import until

from .support import LESSON, Engine, Publisher, sender

WINDOW_S = 0.2
LEVEL_ID = 1


def packet(*extensions: tuple[int, bytes]) -> RtpPacket:
    block = pack_extensions(extensions)
    return RtpPacket.parse(pack_header(111, 1, 1, 1, extension_block=block) + b"opus")


@given(st.integers(0, 127), st.booleans(), st.integers(1, 14), st.integers(0, 2))
def test_the_level_is_read_wherever_it_stands(
    level: int, is_voice: bool, extension_id: int, before: int
) -> None:
    others = [(number, b"xy") for number in range(1, 15) if number != extension_id][:before]
    carried = packet(*others, (extension_id, bytes((level | 0x80 * is_voice,))))
    assert audio_level(carried, extension_id) == level


def test_the_level_is_read_from_the_two_byte_form() -> None:
    assert audio_level(packet((20, b"x"), (LEVEL_ID, b"\x9e")), LEVEL_ID) == 30


def test_a_packet_without_a_level_has_none() -> None:
    assert audio_level(packet(), LEVEL_ID) is None
    assert audio_level(packet((2, b"\x10")), LEVEL_ID) is None
    padded = RtpPacket.parse(pack_header(111, 1, 1, 1, extension_block=b"\xbe\xde\x00\x00"))
    assert audio_level(padded, LEVEL_ID) is None


def test_reading_a_level_costs_little() -> None:
    carried = packet((LEVEL_ID, b"\x9e"), (4, b"0"))
    rounds = 50_000
    began = time.process_time()
    for _ in range(rounds):
        audio_level(carried, LEVEL_ID)
    took_us = (time.process_time() - began) / rounds * 1e6
    print(f"measured: {took_us:.2f} µs of CPU a packet")


class Microphone:
    """Hears windows of one level and keeps the time."""

    def __init__(self) -> None:
        self.loudness = Loudness()
        self.now = 100.0

    def hears(self, dbov: int | None, seconds: float = WINDOW_S) -> bool:
        """`dbov` for some time, None: no packets. Whether somebody speaks at its end."""
        for _ in range(round(seconds / WINDOW_S)):
            for _ in range(10 if dbov is not None else 0):
                self.loudness.heard(-(dbov or 0))
            self.now += WINDOW_S
            self.loudness.update(self.now)
        return self.loudness.is_speaking


def test_a_voice_is_noticed_within_half_a_second_and_a_knock_is_not() -> None:
    microphone = Microphone()
    assert not microphone.hears(-15)
    assert not microphone.hears(-60)
    assert not microphone.hears(-25)
    assert microphone.hears(-25)


def test_the_pauses_of_a_voice_are_bridged() -> None:
    microphone = Microphone()
    microphone.hears(-25, 1.0)
    for _ in range(10):
        assert microphone.hears(-60, 0.8)
        assert microphone.hears(-25, 0.4)


def test_the_end_of_speech_is_noticed_by_silence_and_by_no_packets() -> None:
    for after in (-65, None):
        microphone = Microphone()
        microphone.hears(-25, 2.0)
        began = microphone.now
        while microphone.hears(after):
            assert microphone.now - began < 2.0 + QUIET_S
        assert microphone.now - began > QUIET_S


def test_the_noise_of_a_room_is_no_speech() -> None:
    microphone = Microphone()
    assert not microphone.hears(-46, 10.0)
    assert not microphone.hears(None, 10.0)


@given(st.lists(st.one_of(st.none(), st.integers(-127, 0)), max_size=200))
def test_speaking_begins_and_ends_slowly(levels: list[int | None]) -> None:
    microphone = Microphone()
    changes = [microphone.now]
    for level in levels:
        before = microphone.loudness.is_speaking
        if microphone.hears(level) != before:
            changes.append(microphone.now)
            assert changes[-1] - changes[-2] >= 2 * WINDOW_S - 1e-6
        assert -70 <= microphone.loudness.level_dbov <= 0


def test_speakers_are_named_once_and_bounded() -> None:
    sound = RoomSound()
    microphones = {ParticipantId(f"p{number:02}"): Loudness() for number in range(20)}
    changed = []
    for step in range(10):
        for position, loudness in enumerate(microphones.values()):
            loudness.heard(35 - position)
        changed.append(sound.measure(microphones, step * WINDOW_S))
    assert changed == [False, True] + [False] * 8
    assert len(sound.speakers) == MAX_SPEAKERS
    assert sound.speakers == tuple(sorted(microphones)[4:])


async def test_a_speaker_is_told_and_a_muted_one_is_not(engine: Engine) -> None:
    loud = await Publisher(engine, "loud", 1_000, level_id=LEVEL_ID).connect()
    quiet = await Publisher(engine, "quiet", 2_000, level_id=LEVEL_ID).connect()

    def talk() -> None:
        loud.audio.packet(level=20)
        quiet.audio.packet(level=60)

    def told() -> list[tuple[str, ...]]:
        return [event.speakers for event in engine.of(SpeakersChanged)]  # type: ignore[attr-defined]

    async with Background(paced(talk, 0.02)):
        took = await until(lambda: told() == [("loud",)])
        print(f"measured: a speaker is named after {took:.2f} s")
        engine.permit(LESSON, loud.participant_id, MediaPermissions())
        await until(lambda: told() == [("loud",), ()])
        engine.permit(LESSON, loud.participant_id, sender())
        await until(lambda: told()[-1] == ("loud",))
        await asyncio.sleep(0.5)
    assert len(told()) == 3, "told on change only"
