"""Sign-in: rate-limited per login and per address, the same time for a login that does not exist."""

from collections.abc import Callable

from app.accounts.login import normalise_login
from app.accounts.passwords import Passwords, refuse_weak
from app.accounts.rate_limit import RateLimiter
from app.accounts.second_factor import SecondFactors
from app.accounts.sessions import OpenedSession, SessionKind, Sessions
from app.caller import Caller
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
        factors: SecondFactors,
        now_ms: Callable[[], int],
        cookie_lifetime_ms: int,
    ) -> None:
        self._sessions = sessions
        self._passwords = passwords
        self._factors = factors
        self._now_ms = now_ms
        self._lifetime_ms: dict[SessionKind, int] = {
            "cookie": cookie_lifetime_ms,
            "bearer": BEARER_LIFETIME_MS,
        }
        self._per_login = RateLimiter(FAILURES_PER_LOGIN, WINDOW_S)
        self._per_address = RateLimiter(FAILURES_PER_ADDRESS, WINDOW_S)

    async def sign_in(
        self,
        login: str,
        password: str,
        address: str,
        kind: SessionKind,
        code: str | None = None,
        agent: str = "",
    ) -> tuple[UserId, OpenedSession]:
        """Open a session. WrongCredentials, SecondFactorNeeded, SecondFactorWrong or RateLimited otherwise.

        A wrong code counts as a wrong password does; that a code is needed is told only to who knows the password.
        """
        login = normalise_login(login)
        self._per_address.take(address)
        self._per_login.take(login)
        account = await self._sessions.find_account(login)
        password_hash = None if account is None else account.password_hash
        is_right = await self._passwords.verify(password_hash, password)
        if account is None or not is_right:
            raise WrongCredentials("login or password is wrong")
        await self._factors.check(account.user_id, code, self._now_ms())
        self._per_address.give_back(address)
        self._per_login.forget(login)
        return account.user_id, await self.open(account.user_id, kind, agent)

    async def open(self, user_id: UserId, kind: SessionKind, agent: str = "") -> OpenedSession:
        """A session for somebody who is known already."""
        lifetime_ms = self._lifetime_ms[kind]
        return await self._sessions.open(user_id, kind, self._now_ms(), lifetime_ms, agent)

    async def verify_own(self, user_id: UserId, password: str, address: str) -> None:
        """WrongCredentials or RateLimited unless it is this person's password: an open session alone is not enough."""
        self.count_try(user_id, address)
        password_hash = await self._sessions.password_hash(user_id)
        if not await self._passwords.verify(password_hash, password):
            raise WrongCredentials("the password is wrong")
        self.forget_tries(user_id, address)

    async def change_password(self, by: Caller, old: str, new: str, address: str) -> None:
        """WrongCredentials, RateLimited, PasswordWeak."""
        await self.verify_own(by.user_id, old, address)
        refuse_weak(new, old)
        password_hash = await self._passwords.hash(new)
        await self._sessions.change_password_hash(by, password_hash, self._now_ms())

    def count_try(self, user_id: UserId, address: str) -> None:
        """RateLimited if there were too many."""
        self._per_address.take(address)
        self._per_login.take(user_id)

    def forget_tries(self, user_id: UserId, address: str) -> None:
        self._per_address.give_back(address)
        self._per_login.forget(user_id)
