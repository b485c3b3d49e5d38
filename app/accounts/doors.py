"""The demo's doors: one click instead of a password, only on the machine that runs the demo."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Literal, Protocol

from fastapi import APIRouter, Request, Response

from app.accounts.endpoints import set_session_cookie
from app.accounts.identity import Authenticator, refuse_cross_origin
from app.accounts.sessions import Sessions
from app.accounts.signing_in import SigningIn
from app.api_model import ApiModel
from app.errors import NotAllowed, Unavailable
from app.http import host_name, is_from_this_machine, refusals

PRODUCT = "Tongtang"
Door = Literal["teach", "classroom", "county"]
LOGIN_OF_DOOR: dict[Door, str] = {
    "teach": "teacher1@example.org",
    "classroom": "onsite1@example.org",
    "county": "admin@example.org",
}
_LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")


class DemoLesson(Protocol):
    """The lesson behind the doors; `free_seat_id` is a real classroom's seat that nobody holds."""

    @property
    def lesson_id(self) -> str: ...
    @property
    def free_seat_id(self) -> str: ...


FindDemoLesson = Callable[[], Awaitable[DemoLesson | None]]


class Site(ApiModel):
    is_demo: bool
    doors_open: bool
    product: str
    https_url: str | None
    """Where camera and microphone work, when this page came over plain http."""
    has_authority: bool
    """A browser must install `/tongtang-ca.crt` before it opens `https_url` without a warning."""
    host_names: list[str]
    """Names and addresses of this host that another computer may use."""
    signed_in_as: str | None
    """The name of who is signed in here, so that a page need not provoke a refusal to find out."""


class Opened(ApiModel):
    redirect: str


def doors_open(request: Request, *, is_demo: bool) -> bool:
    """Marked demo, loopback peer, a local Host, and no proxy in between."""
    name = host_name(request.headers.get("host", "").lower())
    return is_demo and name in _LOCAL_HOSTS and is_from_this_machine(request)


def build_router(
    sessions: Sessions,
    signing_in: SigningIn,
    authenticate: Authenticator,
    find_demo_lesson: FindDemoLesson,
    *,
    is_demo: bool,
    https_url: Callable[[Request], str | None],
    has_authority: bool,
    host_names: Sequence[str],
) -> APIRouter:
    """`https_url` says where this host speaks https, if it does."""
    router = APIRouter(tags=["site"])

    @router.get("/site", operation_id="get_site")
    async def get_site(request: Request) -> Site:
        caller = await authenticate.find(request)
        return Site(
            is_demo=is_demo,
            doors_open=doors_open(request, is_demo=is_demo),
            product=PRODUCT,
            https_url=https_url(request),
            has_authority=has_authority,
            host_names=list(host_names),
            signed_in_as=caller.name if caller else None,
        )

    @router.post("/demo/doors/{door}", operation_id="open_door", responses=refusals(403, 503))
    async def open_door(door: Door, request: Request, response: Response) -> Opened:
        if not doors_open(request, is_demo=is_demo):
            raise NotAllowed("sign in with a password", code="doors_closed")
        refuse_cross_origin(request)
        account = await sessions.find_account(LOGIN_OF_DOOR[door])
        if account is None:
            raise NotAllowed("the demo's accounts are gone", code="doors_closed")
        redirect = "/lessons"
        if door != "county":
            lesson = await find_demo_lesson()
            if lesson is None:
                raise Unavailable("no demo lesson is open; restart the demo")
            place = "role=lead" if door == "teach" else f"seat={lesson.free_seat_id}"
            redirect = f"/lessons/{lesson.lesson_id}/join?{place}"
        set_session_cookie(request, response, await signing_in.open(account.user_id, "cookie"))
        return Opened(redirect=redirect)

    return router
