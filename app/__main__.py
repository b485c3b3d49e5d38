"""Tongtang's command line. Each command loads only the parts it needs: an engine must not carry a web framework."""

import asyncio
import gc
import importlib
import json
import os
import sys
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from app.logs import configure_logging
from app.settings import Settings, SettingsUnusable, read_settings
from app.supervisor.child import EXIT_REFUSED, end_with_parent

cli = typer.Typer(
    help="Tongtang: one expert teacher, several classrooms.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
T = TypeVar("T")
Tls = Annotated[bool, typer.Option("--tls", help="Listen for https as well, for other computers.")]


def _load(module: str, name: str) -> Any:
    """`name` of `module`, imported now and not before: the other commands do without it.

    What modules define stays for good, and looking through it for garbage was a tenth of an app's start.
    """
    gc.disable()
    try:
        return getattr(importlib.import_module(module), name)
    finally:
        gc.freeze()
        gc.enable()


def _settings(*, is_tls: bool = False) -> Settings:
    if is_tls:
        os.environ["TONGTANG_TLS"] = "1"
    with _refusing(SettingsUnusable):
        return read_settings()


@contextmanager
def _refusing(*refusals: type[Exception], code: int = 1) -> Iterator[None]:
    """End with `code` and the sentence of a refusal instead of a traceback."""
    try:
        yield
    except refusals as refusal:
        sentence = str(refusal)
        print(f"{sentence[:1].upper()}{sentence[1:]}", file=sys.stderr, flush=True)
        raise typer.Exit(code) from refusal


@contextmanager
def _refusing_for_good(*refusals: type[Exception]) -> Iterator[None]:
    """For a child of `serve`: another start would end the same way, except where its database may come back."""
    unreachable = _load("app.db.engine", "DatabaseUnreachable")
    with _refusing(unreachable), _refusing(*refusals, code=EXIT_REFUSED):
        yield


def _run(main: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=_load("uvloop", "new_event_loop")) as runner:
        return runner.run(main)


@cli.command()
def serve(tls: Tls = False) -> None:
    """Start app, engines, recorder, worker and simulated classrooms, and keep them alive until Ctrl-C."""
    raise typer.Exit(_load("app.supervisor.serve", "serve")(_settings(is_tls=tls)))


@cli.command()
def run(tls: Tls = False) -> None:
    """What `make run` does: bring the database to this version, make a new one a demo, then serve."""
    os.environ.setdefault("TONGTANG_DEMO", "1")
    settings = _settings(is_tls=tls)
    # A second one must not touch the database of the first.
    lock = _load("app.supervisor.preflight", "ServeLock")(settings.data_dir)
    with _refusing(_load("app.supervisor.preflight", "CannotServe")):
        lock.acquire()
    mark = _load("app.supervisor.prepared", "PreparedMark")(settings)
    is_prepared = mark.is_current()
    if not is_prepared:
        began = time.monotonic()
        print("- Database ... ", end="", flush=True)
        _prepare(settings, is_seeding=True)
        mark.write()
        print(f"done ({time.monotonic() - began:.0f} s)", flush=True)
    lock.hand_over()
    if is_prepared:
        serve(tls)
    # A fresh, small process: the supervisor needs none of what preparing has loaded.
    arguments = ["serve", *(["--tls"] if tls else [])]
    os.execv(sys.executable, [sys.executable, "-m", "app", *arguments])  # noqa: S606


@cli.command()
def migrate() -> None:
    """Bring the database to this version."""
    _prepare(_settings(), is_seeding=False)


@cli.command()
def seed() -> None:
    """Fill an empty, migrated database with the demo county."""
    os.environ["TONGTANG_DEMO"] = "1"
    _prepare(_settings(), is_seeding=True)


def _prepare(settings: Settings, *, is_seeding: bool) -> None:
    refusals = (
        _load("app.db.engine", "DatabaseUnreachable"),
        _load("app.db.revision", "NotMigrated"),
    )
    with _refusing(*refusals):
        _run(_prepare_database(settings, is_seeding=is_seeding))


async def _prepare_database(settings: Settings, *, is_seeding: bool) -> None:
    database = _load("app.db.engine", "Database")(settings.resolved_database_url)
    try:
        await _load("app.db.migrate", "migrate")(database)
        if is_seeding:
            passwords = _load("app.accounts.passwords", "Passwords")()
            now_ms = time.time_ns() // 1_000_000
            await _load("app.seed", "ensure_demo")(database, passwords, settings, now_ms)
    finally:
        await database.close()


@cli.command()
def backup(
    path: Annotated[
        Path | None, typer.Argument(help="The file to write; named after the time if left out.")
    ] = None,
    without_objects: Annotated[
        bool,
        typer.Option(help="Leave out what is in the store, where that has a backup of its own."),
    ] = False,
) -> None:
    """Write everything this server knows into one file; lessons may go on meanwhile."""
    settings = _settings()
    module = "app.backup.backup"
    target = path or _load(module, "default_name")(datetime.now(UTC))
    refusals = (_load("app.db.revision", "NotMigrated"), _load(module, "CannotBackUp"))
    with _refusing(*refusals, *_troubles_of_disks()):
        made = _run(_load(module, "back_up")(settings, target, with_objects=not without_objects))
    print(
        f"{made.path}: {made.rows} rows, {made.objects} objects, {made.files} files, "
        f"{made.size_bytes / 1e6:.1f} MB, {made.took_s:.1f} s. Keep it secret: it holds keys and personal data."
    )


@cli.command()
def restore(path: Annotated[Path, typer.Argument(help="A file that `backup` wrote.")]) -> None:
    """Make an empty server what it was when the backup was made."""
    settings = _settings()
    refusals = (
        _load("app.backup.restore", "CannotRestore"),
        _load("app.backup.archive", "ArchiveDamaged"),
    )
    with _refusing(_load("app.supervisor.preflight", "CannotServe")):
        _load("app.supervisor.preflight", "ServeLock")(settings.data_dir).acquire()
    with _refusing(*refusals, *_troubles_of_disks()):
        put = _run(_load("app.backup.restore", "restore")(settings, path))
    print(
        f"Restored {put.rows} rows, {put.objects} objects, {put.files} files in {put.took_s:.1f} s. "
        "Start the server with 'python -m app serve'."
    )


def _troubles_of_disks() -> tuple[type[Exception], ...]:
    """No database, no store, no room."""
    unreachable: type[Exception] = _load("app.db.engine", "DatabaseUnreachable")
    failed: type[Exception] = _load("app.storage.port", "StoreFailed")
    return unreachable, failed, OSError


@cli.command()
def found(
    county: Annotated[str, typer.Argument(help="Name of the county.")],
    name: Annotated[str, typer.Argument(help="Name of its first administrator.")],
    login: Annotated[str, typer.Argument(help="Staff number, phone or e-mail to sign in with.")],
) -> None:
    """Add a county and its first administrator to a migrated database; prints a link to choose the password."""
    settings = _settings()
    refusals = (
        _load("app.db.revision", "NotMigrated"),
        _load("app.db.engine", "DatabaseUnreachable"),
        _load("app.errors", "AppError"),
    )
    with _refusing(*refusals):
        now_ms = time.time_ns() // 1_000_000
        token = _run(_load("app.staff.founding", "found")(settings, county, name, login, now_ms))
    _print_link(token)


@cli.command()
def invite(
    login: Annotated[str, typer.Argument(help="Staff number, phone or e-mail of an account.")],
) -> None:
    """A one-time link by which this person chooses a new password: for the last administrator, who can ask nobody."""
    settings = _settings()
    with _refusing(_load("app.db.engine", "DatabaseUnreachable"), _load("app.errors", "NotFound")):
        now_ms = time.time_ns() // 1_000_000
        token = _run(_load("app.staff.rescue", "invite")(settings, login, now_ms))
    _print_link(token)


def _print_link(token: str) -> None:
    print(f"Open /welcome/{token} on this server's address. It works once, within 7 days.")


@cli.command("export-schema")
def export_schema() -> None:
    """Write the JSON Schema of the WebSocket protocol."""
    print(json.dumps(_load("app.signaling.schema", "signaling_schema")(), indent=2))


@cli.command("export-openapi")
def export_openapi() -> None:
    """Write the OpenAPI document of the HTTP interface."""
    document = _load("app.main", "openapi_document")(_settings())
    print(json.dumps(document, indent=2, ensure_ascii=False))


@cli.command("export-data-map")
def export_data_map(language: Annotated[str, typer.Argument(help="zh or en")]) -> None:
    """Write the data map as a document: what is kept about people, where, how long, and who sees it."""
    retention = _load("app.protection.data_map", "retention_of")(_settings())
    print(_load("app.protection.data_map", "data_map_markdown")(language, retention), end="")


@cli.command()
def worker(
    beside_recorder: Annotated[
        bool, typer.Option(help="The one worker of the server's own machine; `serve` starts it.")
    ] = False,
) -> None:
    """Do jobs: finish recordings, upload, compose. On another machine it takes work off the server."""
    end_with_parent()
    settings = _settings()
    configure_logging("worker", settings)
    refusals = (_load("app.db.revision", "NotMigrated"), _load("app.worker", "CannotWork"))
    with _refusing_for_good(*refusals):
        _run(_load("app.worker", "run_worker")(settings, is_beside_recorder=beside_recorder))


@cli.command()
def doctor(tls: Tls = False) -> None:
    """Say in words whether this machine can serve, and what to do where it cannot."""
    raise typer.Exit(_load("app.doctor.report", "doctor")(_settings(is_tls=tls)))


# --- the children of `serve` ----------------------------------------------------------------------


@cli.command(hidden=True)
def app() -> None:
    """The app process: HTTP, WebSocket, rooms, journal."""
    end_with_parent()
    settings = _settings()
    configure_logging("app", settings)
    refusals = (
        _load("app.db.revision", "NotMigrated"),
        _load("app.db.engine", "DatabaseInUse"),
        _load("app.tls", "TlsUnusable"),
    )
    application = _load("app.main", "create_app")(settings)
    with _refusing_for_good(*refusals):
        _run(_load("app.http_server", "serve_http")(application, settings))


@cli.command(hidden=True)
def engine(index: Annotated[int, typer.Option(min=0, max=63)] = 0) -> None:
    """One media engine, on `TONGTANG_MEDIA_PORT + index`."""
    settings = _settings()
    configure_logging(f"engine-{index}", settings)
    run_engine = _load("app.media.worker", "run_engine")
    raise typer.Exit(
        run_engine(
            settings.media_port + index,
            settings.engine_socket(index),
            public_ips=settings.public_ips,
        )
    )


@cli.command(hidden=True)
def recorder() -> None:
    """The recorder."""
    end_with_parent()
    settings = _settings()
    configure_logging("recorder", settings)
    raise typer.Exit(_load("app.recording.recorder", "run_recorder")(settings))


@cli.command(hidden=True)
def simulate() -> None:
    """The simulated classrooms."""
    end_with_parent()
    settings = _settings()
    configure_logging("simulate", settings)
    _run(_load("app.simulated.reconcile", "run_simulated")(settings))


if __name__ == "__main__":
    cli(prog_name="python -m app")
