"""An engine's decisions, a bottleneck and a receiver's estimate in one loop, faster than time.

The bottleneck is the one of `tests.support.link`, the receiver's REMB is made by aiortc's port of libwebrtc's
estimator, the decisions are the engine's own. Packets are only sizes.
"""

import random
from collections import defaultdict, deque
from dataclasses import dataclass, field

from aiortc.rate import RemoteBitrateEstimator

from app.media.sfu.allocator import Tile
from app.media.sfu.downlink import Downlink
from app.media.sfu.estimator import SentRates
from app.media.sfu.red import RedundancyRule
from app.media.sfu.subscribing_peer import TRAIN_REPORT_STANDS_S
from tests.support.link import Conditions, Direction

TICK_S = 0.020
FPS = 15
HEADERS_BYTES = 36
"""RTP, its extension, SRTP's tag."""
MTU = 1_100
PADDING_BYTES = 160
TRAIN_PACKET_BYTES = 255
REPORT_BYTES = 100
AUDIO_BYTES, AUDIO_HEADERS_BYTES = 80, 28
RED_HEADERS_BYTES = 5
AUDIO_SSRC = 1
REPORTS_S, BROWSER_SOUND_REPORTS_S = (0.5, 1.5), (2.5, 7.5)
"""From one report to the next. Browsers report on sound by itself, and seldom."""
Tiles = dict[str, tuple[int, tuple[tuple[int, ...], ...]]]
"""Name to priority and costs."""
LAYERS = ((60_000, 100_000), (240_000, 400_000), (600_000, 1_000_000))


@dataclass
class Moment:
    at: float
    estimate_bps: int
    chosen: dict[str, tuple[int, int] | None]
    padding_bps: int
    audio_lost: int
    audio_delay_s: float
    is_audio_twice: bool
    is_base_twice: bool
    audio_missing: int
    """Packets since the last moment that neither came nor came with the next one."""


@dataclass
class _Stream:
    ssrc: int
    sent: deque[tuple[float, int, int]] = field(default_factory=lambda: deque(maxlen=20_000))
    """(time, bytes, of that padding)."""
    expected: int = 0
    lost: int = 0
    reported_at: float = 0.0

    def bps(self, now: float) -> tuple[int, int]:
        while self.sent and now - self.sent[0][0] > 1.0:
            self.sent.popleft()
        return 8 * sum(s for _, s, _ in self.sent), 8 * sum(p for _, _, p in self.sent)


