"""Real Chromium with fake devices."""

import contextlib
import io
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from playwright.async_api import Browser, async_playwright

from tests.support.namespaces import Host

PLAIN = ("--disable-gpu",)
"""A PC without a graphics card: no page is drawn by a simulated one, which costs more than all else that it does."""
QUIET = (
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A new window prepares pages for what is typed into its address bar, dearer than most of ours. Of two such lists
    # the last is in force, so the names that Playwright gives for a page's sake are here again.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,"
    "HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,MediaRouter,OptimizationHints,PaintHolding",
)
FAKE_DEVICES = ("--use-fake-device-for-media-stream",)
CONSENT = ("--use-fake-ui-for-media-stream",)
"""Somebody who allows camera, microphone and screen whenever the page asks."""
EASY = (
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "chromium-headless-shell")

WIDTH, HEIGHT, FPS = 640, 360, 10
"""Few pictures a second: what a page encodes, decodes and draws is most of what these tests compute."""
PERIOD_S = 2.0
FLASH_S = 0.2
"""Every two seconds the picture is white and a tone sounds, for this long."""


def find_chromium() -> str:
    """The machine's Chromium; "" for the one that Playwright downloaded; a skip with the reason when there is none."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    cache = Path(
        os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright"
    )
    if cache.is_dir() and any(cache.glob("chromium*")):
        return ""
    pytest.skip("no Chromium: install it ('apt-get install chromium') or run 'playwright install'")


@contextlib.asynccontextmanager
async def chromium(
    tmp_path: Path,
    *,
    camera: Path | None = None,
    microphone: Path | None = None,
    is_bare: bool = False,
    has_devices: bool = True,
    host: Host | None = None,
    home: Path | None = None,
    prefix: tuple[str, ...] = (),
    flags: tuple[str, ...] = (),
) -> AsyncIterator[Browser]:
    """A browser. `is_bare`: as a school's browser on a PC without a graphics card behaves, with no flags but that,
    fake devices and the sandbox switch.

    `has_devices`: it has a camera and a microphone. `host`: run it on that host. `home`: its home directory, with the
    certificates it trusts. `prefix`: a command that runs it. `camera` and `microphone` are files of `write_camera` and
    `write_microphone`.
    """
    executable = find_chromium()
    arguments = [*CONSENT, *PLAIN, *flags, *(() if is_bare else (*QUIET, *EASY))]
    arguments += FAKE_DEVICES if has_devices else ()
    arguments += _switches(camera, microphone)
    if host is not None or os.geteuid() == 0:
        # Root, or what looks like root in a user namespace.
        arguments.append("--no-sandbox")
    if host is not None:
        prefix = (*host.prefix, *prefix)
    if prefix:
        executable = _prefixed(tmp_path, executable, prefix)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=executable or None,
            args=arguments,
            env=None if home is None else {**os.environ, "HOME": str(home)},
            # Playwright silences pages by default; a bare browser keeps its own rules for sound.
            ignore_default_args=["--mute-audio"] if is_bare else None,
        )
        try:
            yield browser
        finally:
            await browser.close()


def _switches(camera: Path | None, microphone: Path | None) -> list[str]:
    switches = []
    for kind, path in (("video", camera), ("audio", microphone)):
        if path is not None:
            switches.append(f"--use-file-for-fake-{kind}-capture={path.resolve()}")
    return switches


def _prefixed(tmp_path: Path, executable: str, prefix: tuple[str, ...]) -> str:
    """A program that starts the browser under `prefix`; the pipes to Playwright stay open across it."""
    if not executable:
        pytest.skip("a browser under another command needs the machine's own Chromium")
    script = tmp_path / f"chromium-{uuid.uuid4().hex[:8]}"
    script.write_text(f'#!/bin/sh\nexec {" ".join(prefix)} {executable} "$@"\n')
    script.chmod(0o755)
    return str(script)


def write_camera(path: Path, colour: tuple[int, int, int], *, seconds: float = 4.0) -> Path:
    """A picture of one colour with a moving bar, white for `FLASH_S` at the start of each `PERIOD_S` (Y4M)."""

    def pictures() -> Iterator[Image.Image]:
        for index in range(int(seconds * FPS)):
            is_white = (index / FPS) % PERIOD_S < FLASH_S
            picture = Image.new("RGB", (WIDTH, HEIGHT), (255, 255, 255) if is_white else colour)
            left = index * 9 * 15 // FPS % (WIDTH - 40)
            picture.paste((20, 20, 20), (left, HEIGHT // 2, left + 40, HEIGHT))
            yield picture

    return write_pictures(path, pictures())


def write_camera_before(path: Path, picture: bytes, *, seconds: float = 1.0) -> Path:
    """A picture (PNG) that somebody holds before the camera, in the middle of a dim room (Y4M)."""
    room = Image.new("RGB", (WIDTH, HEIGHT), (90, 90, 80))
    held = Image.open(io.BytesIO(picture)).convert("RGB")
    held.thumbnail((HEIGHT - 40, HEIGHT - 40))
    room.paste(held, ((WIDTH - held.width) // 2, (HEIGHT - held.height) // 2))
    return write_pictures(path, [room] * int(seconds * FPS))


def write_pictures(path: Path, pictures: Iterable[Image.Image]) -> Path:
    """A file that Chromium plays at `FPS`; it takes an MJPEG for 30 a second."""
    with av.open(str(path), "w", format="yuv4mpegpipe") as container:
        stream = container.add_stream("wrapped_avframe", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for picture in pictures:
            frame = av.VideoFrame.from_image(picture)
            container.mux(stream.encode(frame.reformat(format="yuv420p")))
        container.mux(stream.encode(None))
    return path


def write_microphone(path: Path, frequency_hz: float, *, seconds: float = 4.0) -> Path:
    """A faint tone of `frequency_hz`, loud for `FLASH_S` at the start of each `PERIOD_S` (WAV, 48 kHz)."""
    rate_hz = 48_000
    t = np.arange(int(seconds * rate_hz)) / rate_hz
    loudness = np.where(t % PERIOD_S < FLASH_S, 0.7, 0.05)
    samples = (loudness * np.sin(2 * np.pi * frequency_hz * t) * 32767).astype(np.int16)
    with av.open(str(path), "w", format="wav") as container:
        stream = container.add_stream("pcm_s16le", rate=rate_hz, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples[np.newaxis, :], format="s16", layout="mono")
        frame.sample_rate = rate_hz
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
