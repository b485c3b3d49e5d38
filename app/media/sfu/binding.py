"""Which layer of which media section an SSRC belongs to (RFC 8843 §9.2, RFC 8852)."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.media.sfu.negotiation import PublishedSection
from app.media.wire.rtp import RtpPacket


@dataclass(frozen=True, slots=True)
class BoundPlace:
    """Where the packets of an SSRC go."""

    section: PublishedSection
    position: int
    """Of the layer in the section's `rids`."""
    is_rtx: bool


class Places:
    """The places of one publisher's SSRCs, those that it named once included.

    It leaves the extensions out once we have reported on an SSRC, also when a section that rested begins anew.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._named: dict[int, tuple[str, str, bool]] = {}
        """SSRC to MID, RID and whether it carries RTX."""

    def of(self, sections: Iterable[PublishedSection], packet: RtpPacket) -> BoundPlace | None:
        """Where the packet goes; None if that is not known."""
        candidates = list(sections)
        place = bound_place(candidates, packet)
        if place is None:
            return self._recalled(candidates, packet.ssrc)
        section = place.section
        self._named.pop(packet.ssrc, None)
        while len(self._named) >= self._limit:
            del self._named[next(iter(self._named))]
        self._named[packet.ssrc] = (section.mid, section.rids[place.position], place.is_rtx)
        return place

    def _recalled(self, sections: list[PublishedSection], ssrc: int) -> BoundPlace | None:
        mid, rid, is_rtx = self._named.get(ssrc, ("", "", False))
        section = next((one for one in sections if one.mid == mid and rid in one.rids), None)
        return BoundPlace(section, section.rids.index(rid), is_rtx) if section else None


def bound_place(sections: Iterable[PublishedSection], packet: RtpPacket) -> BoundPlace | None:
    """By signalled SSRC, else by the MID and RID header extensions, else by payload type.

    Publishers send those extensions until our first receiver report, so the first packets tell.
    None if that leaves a doubt.
    """
    candidates = list(sections)
    for section in candidates:
        signalled = section.ssrcs.get(packet.ssrc)
        if signalled is not None:
            return BoundPlace(section, *signalled)
    extensions = {number: value.decode("ascii", "replace") for number, value in packet.extensions()}
    found = _section_of(candidates, packet, extensions)
    if found is None:
        return None
    is_rtx = packet.payload_type == found.rtx_payload_type
    if len(found.rids) == 1:
        return BoundPlace(found, 0, is_rtx)
    # The MID extension alone does not tell the layer: RTX has an extension of its own for it.
    number = found.repaired_rid_extension_id if is_rtx else found.rid_extension_id
    rid = extensions.get(number, "") if number is not None else ""
    return BoundPlace(found, found.rids.index(rid), is_rtx) if rid in found.rids else None


def _section_of(
    sections: list[PublishedSection], packet: RtpPacket, extensions: dict[int, str]
) -> PublishedSection | None:
    identifiers = {section.mid_extension_id for section in sections} - {None}
    for number, value in extensions.items():
        if number in identifiers:
            return next((section for section in sections if section.mid == value), None)
    fitting = [
        section
        for section in sections
        if not section.ssrcs
        and packet.payload_type
        in (section.codec.payload_type, section.rtx_payload_type, section.red_payload_type)
    ]
    return fitting[0] if len(fitting) == 1 else None
