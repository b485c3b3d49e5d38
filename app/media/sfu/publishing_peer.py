"""The connection on which one participant sends: from packets to publications."""

import secrets
from collections.abc import Callable
from typing import Protocol

from app.media.port import Source
from app.media.sfu.audio_levels import audio_level
from app.media.sfu.feedback import UplinkRate
from app.media.sfu.negotiation import PublishedSection, RemoteTransport
from app.media.sfu.publication import Publication, PublisherFeedback, TrackFormat
from app.media.sfu.red import unwrap_red
from app.media.wire.endpoint import MediaEndpoint
from app.media.wire.rtcp import (
    Goodbye,
    Nack,
    PictureLossIndication,
    ReceiverReport,
    Remb,
    RtcpPacket,
    SenderReport,
    build_compound,
)
from app.media.wire.rtp import RtpPacket, unwrap_rtx
from app.media.wire.transport import PeerTransport, TransportState

MAX_SSRCS = 32
TAKEOVER_AFTER_S = 2.0
"""A second SSRC of the same section takes over once the first has been silent this long."""
MAX_NACK_ITEMS = 200


class PublishingOwner(Protocol):
    """The room's side of a publishing peer."""

    def may_publish(self, source: Source) -> bool: ...

    def track_started(
        self, source: Source, track: TrackFormat, feedback: PublisherFeedback
    ) -> Publication: ...

    def track_ended(self, publication: Publication) -> None: ...

    def publishing_state_changed(self, peer: "PublishingPeer", state: TransportState) -> None: ...


class _Track:
    """One section's current stream."""

    __slots__ = ("owner", "packets_refused", "peer", "publication", "section", "ssrc")

    def __init__(self, peer: "PublishingPeer", section: PublishedSection, ssrc: int) -> None:
        self.peer = peer
        self.owner = peer.owner
        self.section = section
        self.ssrc = ssrc
        self.publication: Publication | None = None
        self.packets_refused = 0

    def receive(self, packet: RtpPacket, now: float) -> None:
        publication = self.publication
        if publication is not None and packet.payload_type == publication.format.payload_type:
            publication.receive(packet, now)
        else:
            self._receive_first(packet, now)

    def _receive_first(self, packet: RtpPacket, now: float) -> None:
        codec = self.section.codec
        if packet.payload_type == self.section.rtx_payload_type:
            self.receive_rtx(packet, now)
            return
        if packet.payload_type == self.section.red_payload_type:
            self._receive_red(packet, now)
            return
        if packet.payload_type != codec.payload_type or not self.owner.may_publish(
            self.section.source
        ):
            self.packets_refused += 1
            return
        track = TrackFormat(codec.name, codec.payload_type, codec.clock_rate_hz, self.ssrc)
        self.publication = self.owner.track_started(
            self.section.source, track, self.peer.publisher_feedback
        )
        self.publication.receive(packet, now)
        self.peer.track_began()

    def _receive_red(self, packet: RtpPacket, now: float) -> None:
        publication = self.publication
        last = publication.last_packet if publication is not None else None
        try:
            primary, recovered = unwrap_red(packet, self.section.codec.payload_type, last)
        except ValueError:
            self.packets_refused += 1
            return
        for lost in recovered:
            assert publication is not None
            publication.recover(lost, now)
        self.receive(primary, now)

    def receive_rtx(self, packet: RtpPacket, now: float) -> None:
        publication = self.publication
        if publication is None:
            return
        try:
            original = unwrap_rtx(packet, publication.format.payload_type, self.ssrc)
        except ValueError:
            return  # a padding probe
        publication.receive(original, now)

    def end(self) -> None:
        publication, self.publication = self.publication, None
        if publication is not None:
            self.owner.track_ended(publication)


class _AudioTrack(_Track):
    """Also reads how loud each packet is."""

    __slots__ = ()

    def receive(self, packet: RtpPacket, now: float) -> None:
        super().receive(packet, now)
        extension_id = self.section.audio_level_id
        if packet.extension_profile and extension_id is not None and self.publication is not None:
            level = audio_level(packet, extension_id)
            if level is not None:
                self.publication.loudness.heard(level)


