"""A link to a part of a lesson: made by a worker's job, played by a stranger, and nothing else is in it."""

from pathlib import Path

import pytest
from sqlalchemy import update

from app.db.models import RecordingTrack
from app.jobs.kinds import JobKind, Queue
from app.jobs.port import ClaimedJob, HoldJob
from app.recording.sharing.clip import clipped
from app.recording.sharing.clip_maker import ClipMaker, clip_folder
from app.recording.sharing.links import ClipRange
from tests.support.graded_film import FRAME_MS, TRACK_MS, film, shown
from tests.support.recordings import LEAD, OPEN, RecordingApi, refusal


def job_of(link_id: str) -> ClaimedJob:
    return ClaimedJob("job_1", JobKind.CLIP, Queue.FAST, link_id, None, 1, False)


async def progress(_share: float) -> None:
    pass


@pytest.fixture
def maker(api: RecordingApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ClipMaker:
    # The process that cuts finds the store by the settings.
    monkeypatch.setenv("TONGTANG_STORAGE_URL", f"file://{tmp_path / 'objects'}")
    return ClipMaker(api.database, api.storage, api.sharing, tmp_path / "cutting", api.time)


async def with_pictures(api: RecordingApi, tmp_path: Path) -> None:
    """Real media behind every track: 12 s from its place on the time line on."""
    content = film(tmp_path / "film.webm")
    for n in range(4):
        await api.storage.put_bytes(f"recordings/{api.recording_id}/epo_{n}_les_1.webm", content)
    async with api.database.transaction() as session:
        await session.execute(update(RecordingTrack).values(duration_ms=TRACK_MS))


async def test_a_clip_has_its_part_of_who_agreed_and_nothing_else(
    api: RecordingApi, maker: ClipMaker, tmp_path: Path
) -> None:
    await with_pictures(api, tmp_path)
    agreed = api.county.seats[0]
    await api.grant(api.county.classrooms[0], "shared", "public")
    link = await api.make_link(clip={"from_ms": 10_000, "to_ms": 11_500})
    assert api.clips == [link["link_id"]]
    async with api.client() as stranger:
        key = {"token": link["token"]}
        assert (await stranger.post(OPEN, json=key)).json() == {
            "needs_passphrase": False,
            "replay": None,
            "film": None,
        }
        await maker.run_job(job_of(link["link_id"]), progress)
        # Done again, as after a kill.
        await maker.run_job(job_of(link["link_id"]), progress)
        replay = (await stranger.post(OPEN, json=key)).json()["replay"]
        assert replay["duration_ms"] == 1_500
        assert {track["participant_id"] for track in replay["tracks"]} == {LEAD, agreed}
        (stage,) = replay["stage"]
        assert (stage["at_ms"], stage["on_stage"]) == (0, [LEAD, agreed])
        assert replay["chapters"] == []
        for track in replay["tracks"]:
            media = await stranger.get(f"http://localhost:8080{track['url']}")
            assert media.status_code == 200
            path = tmp_path / "played.webm"
            path.write_bytes(media.content)
            began_ms = 0 if track["participant_id"] == LEAD else 100
            for picture in shown(path):
                assert 10_000 - FRAME_MS <= picture.taken_ms + began_ms < 11_500
            whole = track["url"].replace(track["track_id"], "epo_0_les_1")
            bent = stranger.get(f"http://localhost:8080{whole}")
            assert await refusal(bent) == (403, "link_invalid")
    kept = await api.storage.sizes(clip_folder(link["link_id"]))
    assert len(kept) == len(replay["tracks"])
    assert not list((tmp_path / "cutting").iterdir())


async def test_a_clip_of_nothing_is_held_and_its_link_says_so(
    api: RecordingApi, maker: ClipMaker, tmp_path: Path
) -> None:
    await with_pictures(api, tmp_path)
    link = await api.make_link(clip={"from_ms": 40_000, "to_ms": 45_000})
    with pytest.raises(HoldJob, match="clip_empty"):
        await maker.run_job(job_of(link["link_id"]), progress)
    async with api.client() as stranger:
        pending = stranger.post(OPEN, json={"token": link["token"]})
        assert await refusal(pending) == (410, "clip_failed")


async def test_a_link_that_was_revoked_meanwhile_leaves_no_files(
    api: RecordingApi, maker: ClipMaker, tmp_path: Path
) -> None:
    await with_pictures(api, tmp_path)
    link = await api.make_link(clip={"from_ms": 1_000, "to_ms": 3_000})

    async def revoke(_share: float) -> None:
        await api.sharing.revoke_link(
            api.recording_id, link["link_id"], api.county.teacher, api.time()
        )

    await maker.run_job(job_of(link["link_id"]), revoke)
    assert await api.storage.sizes(clip_folder(link["link_id"])) == {}


def test_the_manifest_of_a_clip_begins_with_what_was_so_already() -> None:
    manifest = {
        "stage": [{"at_ms": 0, "on_stage": [LEAD]}, {"at_ms": 4_000, "on_stage": [LEAD, "sea_1"]}],
        "chapters": [
            {"at_ms": 0, "kind": "started", "participant_id": None},
            {"at_ms": 3_000, "kind": "floor_opened", "participant_id": None},
            {"at_ms": 7_000, "kind": "floor_closed", "participant_id": None},
            {"at_ms": 9_500, "kind": "hand_raised", "participant_id": "sea_1"},
        ],
        "slides": [
            {"at_ms": 1_000, "deck_id": "dck_1", "page": 1},
            {"at_ms": 2_000, "deck_id": "dck_1", "page": 2},
            {"at_ms": 9_500, "deck_id": "dck_1", "page": 3},
        ],
        "strokes": [
            {"stroke_id": "gone before", "from_ms": 2_100, "to_ms": 2_500},
            {"stroke_id": "over", "from_ms": 2_200, "to_ms": 6_000},
            {"stroke_id": "within", "from_ms": 7_000, "to_ms": None},
            {"stroke_id": "later", "from_ms": 9_200, "to_ms": None},
        ],
        "gaps": [
            {"from_ms": 0, "to_ms": 5_500, "reason": "x"},
            {"from_ms": 9_000, "to_ms": 10_000, "reason": "y"},
        ],
    }
    assert clipped(manifest, ClipRange(5_000, 9_000)) == {
        "stage": [{"at_ms": 0, "on_stage": [LEAD, "sea_1"]}],
        "slides": [{"at_ms": 0, "deck_id": "dck_1", "page": 2}],
        "strokes": [
            {"stroke_id": "over", "from_ms": 0, "to_ms": 1_000},
            {"stroke_id": "within", "from_ms": 2_000, "to_ms": None},
        ],
        "chapters": [
            {"at_ms": 0, "kind": "floor_opened", "participant_id": None},
            {"at_ms": 2_000, "kind": "floor_closed", "participant_id": None},
        ],
        "gaps": [{"from_ms": 0, "to_ms": 500, "reason": "x"}],
    }
