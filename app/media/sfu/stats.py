"""Counters of a room in plain values, for `stats()`, the console and the tests."""

from collections.abc import Mapping

from app.media.sfu.audio_stream import AudioStream
from app.media.sfu.layer import Layer
from app.media.sfu.publication import Publication
from app.media.sfu.reception import mean_fraction_lost
from app.media.sfu.room import Participant, Room
from app.media.sfu.subscription import SlotStream
from app.media.wire.transport import PeerTransport


def room_stats(room: Room, now: float) -> Mapping[str, object]:
    """`{participants: {id: {publish, subscribe}}, sinks: {publication id: ...}}`."""
    return {
        "participants": {
            str(participant_id): participant_stats(participant, now)
            for participant_id, participant in room.participants.items()
        },
        "sinks": {
            str(identifier): {
                "is_connected": sink.is_connected,
                "packets_dropped": sink.packets_dropped,
            }
            for identifier, sink in room.sinks.items()
        },
    }


def participant_stats(participant: Participant, now: float) -> dict[str, object]:
    """Both connections of one participant; a connection it does not have is None."""
    publishing, subscribing = participant.publishing, participant.subscribing
    return {
        "publish": publishing
        and {
            "state": participant.publish_state,
            "transport": transport_stats(publishing.transport),
            "allowed_bitrate_bps": publishing.allowed_bitrate_bps,
            "packets_unbound": publishing.packets_unbound,
            "publications": {
                str(publication.publication_id): publication_stats(publication, now)
                for publication in publishing.publications()
            },
        },
        "subscribe": subscribing
        and {
            "state": participant.subscribe_state,
            "transport": transport_stats(subscribing.transport),
            "rtt_ms": round(subscribing.rtt_s * 1_000, 1),
            "estimate_bps": subscribing.estimate_bps,
            "loss": subscribing.loss_pause.loss(now),
            "is_video_paused": subscribing.loss_pause.is_paused,
            "is_sound_redundant": subscribing.redundancy.is_on,
            "streams": {mid: stream_stats(stream) for mid, stream in subscribing.streams.items()},
        },
    }


def publication_stats(publication: Publication, now: float) -> dict[str, object]:
    """What came from a publisher: over all layers, and each of them, low to high."""
    layers = publication.layers
    return {
        "codec": publication.format.codec,
        "packets_received": sum(layer.reception.packets_received for layer in layers),
        "bytes_received": sum(layer.bytes_received for layer in layers),
        "fraction_lost": round(mean_fraction_lost(layer.reception for layer in layers), 4),
        "packets_recovered": sum(layer.reception.packets_recovered for layer in layers),
        "packets_rebuilt": sum(layer.reception.packets_rebuilt for layer in layers),
        "packets_requested": sum(layer.missing.requested for layer in layers),
        "duplicates": sum(layer.duplicates for layer in layers),
        "keyframes": sum(layer.keyframes for layer in layers),
        "keyframe_requests": sum(layer.keyframe_requests for layer in layers),
        "width": max(layer.width for layer in layers),
        "height": max(layer.height for layer in layers),
        "silent_s": round(min(now - publication.last_arrival, 1e6), 3),
        "subscribers": publication.subscriber_count,
        "layers_wanted": publication.wanted and publication.wanted.layers,
        "layers": [layer_stats(layer, now) for layer in layers],
    }


def layer_stats(layer: Layer, now: float) -> dict[str, object]:
    """What came under one SSRC; `bitrate_bps` is cumulative by temporal layer."""
    return {
        "rid": layer.rid,
        "is_live": layer.is_live(now),
        "bitrate_bps": layer.rates_bps,
        "width": layer.width,
        "height": layer.height,
        "packets_received": layer.reception.packets_received,
        "fraction_lost": round(layer.reception.fraction_lost, 4),
        "keyframes": layer.keyframes,
        "streams": len(layer.streams),
    }


def stream_stats(stream: SlotStream) -> dict[str, object]:
    """What went to a slot; `current` and `target` are (spatial, temporal), None if nothing is sent."""
    current, target = stream.current, stream.target
    return {
        "publication_id": stream.publication and str(stream.publication.publication_id),
        "is_waiting": stream.is_waiting,
        "current": current and (current.spatial, current.temporal),
        "target": target and (target.spatial, target.temporal),
        "packets_sent": stream.packets_sent,
        "octets_sent": stream.octets_sent,
        "packets_dropped": stream.packets_dropped,
        "packets_left_out": stream.packets_left_out,
        "retransmitted": stream.retransmitted,
        "redundant_sent": stream.redundant_sent if isinstance(stream, AudioStream) else 0,
    }


def transport_stats(transport: PeerTransport) -> dict[str, object]:
    """Below RTP."""
    path, stats = transport.path, transport.stats
    return {
        "is_tcp": path.is_tcp if path is not None else None,
        "srtp_profile": transport.srtp_profile,
        "packets_received": stats.packets_received,
        "packets_sent": stats.packets_sent,
        "bytes_received": stats.bytes_received,
        "bytes_sent": stats.bytes_sent,
        "packets_dropped_congestion": stats.packets_dropped_congestion,
        "packets_rejected": stats.packets_rejected,
    }
