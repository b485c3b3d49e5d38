"""A recorded lesson whose server is killed in the middle, and what must be true afterwards."""

import asyncio
import contextlib
import io
import json
import socket
import sqlite3
import time
import urllib.request
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal
from urllib.parse import urljoin

import av

from app.ids import ClassroomId, LessonId, SeatId, UserId
from app.rooms.events import EpochClosed, EpochOpened, LessonStarted, ParticipantReturned
from app.rooms.evolve import fold
from app.rooms.recorded import Recorded, event_from_json
from app.rooms.state import LessonPlan, Phase, Presence, Room, Seat
from tests.support.lesson_peers import LessonPeer, ask, peers_of
from tests.support.office import Office, PlannedLesson
from tests.support.serve import Served, ServeFailed
from tests.support.waiting import until

Victim = Literal["app", "engine", "recorder", "worker", "supervisor", "all"]
"""`engine` is the one that serves the lesson."""
MAX_LOST_MS = 1_500
"""Of what was recorded before a kill."""
GAP_ERROR_MS = 100
"""Between a gap that is shown and what the files have."""
GAP_AFTER_BACK_MS = 2_500
"""A gap is over so long after the last process that was killed is back."""
PATIENCE = 3
"""Times that on a machine that does other things."""
BACK_S = 90.0
AVAILABLE_S = 90.0
FEW_FRAMES = 5
SOURCES = ("camera", "microphone")


@dataclass(frozen=True, slots=True)
class Kill:
    victim: Victim
    mono_ns: int
    counts: bool
    """Everybody was recorded when it came, so that what was lost of before can be told."""


@dataclass(frozen=True, slots=True)
class Loss:
    """What one kill cost one publication."""

    kill: Kill
    participant_id: str
    source: str
    before_ms: float
    """From the last frame that plays to the kill."""
    hole_ms: float
    """The longest silence that begins around the kill."""

    def __str__(self) -> str:
        return (
            f"kill -9 of {self.kill.victim}: {self.source} of {self.participant_id} lost "
            f"{self.before_ms:.0f} ms, its hole is {self.hole_ms:.0f} ms long"
        )


