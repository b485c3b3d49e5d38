"""`/classroom-pcs`: which computers belong to which classroom, codes for new ones, and how to be rid of one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import StringConstraints
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.pairing import PairingCodes
from app.accounts.pcs import ClassroomPcs, PcRemoved, note_classroom, require_room_for_a_pc
from app.api_model import ApiModel
from app.caller import ADMINS, Caller, StaffRole
from app.db.engine import Database
from app.db.models import Classroom, ClassroomPc, School, User
from app.db.scope import schools_within
from app.errors import NotFound
from app.http import Authenticate, refusals
from app.ids import ClassroomId, PcId
from app.moments import utc
from app.schools.listing import listed_classrooms
from app.schools.setup.render import FILE_NAMES, Setup, System

PAGE, MAX_PAGE = 50, 200
CARETAKERS: tuple[StaffRole, ...] = (*ADMINS, "onsite")

SiteUrl = Callable[[Request], str]
"""Origin on which a classroom's PC should open this site: https where there is https, for the camera."""


class PcBody(ApiModel):
    pc_id: str
    browser: str
    """`User-Agent` when it was paired."""
    paired_by: str
    paired_at: datetime
    last_seen_at: datetime
    clock_ahead_ms: int | None
    """How far its clock is ahead of the server's; behind is negative, null: not measured yet."""


class ClassroomPcsBody(ApiModel):
    classroom_id: str
    name: str
    school_name: str
    pcs: list[PcBody]
    """The ones that count, the last seen first."""


class ClassroomPcsPage(ApiModel):
    items: list[ClassroomPcsBody]
    next: str | None
    """Cursor of what follows; None at the end."""


class PcCodeAsked(ApiModel):
    kind: Literal["spoken", "card"]
    """`spoken`: eight digits for now; `card`: twelve characters to print, good for two weeks."""


class SetupAsked(ApiModel):
    code: Annotated[str, StringConstraints(pattern=r"^[0-9a-z]{12}$")]
    """Of a card: the file pairs the PC with it."""


