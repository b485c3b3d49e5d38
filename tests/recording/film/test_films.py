"""From the wish for a film to a film that may be watched, over HTTP, with real media and consents that change."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest
from PIL import Image
from sqlalchemy import select

from app.db.consent import (
    PUBLIC,
    RECORDED,
    SHARED,
    PupilAnswer,
    Purpose,
    enter_pupil_answers,
)
from app.db.engine import Database
from app.db.models import AccessLogEntry, Deck, Recording, RecordingTrack, ShareLink
from app.ids import DeckId, FilmId, LessonId, RecordingId, UserId
from app.jobs.kinds import JobKind, Queue
from app.jobs.port import ClaimedJob, HoldJob, JobFailed, TryLater
from app.jobs.repository import Jobs
from app.recording.film.endpoints import FilmDesk, build_router
from app.recording.film.file_response import FilmFiles
from app.recording.film.job import FilmFile
from app.recording.film.make_film import FilmMaker
from app.recording.film.repository import Films, object_keys
from app.recording.film.shared_film import SharedFilms
from app.recording.film.shared_film import build_router as build_shared_router
from app.recording.lifecycle import Step
from app.recording.repository import Recordings
from app.recording.sharing.addresses import SignedAddresses
from app.recording.sharing.repository import FoundLink, Sharing
from app.slides.repository import Decks
from app.storage.obstore_storage import ObstoreStorage
from app.storage.port import ObjectNotFound
from app.storage.signing import UrlSigner
from tests.support.api import DAY_MS, Api, Time
from tests.support.clock import START_MS
from tests.support.county import SmallCounty, make_county, pupil_of
from tests.support.database import on_both_databases
from tests.support.film_media import pictures_of, share_of
from tests.support.film_scenes import (
    BLUE,
    GREEN,
    LEAD,
    LEAD_HZ,
    MAGENTA,
    REFUSED,
    REFUSED_HZ,
    SEAT,
    SEAT_HZ,
    manifest_of,
    plain_tracks,
)

pytestmark = pytest.mark.recording

DURATION_S = 3.0
WORKER = "wrk_1"
FILES = [FilmFile("film.mp4", "video/mp4", 1_000, "0" * 64)]
SEAT_CLASSROOM, REFUSED_CLASSROOM = 0, 2
"""Their numbers among the county's."""


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[RecordingTrack]]:
    folder = tmp_path_factory.mktemp("media")
    return folder, [
        *plain_tracks(folder, LEAD, DURATION_S, BLUE, LEAD_HZ),
        *plain_tracks(folder, SEAT, DURATION_S, GREEN, SEAT_HZ),
        *plain_tracks(folder, REFUSED, DURATION_S, MAGENTA, REFUSED_HZ),
    ]


