"""The place of a session: it stands beside the page that holds it, or holds it itself while no page does."""

from collections.abc import Sequence

from app.errors import CommandRejected
from app.ids import ParticipantId, is_session_device
from app.rooms.commands import Join, Leave, ReportCut
from app.rooms.runtime import RoomRuntime
from app.rooms.state import Presence
from app.whip.session import Session


async def join(runtime: RoomRuntime, session: Session) -> None:
    """Take the place unless somebody is in it. Raises CommandRejected where the ticket's holder may not join."""
    ticket = session.ticket
    held = runtime.room.participants.get(ticket.participant_id)
    if held is not None and held.presence is Presence.PRESENT:
        return
    command = Join(
        by=ticket.participant_id,
        role=ticket.role,
        device_id=session.device_id,
        user_id=ticket.user_id,
        classroom_id=ticket.classroom_id,
        # As one who comes back, it never pushes out a page that was quicker.
        is_resume=True,
    )
    try:
        await runtime.execute(command)
    except CommandRejected as error:
        if error.code != "replaced":
            raise


async def leave(runtime: RoomRuntime, session: Session) -> None:
    """The last session of a place was closed: leave the place if the session held it."""
    await runtime.execute(Leave(session.ticket.participant_id, session.device_id))


async def settle(
    runtime: RoomRuntime, participant_id: ParticipantId, living: Sequence[Session]
) -> None:
    """A page or a session is gone: the newest of the `living` sessions takes the place over.

    Without any the place of a lost session is cut, so that it may come back within the grace period.
    """
    held = runtime.room.participants.get(participant_id)
    if held is None or held.presence is Presence.ABSENT:
        return
    if held.presence is Presence.PRESENT:
        is_page = not is_session_device(held.device_id)
        if is_page or any(held.device_id == session.device_id for session in living):
            return
        assert held.device_id is not None
        await runtime.execute(ReportCut(participant_id, held.device_id))
    if living:
        await join(runtime, living[-1])
