"""What `tune all` leaves in its run folder, beside a folder for each defense."""

from __future__ import annotations

from dataclasses import asdict

from unmask.defenses.files.atomic import write_text

from .every_page import every_page
from .iso import Iso
from .kept import keep_all
from .outputs import write_chosen, write_table
from .plots import plot_iso


def write_iso(iso: Iso) -> None:
    """Write `iso.csv`, `iso.png`, `chosen.json`, `report.html` and what they are made from.

    `chosen.json` is the first row of the table that holds the limit; if none does, there is
    no such file.
    """
    keep_all(iso.folder, asdict(iso.goal), {s: f.folder.name for s, f in iso.tuned.items()},
             iso.failed, iso.opened)  # fmt: skip
    head, body = iso.table()
    write_table(
        iso.folder / "iso.csv",
        [dict(zip(head, (cell.removeprefix("!") for cell in row), strict=True)) for row in body],
    )
    write_chosen(iso.folder / "chosen.json", iso.best, picked_by=iso.caption)
    plot_iso(iso.folder / "iso.png", iso)
    write_text(iso.folder / "report.html", every_page(iso))
