"""Bounds on everything a stranger controls, and the token bucket that counts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Defaults fit a county of 60 classrooms behind one address; tests make them small."""

    message_bytes: int = 128 * 1024
    messages_per_s: float = 20.0
    message_burst: int = 60
    bad_messages: int = 5
    """Invalid messages forgiven at once; one more is forgiven every 10 s."""
    limited_messages: int = 40
    """Messages over the rate that are answered `rate_limited` before the socket is closed; 1/s is forgiven."""
    auth_timeout_s: float = 10.0
    heartbeat_s: float = 5.0
    outbox_messages: int = 256
    outbox_bytes: int = 1_000_000
    close_timeout_s: float = 5.0
    """How long a closing socket may take to read what is still queued for it."""
    goodbye_s: float = 1.0
    """How long a server that goes away waits for its sockets to read that."""
    connections: int = 2_000
    connections_per_ip: int = 200
    companions_per_place: int = 4
    resume_events: int = 500
    """A gap longer than this is answered with a snapshot."""
    negotiation_timeout_s: float = 5.0


class TokenBucket:
    """`capacity` tokens at most, `rate_per_s` new ones; time is an argument (seconds, any origin)."""

    def __init__(self, capacity: float, rate_per_s: float, now_s: float) -> None:
        self._capacity = capacity
        self._rate_per_s = rate_per_s
        self._tokens = capacity
        self._at_s = now_s

    def take(self, now_s: float) -> bool:
        """Take one token; False if there is none."""
        grown = self._tokens + (now_s - self._at_s) * self._rate_per_s
        self._tokens = min(self._capacity, grown)
        self._at_s = now_s
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
