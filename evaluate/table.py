"""The table that the terminal shows; it fits 100 columns."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from .records import Record
from .summary import Row, rows

SHOWN = {"ssim": "SSIM", "lpips": "LPIPS", "face_found": "face", "landmark_error": "landm."}


def leakage_table(records: Sequence[Record]) -> Table:
    """Build the table, most leaking defense first; the caption states what a figure rests on."""
    found = sorted(rows(records), key=lambda row: -(row.worst.value or 0.0))
    table = Table(caption=caption(found), caption_justify="left", title_justify="left")
    table.add_column("defense", overflow="fold", max_width=25)
    table.add_column("leakage", justify="right", no_wrap=True)
    table.add_column("95 %", no_wrap=True)
    table.add_column("worst attacker", overflow="fold", max_width=20)
    table.add_column("naive", justify="right")
    for heading in SHOWN.values():
        table.add_column(heading, justify="right", no_wrap=True)
    for row in found:
        table.add_row(*_cells(row))
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
        f"seed {worst.seed}"
    )


def _cells(row: Row) -> list[str]:
    worst = row.worst
    if row.valid:
        leakage, interval = f"{worst.value:.2f}", f"{worst.low:.2f}-{worst.high:.2f}"
    else:
        leakage, interval = "invalid", ""
    naive = f"{row.naive.value:.2f}" if row.naive and row.naive.value is not None else "-"
    name, _, params = row.defense.partition(":")
    return [
        f"{name} {params}".strip(),
        leakage,
        interval,
        row.attacker,
        naive,
        *(_figure(row.utilities.get(metric)) for metric in SHOWN),
    ]


def _figure(record: Record | None) -> str:
    return "-" if record is None or record.value is None else f"{record.value:.2f}"
