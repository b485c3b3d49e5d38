"""Counters of a room in plain values, for `stats()`, the console and the tests."""

from collections.abc import Mapping

from app.media.sfu.audio_stream import AudioStream
from app.media.sfu.publication import Publication
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
    """What came from a publisher."""
    return {
        "codec": publication.format.codec,
        "packets_received": publication.reception.packets_received,
        "bytes_received": publication.bytes_received,
        "fraction_lost": round(publication.reception.fraction_lost, 4),
        "packets_recovered": publication.reception.packets_recovered,
        "packets_rebuilt": publication.reception.packets_rebuilt,
        "packets_requested": publication.missing.requested,
        "duplicates": publication.duplicates,
        "keyframes": publication.keyframes,
        "keyframe_requests": publication.keyframe_requests,
        "width": publication.width,
        "height": publication.height,
        "silent_s": round(now - publication.last_arrival, 3),
        "subscribers": publication.subscriber_count,
    }


def stream_stats(stream: SlotStream) -> dict[str, object]:
    """What went to a slot."""
    return {
        "publication_id": stream.publication and str(stream.publication.publication_id),
        "is_waiting": stream.is_waiting,
        "packets_sent": stream.packets_sent,
        "octets_sent": stream.octets_sent,
        "packets_dropped": stream.packets_dropped,
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
