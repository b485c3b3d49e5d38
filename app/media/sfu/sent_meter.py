"""What was sent to one subscriber over the last second."""

from collections import deque
from collections.abc import Iterable

from app.media.sfu.estimator import SentRates
from app.media.sfu.slot_stream import SlotStream

WINDOW_S = 1.0
_NOTHING = (0, 0, 0)


class SentMeter:
    """Reads the counters of streams; call `measure` some times a second."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, int, dict[int, tuple[int, int, int]]]] = deque()
        """Time, octets of sound, and by SSRC of a picture: octets of all kinds, of padding, sent again."""

    def measure(self, streams: Iterable[SlotStream], now: float) -> SentRates:
        """The rates since the last mark that is a second old, or since the first."""
        audio = 0
        counts: dict[int, tuple[int, int, int]] = {}
        for stream in streams:
            if stream.kind == "video":
                padded, resent = stream.rtx.octets_padded, stream.rtx.octets_resent
                counts[stream.ssrc] = (stream.octets_sent + resent + padded, padded, resent)
            else:
                audio += stream.octets_sent
        marks = self._marks
        marks.append((now, audio, counts))
        while len(marks) > 2 and now - marks[1][0] >= WINDOW_S:
            marks.popleft()
        since, audio_before, before = marks[0]
        if now <= since:
            return SentRates(0, {})
        bits_per_octet_s = 8 / (now - since)
        padding = repeats = 0
        video_bps: dict[int, int] = {}
        for ssrc, (octets, padded, resent) in counts.items():
            octets_before, padded_before, resent_before = before.get(ssrc, _NOTHING)
            video_bps[ssrc] = int((octets - octets_before) * bits_per_octet_s)
            padding += padded - padded_before
            repeats += resent - resent_before
        return SentRates(
            int((audio - audio_before) * bits_per_octet_s),
            video_bps,
            int(padding * bits_per_octet_s),
            int(repeats * bits_per_octet_s),
        )
