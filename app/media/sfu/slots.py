"""Which publisher sits in which slot of a receiver: sticky, and a pure function."""

from collections.abc import Mapping

from app.ids import ParticipantId, PublicationId
from app.media.port import MediaPermissions, SlotGroup


def slot_name(group: str, index: int) -> str:
    """`<group>.<i>`: the name in events; its media sections are `<group>.<i>.a` and `.v`."""
    return f"{group}.{index}"


def slot_names(groups: tuple[SlotGroup, ...]) -> list[str]:
    """Every slot in the order of the subscribing connection's media sections."""
    return [slot_name(group.name, i) for group in groups for i in range(group.count)]


def publisher_of(publication_id: PublicationId) -> ParticipantId:
    """The participant in `<participant id>/<source>`."""
    return ParticipantId(publication_id.rpartition("/")[0])


def map_slots(
    current: Mapping[str, ParticipantId | None],
    permissions: MediaPermissions,
    groups: tuple[SlotGroup, ...],
) -> dict[str, ParticipantId | None]:
    """Slot to publisher after a change of permissions.

    A publisher keeps its slot while anything of it is listed for that group, `off` included; a
    new one takes the first free slot, and waits if there is none. One slot per group and publisher.
    """
    wanted: dict[str, dict[ParticipantId, None]] = {group.name: {} for group in groups}
    for publication_id, reception in permissions.receive.items():
        if reception.slot_group in wanted:
            wanted[reception.slot_group][publisher_of(publication_id)] = None
    mapped: dict[str, ParticipantId | None] = {}
    for group in groups:
        waiting = wanted[group.name]
        names = [slot_name(group.name, i) for i in range(group.count)]
        for name in names:
            holder = current.get(name)
            mapped[name] = holder if holder in waiting else None
            if holder is not None:
                waiting.pop(holder, None)
        for name in names:
            if mapped[name] is None and waiting:
                newcomer = next(iter(waiting))
                del waiting[newcomer]
                mapped[name] = newcomer
    return mapped