class KilledLesson:
    """The server's side of one live lesson, and the proofs. Who takes part is somebody else's business."""

    def __init__(self, served: Served, office: Office, plan: PlannedLesson) -> None:
        self.served, self.office, self.plan = served, office, plan
        self.participant_ids = [plan.lead_id, *(seat.seat_id for seat in plan.seats)]
        self.kills: list[Kill] = []
        self.back_ns: dict[Kill, int] = {}
        """When what a kill ended was there again."""
        self._times_ms: dict[tuple[str, str], list[float]] = {}

    # -- while it is live

    async def kill(self, victim: Victim, *, counts: bool = True) -> Kill:
        """`kill -9`; `serve_again` afterwards."""
        now_ns = time.monotonic_ns()
        if victim == "all":
            self.served.kill_all()
        elif victim == "supervisor":
            assert self.served.process is not None
            self.served.process.kill()
            await asyncio.to_thread(self.served.process.wait)
        else:
            self.served.kill(self.engine_name() if victim == "engine" else victim)
        self.kills.append(Kill(victim, now_ns, counts))
        return self.kills[-1]

    async def kill_if_it_runs(self, victim: Victim) -> None:
        """A second blow before all is well again; what it costs cannot be told from the first one's."""
        with contextlib.suppress(ServeFailed, ProcessLookupError):
            await self.kill(victim, counts=False)

    async def serve_again(self) -> float:
        """Wait until all parts are there, with a new `serve` on the same data if the old one is gone; seconds."""
        began = time.monotonic()
        if self.served.process is None or self.served.process.poll() is not None:
            await asyncio.to_thread(self.served.start)
        else:
            await asyncio.to_thread(self._wait_for_recorder)
            await asyncio.to_thread(self.served.wait_until_ready)
        for kill in self.kills:
            self.back_ns.setdefault(kill, time.monotonic_ns())
        return time.monotonic() - began

    def _wait_for_recorder(self) -> None:
        """A recorder that was killed a moment ago still looks ready to the app."""
        deadline = time.monotonic() + BACK_S
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
                probe.connect(str(self.served.run_dir / "sink.sock"))
                return
            time.sleep(0.02)

    async def all_are_in(self) -> float:
        """Wait until everybody's socket is joined, by the journal; the seconds it took."""

        def are_in() -> bool:
            there = self._fold(self.journal_rows()).participants.values()
            present = {one.participant_id for one in there if one.presence is Presence.PRESENT}
            return present >= set(self.participant_ids)

        return await until(are_in, BACK_S, "everybody is in")

    async def is_recorded_since(self, since_ns: int) -> float:
        """Wait until every camera and microphone is written by processes that live; seconds since `since_ns`.

        Neither app nor worker holds a packet: without them epochs go on, and no new one is opened.
        """
        victims = {kill.victim for kill in self.kills if kill.mono_ns >= since_ns}
        from_ns = since_ns if victims - {"app", "worker"} else 0
        wanted = {(who, source) for who in self.participant_ids for source in SOURCES}

        def is_recorded() -> bool:
            return wanted <= set(self.open_epochs(from_ns).values())

        await until(is_recorded, BACK_S, "the whole room is recorded")
        return (time.monotonic_ns() - since_ns) / 1e9

    def open_epochs(self, from_ns: int = 0) -> dict[str, tuple[str, str]]:
        """What is being written, of what was opened since `from_ns`: epoch -> participant and source."""
        opened: dict[str, tuple[str, str]] = {}
        for row in self.journal_rows():
            if isinstance(row.event, EpochOpened) and row.mono_ns >= from_ns:
                opened[row.event.epoch_id] = (row.event.participant_id, row.event.source)
            elif isinstance(row.event, EpochClosed):
                opened.pop(row.event.epoch_id, None)
        return opened

    def journal_rows(self) -> list[Recorded]:
        """The journal as the database holds it, with the monotonic clock that the interface does not show."""
        path = self.served.data_dir / "tongtang.db"
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            rows = database.execute(
                "SELECT seq, at_ms, mono_ns, type, data FROM journal WHERE lesson_id = ? ORDER BY seq",
                (self.plan.lesson_id,),
            ).fetchall()
        return [
            Recorded(seq, at_ms, mono_ns, event_from_json(type_, json.loads(data)))
            for seq, at_ms, mono_ns, type_, data in rows
        ]

    def engine_name(self) -> str:
        """The child that serves this lesson."""
        path = self.served.data_dir / "tongtang.db"
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            (index,) = database.execute(
                "SELECT engine_index FROM lesson WHERE lesson_id = ?", (self.plan.lesson_id,)
            ).fetchone()
        return f"engine-{index}"

    def lesson_ms(self, mono_ns: int) -> float:
        """A reading of the monotonic clock on the lesson's time line."""
        (started_ns,) = (
            row.mono_ns for row in self.journal_rows() if isinstance(row.event, LessonStarted)
        )
        return (mono_ns - started_ns) / 1e6

    # -- afterwards

    async def end(self) -> None:
        await ask(self.office, "POST", f"/lessons/{self.plan.lesson_id}/end")

    async def is_available(self) -> float:
        """Wait until the recording of the ended lesson can be watched; the seconds that took."""
        lesson = f"/lessons/{self.plan.lesson_id}"

        async def is_available() -> bool:
            recording_id = (await ask(self.office, "GET", lesson))["recording_id"]
            if recording_id is None:
                return False
            recording = await ask(self.office, "GET", f"/recordings/{recording_id}")
            assert recording["state"] != "failed", recording
            return bool(recording["state"] == "available")

        return await until(is_available, AVAILABLE_S, "the recording is available")

    async def folded(self) -> Room:
        """The room as the fold of the journal that the interface shows; every row in its place."""
        rows = await asyncio.to_thread(self.office.journal, self.plan.lesson_id)
        assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
        journal = [
            Recorded(row["seq"], 0, 0, event_from_json(row["type"], row["data"])) for row in rows
        ]
        return self._fold(journal)

    def _fold(self, journal: Sequence[Recorded]) -> Room:
        seats = tuple(Seat(SeatId(one.seat_id), ClassroomId("")) for one in self.plan.seats)
        lead = UserId(self.plan.lead_id.removeprefix("lead_"))
        plan = LessonPlan(LessonId(self.plan.lesson_id), lead, 0, 2**50, True, seats)
        return fold(plan, journal)

    async def losses(self) -> list[Loss]:
        """What each kill cost each publication, by the last and first media that decodes."""
        return [
            _loss(kill, self.lesson_ms(kill.mono_ns), self._times_ms[who, source], who, source)
            for kill in self.kills
            if kill.counts
            for who in self.participant_ids
            for source in SOURCES
        ]

    async def _read_replay(self) -> dict[str, Any]:
        """The replay's body; what its files decode to is kept for the proofs."""
        lesson = await ask(self.office, "GET", f"/lessons/{self.plan.lesson_id}")
        replay: dict[str, Any] = await ask(
            self.office, "GET", f"/recordings/{lesson['recording_id']}"
        )
        times_ms: dict[tuple[str, str], list[float]] = defaultdict(list)
        for track in replay["tracks"]:
            times = await asyncio.to_thread(self._frame_times_ms, track)
            times_ms[track["participant_id"], track["source"]] += times
        self._times_ms = {key: sorted(times) for key, times in times_ms.items()}
        return replay

    def _all_back_ns(self, kills: Sequence[Kill]) -> int:
        """When the processes that these kills ended were there again, and everybody who had been cut off by that."""
        later_ns = [kill.mono_ns for kill in self.kills if kill.mono_ns > kills[-1].mono_ns]
        until_ns = min([kills[-1].mono_ns + int(BACK_S * 1e9), *later_ns])
        returns_ns = [
            row.mono_ns
            for row in self.journal_rows()
            if isinstance(row.event, ParticipantReturned)
            and kills[0].mono_ns < row.mono_ns < until_ns
        ]
        return max([*(self.back_ns[kill] for kill in kills), *returns_ns])

    def check_gaps(self, gaps: Sequence[dict[str, Any]], patience: float) -> None:
        """Each gap that is shown is one that the files have, and not much longer than its processes were away."""
        times_ms = sorted(at for times in self._times_ms.values() for at in times)
        for gap in gaps:
            before = max((at for at in times_ms if at < gap["from_ms"] + GAP_ERROR_MS), default=0.0)
            after = min((at for at in times_ms if at > before), default=float("inf"))
            shown = f"gap from {gap['from_ms']} to {gap['to_ms']} ms, in the files {before:.0f} to {after:.0f}"
            assert abs(gap["from_ms"] - before) <= GAP_ERROR_MS, shown
            assert abs(gap["to_ms"] - after) <= GAP_ERROR_MS, shown
            kills = [
                kill
                for kill in self.kills
                if gap["from_ms"] - MAX_LOST_MS <= self.lesson_ms(kill.mono_ns) <= gap["to_ms"]
            ]
            assert kills, f"nobody was killed: {shown}"
            down_ms = (self._all_back_ns(kills) - kills[0].mono_ns) / 1e6
            print(f"measured: {shown}; {kills[0].victim} was away for {down_ms:.0f} ms")
            assert gap["to_ms"] - gap["from_ms"] <= down_ms + patience * GAP_AFTER_BACK_MS, shown

    def _frame_times_ms(self, track: dict[str, Any]) -> list[float]:
        """When each frame of a track that decodes plays, on the lesson's time line."""
        url = urljoin(f"http://127.0.0.1:{self.served.http_port}", track["url"])
        with urllib.request.urlopen(url, timeout=15) as answer:
            data = io.BytesIO(answer.read())
        times_ms = []
        with av.open(data, "r") as container:
            for frame in container.decode(container.streams[0]):
                assert isinstance(frame, av.VideoFrame | av.AudioFrame)
                assert frame.time is not None
                times_ms.append(track["starts_ms"] + 1000 * frame.time)
        return times_ms

    async def check_attendance(self) -> None:
        """One lesson, one row and one span for everybody who was there, whatever was killed."""
        rows = await asyncio.to_thread(self.office.attendance, self.plan.lesson_id)
        present = {row["participant_id"]: len(row["spans"]) for row in rows if row["spans"]}
        assert present == dict.fromkeys(self.participant_ids, 1), rows
        assert len(rows) == len(self.participant_ids), rows

    async def conclude(self, *, patience: float = PATIENCE) -> list[Loss]:
        """After `end`: check all that must hold; what each kill cost. `patience`: times what a gap may take."""
        print(f"measured: the recording is available after {await self.is_available():.1f} s")
        room = await self.folded()
        assert room.phase is Phase.ENDED
        assert {p.presence for p in room.participants.values()} == {Presence.ABSENT}
        assert not room.open_epochs
        await self.check_attendance()
        replay = await self._read_replay()
        self.check_gaps(replay["gaps"], patience)
        losses = await self.losses()
        for loss in losses:
            assert loss.before_ms <= MAX_LOST_MS, str(loss)
            assert loss.hole_ms < float("inf"), str(loss)
        return losses


