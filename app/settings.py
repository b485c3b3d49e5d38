"""Every setting once, with its unit in the name. Environment prefix `TONGTANG_`."""

import ipaddress
import json
import logging
import os
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

from dateutil.tz import gettz
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "TONGTANG_"
MAX_MEDIA_WORKERS = 64


class SettingsUnusable(Exception):
    """A setting that cannot be; the message names it and says why, a sentence a line."""


def read_settings() -> "Settings":
    """The settings of this process's environment; raises SettingsUnusable."""
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsUnusable("\n".join(map(_sentence, error.errors()))) from None


def _sentence(error: ErrorDetails) -> str:
    reason = error["msg"].removeprefix("Value error, ")
    if not error["loc"]:
        return f"{reason}."
    name = str(error["loc"][0])
    # The address of a database has its password in it.
    is_secret = Settings.model_fields[name].annotation is SecretStr or "@" in str(error["input"])
    given = "" if is_secret else f"={error['input']}"
    return f"{PREFIX}{name.upper()}{given} cannot be used: {reason[:1].lower()}{reason[1:]}."


def _time_zone(value: str) -> str:
    if not value or gettz(value) is None:
        raise ValueError("there is no such time zone")
    return value


def _cores_for_auto(value: object) -> object:
    if value == "auto":
        return min(len(os.sched_getaffinity(0)), MAX_MEDIA_WORKERS)
    return value


def _listed(value: object) -> object:
    """`a, b` and `["a", "b"]` are the same list."""
    if not isinstance(value, str):
        return value
    if not value.lstrip().startswith("["):
        return [part.strip() for part in value.split(",") if part.strip()]
    try:
        return json.loads(value)
    except ValueError:
        raise ValueError('write it as a, b or as ["a", "b"]') from None


Listed = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]


def _addresses(ips: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(ipaddress.ip_address(ip)) for ip in ips)


def _database_url(url: str) -> str:
    if url and url.partition("://")[0].partition("+")[0] not in ("sqlite", "postgresql"):
        raise ValueError("it must begin with postgresql:// or sqlite:///")
    return url


def _storage_url(url: str) -> str:
    if url and not url.startswith(("s3://", "file://")):
        raise ValueError("it must begin with s3:// or file://")
    return url


