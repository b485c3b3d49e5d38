import pytest

from app.schools.health.devices import TOLD, DeviceState, known_after
from tests.lessons.test_timetable import paired_pc
from tests.support.county import SmallCounty
from tests.support.lessons import LessonApi


@pytest.mark.parametrize(
    ("known", "told", "counts"),
    [
        (None, "found", "found"),
        ("missing", "found", "found"),
        ("ok", "found", "ok"),
        ("in_use", "found", "in_use"),
        ("in_use", "ok", "ok"),
        ("ok", "missing", "missing"),
        ("insecure", "found", "found"),
    ],
)
def test_what_was_tried_counts_until_it_is_tried_again_or_gone(
    known: str | None, told: DeviceState, counts: str
) -> None:
    assert known_after(known, told) == counts


async def test_a_pc_tells_of_itself_and_not_too_often(api: LessonApi, county: SmallCounty) -> None:
    async with paired_pc(api, county) as pc, api.client(county.admin) as admin:
        told = {"camera": "in_use", "microphone": "ok"}
        assert (await pc.post("/classroom/devices", json=told)).status_code == 204
        (first, *_) = (await admin.get("/classroom-health?order=name")).json()["items"]
        assert first["pc"] == {"last_seen_at": "2027-01-15T08:00:00Z", **told}
        wrong = await pc.post("/classroom/devices", json={"camera": "?", "microphone": "ok"})
        assert wrong.status_code == 422
        for _ in range(TOLD - 1):
            await pc.post("/classroom/devices", json=told)
        assert (await pc.post("/classroom/devices", json=told)).status_code == 429
    async with api.client() as stranger:
        assert (await stranger.post("/classroom/devices", json=told)).status_code == 401
