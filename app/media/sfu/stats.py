"""One room in plain values, for `stats()`. Names are those of webrtc-stats, in snake_case, where it has one.

Times are seconds. `app.telemetry.schemas` states the same shapes for the HTTP interface.
"""

from collections.abc import Callable, Mapping

from app.ids import ParticipantId
from app.media.port import LinkQuality
from app.media.sfu.audio_stream import AudioStream
from app.media.sfu.layer import Layer
from app.media.sfu.layer_choice import LayerChoice
from app.media.sfu.media_session import PublishingSession
from app.media.sfu.participant import PEER_STATES, Participant
from app.media.sfu.publication import Publication
from app.media.sfu.publishing_peer import PublishingPeer
from app.media.sfu.room import Room
from app.media.sfu.slot_stream import SlotStream
from app.media.sfu.subscribing_peer import SubscribingPeer
from app.media.wire.transport import PeerTransport

Stats = dict[str, object]


def room_stats(
    room: Room, now: float, quality_of: Callable[[ParticipantId], LinkQuality | None]
) -> Mapping[str, object]:
    """`{participants: [...], sinks: [...]}`."""
    return {
        "participants": [
            {
                "participant_id": str(participant.participant_id),
                "quality": quality_of(participant.participant_id),
                "paused": sorted(participant.paused),
                "connections": _connections(participant, now),
            }
            for participant in room.participants.values()
        ],
        "sinks": [
            {
                "publication_id": str(identifier),
                "is_connected": sink.is_connected,
                "packets_dropped": sink.packets_dropped,
            }
            for identifier, sink in room.sinks.items()
        ],
    }


def _connections(participant: Participant, now: float) -> list[Stats]:
    """The page's connections, then those of its WHIP and WHEP sessions."""
    found = []
    if participant.publishing is not None:
        found.append(_publishing(participant.publishing, None, now))
    if participant.subscribing is not None:
        found.append(_subscribing(participant.subscribing, None))
    for session in participant.sessions.values():
        session_id = str(session.session_id)
        if isinstance(session, PublishingSession):
            if session.peer is not None:
                found.append(_publishing(session.peer, session_id, now))
        elif session.peer is not None:
            found.append(_subscribing(session.peer, session_id))
    return found


def _publishing(peer: PublishingPeer, session_id: str | None, now: float) -> Stats:
    return {
        "connection": "publish",
        "session_id": session_id,
        "state": PEER_STATES[peer.transport.state],
        "transport": _transport(peer.transport),
        "allowed_bitrate_bps": peer.allowed_bitrate_bps,
        "available_outgoing_bitrate_bps": None,
        "packets_unbound": peer.packets_unbound,
        "nack_count": peer.nacks_sent,
        "pli_count": peer.plis_sent,
        "inbound_rtp": [
            _layer(publication, layer, now)
            for publication in peer.publications()
            for layer in publication.layers
            if layer.ssrc
        ],
        "outbound_rtp": [],
    }


def _subscribing(peer: SubscribingPeer, session_id: str | None) -> Stats:
    return {
        "connection": "subscribe",
        "session_id": session_id,
        "state": PEER_STATES[peer.transport.state],
        "transport": _transport(peer.transport),
        "allowed_bitrate_bps": None,
        "available_outgoing_bitrate_bps": peer.downlink.estimator.bitrate_bps,
        "packets_unbound": 0,
        "nack_count": peer.nacks_received,
        "pli_count": peer.plis_received,
        "inbound_rtp": [],
        "outbound_rtp": [
            _stream(mid, stream, peer)
            for mid, stream in peer.streams.items()
            if stream.publication is not None or stream.packets_sent
        ],
    }


def _layer(publication: Publication, layer: Layer, now: float) -> Stats:
    """RTCInboundRtpStreamStats of one received stream: a publication, or one simulcast layer of it."""
    reception, wanted = layer.reception, publication.wanted
    return {
        "publication_id": str(publication.publication_id),
        "rid": layer.rid,
        "ssrc": layer.ssrc,
        "kind": "video" if publication.is_video else "audio",
        "mime_type": _mime_type(publication),
        "packets_received": reception.packets_received,
        "packets_lost": reception.packets_expected - reception.packets_received,
        "fraction_lost": round(reception.fraction_lost, 4),
        "jitter": round(reception.jitter_s, 4),
        "bytes_received": layer.bytes_received,
        "retransmitted_packets_received": reception.packets_recovered,
        "packets_rebuilt": reception.packets_rebuilt,
        "packets_requested": layer.missing.requested,
        "packets_repeated": layer.duplicates,
        "key_frames_received": layer.keyframes,
        "pli_count": layer.keyframe_requests,
        "frame_width": layer.width or None,
        "frame_height": layer.height or None,
        "bitrates_bps": list(layer.rates_bps),
        "is_live": layer.is_live(now),
        "is_wanted": wanted is None or wanted.layers[layer.position],
        "subscribers": len(layer.streams),
    }


def _stream(mid: str, stream: SlotStream, peer: SubscribingPeer) -> Stats:
    """RTCOutboundRtpStreamStats of one slot, and what its receiver last reported on it."""
    publication, report = stream.publication, peer.reports.get(stream.ssrc)
    return {
        "mid": mid,
        "ssrc": stream.ssrc,
        "kind": stream.kind,
        "publication_id": publication and str(publication.publication_id),
        "mime_type": publication and _mime_type(publication),
        "is_waiting": stream.is_waiting,
        "current_layer": _choice(stream.current),
        "target_layer": _choice(stream.target),
        "packets_sent": stream.packets_sent,
        "bytes_sent": stream.octets_sent,
        "retransmitted_packets_sent": stream.rtx.packets_resent,
        "redundant_packets_sent": (
            stream.redundant_sent
            if isinstance(stream, AudioStream)
            else stream.rtx.packets_repeated
        ),
        "packets_left_out": stream.packets_left_out,
        "packets_dropped": stream.packets_dropped,
        "remote_inbound_rtp": report
        and {
            "packets_lost": report.packets_lost,
            "fraction_lost": round(report.fraction_lost / 256, 4),
            "jitter": round(report.jitter / (90_000 if stream.kind == "video" else 48_000), 4),
            "round_trip_time": peer.round_trip_time_s,
        },
    }


def _transport(transport: PeerTransport) -> Stats:
    """RTCTransportStats."""
    path, stats = transport.path, transport.stats
    return {
        "ice_state": transport.ice_state,
        "dtls_state": transport.dtls_state,
        "srtp_cipher": transport.srtp_profile,
        "selected_candidate_pair": path and {"protocol": "tcp" if path.is_tcp else "udp"},
        "packets_received": stats.packets_received,
        "packets_sent": stats.packets_sent,
        "bytes_received": stats.bytes_received,
        "bytes_sent": stats.bytes_sent,
        "packets_dropped_congestion": stats.packets_dropped_congestion,
        "packets_rejected": stats.packets_rejected,
    }


def _mime_type(publication: Publication) -> str:
    """As WebRTC writes it: `audio/opus`, `video/VP8`."""
    codec = publication.format.codec
    return f"video/{codec.upper()}" if publication.is_video else f"audio/{codec}"


def _choice(choice: LayerChoice | None) -> Stats | None:
    if choice is None:
        return None
    return {"spatial": choice.spatial, "temporal": choice.temporal}
