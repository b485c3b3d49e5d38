"""Which classroom PC sends this request: a cookie that no script can read, good for changes of this site only."""

from collections.abc import Callable

from fastapi import Request, Response

from app.accounts.identity import refuse_forged
from app.accounts.pcs import ClassroomPcs, Pc, PcRevoked, PcUnknown

COOKIE = "tongtang_pc"
SECURE_COOKIE = "__Host-tongtang_pc"
"""On https. Another name, because a plain http page may not overwrite a Secure cookie of the same name."""
LIFETIME_S = 400 * 86_400
"""The longest that browsers keep a cookie. It begins anew with every new secret."""


def set_pc_cookie(request: Request, response: Response, secret: str) -> None:
    """HttpOnly, Strict: no other site can send it, not even by a link."""
    is_https = request.url.scheme == "https"
    response.set_cookie(
        SECURE_COOKIE if is_https else COOKIE,
        secret,
        max_age=LIFETIME_S,
        path="/",
        httponly=True,
        samesite="strict",
        secure=is_https,
    )


def pc_cookies(request: Request) -> list[str]:
    """The secrets that this browser sent, the one of https first."""
    return [request.cookies[name] for name in (SECURE_COOKIE, COOKIE) if request.cookies.get(name)]


class PcAuthenticator:
    """The dependency that routers get: `await authenticator(request) -> Pc`. PcUnknown, PcRevoked."""

    def __init__(self, pcs: ClassroomPcs, now_ms: Callable[[], int]) -> None:
        self._pcs = pcs
        self._now_ms = now_ms

    async def __call__(self, request: Request) -> Pc:
        refusal: PcUnknown | PcRevoked = PcUnknown("this browser belongs to no classroom")
        for secret in pc_cookies(request):
            refuse_forged(request)
            try:
                return await self._pcs.find(secret, self._now_ms())
            except (PcUnknown, PcRevoked) as error:
                refusal = error
        raise refusal

    async def renew(self, request: Request, response: Response) -> None:
        """Change the secret of a known PC, if it is due."""
        for secret in pc_cookies(request):
            fresh = await self._pcs.renew(secret, self._now_ms())
            if fresh is not None:
                set_pc_cookie(request, response, fresh)
                return
