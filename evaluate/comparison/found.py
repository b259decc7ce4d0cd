"""What a comparison found, to be looked at, asked and handed on."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from unmask.defenses import DEFENSES
from unmask.frames import frame

from ..data.scene import Scene
from ..report.frontier import frontier_figure
from ..results.failures import failures, remarks
from ..results.formats import formatted, html, text
from ..results.lines import summary_lines
from ..results.onwards import onwards
from ..results.records import Record
from ..results.summary import Row
from ..results.table import leakage_table, said_of, sorted_rows
from .measured import Measured

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame

_MOST = 14  # rows of the short text; a notebook and the report have all


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """What `compare` found: a table in a notebook, a short text elsewhere.

    Going through it yields a `Row` per defense, the undefended photos first, then those that
    leak most.

    Args:
        records: all records, in the order of the defenses given.
        scene: the photos that were used; None where a finished run was read.
        folder: where everything was written, `report.html` among it.
        measured: what the records were made of, by defense; empty where a finished run was read.
    """

    records: tuple[Record, ...]
    scene: Scene | None
    folder: Path
    measured: Mapping[str, Measured] = field(default_factory=dict)

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """A row per defense, as the table has them."""
        return tuple(sorted_rows(self.records))

    @property
    def failures(self) -> list[str]:
        """What went wrong, in a line each: figures that rest on it are not what was meant."""
        return failures(self.records)

    @property
    def remarks(self) -> list[str]:
        """What must be known to read the figures, though nothing failed."""
        return remarks(self.records)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def worst(self, defense: str) -> Row:
        """Return the row of a defense; of several settings the one that leaks most.

        A setting without a figure comes before all others: nobody knows what it leaks.

        Args:
            defense: name or spec, as in the table or as it was given.

        Raises:
            LookupError: it is not in this comparison.
        """
        for mine in (
            [row for row in self.rows if defense in (row.shown, row.defense)],
            [row for row in self.rows if row.defense == _full(defense)],
            [row for row in self.rows if row.family == defense],
        ):
            if mine:
                return mine[0]
        known = list(dict.fromkeys(n for row in self.rows for n in (row.family, row.shown)))
        near = get_close_matches(defense, known, n=1)
        cure = f"did you mean '{near[0]}'?" if near else f"there are {', '.join(known)}"
        raise LookupError(f"'{defense}' was not compared; {cure}")

    def report(self) -> Path:
        """Return the path of `report.html`, written again from the records if it is gone.

        Raises:
            ValueError: the folder holds no readable records any more.
        """
        from ..report.page import write_report

        page = self.folder / "report.html"
        return page if page.is_file() else write_report(self.folder)

    def add_to(self, into: Path | str) -> Path:
        """Add this run to a data set of many, as `--into` does; return its Parquet file.

        Args:
            into: a folder, which `unmask.read` opens; a run that is there already stays.

        Raises:
            ValueError: it is a run folder, or the records of this run were changed.
        """
        from ..collection.add import add

        return add(self.folder, into).path

    def plot(self, utility: str = "ssim") -> Figure:
        """Return leakage against use as a figure of matplotlib, which a notebook displays.

        Args:
            utility: metric on the horizontal axis.

        Raises:
            LookupError: that metric was not measured.
        """
        known = sorted({n for row in self.rows for n, r in row.utilities.items()
                        if r.value is not None})  # fmt: skip
        if utility not in known:
            raise LookupError(
                f"'{utility}' was not measured; there are {', '.join(known) or 'no metrics'}"
            )
        return displayed(frontier_figure(self.records, utility))

    def to_dataframe(self) -> DataFrame:
        """Return a line per defense with intervals and state, the columns of `summary.csv`.

        Where `state` is `at least`, the figures are lower bounds and end at 1, whatever stands
        in `leakage`; a figure that was not measured is NaN.

        Raises:
            ImportError: pandas is not installed.
        """
        return frame(summary_lines(self.rows), str(self.folder / "summary.csv"))

    def to_markdown(self) -> str:
        """Return the table as Markdown."""
        return formatted(self.records, "markdown")

    def to_latex(self) -> str:
        """Return the table for LaTeX with booktabs, with a caption that says what was measured."""
        return formatted(self.records, "latex")

    def __repr__(self) -> str:
        """Return a short text: what leaks through each defense."""
        worst = next((row.worst for row in self.rows if row.measured), None)
        about = f": leakage of {worst.n} photos of {worst.people} people, " if worst else ""
        if worst:
            about += f"data {worst.dataset}, budget {worst.budget}"
            about += f", chance {worst.chance:.3f}" if worst.chance else ""
        broken = self.failures
        more = f" (and {len(broken) - 3} more)" if len(broken) > 3 else ""
        return "\n".join([
            f"{len(self.rows)} defenses{about}",
            *text(self.records, _MOST),
            *(f"! {_cut(line)}" for line in broken[:3]),
            *([more.strip()] if more else []),
            f"written: {self.folder / 'report.html'}",
        ])  # fmt: skip

    def _repr_html_(self) -> str:
        broken = [f"! {line}" for line in self.failures]
        said = [*broken, said_of(self.rows), *self.remarks, onwards(self.records,
                page=str(self.folder / "report.html"))]  # fmt: skip
        return html(leakage_table(self.rows), said)


def displayed(figure: Figure) -> Figure:
    """Return a figure that a notebook displays, also without `%matplotlib inline`."""

    def picture() -> bytes:
        stream = io.BytesIO()
        figure.savefig(stream, format="png", dpi=80)
        return stream.getvalue()

    figure._repr_png_ = picture  # type: ignore[attr-defined]
    return figure


def _full(spec: str) -> str:
    """Return a spec with all its parameters; as it is if it is none."""
    try:
        return DEFENSES.build(spec).spec
    except (LookupError, ValueError):
        return spec


def _cut(line: str, most: int = 160) -> str:
    plain = " ".join(line.split())
    return plain if len(plain) <= most else plain[: most - 1] + "…"
