"""The app process as an ASGI application."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.types import Lifespan

from app import pages, tls
from app.db.engine import Database, ProcessLock
from app.db.revision import check_migrated
from app.http import API, add_error_handlers, describe_refusals
from app.interface import Interface
from app.lessons.terms import endpoints as terms
from app.middlewares import BodyLimit, SecurityHeaders, TrustedProxies
from app.recording.watching import endpoints as watching
from app.schools.consents import endpoints as consents
from app.schools.roster import endpoints as roster
from app.server import Server, Site
from app.settings import Settings
from app.signaling import endpoint as signaling
from app.slides import endpoints as slides
from app.whip import endpoints as whip
from app.whip.cors import WhipCors

ORPHAN_PATIENCE_S = 8.0
"""A child whose supervisor was killed is gone within this."""


class _Application(FastAPI):
    def openapi(self) -> dict[str, Any]:
        is_new = self.openapi_schema is None
        document = super().openapi()
        if is_new:
            describe_refusals(document)
        return document


def application(settings: Settings, lifespan: Lifespan[FastAPI] | None) -> FastAPI:
    app = _Application(
        title="Tongtang",
        version="0.1.0",
        lifespan=lifespan,
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    add_error_handlers(app)
    app.add_middleware(
        BodyLimit,
        larger=watching.LARGER_BODIES
        | roster.LARGER_BODIES
        | consents.LARGER_BODIES
        | terms.LARGER_BODIES,
        streamed=slides.STREAMED_BODIES,
    )
    app.add_middleware(WhipCors)
    app.add_middleware(SecurityHeaders, [settings.s3_endpoint] if settings.s3_endpoint else [])
    app.add_middleware(TrustedProxies, settings.trusted_proxies)
    return app


def include(app: FastAPI, server: Server) -> None:
    interface = Interface(server)
    for router in interface.routers():
        app.include_router(router, prefix=API)
    app.include_router(whip.build_router(server.whip))
    app.include_router(interface.health_router())
    app.include_router(interface.metrics_router())


def create_app(settings: Settings) -> FastAPI:
    """The app process. Its lifespan opens the database and everything that stands on it.

    Entering the lifespan raises `NotMigrated` or `DatabaseInUse`.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            database = Database(settings.resolved_database_url)
            stack.push_async_callback(database.close)
            if database.is_sqlite:
                lock = ProcessLock(settings.data_dir)
                # Under a supervisor the only other holder is the app of one that was killed: it goes by itself.
                await lock.acquire_within(ORPHAN_PATIENCE_S if settings.run_dir else 0)
                stack.callback(lock.release)
            await check_migrated(database)
            server = Server(settings, database, await Site.load(database))
            include(app, server)
            app.include_router(signaling.build_router(server.hub))
            app.include_router(
                pages.build_router(
                    pages.WEB_DIST,
                    tls.authority_file(settings) if tls.has_own_authority(settings) else None,
                    settings.time_zone,
                )
            )
            await stack.enter_async_context(server.running())
            app.state.before_close = server.hub.close
            yield

    return application(settings, lifespan)


def openapi_document(settings: Settings) -> dict[str, Any]:
    """The HTTP interface as OpenAPI, without opening anything."""
    app = application(settings, None)
    include(app, Server(settings, Database("sqlite+aiosqlite://"), Site.unopened()))
    return app.openapi()
