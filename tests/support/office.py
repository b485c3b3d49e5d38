"""The HTTP interface of a whole server, as a teacher's or an administrator's program uses it."""

import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.serve import Served

TEACHER = "teacher1@example.org"
ADMIN = "admin@example.org"
SCHOOL_ADMIN = "schooladmin@example.org"
"""Of the school of all teachers."""
ONSITE = {
    "石桥村小学": "onsite1@example.org",
    "柳湾村小学": "onsite2@example.org",
    "青坪教学点": "onsite3@example.org",
}
"""School of the demo county -> login of its on-site teacher."""


@dataclass(frozen=True)
class Seat:
    """A planned seat: `name` is the classroom's."""

    seat_id: str
    name: str
    school: str


@dataclass(frozen=True)
class PlannedLesson:
    lesson_id: str
    title: str
    lead_id: str
    """Participant id of the lead."""
    lead_name: str
    seats: tuple[Seat, ...]


class Refused(Exception):
    """An error answer: its status and stable code."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code


class Office:
    """Signed in with a bearer token as `login`; every call raises `Refused` for an error answer."""

    def __init__(self, served: Served, login: str = TEACHER) -> None:
        self._base = f"http://127.0.0.1:{served.http_port}/api/v1"
        self._token = ""
        credentials = {"login": login, "password": served.password}
        self._token = self.call("POST", "/auth/token", credentials)["access_token"]

    def call(self, method: str, path: str, body: object = None) -> Any:
        """The decoded answer; None where there is no body."""
        request = urllib.request.Request(
            self._base + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Content-Type": "application/json",
                **({"Authorization": f"Bearer {self._token}"} if self._token else {}),
            },
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=15) as response:
                answer = response.read()
        except urllib.error.HTTPError as error:
            raise Refused(error.code, json.loads(error.read()).get("code", "")) from None
        return json.loads(answer) if answer else None

    def plan_lesson(
        self,
        classrooms: int = 2,
        *,
        recorded: bool = False,
        title: str = "茉莉花",
        subject: str = "语文",
        in_min: float = 0,
    ) -> PlannedLesson:
        """A lesson as `plan_lesson_of`, with one real classroom from each of the first `classrooms` schools."""
        listed = self.call("GET", "/classrooms")["items"]
        first_of_school = {one["school_name"]: one for one in reversed(listed)}
        chosen = [first_of_school[school] for school in [*ONSITE][:classrooms]]
        ids = [one["classroom_id"] for one in chosen]
        return self.plan_lesson_of(
            ids, recorded=recorded, title=title, subject=subject, in_min=in_min
        )

    def classroom_id(self, school: str, name: str) -> str:
        """A classroom of the demo county by its names."""
        listed = self.call("GET", "/classrooms")["items"]
        (found,) = (one for one in listed if (one["school_name"], one["name"]) == (school, name))
        classroom_id: str = found["classroom_id"]
        return classroom_id

    def plan_lesson_of(
        self,
        classroom_ids: Sequence[str],
        *,
        recorded: bool = False,
        title: str = "茉莉花",
        subject: str = "语文",
        in_min: float = 0,
    ) -> PlannedLesson:
        """A lesson now, or in `in_min` minutes, with these classrooms. What a test before left there goes."""
        starts_at, length = datetime.now(UTC) + timedelta(minutes=in_min), timedelta(minutes=45)
        self._give_up(starts_at, starts_at + length)
        lesson = self.call(
            "POST",
            "/lessons",
            {
                "title": title,
                "subject": subject,
                "starts_at": starts_at.isoformat(),
                "duration_min": length // timedelta(minutes=1),
                "classroom_ids": list(classroom_ids),
                "recorded": recorded,
            },
        )
        seats = tuple(
            Seat(one["seat_id"], one["classroom_name"], one["school_name"])
            for one in lesson["seats"]
        )
        lead_id = f"lead_{lesson['lead']['user_id']}"
        lead_name = lesson["lead"]["name"]
        return PlannedLesson(lesson["lesson_id"], lesson["title"], lead_id, lead_name, seats)

    def _give_up(self, begins: datetime, ends: datetime) -> None:
        """Nobody is booked twice: whoever teaches somewhere else then stops, or cancels it."""
        for one in self.call("GET", "/lessons?limit=100")["items"]:
            times = [datetime.fromisoformat(one[key]) for key in ("starts_at", "ends_at")]
            is_in_the_way = times[0] < ends and times[1] > begins
            if "lead" not in one["my_roles"] or one["is_demo"] or one["is_rehearsal"]:
                continue
            if is_in_the_way and one["state"] == "live":
                self.call("POST", f"/lessons/{one['lesson_id']}/end")
            elif is_in_the_way and one["state"] == "waiting":
                reason = {"reason": "other"}
                self.call("POST", f"/lessons/{one['lesson_id']}/cancellation", reason)

    def attendance(self, lesson_id: str) -> list[dict[str, Any]]:
        """The rows of `GET /lessons/{id}/attendance`."""
        rows: list[dict[str, Any]] = self.call("GET", f"/lessons/{lesson_id}/attendance")["rows"]
        return rows

    def journal(self, lesson_id: str) -> list[dict[str, Any]]:
        """Every event of the lesson so far: seq, at, type, data."""
        items: list[dict[str, Any]] = []
        after = 0
        while True:
            page = self.call("GET", f"/lessons/{lesson_id}/journal?after={after}&limit=200")
            items += page["items"]
            if not page["next"]:
                return items
            after = page["next"]
