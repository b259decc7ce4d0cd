"""Running the page: on this machine alone, in a private folder that is gone at the end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from unmask.guard import scratch

from ..advice.table import Table
from .likeness import judges

HERE = "127.0.0.1,localhost"
_SETTINGS = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_RUN_HISTORY": "False",
    "GRADIO_SHARE": "False",
    "GRADIO_MCP_SERVER": "False",
    "GRADIO_SSR_MODE": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
}


def check_installed() -> None:
    """Refuse where Gradio is missing.

    Raises:
        ImportError: it is; the message says how to get it.
    """
    from importlib.util import find_spec

    if find_spec("gradio") is None:
        raise ImportError("the demo needs Gradio: pip install 'unmask[demo]'")


@contextmanager
def served(run: Table | None = None, *, port: int | None = None, browser: bool = False
           ) -> Iterator[str]:  # fmt: skip
    """Serve the page and yield its address; nothing of it is left afterwards.

    Args:
        run: the table in which strengths are looked up; None: the most similar shipped one.
        port: where it listens; None: a free one from 7860 on.
        browser: open it in the browser.

    Raises:
        ImportError: Gradio is missing.
        OSError: the port is taken.
    """
    check_installed()
    with scratch("unmask-demo-") as place, _environment(str(place)):
        from .page import launched  # Gradio is imported with the settings in place

        judges()  # so that nobody waits for them at the first photo
        address, close = launched(place, run, port=port, browser=browser)
        try:
            yield address
        finally:
            close()


@contextmanager
def _environment(uploads: str) -> Iterator[None]:
    settings = {**_SETTINGS, "GRADIO_TEMP_DIR": uploads, **_unproxied()}
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _unproxied() -> dict[str, str]:
    """Return settings by which no proxy is asked for what is on this machine."""
    known = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    told = f"{known},{HERE}" if known else HERE
    return {"no_proxy": told, "NO_PROXY": told}