class PcCodeBody(ApiModel):
    code: str
    url: str
    """Leads a browser to the code's page. The code is behind `#`, so that no log on the way keeps it."""
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PcDesk:
    """What the endpoints do, without routing."""

    database: Database
    removed: PcRemoved
    site_url: SiteUrl
    authority: Callable[[], str]
    """PEM of the server's own certificate authority, "" without one."""
    now_ms: Callable[[], int]

    async def page(
        self,
        caller: Caller,
        text: str,
        classroom_id: ClassroomId | None,
        limit: int,
        after: str | None,
    ) -> ClassroomPcsPage:
        """By school and classroom; or of this classroom alone."""
        scope = caller.require_scope(*CARETAKERS)
        query = listed_classrooms(scope, text, after, limit + 1).where(~Classroom.is_simulated)
        if classroom_id is not None:
            query = query.where(Classroom.classroom_id == classroom_id)
        async with self.database.reading() as session:
            found = (await session.execute(query)).all()
            rows = found[:limit]
            pcs = await _read_pcs(session, [classroom.classroom_id for classroom, _ in rows])
        items = [
            ClassroomPcsBody(
                classroom_id=classroom.classroom_id,
                name=classroom.name,
                school_name=school_name,
                pcs=pcs.get(classroom.classroom_id, []),
            )
            for classroom, school_name in rows
        ]
        return ClassroomPcsPage(
            items=items, next=items[-1].classroom_id if len(found) > limit else None
        )

    async def create_code(
        self, classroom_id: ClassroomId, asked: PcCodeAsked, caller: Caller, request: Request
    ) -> PcCodeBody:
        """TooManyPcs while the person who asks can still do something about it."""
        await self.require_classroom(classroom_id, caller)
        async with self.database.transaction() as session:
            await require_room_for_a_pc(session, classroom_id)
            await note_classroom(
                session, classroom_id, caller.user_id, "pc.code_made", self.now_ms()
            )
        made = await PairingCodes(self.database).create_for_classroom(
            classroom_id, asked.kind, caller.user_id, self.now_ms()
        )
        return PcCodeBody(
            code=made.code,
            url=f"{self.site_url(request)}/c#{made.code}",
            expires_at=utc(made.expires_at_ms),
        )

    def setup_file(
        self, system: System, asked: SetupAsked, caller: Caller, request: Request
    ) -> Response:
        """The file that a school runs on the PC once. It has nothing in it that is not the caller's."""
        caller.require_scope(*CARETAKERS)
        made = Setup(self.site_url(request), asked.code, self.authority())
        name = FILE_NAMES[system]
        return Response(
            made.render(system),
            media_type="application/octet-stream",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    async def remove(self, pc_id: PcId, caller: Caller) -> None:
        async with self.database.reading() as session:
            classroom_id = await session.scalar(
                select(ClassroomPc.classroom_id).where(ClassroomPc.pc_id == pc_id)
            )
        await self.require_classroom(ClassroomId(classroom_id or ""), caller)
        await ClassroomPcs(self.database).revoke(pc_id, caller.user_id, self.now_ms())
        await self.removed(pc_id)

    async def require_classroom(self, classroom_id: ClassroomId, caller: Caller) -> None:
        """NotFound unless it is of the admin's county or school, or of the on-site teacher's."""
        scope = caller.require_scope(*CARETAKERS)
        async with self.database.reading() as session:
            own = await session.scalar(
                select(Classroom.classroom_id)
                .join(School, School.school_id == Classroom.school_id)
                .where(
                    Classroom.classroom_id == classroom_id,
                    schools_within(scope),
                    ~Classroom.is_simulated,
                )
            )
        if own is None:
            raise NotFound("there is no such classroom")


async def _read_pcs(session: AsyncSession, classroom_ids: Sequence[str]) -> dict[str, list[PcBody]]:
    rows = await session.execute(
        select(ClassroomPc, User.name)
        .join(User, User.user_id == ClassroomPc.paired_by)
        .where(ClassroomPc.classroom_id.in_(classroom_ids), ClassroomPc.revoked_at_ms.is_(None))
        .order_by(ClassroomPc.last_seen_at_ms.desc())
    )
    pcs: dict[str, list[PcBody]] = {}
    for pc, paired_by in rows:
        pcs.setdefault(pc.classroom_id, []).append(
            PcBody(
                pc_id=pc.pc_id,
                browser=pc.browser,
                paired_by=paired_by,
                paired_at=utc(pc.paired_at_ms),
                last_seen_at=utc(pc.last_seen_at_ms),
                clock_ahead_ms=pc.clock_ahead_ms,
            )
        )
    return pcs


def build_router(desk: PcDesk, authenticate: Authenticate) -> APIRouter:
    router = APIRouter(tags=["classroom PC"])
    CallerNow = Annotated[Caller, Depends(authenticate)]  # noqa: N806 - an alias of a type
    ClassroomPath = Annotated[ClassroomId, Path(pattern=r"^\w{1,60}$")]  # noqa: N806
    PcPath = Annotated[PcId, Path(pattern=r"^\w{1,60}$")]  # noqa: N806

    @router.get("/classroom-pcs", operation_id="list_pcs", responses=refusals(401, 403))
    async def list_pcs(
        caller: CallerNow,
        text: Annotated[str, Query(max_length=100)] = "",
        classroom_id: Annotated[ClassroomId | None, Query(pattern=r"^\w{1,60}$")] = None,
        limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = PAGE,
        after: Annotated[str | None, Query(pattern=r"^\w{1,60}$")] = None,
    ) -> ClassroomPcsPage:
        return await desk.page(caller, text.strip(), classroom_id, limit, after)

    @router.delete(
        "/classroom-pcs/{pc_id}",
        operation_id="remove_pc",
        status_code=204,
        responses=refusals(401, 403, 404),
    )
    async def remove_pc(pc_id: PcPath, caller: CallerNow) -> None:
        await desk.remove(pc_id, caller)

    @router.post(
        "/classrooms/{classroom_id}/pc-codes",
        operation_id="create_pc_code",
        responses=refusals(401, 403, 404, 409),
    )
    async def create_pc_code(
        classroom_id: ClassroomPath, asked: PcCodeAsked, caller: CallerNow, request: Request
    ) -> PcCodeBody:
        return await desk.create_code(classroom_id, asked, caller, request)

    @router.post(
        "/setup-files/{system}",
        operation_id="create_setup_file",
        response_class=Response,
        responses={**refusals(401, 403), 200: {"content": {"application/octet-stream": {}}}},
    )
    async def create_setup_file(
        system: System, asked: SetupAsked, caller: CallerNow, request: Request
    ) -> Response:
        return desk.setup_file(system, asked, caller, request)

    return router
