"""What outgoing streams have in common: how they send, their headers, where they begin to count."""

import secrets
import struct
from collections.abc import Callable
from typing import Protocol

from app.media.sfu.media_burst import MediaBurst
from app.media.wire.fan_out import Deltas, FanOuts, Recipient
from app.media.wire.srtp import HeaderRewrite
from app.media.wire.srtp_sender import PayloadPatch

pack_header = struct.Struct("!BBHII").pack
"""Octets 0 and 1, sequence number, timestamp, SSRC (RFC 3550 §5.1). Bound once: this is called for every packet."""
pack_header_with_send_time = struct.Struct("!BBHIIII").pack
"""With abs-send-time as the only extension: `ONE_WORD_EXTENSION`, then its element as a word."""
ONE_WORD_EXTENSION = 0xBEDE0001


class SendRtp(Protocol):
    """`SrtpSender.send_rtp`."""

    def __call__(
        self,
        header: bytes | bytearray | memoryview,
        payload: bytes | bytearray | memoryview = b"",
        *,
        is_video: bool,
        end_of_frame: bool = False,
    ) -> bool: ...


class SendBurst(Protocol):
    """`SrtpSender.send_burst`."""

    def __call__(
        self,
        burst: MediaBurst,
        header: HeaderRewrite,
        send_time_word: int = 0,
        patch: PayloadPatch | None = None,
    ) -> bool: ...


class Join(Protocol):
    """`SrtpSender.join`."""

    def __call__(
        self,
        fan_outs: FanOuts,
        header: HeaderRewrite,
        send_time_word: int,
        deltas: Deltas,
        on_left: Callable[[], None],
    ) -> Recipient | None: ...


def first_sequence_number() -> int:
    """In 1,000..32,768: libsrtp loses its roll-over counter if the first packets wrap."""
    return 1_000 + secrets.randbelow(31_768)
