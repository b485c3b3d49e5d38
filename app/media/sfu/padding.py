"""When to fill a link with padding, so that its estimate can grow. Pure, time is an argument.

A receiver's estimate grows by about 8 % a second, and never beyond 1.5 times what arrives; the loss rule grows only
while the link is used. A subscriber that gets a small picture would keep it for ever. What is padded stays below
the estimate, so that sound does not suffer from it.
"""

from app.media.sfu.estimator import HIGH_LOSS

FILL_SHARE = 0.85
"""Of what the estimate leaves for pictures: enough for it to grow, and not more than the link is said to carry."""
LEAST_FILL_BPS = 20_000
"""A receiver makes nothing of fewer packets."""
FIRST_REST_S = 5.0
LAST_REST_S = 20.0
MOST_FILL = 0.97
FALLEN_SHARE = 0.93
FALLEN_BPS = 8_000
"""A fall is both: this much, and below that share of the peak."""
HURT_DELAY_S = 0.15
"""What is waiting in front of the link, by the round trip."""
RISE = 1.02
"""At most, each 200 ms: as fast as a browser's own estimate grows, whatever the loss rule would allow."""
GROWTH_S = 12.0
"""A climb that gained less than 5 % in this time has reached the top."""
GAIN = 1.05


class PaddingClimb:
    """Climbs while a better picture is wanted; rests after it has hit the limit of the link."""

    def __init__(self) -> None:
        self._rest_s = FIRST_REST_S
        self._rests_until: float | None = None
        self._peak_bps = 0.0
        self._milestone_bps = 0.0
        self._milestone_at = 0.0
        self._fill_bps = 0.0
        self._is_climbing = False

    def update(
        self,
        is_limited: bool,
        estimate_bps: float,
        sent_bps: float,
        harm: tuple[float | None, float],
        now: float,
    ) -> float:
        """Every 200 ms: the bits per second to send besides sound; 0 if what is sent is enough.

        Neither `estimate_bps` nor `sent_bps` counts sound; `harm` is the loss and the seconds that packets wait.
        """
        if not is_limited:
            self._is_climbing, self._rests_until, self._rest_s = False, None, FIRST_REST_S
            return 0.0
        if self._rests_until is None:
            self._rests_until = now + self._rest_s
        if now < self._rests_until:
            return 0.0
        if not self._is_climbing:
            self._is_climbing = True
            self._peak_bps = self._milestone_bps = estimate_bps
            self._milestone_at = now
            self._fill_bps = max(sent_bps, LEAST_FILL_BPS)
        self._peak_bps = max(self._peak_bps, estimate_bps)
        if estimate_bps >= self._milestone_bps * GAIN:
            self._milestone_bps, self._milestone_at = estimate_bps, now
            self._rest_s = FIRST_REST_S
        loss, delay_s = harm
        is_hurt = delay_s > HURT_DELAY_S or (loss is not None and loss > HIGH_LOSS)
        has_fallen = estimate_bps < min(FALLEN_SHARE * self._peak_bps, self._peak_bps - FALLEN_BPS)
        if is_hurt or has_fallen or now - self._milestone_at > GROWTH_S:
            self._is_climbing = False
            self._rests_until = now + self._rest_s
            self._rest_s = min(self._rest_s * 2, LAST_REST_S)
            return 0.0
        self._fill_bps = max(self._fill_bps * RISE, sent_bps)
        fill_bps = min(FILL_SHARE * estimate_bps, self._fill_bps)
        # An estimator that saw a queue drain holds still until enough packets have told it otherwise.
        return max(
            fill_bps, min(sent_bps + LEAST_FILL_BPS, MOST_FILL * estimate_bps), LEAST_FILL_BPS
        )
