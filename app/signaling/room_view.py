"""A room as a viewer may see it."""

from collections.abc import Iterator

from app.ids import ParticipantId, SeatId, publication_id
from app.rooms.deadlines import closes_at_ms, takeover_at_ms
from app.rooms.permissions import lead_id, seat_of
from app.rooms.state import Participant, Phase, Presence, Role, Room, Slides, Stroke
from app.signaling import messages as wire
from app.signaling.directory import LessonCard
from app.signaling.viewer import Viewer


def room_view(room: Room, card: LessonCard, viewer: Viewer) -> wire.RoomView:
    """The whole room as `viewer` may see it: every seat of the plan, taken or not, then staff in order of joining."""
    plan = room.plan
    return wire.RoomView(
        lesson_id=plan.lesson_id,
        title=card.title,
        subject=card.subject,
        phase=room.phase.value,
        starts_at_ms=plan.starts_at_ms,
        ends_at_ms=plan.ends_at_ms,
        started_ms=room.started_ms,
        ended_ms=room.ended_ms,
        end_reason=room.end_reason,
        closes_at_ms=countdown_ms(room),
        is_recorded=plan.is_recorded,
        lead=lead_view(room),
        is_floor_open=room.is_floor_open,
        is_sing_along=room.is_sing_along,
        spotlight=room.spotlight,
        sound_preset=room.sound_preset,
        listening={
            listener: seat
            for listener, seat in room.listening.items()
            if viewer.is_staff or ParticipantId(seat) == viewer.participant_id
        },
        slides=slides_view(room.slides),
        participants=[
            participant_view(room, card, p, is_told_all=viewer.is_told_all_of(p))
            for p in everybody(room)
        ],
    )


def countdown_ms(room: Room) -> int | None:
    """When the lesson will end by itself, as soon as there is a reason to say so: no lead, or its time is up."""
    if room.phase is not Phase.LIVE:
        return None
    at_ms = closes_at_ms(room)
    if at_ms is None:
        return None
    is_due = room.lead_gone_ms is not None or room.at_ms >= at_ms - room.plan.overtime_ms
    return at_ms if is_due else None


def lead_view(room: Room) -> wire.LeadView:
    """Who leads, and who may next."""
    proposal = room.lead_proposal
    return wire.LeadView(
        participant_id=lead_id(room),
        takeover_at_ms=takeover_at_ms(room),
        proposal=None
        if proposal is None
        else wire.LeadProposalView(
            to_id=proposal.to_id, by=proposal.by, expires_ms=proposal.expires_ms
        ),
    )


def participant_view(
    room: Room, card: LessonCard, participant_id: ParticipantId, *, is_told_all: bool
) -> wire.ParticipantView:
    """One place, for a viewer who is told all of it or not. A seat that nobody took yet is an absent classroom."""
    head_count = room.head_counts.get(SeatId(participant_id)) if is_told_all else None
    participant = _participant(room, participant_id)
    name = card.of_participant(participant)
    return wire.ParticipantView(
        participant_id=participant_id,
        role=participant.role.value,
        name=name.name,
        school=name.school,
        presence=participant.presence.value,
        place=participant.place.value,
        call_expires_ms=participant.call_expires_ms,
        hand_raised_ms=participant.hand_raised_ms,
        stage_ms=participant.stage_ms,
        heard_ms=participant.heard_ms,
        help_since_ms=participant.help_since_ms,
        is_muted=participant.is_muted,
        switched_off=[s for s in wire.SOURCES if s in participant.switched_off],
        saves_data=participant.saves_data,
        accepts_by_itself=participant.accepts_by_itself,
        publishing={
            s: participant.publishing[s] for s in wire.SOURCES if s in participant.publishing
        },
        is_recorded=_is_recorded(room, participant_id),
        is_simulated=participant_id in card.simulated,
        head_count=head_count,
        quality=participant.quality,
    )


def everybody(room: Room) -> Iterator[ParticipantId]:
    """Every seat of the plan, taken or not, then staff in order of joining."""
    seats = [ParticipantId(seat.seat_id) for seat in room.plan.seats]
    yield from seats
    yield from (p for p in room.participants if p not in seats)


def _participant(room: Room, participant_id: ParticipantId) -> Participant:
    participant = room.participants.get(participant_id)
    if participant is not None:
        return participant
    seat = seat_of(room, participant_id)
    return Participant(
        participant_id=participant_id,
        role=Role.CLASSROOM,
        user_id=None,
        classroom_id=seat.classroom_id if seat else None,
        device_id=None,
        presence=Presence.ABSENT,
        since_ms=0,
    )


def _is_recorded(room: Room, participant_id: ParticipantId) -> bool:
    """The light tells the truth: planned, consented to, and no track of it was given up."""
    seat = seat_of(room, participant_id)
    is_consented = seat.may_be_recorded if seat else participant_id == lead_id(room)
    has_stopped = any(
        publication_id(participant_id, s) in room.recording_stops for s in wire.SOURCES
    )
    return room.plan.is_recorded and is_consented and not has_stopped


def slides_view(slides: Slides) -> wire.SlidesView | None:
    """The page that is shown, with what is drawn on it; None: none is."""
    if slides.shown is None:
        return None
    return wire.SlidesView(
        deck_id=slides.shown.deck_id,
        page=slides.shown.page,
        turned_ms=slides.turned_ms,
        strokes=[stroke_view(stroke) for stroke in slides.strokes_of(slides.shown)],
    )


def stroke_view(stroke: Stroke) -> wire.StrokeView:
    """One line that was drawn."""
    return wire.StrokeView(stroke_id=stroke.stroke_id, color=stroke.color, points=stroke.points)
