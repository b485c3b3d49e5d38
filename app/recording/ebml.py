"""EBML elements (RFC 8794), as far as Matroska (RFC 9559) needs them. Pure."""

import struct
from dataclasses import dataclass

UNKNOWN_SIZE = -1


@dataclass(frozen=True, slots=True)
class Element:
    element_id: int
    """With its length marker, as the specifications write it: 0x1F43B675."""
    start: int
    """Of the identifier."""
    body: int
    end: int
    """Of the body; UNKNOWN_SIZE if it goes on to wherever its parent ends."""


def read_element(buffer: "bytes | bytearray | memoryview", at: int) -> Element:
    """The element whose identifier begins at `at`. ValueError if that is none, or it is cut off in its head.

    Identifier and size are as long as zeros before their first one bit, plus one (RFC 8794 §4).
    """
    try:
        size_at = at + 9 - buffer[at].bit_length()
        length = 9 - buffer[size_at].bit_length()
    except IndexError:
        raise ValueError(f"element at {at} is cut off in its head") from None
    body = size_at + length
    if size_at - at > 4 or length > 8 or body > len(buffer):
        raise ValueError(f"no whole head of an element at {at}")
    mask = (1 << 7 * length) - 1
    size = int.from_bytes(buffer[size_at:body], "big") & mask
    end = UNKNOWN_SIZE if size == mask else body + size
    return Element(int.from_bytes(buffer[at:size_at], "big"), at, body, end)


def element(element_id: int, *bodies: bytes) -> bytes:
    """An element of known size."""
    body = b"".join(bodies)
    return element_id.to_bytes((element_id.bit_length() + 7) // 8, "big") + _size(len(body)) + body


def unsigned(element_id: int, value: int, length: int = 0) -> bytes:
    """An unsigned integer in its shortest form, or in `length` bytes."""
    return element(
        element_id, value.to_bytes(length or max(1, (value.bit_length() + 7) // 8), "big")
    )


def float64(element_id: int, value: float) -> bytes:
    return element(element_id, struct.pack(">d", value))


def text(element_id: int, value: str) -> bytes:
    return element(element_id, value.encode())


def head(element_id: int, size: int) -> bytes:
    """Identifier and an 8-byte size, for a body that is written piece by piece."""
    identifier = element_id.to_bytes((element_id.bit_length() + 7) // 8, "big")
    return identifier + (1 << 56 | size).to_bytes(8, "big")


def _size(size: int) -> bytes:
    length = 1
    # All ones would say that the size is unknown.
    while size >= (1 << 7 * length) - 1:
        length += 1
    return (1 << 7 * length | size).to_bytes(length, "big")
