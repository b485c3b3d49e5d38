"""Real Firefox with fake devices, driven by WebDriver BiDi over its own WebSocket: no driver program in between."""

import asyncio
import contextlib
import itertools
import json
import os
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from tests.support.office import ONSITE, TEACHER, PlannedLesson, Seat
from tests.support.pages import PATIENCE_S, PROBE, Probed, eventually
from tests.support.serve import Served

NAMES = ("firefox-esr", "firefox")
STARTED_S = 60.0
STOPPED_S = 10.0
PREFERENCES = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
    "media.peerconnection.ice.loopback": True,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    "intl.accept_languages": "zh-CN",
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "media.gmp-manager.updateEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.enabled": False,
}
FILL = """((label, value) => {
  const text = (element) => element.textContent.trim();
  const field = [...document.querySelectorAll("label")].find((one) => text(one).startsWith(label));
  const input = field?.control ?? field?.querySelector("input");
  if (!input) return false;
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(input, value);
  input.dispatchEvent(new Event("input", { bubbles: true }));
  return true;
})"""
PRESS = """((name) => {
  const named = (one) => (one.getAttribute("aria-label") ?? one.textContent).trim() === name;
  const button = [...document.querySelectorAll("button")].find((one) => named(one) && !one.disabled);
  button?.click();
  return button !== undefined;
})"""


class FirefoxTab(Probed):
    """One tab with cookies of its own."""

    def __init__(self, session: "Session", context: str, url: str) -> None:
        self._session = session
        self._context = context
        self._url = url

    async def goto(self, path: str) -> None:
        await self._session.ask(
            "browsingContext.navigate",
            context=self._context,
            url=self._url + path,
            wait="interactive",
        )

    async def read(self, expression: str) -> Any:
        # Through JSON: the protocol's own values come as lists of pairs.
        answer = await self._session.ask(
            "script.evaluate",
            expression=f"Promise.resolve({expression}).then(JSON.stringify)",
            target={"context": self._context},
            awaitPromise=True,
            userActivation=True,
        )
        if answer["type"] != "success":
            raise RuntimeError(f"{expression}: {answer['exceptionDetails']['text']}")
        value = answer["result"].get("value")
        return None if value is None else json.loads(value)

    async def sees(self, words: str) -> float:
        """Wait until these words are on the page; the seconds it took."""

        async def is_there() -> bool:
            return words in str(await self.read("document.body?.innerText"))

        return await eventually(f"the words {words}", is_there)

    async def press(self, name: str) -> None:
        """Click the button with these words, once it is there."""
        await self._until(f"a button {name}", f"{PRESS}({json.dumps(name)})")

    async def fill(self, label: str, value: str) -> None:
        """Type into the field with this label, once it is there."""
        arguments = f"{json.dumps(label)}, {json.dumps(value)}"
        await self._until(f"a field {label}", f"{FILL}({arguments})")

    async def _until(self, what: str, expression: str) -> None:
        async def is_done() -> bool:
            return bool(await self.read(expression))

        await eventually(what, is_done)


class Session:
    """One WebDriver BiDi session. Commands are answered in any order; events are not subscribed to."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._ids = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}

    async def listen(self) -> None:
        async for text in self._socket:
            message = json.loads(text)
            waiting = self._answers.pop(message.get("id"), None)
            if waiting is None or waiting.done():
                continue
            if message["type"] == "error":
                waiting.set_exception(RuntimeError(f"{message['error']}: {message['message']}"))
            else:
                waiting.set_result(message["result"])

    async def ask(self, method: str, **params: object) -> dict[str, Any]:
        """The result of a command. Raises RuntimeError with the browser's words."""
        number = next(self._ids)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        async with asyncio.timeout(PATIENCE_S):
            return await answer

    async def open_tab(self, url: str) -> FirefoxTab:
        """A tab of a new person, with the probe in every page."""
        person = (await self.ask("browser.createUserContext"))["userContext"]
        made = await self.ask("browsingContext.create", type="tab", userContext=person)
        await self.ask(
            "script.addPreloadScript",
            functionDeclaration=f"() => {{ {PROBE} }}",
            contexts=[made["context"]],
        )
        return FirefoxTab(self, made["context"], url)


@contextlib.asynccontextmanager
async def firefox(directory: Path) -> AsyncIterator[Session]:
    """A running Firefox with a new profile in `directory`. Skips where there is none."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("no Firefox: install it ('apt-get install firefox-esr')")
    profile = directory / "firefox"
    profile.mkdir()
    (profile / "user.js").write_text(
        "".join(f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in PREFERENCES.items())
    )
    process = await asyncio.create_subprocess_exec(
        program,
        *("--headless", "--no-remote", "--new-instance", "--remote-debugging-port", "0"),
        *("--profile", str(profile), "about:blank"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "HOME": str(directory)},
    )
    assert process.stderr is not None
    draining: asyncio.Task[bytes] | None = None
    try:
        address = await _address(process.stderr)
        draining = asyncio.create_task(process.stderr.read())
        async with connect(f"{address}/session", max_size=None, proxy=None) as socket:
            session = Session(socket)
            listening = asyncio.create_task(session.listen())
            try:
                await session.ask("session.new", capabilities={})
                yield session
            finally:
                listening.cancel()
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOPPED_S)
        except TimeoutError:
            process.kill()
            await process.wait()
        if draining is not None:
            await draining


async def _address(stderr: asyncio.StreamReader) -> str:
    said = ""
    try:
        async with asyncio.timeout(STARTED_S):
            while line := (await stderr.readline()).decode(errors="replace"):
                said += line
                if found := re.search(r"WebDriver BiDi listening on (ws://\S+)", line):
                    return found.group(1)
    except TimeoutError:
        pass
    pytest.fail(f"Firefox does not listen:\n{said}")


async def sign_in(tab: FirefoxTab, served: Served, login: str, path: str) -> None:
    """As `pages.sign_in` does it in Chromium."""
    await tab.goto(f"/sign-in?next={path}")
    await tab.fill("工号、手机号或邮箱", login)
    await tab.fill("密码", served.password)
    await tab.press("登录")


async def enter_as_lead(tab: FirefoxTab, served: Served, lesson: PlannedLesson) -> None:
    """From nothing to the lead's desk."""
    await sign_in(tab, served, TEACHER, f"/lessons/{lesson.lesson_id}/join?role=lead")
    await tab.press("进入课堂")
    await tab.sees("讲台")


async def enter_as_classroom(tab: FirefoxTab, served: Served, seat: Seat, lesson_id: str) -> None:
    """From nothing to the classroom's screen."""
    path = f"/lessons/{lesson_id}/join?seat={seat.seat_id}"
    await sign_in(tab, served, ONSITE[seat.school], path)
    await tab.press("进入课堂")
    await tab.sees("离开课堂")
