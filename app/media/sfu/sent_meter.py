"""What was sent to one subscriber over the last second."""

from collections import deque
from collections.abc import Iterable

from app.media.sfu.estimator import SentRates
from app.media.sfu.subscription import SlotStream

WINDOW_S = 1.0


class SentMeter:
    """Reads the counters of streams; call `measure` some times a second."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, dict[int, tuple[int, int]]]] = deque()

    def measure(self, streams: Iterable[SlotStream], now: float) -> SentRates:
        """The rates since the last mark that is a second old, or since the first."""
        audio, counts = 0, {}
        for stream in streams:
            if stream.kind == "video":
                octets = stream.octets_sent + stream.octets_resent + stream.octets_padded
                counts[stream.ssrc] = (octets, stream.octets_padded)
            else:
                audio += stream.octets_sent
        counts[0] = (audio, 0)
        self._marks.append((now, counts))
        while len(self._marks) > 2 and now - self._marks[1][0] >= WINDOW_S:
            self._marks.popleft()
        since, before = self._marks[0]
        elapsed_s = now - since
        if elapsed_s <= 0:
            return SentRates(0, {})
        bits = {
            ssrc: tuple(8 * (b - a) for a, b in zip(before.get(ssrc, (0, 0)), count, strict=True))
            for ssrc, count in counts.items()
        }
        audio_bits, _ = bits.pop(0)
        return SentRates(
            int(audio_bits / elapsed_s),
            {ssrc: int(both / elapsed_s) for ssrc, (both, _) in bits.items()},
            int(sum(padding for _, padding in bits.values()) / elapsed_s),
        )
