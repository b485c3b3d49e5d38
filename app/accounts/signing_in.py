"""Sign-in: rate-limited per login and per address, the same time for a login that does not exist."""

from collections.abc import Callable

from app.accounts.login import normalise_login
from app.accounts.passwords import Passwords
from app.accounts.rate_limit import RateLimiter
from app.accounts.sessions import OpenedSession, SessionKind, Sessions
from app.errors import NotAuthenticated
from app.ids import UserId

FAILURES_PER_LOGIN = 10
FAILURES_PER_ADDRESS = 50
WINDOW_S = 300.0
BEARER_LIFETIME_MS = 24 * 3_600_000


class WrongCredentials(NotAuthenticated):
    code = "wrong_credentials"


class SigningIn:
    def __init__(
        self,
        sessions: Sessions,
        passwords: Passwords,
        now_ms: Callable[[], int],
        cookie_lifetime_ms: int,
    ) -> None:
        self._sessions = sessions
        self._passwords = passwords
        self._now_ms = now_ms
        self._lifetime_ms: dict[SessionKind, int] = {
            "cookie": cookie_lifetime_ms,
            "bearer": BEARER_LIFETIME_MS,
        }
        self._per_login = RateLimiter(FAILURES_PER_LOGIN, WINDOW_S)
        self._per_address = RateLimiter(FAILURES_PER_ADDRESS, WINDOW_S)

    async def sign_in(
        self, login: str, password: str, address: str, kind: SessionKind
    ) -> tuple[UserId, OpenedSession]:
        """Open a session. WrongCredentials or RateLimited otherwise."""
        login = normalise_login(login)
        self._per_address.take(address)
        self._per_login.take(login)
        account = await self._sessions.find_account(login)
        password_hash = None if account is None else account.password_hash
        is_right = await self._passwords.verify(password_hash, password)
        if account is None or not is_right:
            raise WrongCredentials("login or password is wrong")
        self._per_address.give_back(address)
        self._per_login.forget(login)
        return account.user_id, await self.open(account.user_id, kind)

    async def open(self, user_id: UserId, kind: SessionKind) -> OpenedSession:
        """A session for somebody who is known already."""
        return await self._sessions.open(user_id, kind, self._now_ms(), self._lifetime_ms[kind])
