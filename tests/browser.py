"""A real browser for pages of ours: what it shows, what it complains of, what it would fetch."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")


@dataclass
class Opened:
    """A page that is open.

    Args:
        page: Playwright's, to click and type.
        errors: what the page wrote as errors to its console, or raised.
        requests: addresses other than the page itself that it asked for; none was answered.
    """

    page: Any
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def serious(self) -> list[str]:
        """Return what axe-core finds serious or critical, a line each with the element."""
        axe = pytest.importorskip("axe_playwright_python.sync_playwright")
        found = axe.Axe().run(self.page).response["violations"]
        return [
            f"{one['id']} ({one['impact']}): {one['help']}: {node['html'][:200]}"
            for one in found
            if one["impact"] in ("serious", "critical")
            for node in one["nodes"][:3]
        ]

    def overflow(self) -> list[str]:
        """Return elements that reach beyond the right edge and lie in nothing that scrolls."""
        return list(self.page.evaluate(_OVERFLOW))


_OVERFLOW = """() => {
  const wide = document.documentElement.clientWidth, found = [];
  if (document.documentElement.scrollWidth > wide) found.push('the page scrolls sideways');
  for (const one of document.querySelectorAll('body *')) {
    if (one.getBoundingClientRect().right <= wide + 1 || one.closest('.unseen, .skip')) continue;
    let up = one, held = false;
    while ((up = up.parentElement) && !held)
      held = ['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(up).overflowX);
    if (!held) found.push(one.outerHTML.slice(0, 150));
  }
  return found.slice(0, 10);
}"""


class Browser:
    """A headless Chromium, started once for all tests of a file."""

    def __init__(self, chromium: Any) -> None:
        self._chromium = chromium

    @contextmanager
    def open(self, path: Path | str, *, width: int = 1280, height: int = 900, dark: bool = False
             ) -> Iterator[Opened]:  # fmt: skip
        """Open a local HTML file, or what serves at an address, in a window of this size."""
        context = self._chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        try:
            opened = Opened(context.new_page())
            address = path if isinstance(path, str) else path.resolve().as_uri()
            known = ("data:", "blob:", address) if isinstance(path, str) else ("data:",)

            def answer(route: Any) -> None:
                asked = route.request.url.partition("#")[0]
                if asked == address or asked.startswith(known):
                    route.continue_()
                else:
                    opened.requests.append(asked)
                    route.abort()

            opened.page.route("**/*", answer)
            opened.page.on("console", lambda said: said.type == "error"
                           and opened.errors.append(said.text))  # fmt: skip
            opened.page.on("pageerror", lambda error: opened.errors.append(str(error)))
            opened.page.goto(address)
            yield opened
        finally:
            context.close()


@contextmanager
def started() -> Iterator[Browser]:
    """Start Chromium; skip the test with the reason where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    named = [os.environ.get("UNMASK_TEST_CHROMIUM", ""), *map(shutil.which, NAMES)]
    program = next(filter(None, named), None)
    if program is None:
        pytest.skip(f"no {', '.join(NAMES)} on PATH, and UNMASK_TEST_CHROMIUM names none")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            yield Browser(chromium)
        finally:
            chromium.close()
