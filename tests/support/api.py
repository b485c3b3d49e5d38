"""A real ASGI application out of some routers, and a client that speaks HTTP to it."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx
from fastapi import APIRouter, FastAPI
from sqlalchemy import select

from app.accounts.identity import Authenticator
from app.accounts.passwords import Passwords
from app.accounts.second_factor import SecondFactors
from app.accounts.sessions import Sessions
from app.accounts.signing_in import SigningIn
from app.db.engine import Database
from app.db.models import AuditEntry
from app.http import add_error_handlers
from app.ids import UserId
from app.middlewares import BodyLimit, SecurityHeaders
from tests.support.county import FAST_HASHER

DAY_MS = 86_400_000


class Time:
    """UTC milliseconds that stand still until a test moves them."""

    def __init__(self, now_ms: int) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        return self.now_ms


class Api:
    """What routers are built from, and the application made of them."""

    def __init__(
        self,
        database: Database,
        time: Time,
        larger_bodies: Mapping[re.Pattern[str], int] | None = None,
        streamed_bodies: Mapping[re.Pattern[str], int] | None = None,
    ) -> None:
        self.database = database
        self.time = time
        self.sessions = Sessions(database)
        self.authenticate = Authenticator(self.sessions, time)
        self.factors = SecondFactors(database)
        self.signing_in = SigningIn(
            self.sessions, Passwords(FAST_HASHER), self.factors, time, 14 * DAY_MS
        )
        self.app = FastAPI()
        add_error_handlers(self.app)
        self.app.add_middleware(BodyLimit, larger=larger_bodies, streamed=streamed_bodies)
        self.app.add_middleware(SecurityHeaders)

    def include(self, *routers: APIRouter) -> "Api":
        for router in routers:
            self.app.include_router(router, prefix="/api/v1")
        return self

    async def audited(self, user_id: UserId) -> list[str]:
        """What the audit log has of this person, in order of time."""
        async with self.database.reading() as session:
            actions = await session.scalars(
                select(AuditEntry.action)
                .where(AuditEntry.user_id == user_id)
                .order_by(AuditEntry.at_ms, AuditEntry.action)
            )
            return list(actions)

    async def bearer(self, user_id: UserId) -> dict[str, str]:
        """Headers of this person's API client."""
        opened = await self.signing_in.open(user_id, "bearer")
        return {"Authorization": f"Bearer {opened.token}"}

    @asynccontextmanager
    async def client(
        self,
        user_id: UserId | None = None,
        *,
        base_url: str = "http://localhost:8080",
        peer: str = "127.0.0.1",
    ) -> AsyncIterator[httpx.AsyncClient]:
        """A client, signed in by bearer token if `user_id` is given."""
        headers = {} if user_id is None else await self.bearer(user_id)
        transport = httpx.ASGITransport(self.app, client=(peer, 50_000))
        async with httpx.AsyncClient(
            transport=transport, base_url=base_url + "/api/v1", headers=headers
        ) as client:
            yield client
