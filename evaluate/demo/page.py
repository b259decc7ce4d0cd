"""The page itself, made with Gradio: what is dropped, chosen and dragged."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import gradio as gr

from ..advice.table import Table
from .photo import astronaut, opened
from .trial import REGIONS, STEP, Tried, after, before, offered, tried

HOST = "127.0.0.1"
TITLE = "unmask: try a defense by eye"
FIRST, STRENGTH = "gaussian_blur", 0.75
_OLD = 600  # seconds after which what a tab uploaded and never used is deleted
_STAYS = (
    "Everything stays on this machine: the photo is held in memory while this page is open, its "
    "upload is deleted as soon as it is read, and nothing is sent anywhere."
)


def page(uploads: Path, run: Table | None = None) -> gr.Blocks:
    """Return the page, ready to be launched.

    Args:
        uploads: the private folder in which Gradio leaves what is uploaded.
        run: the table in which strengths are looked up; None: the most similar shipped one.
    """

    def show(this: Tried | None, name: str, share: float, region: str) -> tuple[str, str]:
        this = this or tried(astronaut(), run)  # a tab that slept for long
        return after(this, name, share, REGIONS[region])

    def open_photo(file: str, name: str, share: float, region: str) -> tuple[Any, ...]:
        try:
            photo = opened(Path(file))
        except ValueError as error:
            told = str(error).replace(file, Path(file).name)
            raise gr.Error(told, print_exception=False) from error
        finally:
            _forget(uploads)
        this = tried(photo, run)
        return (this, before(this), *show(this, name, share, region), None)

    def open_first(name: str, share: float, region: str) -> tuple[Any, ...]:
        this = tried(astronaut(), run)
        return (this, before(this), *show(this, name, share, region))

    made: gr.Blocks = gr.Blocks(analytics_enabled=False, title=TITLE, delete_cache=(_OLD, _OLD))
    with made:
        this = gr.State(None)
        gr.HTML(f"<h1>{TITLE}</h1>")
        with gr.Row():
            with gr.Column(scale=1, min_width=280):
                drop = gr.File(label="Drop a photo here", file_types=["image"], height=130,
                               elem_id="drop")  # fmt: skip
                first = gr.Button("Take the astronaut", size="sm", elem_id="first")
                name = gr.Dropdown([*offered()], value=FIRST, label="Defense", elem_id="defense")
                region = gr.Radio([*REGIONS], value=next(iter(REGIONS)), label="It may change",
                                  elem_id="region")  # fmt: skip
                share = gr.Slider(0, 1, STRENGTH, step=STEP, label="Strength, weak to strong",
                                  elem_id="strength")  # fmt: skip
                gr.HTML(f'<p class="soft">{_STAYS}</p>')
            with gr.Column(scale=3, min_width=320):
                with gr.Row(elem_id="pair"):
                    clean = gr.HTML(elem_id="before", elem_classes="ours")
                    defended = gr.HTML(elem_id="after", elem_classes="ours")
                said = gr.HTML(elem_id="told", elem_classes="ours")
        chosen = [name, share, region]
        shown = [this, clean, defended, said]
        # one after the other: what was dragged before a drop must not come after it
        one: dict[str, Any] = {"concurrency_limit": 1, "concurrency_id": "photo"}
        made.load(open_first, chosen, shown, show_progress="hidden", **one)
        first.click(open_first, chosen, shown, **one)
        drop.upload(open_photo, [drop, *chosen], [*shown, drop], **one)
        gr.on([name.change, share.change, region.change], show, [this, *chosen],
              [defended, said], trigger_mode="always_last", show_progress="hidden",
              **one)  # fmt: skip
    return made


def launched(
    uploads: Path, run: Table | None, *, port: int | None, browser: bool
) -> tuple[str, Callable[[], None]]:
    """Start the page on this machine alone; return its address and what ends it."""
    made = page(uploads, run)
    made.launch(
        server_name=HOST, server_port=port, inbrowser=browser, prevent_thread_lock=True,
        share=False, quiet=True, ssr_mode=False, mcp_server=False, enable_monitoring=False,
        pwa=False, run_history=False, footer_links=[], max_file_size="64mb", head=style(),
        theme=gr.themes.Base(font="system-ui", font_mono="monospace"),
    )  # fmt: skip
    return str(made.local_url), lambda: made.close(verbose=False)


def style() -> str:
    """Return the style of our pages, for what we put onto this one."""
    ours = files("unmask.evaluate.pages").joinpath("page.css").read_text("utf-8")
    return f"<style>.ours {{ {ours.replace(':root', '&')} }}\n{_OWN}</style>"


_OWN = """
#pair figure { margin: 0; } #pair img { width: 100%; height: auto; border-radius: 4px; }
#pair figcaption { font-weight: 600; padding-bottom: .25rem; }
@media (max-width: 40rem) { .ours .chart svg { width: 24rem; } }
"""


def _forget(uploads: Path) -> None:
    """Delete what was uploaded."""
    for file in uploads.rglob("*"):
        if file.is_file():
            with contextlib.suppress(OSError):
                file.unlink()
