import pytest

from app.accounts.rate_limit import RateLimiter
from app.errors import RateLimited


class Seconds:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_limit_holds_within_the_window_and_not_after_it() -> None:
    clock = Seconds()
    limiter = RateLimiter(3, 60, clock=clock)
    for _ in range(3):
        limiter.take("a")
    with pytest.raises(RateLimited, match="60 s"):
        limiter.take("a")
    limiter.take("b")

    clock.now = 60.0
    limiter.take("a")


def test_events_given_back_and_forgotten_keys_do_not_count() -> None:
    limiter = RateLimiter(2, 60, clock=Seconds())
    for _ in range(10):
        limiter.take("a")
        limiter.give_back("a")
    limiter.take("a")
    limiter.take("a")
    limiter.forget("a")
    limiter.take("a")


def test_memory_is_bounded_however_many_keys_a_stranger_invents() -> None:
    limiter = RateLimiter(2, 60, max_keys=100, clock=Seconds())
    for number in range(1_000):
        limiter.take(f"key{number}")
    assert limiter.key_count == 100