class Settings(BaseSettings):
    """Read from the environment; the defaults run a whole lesson on one machine."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    data_dir: Path = Path("data")
    database_url: Annotated[str, AfterValidator(_database_url)] = ""
    """SQLAlchemy async URL; empty: SQLite in `data_dir`."""

    time_zone: Annotated[str, AfterValidator(_time_zone)] = "Asia/Shanghai"
    """By which new terms count hours and days and pages show times, a name of the IANA database."""
    log_level: Literal["debug", "info", "warning", "error"] = "warning"
    """What the terminal shows; the files in `data_dir/logs` have info and above in any case."""

    http_host: str = "::"
    """Address of the plain listener; `::` also takes IPv4."""
    http_port: int = Field(default=8080, ge=1, le=65535)
    https_port: int = Field(default=8443, ge=1, le=65535)
    tls: bool = False
    """Listen for https beside http; `serve --tls` sets it."""
    tls_certificate_file: Path | None = None
    """Certificate chain of a real domain (PEM); empty: one of the local authority under `data_dir/tls`."""
    tls_key_file: Path | None = None
    trusted_proxies: Listed = ()
    """Addresses whose X-Forwarded-* headers are believed."""

    media_port: int = Field(default=8190, ge=1, le=65000)
    """First media port, UDP and TCP; engine i listens on `media_port + i`."""
    media_workers: Annotated[int, BeforeValidator(_cores_for_auto)] = Field(
        default=1, ge=1, le=MAX_MEDIA_WORKERS
    )
    """Engine processes, each with one core's worth of lessons; `auto` is one for each core."""
    public_ips: Annotated[Listed, AfterValidator(_addresses)] = ()
    """Addresses announced to browsers instead of the private ones (1:1 NAT)."""
    turn_urls: Listed = ()
    """TURN servers for networks that let nothing else out, such as `turn:turn.example.org:3478?transport=tcp`."""
    turn_secret: SecretStr = SecretStr("")
    """Shared with the TURN server (coturn: `static-auth-secret`); needed with `turn_urls`."""
    lead_video_cap_bps: int = Field(default=1_500_000, ge=100_000, le=20_000_000)
    stage_video_cap_bps: int = Field(default=800_000, ge=50_000, le=20_000_000)
    off_stage_video_cap_bps: int = Field(default=200_000, ge=50_000, le=20_000_000)

    storage_url: Annotated[str, AfterValidator(_storage_url)] = ""
    """obstore URL such as `s3://bucket/prefix`; empty: local disk in `data_dir`."""
    s3_endpoint: str = ""
    s3_access_key_id: str = ""
    s3_secret_access_key: SecretStr = SecretStr("")
    s3_region: str = "us-east-1"
    s3_timeout_s: float = Field(default=120.0, gt=0, le=3_600)
    """For one request; the largest sends 64 MB."""

    classroom_tracks_kept_days: int = Field(default=30, ge=1, le=3_650)
    """Pictures and sound of classrooms are deleted this long after the lesson."""
    recordings_kept_days: int = Field(default=180, ge=1, le=3_650)
    """All that is left of a recording is deleted this long after the lesson."""
    chat_kept_days: int = Field(default=30, ge=1, le=3_650)
    """What staff and on-site teachers wrote to each other is erased after this time."""
    access_log_kept_days: int = Field(default=365, ge=180, le=3_650)
    """Who looked at what is forgotten after this time."""
    audit_log_kept_days: int = Field(default=1_095, ge=180, le=3_650)
    """What admins changed is forgotten after this time."""

    recording_min_free_bytes: int = Field(default=512 * 1024 * 1024, ge=0)
    """Below this the recorder stops the least important track, and further ones as it gets less."""

    demo: bool = False
    """Mark a new database as a demo: doors without passwords for this machine, simulated classrooms."""
    demo_password: SecretStr = SecretStr("")
    """Password of the demo accounts; empty: a random one, printed once."""
    demo_sample: bool = True
    """Hold one short recorded lesson in a new demo, so that replay and attendance have something to show."""

    run_dir: Path | None = None
    """Directory of the sockets between our processes; the supervisor sets it."""
    internal_secret: SecretStr = SecretStr("")
    """Shared by our own processes, new at every start; the supervisor sets it."""

    metrics_token: SecretStr = SecretStr("")
    """Lets a scraper on another machine read `/metrics` as a bearer token; empty: this machine and admins only."""

    reconnect_grace_s: float = Field(default=60.0, gt=0, le=600)
    """A participant cut for less than this is not absent."""
    call_up_timeout_s: float = Field(default=30.0, gt=0, le=300)
    lead_absent_end_s: float = Field(default=600.0, gt=0, le=7200)
    """A lesson ends this long after its last lead left, or after its planned end."""

    ticket_grace_s: int = 1800
    """A ticket is good until the planned end plus this."""
    session_cookie_days: int = Field(default=14, ge=1, le=90)

    @model_validator(mode="after")
    def _turn_needs_its_secret(self) -> Self:
        if self.turn_urls and not self.turn_secret.get_secret_value():
            raise ValueError("TONGTANG_TURN_URLS needs TONGTANG_TURN_SECRET")
        return self

    @cached_property
    def resolved_database_url(self) -> str:
        if self.database_url:
            return self.database_url
        return f"sqlite+aiosqlite:///{(self.data_dir / 'tongtang.db').resolve()}"

    @property
    def log_level_number(self) -> int:
        return logging.getLevelNamesMapping()[self.log_level.upper()]

    @cached_property
    def resolved_run_dir(self) -> Path:
        return (self.run_dir or self.data_dir / "run").resolve()

    def engine_socket(self, index: int) -> Path:
        """Where engine `index` listens for the app."""
        return self.resolved_run_dir / f"engine-{index}.sock"

    @property
    def recorder_socket(self) -> Path:
        """Where the recorder listens for the app."""
        return self.resolved_run_dir / "recorder.sock"

    @property
    def recorder_sink_socket(self) -> Path:
        """Where the recorder listens for the media of engines (`RtpSink.socket_path`)."""
        return self.resolved_run_dir / "sink.sock"
