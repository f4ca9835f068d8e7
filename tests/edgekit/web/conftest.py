"""A real browser for the pages: headless Chromium, driven over its debugging pipe, with nothing in between."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from edgekit.web.http import Page
from edgekit.web.server import LocalServer

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
]
PATIENCE_S = 20.0


class Browser:
    """One Chromium process; messages of its DevTools protocol go over two pipes, each ended by a zero byte."""

    def __init__(self, profile: Path) -> None:
        to_us, from_it = os.pipe()
        from_us, to_it = os.pipe()
        os.set_inheritable(from_it, True)
        os.set_inheritable(from_us, True)
        # Chromium reads from descriptor 3 and writes to 4.
        script = f'exec 3<&{from_us} 4>&{from_it}; exec "$@"'
        self.process = subprocess.Popen(
            ["bash", "-c", script, "bash", str(CHROMIUM), *FLAGS, f"--user-data-dir={profile}"],
            pass_fds=(from_us, from_it),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(from_it)
        os.close(from_us)
        self._in, self._out = os.fdopen(to_us, "rb", buffering=0), os.fdopen(to_it, "wb", buffering=0)
        self._rest = b""
        self._number = 0
        self.told: list[dict[str, Any]] = []

    def call(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": parameters} | ({"sessionId": session} if session else {})
        self._out.write(json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]
            self.told.append(answer)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            more = self._in.read(1 << 16)
            assert more, "the browser went away"
            self._rest += more
        line, _, self._rest = self._rest.partition(b"\0")
        return json.loads(line)

    def close(self) -> None:
        self._out.write(b'{"id":0,"method":"Browser.close"}\0')
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._in.close()
        self._out.close()


class Tab:
    """One page: what a person does with it, and what they see."""

    def __init__(self, browser: Browser, width: int, height: int, *, touch: bool) -> None:
        self.browser = browser
        self.touch = touch
        self.target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=self.target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")
        scale = 2 if touch else 1
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=touch
        )
        if touch:
            self.call("Emulation.setTouchEmulationEnabled", enabled=True, maxTouchPoints=3)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        return self.browser.call(method, self.session, **parameters)

    def open(self, url: str, *, until: str = "document.readyState === 'complete'") -> Tab:
        self.call("Page.navigate", url=url)
        self.wait(until)
        return self

    def js(self, expression: str) -> Any:
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait(self, expression: str) -> None:
        """Until the page says yes: the browser is another process, there is nothing else to wait on."""
        until = time.monotonic() + PATIENCE_S
        while not self.js(f"Boolean({expression})"):
            assert time.monotonic() < until, f"never: {expression}; the page: {self.js('document.body?.innerText')}"

    def text(self, selector: str) -> str:
        return self.js(f"document.querySelector({json.dumps(selector)}).innerText")

    def middle(self, selector: str) -> tuple[float, float]:
        x, y = self.js(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)}); e.scrollIntoViewIfNeeded?.(); "
            "const b = e.getBoundingClientRect(); return [b.left + b.width / 2, b.top + b.height / 2]; })()"
        )
        return x, y

    def click(self, selector: str) -> None:
        self.drag(self.middle(selector), None)

    def drag(self, start: tuple[float, float], by: tuple[float, float] | None) -> None:
        """Mouse or finger, as the tab has; `by` None: without moving."""
        steps = 6 if by is not None else 0
        dx, dy = by or (0, 0)
        points = [(start[0] + dx * i / steps, start[1] + dy * i / steps) for i in range(1, steps + 1)]
        if self.touch:
            self._touch("touchStart", [start])
            for point in points:
                self._touch("touchMove", [point])
            self._touch("touchEnd", [])
            if by is not None:
                self._rest()
        else:
            self._mouse("mousePressed", start)
            for point in points:
                self._mouse("mouseMoved", point)
            self._mouse("mouseReleased", points[-1] if points else start)

    def pinch(self, first: tuple[float, float], second: tuple[float, float], by: float) -> None:
        """Two fingers, moved apart by `by` pixels each."""
        self._touch("touchStart", [first])
        self._touch("touchStart", [first, second])
        for i in range(1, 5):
            self._touch("touchMove", [(first[0] - by * i / 4, first[1]), (second[0] + by * i / 4, second[1])])
        self._touch("touchEnd", [])
        self._rest()

    def _rest(self) -> None:
        """Chromium takes a touch within 300 ms of a swipe as one that stops it, not as a tap."""
        self.js("new Promise(done => setTimeout(done, 350))")

    def _mouse(self, kind: str, at: tuple[float, float]) -> None:
        self.call("Input.dispatchMouseEvent", type=kind, x=at[0], y=at[1], button="left", buttons=1, clickCount=1)

    def _touch(self, kind: str, points: list[tuple[float, float]]) -> None:
        touches = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        self.call("Input.dispatchTouchEvent", type=kind, touchPoints=touches)

    def press(self, key: str, *, ctrl: bool = False, shift: bool = False) -> None:
        modifiers = 2 * ctrl + 8 * shift
        for kind in ("keyDown", "keyUp"):
            text = {"text": key} if len(key) == 1 and not ctrl and kind == "keyDown" else {}
            self.call("Input.dispatchKeyEvent", type=kind, key=key, modifiers=modifiers, **text)

    def type(self, selector: str, text: str) -> None:
        self.wait(f"document.querySelector({json.dumps(selector)})?.offsetParent")
        self.js(f"(() => {{ const e = document.querySelector({json.dumps(selector)}); e.focus(); e.select(); }})()")
        self.call("Input.insertText", text=text)

    def screenshot(self, path: Path) -> Path:
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))
        return path

    @property
    def complaints(self) -> list[str]:
        """What the page's scripts threw, and what the browser logged as an error."""
        self.js("0")
        said = []
        for message in self.browser.told:
            if message.get("sessionId") != self.session:
                continue
            if message["method"] == "Runtime.exceptionThrown":
                said.append(str(message["params"]["exceptionDetails"]))
            elif message["method"] == "Log.entryAdded" and message["params"]["entry"]["level"] == "error":
                text = message["params"]["entry"]["text"]
                said += [] if "status of 4" in text else [text]  # a refusal that the page itself shows
        return said


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    # Not pytest's own folder: Chromium still writes to its profile for a moment after it has ended.
    with tempfile.TemporaryDirectory(prefix="edgekit-chromium-", ignore_cleanup_errors=True) as profile:
        opened = Browser(Path(profile))
        yield opened
        opened.close()


@pytest.fixture
def desktop(browser: Browser) -> Iterator[Tab]:
    tab = Tab(browser, 1280, 800, touch=False)
    yield tab
    browser.call("Target.closeTarget", targetId=tab.target)


@pytest.fixture
def phone(browser: Browser) -> Iterator[Tab]:
    tab = Tab(browser, 390, 844, touch=True)
    yield tab
    browser.call("Target.closeTarget", targetId=tab.target)


@pytest.fixture
def serve() -> Iterator[Callable[..., LocalServer]]:
    servers: list[LocalServer] = []

    def start(page: Page, **options: Any) -> LocalServer:
        server = LocalServer(page, **options)
        server.start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.close()
