"""What was sent to one subscriber over the last second."""

from collections import deque
from collections.abc import Iterable

from app.media.sfu.estimator import SentRates
from app.media.sfu.subscription import SlotStream

WINDOW_S = 1.0
_NOTHING = (0, 0, 0)


class SentMeter:
    """Reads the counters of streams; call `measure` some times a second."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, dict[int, tuple[int, ...]]]] = deque()

    def measure(self, streams: Iterable[SlotStream], now: float) -> SentRates:
        """The rates since the last mark that is a second old, or since the first."""
        audio = 0
        counts: dict[int, tuple[int, ...]] = {}
        for stream in streams:
            if stream.kind == "video":
                octets = stream.octets_sent + stream.octets_resent + stream.octets_padded
                counts[stream.ssrc] = (octets, stream.octets_padded, stream.octets_resent)
            else:
                audio += stream.octets_sent
        counts[0] = (audio, 0, 0)
        self._marks.append((now, counts))
        while len(self._marks) > 2 and now - self._marks[1][0] >= WINDOW_S:
            self._marks.popleft()
        since, before = self._marks[0]
        elapsed_s = now - since
        if elapsed_s <= 0:
            return SentRates(0, {})
        bits = {
            ssrc: tuple(8 * (b - a) for a, b in zip(before.get(ssrc, _NOTHING), count, strict=True))
            for ssrc, count in counts.items()
        }
        audio_bits, *_ = bits.pop(0)
        return SentRates(
            int(audio_bits / elapsed_s),
            {ssrc: int(all_bits / elapsed_s) for ssrc, (all_bits, *_) in bits.items()},
            int(sum(padding for _, padding, _ in bits.values()) / elapsed_s),
            int(sum(resent for _, _, resent in bits.values()) / elapsed_s),
        )