class PublishingPeer:
    """Handles what arrives on one publishing connection; implements `TransportHandler`."""

    def __init__(
        self, owner: PublishingOwner, endpoint: MediaEndpoint, identity: tuple[str, str]
    ) -> None:
        self.owner = owner
        self.identity = identity
        self.origin = str(secrets.randbelow(1 << 62))
        self.version = 0
        self.packets_unbound = 0
        self.ssrc = 1 + secrets.randbelow(0xFFFFFFFE)
        """Our own, in feedback."""
        self.publisher_feedback = PublisherFeedback(self._request_keyframe, self._request_packets)
        self._endpoint = endpoint
        self._sections: dict[str, PublishedSection] = {}
        self._tracks: dict[str, _Track] = {}
        self._receivers: dict[int, Callable[[RtpPacket, float], None]] = {}
        self._uplink = UplinkRate()
        self._bitrate_bps = 0
        self.report_due = 0.0
        self.transport: PeerTransport = endpoint.create_transport(self)

    # -- negotiation

    def negotiated(self, remote: RemoteTransport, sections: list[PublishedSection]) -> None:
        """Apply an offer. Raises ValueError if its transport parameters cannot be used."""
        section = remote.section
        previous = self.transport.remote_ufrag
        if previous is not None and previous != section.ice_ufrag:
            self.transport.restart_ice()
        self.transport.set_remote(
            section.ice_ufrag, section.ice_pwd, section.fingerprints, section.setup
        )
        self.version += 1
        before = self._sections
        self._sections = {one.mid: one for one in sections}
        for mid, track in list(self._tracks.items()):
            now_there = self._sections.get(mid)
            if now_there is None or not _is_same_track(before[mid], now_there, track.ssrc):
                self._forget(mid)
            else:
                track.section = now_there

    def close(self) -> None:
        """End every publication and the transport. Idempotent."""
        self.end_tracks()
        self._endpoint.remove(self.transport)

    def end_tracks(self) -> None:
        """The connection is lost: its publications end, and begin anew if packets come back."""
        for mid in list(self._tracks):
            self._forget(mid)

    def end_forbidden(self) -> None:
        """End what may not be published any more; the next packets of it are refused."""
        for track in self._tracks.values():
            if not self.owner.may_publish(track.section.source):
                track.end()

    def _forget(self, mid: str) -> None:
        track = self._tracks.pop(mid)
        track.end()
        self._receivers = {
            ssrc: receive
            for ssrc, receive in self._receivers.items()
            if getattr(receive, "__self__", None) is not track
        }

    # -- TransportHandler

    def rtp_received(self, packet: RtpPacket, now: float) -> None:
        """Route one packet by SSRC."""
        receive = self._receivers.get(packet.ssrc)
        if receive is None:
            receive = self._bind(packet, now)
            if receive is None:
                self.packets_unbound += 1
                return
        receive(packet, now)

    def rtcp_received(self, packets: list[RtcpPacket], now: float) -> None:
        """Sender reports and goodbyes of the publisher."""
        for packet in packets:
            if isinstance(packet, SenderReport):
                for track in self._tracks.values():
                    if track.ssrc == packet.ssrc and track.publication is not None:
                        track.publication.sender_report(packet, now)
            elif isinstance(packet, Goodbye):
                for track in self._tracks.values():
                    if track.ssrc in packet.ssrcs:
                        track.end()

    def state_changed(self, state: TransportState) -> None:
        """Tell the room."""
        self.owner.publishing_state_changed(self, state)

    # -- SSRC to section

    def _bind(self, packet: RtpPacket, now: float) -> Callable[[RtpPacket, float], None] | None:
        section = self._section_of(packet)
        if section is None or len(self._receivers) >= MAX_SSRCS:
            return None
        is_rtx = section.ssrcs.get(packet.ssrc, packet.payload_type == section.rtx_payload_type)
        track = self._tracks.get(section.mid)
        if is_rtx:
            if track is None:
                return None
            self._receivers[packet.ssrc] = track.receive_rtx
            return track.receive_rtx
        if track is not None:
            current = track.publication
            if current is not None and now - current.last_arrival < TAKEOVER_AFTER_S:
                return None
            self._forget(section.mid)
        track = self._tracks[section.mid] = _track(self, section, packet.ssrc)
        self._receivers[packet.ssrc] = track.receive
        return track.receive

    def _section_of(self, packet: RtpPacket) -> PublishedSection | None:
        """By signalled SSRC, else by the MID extension, else by a payload type of one section."""
        sections = self._sections.values()
        for section in sections:
            if packet.ssrc in section.ssrcs:
                return section
        identifiers = {section.mid_extension_id for section in sections} - {None}
        for extension_id, value in packet.extensions():
            if extension_id in identifiers:
                return self._sections.get(value.decode("ascii", "replace"))
        fitting = [
            section
            for section in sections
            if not section.ssrcs
            and packet.payload_type
            in (section.codec.payload_type, section.rtx_payload_type, section.red_payload_type)
        ]
        return fitting[0] if len(fitting) == 1 else None

    # -- feedback

    def publications(self) -> list[Publication]:
        return [track.publication for track in self._tracks.values() if track.publication]

    def track_began(self) -> None:
        """A first report is worth sending at once: without one a browser stays slow."""
        self.report_due = 0.0

    def tick(self, now: float) -> None:
        """Every 20 ms: what the publications are late to ask for."""
        for track in self._tracks.values():
            if track.publication is not None:
                track.publication.tick(now)

    @property
    def allowed_bitrate_bps(self) -> int:
        """The last REMB, 0 before the first."""
        return self._bitrate_bps

    def report(self, now: float, video_cap_bps: int) -> None:
        """Every second: a receiver report on each source, and the REMB."""
        publications = self.publications()
        if not publications:
            return
        blocks = tuple(publication.reception.report(now) for publication in publications)
        packets: list[RtcpPacket] = [ReceiverReport(self.ssrc, blocks)]
        videos = [publication for publication in publications if publication.is_video]
        if videos:
            loss = max(publication.reception.fraction_lost for publication in videos)
            self._bitrate_bps = self._uplink.update(loss, video_cap_bps)
            ssrcs = tuple(publication.format.ssrc for publication in videos)
            packets.append(Remb(self.ssrc, self._bitrate_bps, ssrcs))
        self.transport.send_rtcp(build_compound(packets))

    def _request_keyframe(self, ssrc: int) -> None:
        self.transport.send_rtcp(bytes(PictureLossIndication(self.ssrc, ssrc)))

    def _request_packets(self, ssrc: int, indexes: list[int]) -> None:
        numbers = tuple(index & 0xFFFF for index in indexes[:MAX_NACK_ITEMS])
        self.transport.send_rtcp(bytes(Nack(self.ssrc, ssrc, numbers)))


def _track(peer: PublishingPeer, section: PublishedSection, ssrc: int) -> _Track:
    return (_AudioTrack if section.source.kind == "audio" else _Track)(peer, section, ssrc)


def _is_same_track(before: PublishedSection, after: PublishedSection, ssrc: int) -> bool:
    is_format_kept = before.source is after.source and before.codec == after.codec
    return is_format_kept and (not after.ssrcs or ssrc in after.ssrcs)
