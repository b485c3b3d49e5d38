"""The connection on which one participant sends: from packets to publications."""

import secrets
from typing import Protocol

from app.media.port import Source
from app.media.sfu.audio_levels import UNTOLD, audio_level
from app.media.sfu.binding import Places
from app.media.sfu.feedback import UplinkRate
from app.media.sfu.layer import Layer, PublisherFeedback
from app.media.sfu.negotiation import PublishedSection, RemoteTransport
from app.media.sfu.publication import Publication
from app.media.sfu.reception import mean_fraction_lost
from app.media.sfu.red import unwrap_red
from app.media.sfu.track_format import TrackFormat
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
from app.media.wire.transport import PeerTransport
from app.media.wire.transport_state import TransportState

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
    """One section's current publication, and the SSRCs that feed its layers."""

    def __init__(self, peer: "PublishingPeer", section: PublishedSection) -> None:
        self.peer = peer
        self.section = section
        self.publication: Publication | None = None
        self.inputs: dict[int, _Input] = {}
        """By layer, in the order of the publisher's encodings."""
        self.packets_refused = 0

    def publish(self, source: "_Input", packet: RtpPacket, now: float) -> Layer | None:
        """The layer for the first packet of an SSRC; None if it may not be published."""
        codec, owner = self.section.codec, self.peer.owner
        if packet.payload_type != codec.payload_type or not owner.may_publish(self.section.source):
            self.packets_refused += 1
            return None
        if self.publication is None:
            track = TrackFormat(
                codec.name,
                codec.payload_type,
                codec.clock_rate_hz,
                packet.ssrc,
                self.section.rids,
            )
            self.publication = owner.track_started(
                self.section.source, track, self.peer.publisher_feedback
            )
            self.peer.track_began()
        layer = next(one for one in self.publication.layers if one.position == source.position)
        layer.bind(packet.ssrc, packet.sequence_number, now)
        return layer

    def said_goodbye(self, ssrcs: tuple[int, ...], now: float) -> None:
        """Layers that end. With the last one the track ends, unless we had asked for silence."""
        publication = self.publication
        if publication is None:
            return
        for source in self.inputs.values():
            if source.ssrc in ssrcs and source.layer is not None:
                source.layer.stopped()
        is_silent = not any(layer.is_sent for layer in publication.layers)
        if is_silent and not publication.is_told_to_rest(now):
            self.end()

    def end(self) -> None:
        publication, self.publication = self.publication, None
        for source in self.inputs.values():
            source.layer = None
        if publication is not None:
            self.peer.owner.track_ended(publication)


class _Input:
    """One SSRC of a track."""

    __slots__ = ("_payload_type", "layer", "position", "ssrc", "track")

    def __init__(self, track: _Track, position: int, ssrc: int) -> None:
        self.track = track
        self.position = position
        self.ssrc = ssrc
        self.layer: Layer | None = None
        self._payload_type = track.section.codec.payload_type

    def receive(self, packet: RtpPacket, now: float) -> None:
        layer = self.layer
        if layer is not None and packet.payload_type == self._payload_type:
            layer.receive(packet, now)
        else:
            self._receive_other(packet, now)

    def _receive_other(self, packet: RtpPacket, now: float) -> None:
        section = self.track.section
        if packet.payload_type == section.rtx_payload_type:
            self.receive_rtx(packet, now)
        elif packet.payload_type == section.red_payload_type:
            self._receive_red(packet, now)
        elif self.layer is not None:
            self.track.packets_refused += 1
        else:
            self.layer = self.track.publish(self, packet, now)
            if self.layer is not None:
                self.layer.receive(packet, now)

    def _receive_red(self, packet: RtpPacket, now: float) -> None:
        layer = self.layer
        last = layer.last_packet if layer is not None else None
        try:
            primary, recovered = unwrap_red(packet, self._payload_type, last)
        except ValueError:
            self.track.packets_refused += 1
            return
        for lost in recovered:
            assert layer is not None
            layer.recover(lost, now)
        self.receive(primary, now)

    def receive_rtx(self, packet: RtpPacket, now: float) -> None:
        layer = self.layer
        if layer is None:
            return
        try:
            original = unwrap_rtx(packet, self._payload_type, self.ssrc)
        except ValueError:
            return  # a padding probe
        layer.receive(original, now)


class _AudioInput(_Input):
    """Also reads how loud each packet is."""

    __slots__ = ()

    def receive(self, packet: RtpPacket, now: float) -> None:
        super().receive(packet, now)
        publication, extension_id = self.track.publication, self.track.section.audio_level_id
        if publication is None:
            return
        if extension_id is None:
            publication.loudness.heard(UNTOLD)
        elif packet.extension_profile:
            level = audio_level(packet, extension_id)
            if level is not None:
                publication.loudness.heard(level)


