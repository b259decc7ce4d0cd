"""The table that the terminal shows; it fits 100 columns."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.table import Table

from .ordering import ranks
from .records import Record
from .summary import Row, rows

SHOWN = {"ssim": "SSIM", "lpips": "LPIPS", "face_found": "face", "landmark_error": "landm."}


def leakage_table(records: Sequence[Record]) -> Table:
    """Build the table, most leaking defense first; the caption states what a figure rests on."""
    found = sorted(rows(records), key=lambda row: -(row.worst.value or 0.0))
    place = ranks(records)
    table = Table(
        box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), caption=caption(found),
        caption_justify="left",
    )  # fmt: skip
    table.add_column("rank", justify="right", no_wrap=True)
    table.add_column("defense", overflow="fold")
    table.add_column("leakage", justify="right", no_wrap=True)
    table.add_column("95 %", no_wrap=True)
    table.add_column("worst attacker", overflow="fold", min_width=20)
    table.add_column("naive", justify="right", no_wrap=True)
    for heading in SHOWN.values():
        table.add_column(heading, justify="right", no_wrap=True)
    for row in found:
        table.add_row(str(place.get(row.defense, "-")), *_cells(row))
    return table


def caption(found: Sequence[Row]) -> str:
    """Say what the figures are: a leakage without its attackers' budget means nothing."""
    if not found:
        return "nothing was measured"
    worst = found[0].worst
    chance = next((f"{row.worst.chance:.3f}" for row in found if row.worst.chance), "unknown")
    return (
        f"leakage: highest rank-1 over all valid attackers, {worst.n} photos of {worst.people} "
        f"people, chance {chance}; data {worst.dataset}, budget {worst.budget}, "
        f"seed {worst.seed}. rank: 1 + the defenses that truly leak less (paired 95 %); "
        "equal ranks are ties"
    )


def _cells(row: Row) -> list[str]:
    worst = row.worst
    if row.valid:
        leakage, interval = f"{worst.value:.2f}", f"{worst.low:.2f}-{worst.high:.2f}"
    else:
        leakage, interval = "invalid", ""
    naive = f"{row.naive.value:.2f}" if row.naive and row.naive.value is not None else "-"
    return [
        row.defense.replace(",", ", "),
        leakage,
        interval,
        row.attacker,
        naive,
        *(_figure(row.utilities.get(metric)) for metric in SHOWN),
    ]


def _figure(record: Record | None) -> str:
    return "-" if record is None or record.value is None else f"{record.value:.2f}"