class ClosedLoop:
    """One subscriber behind one bottleneck; `run` lets time pass."""

    def __init__(
        self,
        tiles: Tiles,
        conditions: Conditions,
        *,
        has_remb: bool = True,
        has_reports: bool = True,
        sound_reports_s: tuple[float, float] | None = None,
        noise_s: float = 0.0,
        rtt_s: float = 0.1,
        seed: int = 1,
    ) -> None:
        self.tiles = [Tile(key, *shape) for key, shape in tiles.items()]
        self.link = Direction(seed, conditions)
        self.downlink = Downlink()
        self.now = 0.0
        self.moments: list[Moment] = []
        self._has_remb, self._has_reports = has_remb, has_reports
        self._sound_reports_s = sound_reports_s
        self._noise_s = noise_s
        """How late a busy machine reads and answers reports, at most."""
        self._rtt_s = rtt_s
        self._streams = {key: _Stream(100 + n) for n, key in enumerate(tiles)}
        self._audio = _Stream(AUDIO_SSRC)
        self._receiver = RemoteBitrateEstimator()
        self._arriving: list[tuple[float, float, int, int]] = []
        self._feedback: list[tuple[float, int, int, float]] = []
        """When it arrives; packets expected and lost, since when."""
        self._remb: list[tuple[float, int, tuple[int, ...]]] = []
        self._decision_at = self._report_at = self._answer_at = self._audio_answer_at = 0.0
        self._random = random.Random(seed)
        self._frame_at: dict[str, float] = defaultdict(float)
        self._frame_number: dict[str, int] = defaultdict(int)
        self._packets = 0
        self._padding_owed = 0.0
        self._audio_delays: list[float] = []
        self._redundancy = RedundancyRule()
        self._is_base_twice = False
        self._audio_missing = 0
        self._was_audio_lost = False
        self._queued_s = 0.0
        self._rtts: list[tuple[float, float, int]] = []
        self._sender_report: tuple[float, float, int] = (0.0, 0.0, 0)
        """When the last one arrives and was sent, and its number; 0: none is to be answered."""
        self._last_number = 0

    # -- time

    def run(self, seconds: float, conditions: Conditions | None = None) -> list[Moment]:
        """The decisions of the next `seconds`."""
        if conditions is not None:
            self.link.conditions = conditions
        begin = len(self.moments)
        for _ in range(round(seconds / TICK_S)):
            self._tick()
        return self.moments[begin:]

    def _tick(self) -> None:
        self._send_audio()
        for tile in self.tiles:
            self._send_frame(tile)
        self._pad()
        self._receive()
        if self.now >= self._report_at:
            self._report_at = self.now + 1.0
            self._send_report()
        if self._has_reports and self.now >= self._answer_at:
            self._answer_at = self.now + self._random.uniform(*REPORTS_S)
            self._report()
        if self._sound_reports_s is not None and self.now >= self._audio_answer_at:
            self._audio_answer_at = self.now + self._random.uniform(*self._sound_reports_s)
            self._report_loss(self._audio)
        self._hear()
        if self.now >= self._decision_at:
            self._decide()
            # A peer would also decide when its receiver complains: here it is as slow as it may be.
            self._decision_at = self.now + self.downlink.interval_s
        self.now += TICK_S

    # -- the engine

    def _send_audio(self) -> None:
        is_twice = self._redundancy.is_on
        size = 2 * AUDIO_BYTES + RED_HEADERS_BYTES if is_twice else AUDIO_BYTES
        is_lost = not self._send(self._audio, size, AUDIO_HEADERS_BYTES)
        self._audio_missing += self._was_audio_lost and (is_lost or not is_twice)
        self._was_audio_lost = is_lost

    def _send_frame(self, tile: Tile) -> None:
        choice = self.downlink.allocator.chosen.get(tile.key)
        if choice is None or self.now < self._frame_at[tile.key]:
            return
        self._frame_at[tile.key] = self.now + 1 / FPS
        number = self._frame_number[tile.key] = self._frame_number[tile.key] + 1
        costs = tile.costs[choice.spatial]
        if len(costs) > 1 and number % 2 and choice.temporal == 0:
            return
        share = costs[0] / costs[-1] if len(costs) > 1 else 0.5
        size = int(costs[-1] / FPS / 8 * 2 * (1 - share if number % 2 else share))
        is_base = len(costs) == 1 or not number % 2
        for start in range(0, size, MTU):
            self._packets += 1
            octets = min(MTU, size - start)
            self._send(self._streams[tile.key], octets, HEADERS_BYTES)
            if self._is_base_twice and is_base:
                self._send(self._streams[tile.key], octets, HEADERS_BYTES, is_padding=True)

    def _pad(self) -> None:
        if not self._streams:
            return
        self._padding_owed += self.downlink.padding_bps / 8 * TICK_S
        stream = next(iter(self._streams.values()))
        while self._padding_owed >= PADDING_BYTES:
            self._padding_owed -= PADDING_BYTES
            self._send(stream, PADDING_BYTES, HEADERS_BYTES, is_padding=True)

    def _send(self, stream: _Stream, size: int, headers: int, *, is_padding: bool = False) -> bool:
        """Whether it arrives."""
        stream.sent.append((self.now, size, size if is_padding else 0))
        stream.expected += not is_padding
        at = self.link.pass_on(size + headers, self.now)
        if at is None:
            stream.lost += not is_padding
        else:
            self._arriving.append((at + self._rtt_s / 2, self.now, size, stream.ssrc))
        return at is not None

    def _decide(self) -> None:
        video = {s.ssrc: s.bps(self.now) for s in self._streams.values()}
        sent = SentRates(
            self._audio.bps(self.now)[0],
            {ssrc: both for ssrc, (both, _) in video.items()},
            sum(padding for _, padding in video.values()),
        )
        loss = self.downlink.estimator.loss(self.now)
        has_room = self.downlink.carries_sound_twice(self.now, is_twice=self._redundancy.is_on)
        self._redundancy.update(loss, has_room, self.now)
        self.downlink.update(self.tiles, sent, self._packets, self.now)
        has_room = self.downlink.carries_base_twice(self.now)
        self._is_base_twice = self._redundancy.is_on and has_room
        self._packets = 0
        if self.downlink.train_octets:
            self._send_train(self.downlink.train_octets)
        chosen = {
            key: choice and (choice.spatial, choice.temporal)
            for key, choice in self.downlink.allocator.chosen.items()
        }
        self.moments.append(
            Moment(
                self.now,
                self.downlink.estimator.bitrate_bps,
                chosen,
                self.downlink.padding_bps,
                self._audio.lost,
                max(self._audio_delays, default=0.0),
                self._redundancy.is_on,
                self._is_base_twice,
                self._audio_missing,
            )
        )
        self._audio_delays.clear()
        self._audio_missing = 0

    def _hear(self) -> None:
        due = [f for f in self._feedback if f[0] <= self.now]
        self._feedback = [f for f in self._feedback if f[0] > self.now]
        for at, rtt_s, number in [r for r in self._rtts if r[0] <= self.now]:
            self.downlink.round_trip(rtt_s, number, at)
        self._rtts = [r for r in self._rtts if r[0] > self.now]
        for at, expected, lost, since in due:
            self.downlink.estimator.reported(expected, lost, since, at)
        rembs = [r for r in self._remb if r[0] <= self.now]
        self._remb = [r for r in self._remb if r[0] > self.now]
        for at, bitrate_bps, ssrcs in rembs:
            self.downlink.estimator.remb_received(9, ssrcs, bitrate_bps, at)

    # -- the receiver

    def _receive(self) -> None:
        arrived = sorted(a for a in self._arriving if a[0] <= self.now)
        self._arriving = [a for a in self._arriving if a[0] > self.now]
        for at, sent_at, size, ssrc in arrived:
            if ssrc == AUDIO_SSRC:
                self._queued_s = at - sent_at - self._rtt_s / 2
                self._audio_delays.append(self._queued_s)
                continue
            made = self._receiver.add(
                int(at * 1_000), int(sent_at * 262_144) & 0xFFFFFF, size, ssrc
            )
            if made is not None and self._has_remb:
                self._remb.append((at + self._rtt_s / 2, made[0], tuple(made[1])))

    def _report(self) -> None:
        if self._sound_reports_s is None:
            self._report_loss(self._audio)
        for stream in self._streams.values():
            self._report_loss(stream)
        arrived_at, sent_at, number = self._sender_report
        if number and arrived_at <= self.now:
            late_s = self._random.uniform(0.0, self._noise_s)
            rtt_s = arrived_at - sent_at + self._rtt_s / 2 + late_s
            self._rtts.append((self.now + self._rtt_s / 2 + late_s, rtt_s, number))
            self._sender_report = (0.0, 0.0, 0)

    def _report_loss(self, stream: _Stream) -> None:
        at = self.now + self._rtt_s / 2
        self._feedback.append((at, stream.expected, stream.lost, stream.reported_at))
        stream.expected, stream.lost, stream.reported_at = 0, 0, at

    def _send_report(self) -> int:
        """Queued behind everything that was sent before it; its number."""
        at = self.link.pass_on(REPORT_BYTES, self.now)
        self._last_number += 1
        if at is not None:
            self._sender_report = (at + self._rtt_s / 2, self.now, self._last_number)
        return self._last_number

    def _send_train(self, octets: int) -> None:
        stream = next(iter(self._streams.values()))
        for _ in range(octets // TRAIN_PACKET_BYTES):
            self._send(stream, TRAIN_PACKET_BYTES, HEADERS_BYTES, is_padding=True)
        self._report_at = self.now + TRAIN_REPORT_STANDS_S
        sent = octets // TRAIN_PACKET_BYTES * TRAIN_PACKET_BYTES
        self.downlink.train_sent(sent, self._send_report(), self.now)


def lead(priority: int = 30) -> Tiles:
    """The lead's picture alone."""
    return {"lead": (priority, LAYERS)}
