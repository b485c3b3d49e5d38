"""The bundled clips: what the senders rely on, and that aiortc sends them without encoding."""

import asyncio
import itertools
from collections.abc import AsyncIterator

import aioice.ice
import av
import numpy as np
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpSender
from aiortc.codecs import vpx

from app.simulated.clip import CLIPS, ClipUnusable, Playback, clip_names, load_clip
from app.simulated.peer import gather_loopback_only

MAX_CLIP_BYTES = 450_000


def _is_keyframe(frame: bytes) -> bool:
    """RFC 7741 §4.3: the P bit of the frame tag is 0."""
    return frame[0] & 1 == 0


@pytest.mark.parametrize("name", clip_names())
def test_a_clip_is_small_and_has_a_keyframe_each_second(name: str) -> None:
    clip = load_clip(name)

    assert (CLIPS / f"{name}.webm").stat().st_size <= MAX_CLIP_BYTES
    assert 10 <= clip.duration_s <= 20
    per_second = 90_000 // clip.frame_ticks
    keyframes = [i for i, frame in enumerate(clip.frames) if _is_keyframe(frame)]
    assert keyframes[0] == 0
    # Within the clip, and over the seam of the loop.
    following = [*keyframes[1:], len(clip.frames)]
    assert max(b - a for a, b in zip(keyframes, following, strict=True)) <= per_second


@pytest.mark.parametrize("name", clip_names())
def test_picture_and_sound_fill_the_same_time(name: str) -> None:
    clip = load_clip(name)
    assert len(clip.packets) * 0.02 == pytest.approx(clip.duration_s)


@pytest.mark.parametrize("name", clip_names())
def test_a_clip_shows_something_that_moves_and_sounds(name: str) -> None:
    with av.open(str(CLIPS / f"{name}.webm")) as container:
        pictures = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    with av.open(str(CLIPS / f"{name}.webm")) as container:
        sound = np.concatenate([f.to_ndarray().ravel() for f in container.decode(audio=0)])

    assert pictures[0].shape == ((360, 640) if name == "teacher" else (180, 320))
    assert pictures[0].std() > 20
    moved = [
        np.abs(a.astype(int) - b).max()
        for a, b in zip(pictures[:-10:10], pictures[10::10], strict=True)
    ]
    assert min(moved) > 20
    assert 0.02 < np.sqrt(np.mean(sound.astype(float) ** 2)) < 0.9


def test_there_are_two_different_clips() -> None:
    first, second = (load_clip(name) for name in clip_names()[:2])
    assert first.frames[0] != second.frames[0]


@pytest.mark.parametrize("name", ["no-such-clip", "../../settings", ""])
def test_an_unknown_clip_is_refused(name: str) -> None:
    with pytest.raises(ClipUnusable, match="there is no clip named"):
        load_clip(name)


@pytest.fixture
async def pair(
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[tuple[RTCPeerConnection, RTCPeerConnection]]:
    # What the product changes for its whole process is put back after the test.
    monkeypatch.setattr(aioice.ice, "get_host_addresses", aioice.ice.get_host_addresses)
    gather_loopback_only()
    pair = tuple(RTCPeerConnection(RTCConfiguration(iceServers=[])) for _ in range(2))
    yield pair[0], pair[1]
    await asyncio.gather(*(connection.close() for connection in pair))


async def test_a_clip_is_sent_as_it_is_and_arrives_as_picture_and_sound(
    pair: tuple[RTCPeerConnection, RTCPeerConnection], monkeypatch: pytest.MonkeyPatch
) -> None:
    def encoding_is_forbidden(*_: object) -> None:
        raise AssertionError("a bundled clip must not be encoded again")

    monkeypatch.setattr(vpx.Vp8Encoder, "encode", encoding_is_forbidden)
    sender, receiver = pair
    playback = Playback(load_clip("classroom-a"))
    for track in (playback.camera, playback.microphone):
        transceiver = sender.addTransceiver(track, direction="sendonly")
        codecs = RTCRtpSender.getCapabilities(track.kind).codecs
        transceiver.setCodecPreferences(
            [codec for codec in codecs if codec.mimeType in ("video/VP8", "audio/opus")]
        )
    await sender.setLocalDescription(await sender.createOffer())
    await receiver.setRemoteDescription(sender.localDescription)
    await receiver.setLocalDescription(await receiver.createAnswer())
    await sender.setRemoteDescription(receiver.localDescription)
    tracks = {t.kind: t.receiver.track for t in receiver.getTransceivers()}

    async with asyncio.timeout(30):
        frames = [await tracks["video"].recv() for _ in range(15)]
        sound = [await tracks["audio"].recv() for _ in range(60)]

    assert {(frame.width, frame.height) for frame in frames} == {(320, 180)}
    steps = [b.pts - a.pts for a, b in itertools.pairwise(frames)]
    assert set(steps) == {9_000}
    assert max(np.abs(frame.to_ndarray()).max() for frame in sound) > 500


async def test_the_loop_has_no_seam_in_its_timestamps() -> None:
    clip = load_clip("classroom-a")
    playback = Playback(clip, begin_s=clip.duration_s - 0.25)
    async with asyncio.timeout(60):
        packets = [await playback.camera.recv() for _ in range(6)]
    assert [b.pts - a.pts for a, b in itertools.pairwise(packets)] == [9_000] * 5
    contents = [bytes(packet) for packet in packets]
    assert clip.frames[0] in contents and clip.frames[-1] in contents


async def test_a_closed_track_is_silent_and_goes_on_where_the_clip_is() -> None:
    playback = Playback(load_clip("classroom-b"))
    async with asyncio.timeout(60):
        first = await playback.microphone.recv()
        playback.microphone.set_sending(False)
        waiting = asyncio.create_task(playback.microphone.recv())
        assert not (await asyncio.wait({waiting}, timeout=0.8))[0]
        playback.microphone.set_sending(True)
        later = await waiting
    assert later.pts is not None and first.pts is not None
    assert later.pts - first.pts > 0.5 * 48_000


async def test_a_picture_that_skips_goes_on_with_a_keyframe() -> None:
    # Found by killing servers on a busy machine: the recorded file went on in the middle of nothing.
    playback = Playback(load_clip("classroom-a"))
    async with asyncio.timeout(60):
        first = await playback.camera.recv()
        playback.camera.set_sending(False)
        await asyncio.sleep(1.3)
        playback.camera.set_sending(True)
        skipped = [await playback.camera.recv() for _ in range(2)]
    assert first.pts is not None and skipped[0].pts is not None and skipped[1].pts is not None
    assert skipped[0].pts - first.pts > 9_000
    assert _is_keyframe(bytes(skipped[0]))
    assert skipped[1].pts - skipped[0].pts == 9_000