class _RtxInput:
    """An SSRC of retransmissions: the layer may be fed by another SSRC meanwhile."""

    __slots__ = ("position", "track")

    def __init__(self, track: _Track, position: int) -> None:
        self.track = track
        self.position = position

    def receive(self, packet: RtpPacket, now: float) -> None:
        source = self.track.inputs.get(self.position)
        if source is not None:
            source.receive_rtx(packet, now)


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
        self.nacks_sent = self.plis_sent = 0
        self.ssrc = 1 + secrets.randbelow(0xFFFFFFFE)
        """Our own, in feedback."""
        self.publisher_feedback = PublisherFeedback(
            self._request_keyframe, self._request_packets, endpoint.at_end_of_wake_up
        )
        self._endpoint = endpoint
        self._sections: dict[str, PublishedSection] = {}
        self._tracks: dict[str, _Track] = {}
        self._inputs: dict[int, _Input | _RtxInput] = {}
        self._places = Places(MAX_SSRCS)
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
        self._sections = {one.mid: one for one in sections}
        for mid, track in list(self._tracks.items()):
            now_there = self._sections.get(mid)
            if now_there is None or not _is_same_track(track, now_there):
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
        self._inputs = {
            ssrc: source for ssrc, source in self._inputs.items() if source.track is not track
        }

    # -- TransportHandler

    def rtp_received(self, packet: RtpPacket, now: float) -> None:
        """Route one packet by SSRC."""
        source = self._inputs.get(packet.ssrc)
        if source is None:
            source = self._bind(packet, now)
            if source is None:
                self.packets_unbound += 1
                return
        source.receive(packet, now)

    def rtcp_received(self, packets: list[RtcpPacket], now: float) -> None:
        """Sender reports and goodbyes of the publisher."""
        for packet in packets:
            if isinstance(packet, SenderReport):
                source = self._inputs.get(packet.ssrc)
                if isinstance(source, _Input) and source.layer is not None:
                    source.layer.sender_report(packet, now)
            elif isinstance(packet, Goodbye):
                for track in self._tracks.values():
                    track.said_goodbye(packet.ssrcs, now)

    def state_changed(self, state: TransportState) -> None:
        """Tell the room."""
        self.owner.publishing_state_changed(self, state)

    def path_changed(self) -> None:
        """What was lost is missing in the numbers of what comes."""

    # -- SSRC to layer

    def _bind(self, packet: RtpPacket, now: float) -> "_Input | _RtxInput | None":
        if len(self._inputs) >= MAX_SSRCS:
            return None
        place = self._places.of(self._sections.values(), packet)
        if place is None:
            return None
        section = place.section
        track = self._tracks.get(section.mid)
        if place.is_rtx:
            if track is None:
                return None
            self._inputs[packet.ssrc] = rtx = _RtxInput(track, place.position)
            return rtx
        if track is not None and place.position in track.inputs:
            former = track.inputs[place.position]
            layer = former.layer
            if layer is not None and now - layer.last_arrival < TAKEOVER_AFTER_S:
                return None
            if len(section.rids) == 1:
                self._forget(section.mid)
                track = None
            else:
                self._inputs.pop(former.ssrc, None)
        if track is None:
            track = self._tracks[section.mid] = _Track(self, section)
        kind = _AudioInput if section.source.kind == "audio" else _Input
        source = kind(track, place.position, packet.ssrc)
        self._inputs[packet.ssrc] = track.inputs[place.position] = source
        return source

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
        layers = [layer for one in publications for layer in one.layers if layer.ssrc]
        blocks = tuple(layer.reception.report(now) for layer in layers)
        packets: list[RtcpPacket] = [ReceiverReport(self.ssrc, blocks)]
        videos = [layer for layer in layers if layer.is_video]
        if videos:
            loss = mean_fraction_lost(layer.reception for layer in videos)
            self._bitrate_bps = self._uplink.update(loss, video_cap_bps)
            ssrcs = tuple(layer.ssrc for layer in videos)
            packets.append(Remb(self.ssrc, self._bitrate_bps, ssrcs))
        self.transport.send_rtcp(build_compound(packets))

    def _request_keyframe(self, ssrc: int) -> None:
        self.plis_sent += 1
        self.transport.send_rtcp(bytes(PictureLossIndication(self.ssrc, ssrc)))

    def _request_packets(self, ssrc: int, indexes: list[int]) -> None:
        numbers = tuple(index & 0xFFFF for index in indexes[:MAX_NACK_ITEMS])
        self.nacks_sent += 1
        self.transport.send_rtcp(bytes(Nack(self.ssrc, ssrc, numbers)))


def _is_same_track(track: _Track, after: PublishedSection) -> bool:
    before = track.section
    if before.source is not after.source or before.codec != after.codec:
        return False
    if before.rids != after.rids or not after.is_sending:
        return False
    return not after.ssrcs or all(one.ssrc in after.ssrcs for one in track.inputs.values())