def _loss(kill: Kill, at_ms: float, times_ms: Sequence[float], who: str, source: str) -> Loss:
    before = max((t for t in times_ms if t <= at_ms), default=float("-inf"))
    silences = [
        following - t
        for t, following in pairwise((*times_ms, float("inf")))
        if at_ms - MAX_LOST_MS <= t <= at_ms + MAX_LOST_MS
    ]
    return Loss(kill, who, source, at_ms - before, max(silences, default=float("inf")))


class LessonOfPeers(KilledLesson):
    """The same with a lead and classrooms that need no browser."""

    def __init__(
        self,
        served: Served,
        office: Office,
        plan: PlannedLesson,
        lead: LessonPeer,
        classrooms: list[LessonPeer],
    ) -> None:
        super().__init__(served, office, plan)
        self.lead, self.classrooms = lead, classrooms

    async def start(self) -> None:
        """Start the lesson once everybody is in."""
        peers = [self.lead, *self.classrooms]
        await until(lambda: all(peer.is_joined for peer in peers), BACK_S, "everybody is in")
        await ask(self.office, "POST", f"/lessons/{self.plan.lesson_id}/start")

    async def is_whole(self, since_ns: int) -> float:
        """Wait until all are in, the lead and each classroom see each other and all are recorded; seconds."""
        before = {peer.participant_id: dict(peer.frames) for peer in (self.lead, *self.classrooms)}

        def sees(viewer: LessonPeer, publisher: LessonPeer) -> bool:
            key = (publisher.participant_id, "video")
            return viewer.frames[key] - before[viewer.participant_id].get(key, 0) >= FEW_FRAMES

        def all_see() -> bool:
            for peer in (self.lead, *self.classrooms):
                peer.check()
            return self.lead.is_joined and all(
                peer.is_joined and sees(self.lead, peer) and sees(peer, self.lead)
                for peer in self.classrooms
            )

        await until(all_see, BACK_S, "the lead and the classrooms see each other")
        return await self.is_recorded_since(since_ns)


@contextlib.asynccontextmanager
async def lesson_of_peers(served: Served, *, classrooms: int = 2) -> AsyncIterator[LessonOfPeers]:
    """A new recorded lesson on this server, with everybody on their way in."""
    office = await asyncio.to_thread(Office, served)
    plan = await asyncio.to_thread(lambda: office.plan_lesson(classrooms, recorded=True))
    async with peers_of(office, plan) as (lead, rooms):
        yield LessonOfPeers(served, office, plan, lead, rooms)