class Studio(Api):
    """A recorded lesson of two classrooms in the store, and all that makes and shows films of it."""

    county: SmallCounty
    recording_id: RecordingId

    def __init__(self, database: Database, folder: Path) -> None:
        time = Time(START_MS)
        super().__init__(database, time)
        signer = UrlSigner(b"0123456789abcdef")
        self.storage = ObstoreStorage.local(folder / "objects", signer)
        self.recordings = Recordings(database)
        self.jobs = Jobs(database)
        self.films = Films(database, self.jobs, self.recordings)
        self.workplace = folder / "films"
        self.decks = Decks(database, self.jobs)
        self.maker = FilmMaker(
            self.films,
            self.decks,
            self.storage,
            self.workplace,
            lambda: True,
        )
        addresses = SignedAddresses(signer, time)
        files = FilmFiles(self.films, self.storage, addresses)
        desk = FilmDesk(database, self.films, self.recordings, files, time)
        self.sharing = Sharing(database)
        self.shared = SharedFilms(database, self.films, self.sharing, addresses, time)
        self.include(build_shared_router(self.shared, files), build_router(desk, self.authenticate))

    async def record(self, folder: Path, tracks: list[RecordingTrack]) -> None:
        self.county = await make_county(self.database)
        self.recording_id = await self.recordings.begin(LessonId("les_1"), START_MS)
        await self.recordings.step(self.recording_id, Step.BEGIN_FINALIZING)
        for track in tracks:
            stored = await self.storage.put_file(
                f"recordings/x/{track.track_id}", folder / track.track_id
            )
            track.recording_id, track.object_key = self.recording_id, stored.key
            track.sha256 = stored.sha256
        manifest = manifest_of(DURATION_S, (0.0, DURATION_S))
        await self.recordings.publish(self.recording_id, manifest, tracks)

    async def agree(self, classroom: int, purpose: Purpose, is_granted: bool = True) -> None:
        async with self.database.transaction() as session:
            answer = PupilAnswer(pupil_of(self.county.classrooms[classroom]), purpose, is_granted)
            await enter_pupil_answers(session, [answer], self.county.admin, START_MS)

    async def request(self, purpose: str = "shared") -> dict[str, Any]:
        async with self.client(self.county.teacher) as client:
            path = f"/recordings/{self.recording_id}/film"
            answer = await client.post(path, json={"purpose": purpose})
        assert answer.status_code == 202, answer.text
        return answer.json()

    async def state(self, purpose: str = "shared", user: UserId | None = None) -> dict[str, Any]:
        async with self.client(user or self.county.teacher) as client:
            answer = await client.get(f"/recordings/{self.recording_id}/film?purpose={purpose}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def claim(self) -> ClaimedJob:
        job = await self.jobs.claim(WORKER, Queue.HEAVY, [JobKind.FILM], 10 * START_MS)
        assert job is not None
        return job

    async def work(self, meanwhile: Callable[[], Awaitable[None]] | None = None) -> None:
        """Do the job that waits, as a worker does; raises what it raises."""
        job = await self.claim()

        async def progress(_share: float) -> None:
            if meanwhile is not None:
                await meanwhile()

        try:
            await self.maker.make(job, progress)
        except JobFailed as failure:
            await self.jobs.fail(WORKER, job, failure, 0)
            raise
        await self.jobs.finish(WORKER, job, 0)

    async def link(self, link_id: str, clip: tuple[int, int] = (0, 0)) -> FoundLink:
        """A new share link: to a part of the lesson with `clip`, else to all of it."""
        from_ms, to_ms = clip if any(clip) else (None, None)
        row = ShareLink(
            link_id=link_id,
            recording_id=self.recording_id,
            token_sha256=link_id.ljust(64, "0"),
            created_by=self.county.teacher,
            created_at_ms=START_MS,
            expires_at_ms=START_MS + DAY_MS,
            views=0,
            clip_from_ms=from_ms,
            clip_to_ms=to_ms,
        )
        async with self.database.transaction() as session:
            assert await self.sharing.add_link(session, row)
        found = await self.sharing.find_link(link_id)
        assert found is not None
        return found

    async def get(self, url: str, **headers: str) -> httpx.Response:
        """As a media element does, without credentials."""
        async with self.client() as client:
            return await client.get(urljoin("http://localhost:8080", url), headers=headers)


@pytest.fixture
async def studio(
    database: Database, tmp_path: Path, media: tuple[Path, list[RecordingTrack]]
) -> Studio:
    studio = Studio(database, tmp_path)
    folder, tracks = media
    await studio.record(folder, [copy_of(track) for track in tracks])
    await studio.agree(SEAT_CLASSROOM, SHARED)
    return studio


async def seen_in(studio: Studio, film: dict[str, Any], tmp_path: Path) -> set[str]:
    """Who is in the MP4 that a browser downloads."""
    async with studio.client(studio.county.teacher) as client:
        answer = await client.get(film["download_url"].removeprefix("/api/v1"))
    assert answer.status_code == 307
    whole = await studio.get(answer.headers["location"])
    assert whole.status_code == 200
    assert whole.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E5%88%86")
    path = tmp_path / "downloaded.mp4"
    path.write_bytes(whole.content)
    last = pictures_of(path)[-1][1]
    colours = {LEAD: BLUE, SEAT: GREEN, REFUSED: MAGENTA}
    return {who for who, colour in colours.items() if share_of(last, colour, 40) > 0.1}


async def test_the_slides_of_a_lesson_are_in_its_film(studio: Studio, tmp_path: Path) -> None:
    deck_id = DeckId("dck_0000000000000001")
    page = tmp_path / "page.webp"
    Image.new("RGB", (1920, 1080), "white").save(page, "WEBP")
    await studio.decks.add(
        Deck(
            deck_id=deck_id,
            lesson_id="les_1",
            name="a.pdf",
            format="pdf",
            state="ready",
            page_count=1,
            size_bytes=1,
            sha256="",
            uploaded_by=studio.county.teacher,
            uploaded_at_ms=START_MS,
        )
    )
    stored = await studio.storage.put_file(f"slides/{deck_id}/1-sharp.webp", page)
    await studio.decks.add_page(deck_id, 1, (1920, 1080), {"sharp": stored})
    async with studio.database.transaction() as session:
        row = await session.get_one(Recording, studio.recording_id)
        shown = [{"at_ms": 0, "deck_id": deck_id, "page": number} for number in (2, 1)]
        row.manifest = {**row.manifest, "slides": shown, "strokes": []}
    await studio.request()
    await studio.work()
    (film,) = (tmp_path / "objects" / "films").iterdir()
    _, picture = pictures_of(film / "film.mp4")[30]
    assert share_of(picture, (255, 255, 255)) > 0.4


async def test_a_film_is_made_watched_and_downloaded_without_who_does_not_agree(
    studio: Studio, tmp_path: Path
) -> None:
    nothing = await studio.state()
    assert (nothing["watchable"], nothing["making"], nothing["may_make"]) == (None, None, True)
    assert nothing["would_leave_out"] == [{"name": "Class 3", "school": "sch_2"}]
    asked = await studio.request()
    assert asked["making"] == {
        "state": "queued",
        "progress": 0.0,
        "seconds_left": None,
        "failure": None,
    }
    await studio.request()
    await studio.work()
    film = (await studio.state())["watchable"]
    assert (film["left_out"], film["is_outdated"]) == (nothing["would_leave_out"], False)
    assert film["duration_ms"] == 3_000
    assert (await studio.state())["making"] is None
    assert await seen_in(studio, film, tmp_path) == {LEAD, SEAT}
    assert not any(studio.workplace.iterdir())

    playlist = await studio.get(film["playlist_url"])
    assert playlist.headers["content-type"].startswith("application/vnd.apple.mpegurl")
    (address,) = {line for line in playlist.text.splitlines() if line.startswith("/api/v1/films/")}
    part = await studio.get(address, Range="bytes=0-99")
    assert (part.status_code, len(part.content)) == (206, 100)
    poster = await studio.get(film["poster_url"])
    assert poster.headers["content-type"] == "image/jpeg"
    forged = await studio.get(film["poster_url"].replace("signature=", "signature=0"))
    assert (forged.status_code, forged.json()["code"]) == (403, "link_invalid")


async def test_a_film_is_gone_at_once_when_a_classroom_withdraws_and_made_anew_without_it(
    studio: Studio, tmp_path: Path
) -> None:
    await studio.request()
    await studio.work()
    film = (await studio.state())["watchable"]
    await studio.agree(SEAT_CLASSROOM, SHARED, False)
    assert (await studio.state())["watchable"] is None
    for url in (film["playlist_url"], film["poster_url"]):
        refused = await studio.get(url)
        assert (refused.status_code, refused.json()["code"]) == (410, "film_withdrawn")
    async with studio.database.transaction() as session:
        await studio.films.request(session, studio.recording_id, "shared")
    await studio.work()
    again = (await studio.state())["watchable"]
    assert await seen_in(studio, again, tmp_path) == {LEAD}
    for key in object_keys(FilmId(film["film_id"])):
        with pytest.raises(ObjectNotFound):
            await studio.storage.size(key)


async def test_a_film_of_the_library_is_gone_with_the_publication(studio: Studio) -> None:
    await studio.request()
    await studio.work()
    stranger, path = studio.county.other_teacher, f"/recordings/{studio.recording_id}/film"
    sharing = Sharing(studio.database)
    await sharing.publish(studio.recording_id, studio.county.teacher, studio.time())
    async with studio.client(stranger) as client:
        body = (await client.get(path)).json()
    film = body["watchable"]
    # Who did not agree is not named to them either.
    assert (film["left_out"], body["would_leave_out"], body["may_make"]) == ([], [], False)
    playlist = await studio.get(film["playlist_url"])
    prefix = "/api/v1/library-films/"
    (address,) = {line for line in playlist.text.splitlines() if line.startswith(prefix)}
    urls = (film["playlist_url"], film["poster_url"], address)
    assert [(await studio.get(url)).status_code for url in urls] == [200] * 3
    bent = [url.replace("library-films", "films") for url in urls]
    assert [(await studio.get(url)).status_code for url in bent] == [403] * 3
    await sharing.unpublish(studio.recording_id, studio.county.teacher, studio.time())
    assert [(await studio.get(url)).status_code for url in urls] == [410] * 3
    async with studio.client(stranger) as client:
        assert (await client.get(path)).status_code == 404
        download = film["download_url"].removeprefix("/api/v1")
        assert (await client.get(download)).status_code == 404


async def test_a_share_link_offers_the_film_for_links_and_no_other_until_it_ends(
    studio: Studio,
) -> None:
    await studio.agree(SEAT_CLASSROOM, PUBLIC)
    await studio.sharing.publish(studio.recording_id, studio.county.teacher, START_MS)
    link, clip = await studio.link("lnk_1"), await studio.link("lnk_2", clip=(0, 2_000))
    assert await studio.shared.of(link) is None
    for _ in range(2):
        async with studio.database.transaction() as session:
            await studio.films.request_public(session, studio.recording_id)
    await studio.work()
    film = await studio.shared.of(link)
    assert film is not None and await studio.shared.of(clip) is None
    playlist = await studio.get(film.playlist_url)
    prefix = "/api/v1/shares/lnk_1/film/"
    (address,) = {line for line in playlist.text.splitlines() if line.startswith(prefix)}
    urls = (film.playlist_url, film.poster_url, film.download_url, address)
    assert [(await studio.get(url)).status_code for url in urls] == [200] * 4
    async with studio.database.reading() as session:
        (entry,) = await session.scalars(select(AccessLogEntry))
        assert (entry.user_id, entry.action, entry.subject_id) == (
            None,
            "recording.downloaded",
            "lnk_1",
        )

    # Another link's name in the address, and this link asked for the library's film.
    bent = [url.replace("lnk_1", "lnk_2") for url in urls]
    assert [(await studio.get(url)).status_code for url in bent] == [403] * 4
    await studio.request("shared")
    library_film = FilmId((await studio.claim()).subject_id)
    assert await studio.shared.find("lnk_1", library_film, "film.mp4") is None
    assert await studio.shared.find("lnk_2", FilmId(address.split("/")[6]), "film.mp4") is None

    await studio.agree(SEAT_CLASSROOM, PUBLIC, False)
    assert await studio.shared.of(link) is None
    assert [(await studio.get(url)).json()["code"] for url in urls] == ["film_withdrawn"] * 4
    await studio.agree(SEAT_CLASSROOM, PUBLIC)
    assert await studio.sharing.revoke_link(
        studio.recording_id, "lnk_1", studio.county.teacher, START_MS
    )
    assert [(await studio.get(url)).json()["code"] for url in urls] == ["link_revoked"] * 4


async def test_a_consent_that_ends_while_the_film_is_made_ends_the_making(
    studio: Studio, tmp_path: Path
) -> None:
    await studio.request()

    async def withdraw() -> None:
        await studio.agree(SEAT_CLASSROOM, SHARED, False)

    with pytest.raises(TryLater, match="consent_changed"):
        await studio.work(withdraw)
    waiting = await studio.state()
    assert waiting["watchable"] is None
    assert (waiting["making"]["state"], waiting["making"]["failure"]) == (
        "queued",
        "consent_changed",
    )
    await studio.work()
    assert await seen_in(studio, (await studio.state())["watchable"], tmp_path) == {LEAD}


@on_both_databases
async def test_who_agrees_later_makes_the_film_outdated_but_not_forbidden(studio: Studio) -> None:
    """Rows only: what is in the files is tested above."""
    await studio.request()
    job = await studio.claim()
    order = await studio.films.begin(FilmId(job.subject_id))
    assert order is not None and order.cast.seats == {SEAT}
    assert await studio.films.publish(order, FILES, 3_000)
    await studio.jobs.finish(WORKER, job, 0)
    assert await studio.films.begin(order.film_id) is None
    await studio.agree(REFUSED_CLASSROOM, SHARED)
    found = await studio.films.watchable(studio.recording_id, "shared")
    assert found is not None and found.is_outdated
    await studio.agree(SEAT_CLASSROOM, RECORDED, False)
    assert await studio.films.watchable(studio.recording_id, "shared") is None
    assert await studio.films.watchable(studio.recording_id, "public") is None


async def test_a_lesson_of_which_nothing_may_be_shown_is_held_with_its_reason(
    studio: Studio, database: Database
) -> None:
    _, tracks = await studio.recordings.details(studio.recording_id)
    theirs = [copy_of(track) for track in tracks if track.participant_id != LEAD]
    await studio.recordings.publish(studio.recording_id, manifest_of(DURATION_S, (0, 1)), theirs)
    await studio.request("public")
    with pytest.raises(HoldJob, match="nothing_to_film"):
        await studio.work()
    making = (await studio.state("public"))["making"]
    assert (making["state"], making["failure"]) == ("held", "nothing_to_film")
    await studio.agree(SEAT_CLASSROOM, PUBLIC)
    assert (await studio.request("public"))["making"]["state"] == "queued"


async def test_a_track_that_is_damaged_or_gone_is_said_so(studio: Studio) -> None:
    await studio.storage.put_bytes("recordings/x/sea_1.camera", b"something else")
    await studio.request()
    with pytest.raises(JobFailed, match="track_damaged"):
        await studio.work()
    await studio.storage.delete("recordings/x/sea_1.camera")
    with pytest.raises(HoldJob, match="track_missing"):
        await studio.work()


async def test_what_a_library_cannot_read_is_a_failure_and_not_a_crash(studio: Studio) -> None:
    _, tracks = await studio.recordings.details(studio.recording_id)
    stored = await studio.storage.put_bytes("recordings/x/noise", bytes(range(256)) * 16)
    broken = next(t for t in tracks if t.participant_id == LEAD and t.source == "microphone")
    broken.object_key, broken.sha256 = stored.key, stored.sha256
    broken.size_bytes = stored.size_bytes
    await studio.recordings.publish(
        studio.recording_id, manifest_of(DURATION_S, (0, 1)), [copy_of(t) for t in tracks]
    )
    await studio.request()
    with pytest.raises(JobFailed, match="compose_failed"):
        await studio.work()


async def test_only_lead_and_admin_have_films_made_and_strangers_see_none(studio: Studio) -> None:
    path = f"/recordings/{studio.recording_id}/film"
    async with studio.client(studio.county.onsite) as client:
        assert (await client.get(path)).json()["may_make"] is False
        assert (await client.post(path, json={})).json()["code"] == "not_allowed"
    async with studio.client(studio.county.other_teacher) as client:
        assert (await client.get(path)).status_code == 404
        assert (await client.post(path, json={})).status_code == 404
    async with studio.client() as client:
        assert (await client.get(path)).status_code == 401
    async with studio.client(studio.county.admin) as client:
        assert (await client.post(path, json={"purpose": "recorded"})).status_code == 422
        assert (await client.post(path, json={})).status_code == 202
        missing = await client.get(f"/recordings/{studio.recording_id}/films/flm_x/download")
        assert missing.status_code == 404


def copy_of(track: RecordingTrack) -> RecordingTrack:
    """A row to be written anew."""
    columns = [column.key for column in RecordingTrack.__table__.columns]
    return RecordingTrack(**{name: getattr(track, name) for name in columns})
