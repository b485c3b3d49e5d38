"""Picture size from an H.264 sequence parameter set, ITU-T H.264 §7.3.2.1.1."""

_WITH_CHROMA_FORMAT = frozenset((100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135))
MAX_SPS_BYTES = 256


class _Bits:
    """Reads an RBSP bit by bit; ValueError past its end."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = 8 * len(data)

    def take(self, count: int) -> int:
        self._left -= count
        if self._left < 0:
            raise ValueError("H.264 SPS is truncated")
        return self._value >> self._left & (1 << count) - 1

    def ue(self) -> int:
        """Unsigned exp-Golomb, §9.1."""
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > 31:
                raise ValueError("H.264 SPS has an overlong code")
        return (1 << zeros) - 1 + (self.take(zeros) if zeros else 0)

    def se(self) -> int:
        value = self.ue()
        return (value + 1) // 2 if value & 1 else -(value // 2)


def sps_dimensions(sps: bytes) -> tuple[int, int]:
    """Width and height in pixels after cropping. ValueError if the SPS cannot be read.

    `sps` is the NAL unit with its header byte, without start code.
    """
    if not 4 <= len(sps) <= MAX_SPS_BYTES:
        raise ValueError(f"H.264 SPS of {len(sps)} bytes")
    bits = _Bits(sps[1:].replace(b"\x00\x00\x03", b"\x00\x00"))
    profile = bits.take(8)
    bits.take(16)
    bits.ue()
    chroma_format = 1
    if profile in _WITH_CHROMA_FORMAT:
        chroma_format = _skip_chroma(bits)
    bits.ue()
    _skip_picture_order(bits)
    bits.ue()
    bits.take(1)
    width, height = (bits.ue() + 1) * 16, (bits.ue() + 1) * 16
    is_frame_only = bits.take(1)
    if not is_frame_only:
        height *= 2
        bits.take(1)
    bits.take(1)
    if bits.take(1):
        left, right, top, bottom = (bits.ue() for _ in range(4))
        unit_x = 1 if chroma_format in (0, 3) else 2
        unit_y = (2 if chroma_format == 1 else 1) * (1 if is_frame_only else 2)
        width -= (left + right) * unit_x
        height -= (top + bottom) * unit_y
    if not (0 < width <= 16_384 and 0 < height <= 16_384):
        raise ValueError(f"H.264 SPS says {width}x{height}")
    return width, height


def _skip_chroma(bits: _Bits) -> int:
    chroma_format = bits.ue()
    if chroma_format == 3:
        bits.take(1)
    bits.ue()
    bits.ue()
    bits.take(1)
    if bits.take(1):
        for index in range(12 if chroma_format == 3 else 8):
            if bits.take(1):
                _skip_scaling_list(bits, 16 if index < 6 else 64)
    return chroma_format


def _skip_scaling_list(bits: _Bits, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.se()) % 256
        last = following or last


def _skip_picture_order(bits: _Bits) -> None:
    kind = bits.ue()
    if kind == 0:
        bits.ue()
    elif kind == 1:
        bits.take(1)
        bits.se()
        bits.se()
        count = bits.ue()
        if count > 255:
            raise ValueError("H.264 SPS has too many reference frames in its cycle")
        for _ in range(count):
            bits.se()
