"""`unmask apply` where the source is shards."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from .machines import Engines

if TYPE_CHECKING:
    from unmask.defenses.apply import Part, Settings
    from unmask.defenses.apply.shards.run import Engine as RunsShards
    from unmask.defenses.apply.shards.run import ShardsReport
    from unmask.defenses.apply.shards.sources import Sources

_NAMED = 5  # shards and photos that are named on the screen; the tables have all


Column = Annotated[
    str,
    typer.Option(
        help="Columns with pictures, of tables, others are then left as they are; or the column "
        "with the paths, of a list. Default: found by type and name."
    ),
]
OutcomeColumn = Annotated[
    str,
    typer.Option(
        help="Add a column to tables that says what became of each row; rows whose picture is "
        "left out then stay, without it."
    ),
]


class Ways(NamedTuple):
    """What is asked of shards alone.

    Args:
        column: columns with pictures, separated by commas.
        outcome_column: name of a column to add.
        engine: what does the work.
        address: of the Ray cluster.
        workers: number of processes; 0: one per core.
    """

    column: str
    outcome_column: str
    engine: Engines
    address: str
    workers: int


def run_shards(
    found: Sources, target: Path, settings: Settings, ways: Ways, *,
    part: Part, overwrite: bool, resume: bool, verify: bool, quiet: bool,
) -> None:  # fmt: skip
    """Anonymize shards, say what became of them, and end with 1 or 4 if not all went well."""
    from unmask.defenses.apply.engines.on_ray import on_ray
    from unmask.defenses.apply.pool import cores, in_pool
    from unmask.defenses.apply.shards.records import ShardConfig
    from unmask.defenses.apply.shards.run import apply_shards

    from .progress import Bars
    from .stopping import exit_code

    columns = tuple(ways.column.split(",")) if ways.column else ()
    config = ShardConfig(settings, columns, ways.outcome_column)
    works: RunsShards = partial(in_pool, workers=ways.workers or min(cores(), len(found.files)))
    if ways.engine == "ray":
        works = partial(on_ray, address=ways.address, workers=ways.workers)
    try:
        with Bars(quiet=quiet) as progress:
            done = apply_shards(
                found, target, config, works, overwrite=overwrite, resume=resume, part=part,
                progress=progress,
            )  # fmt: skip
    except KeyboardInterrupt:
        typer.echo("\nunmask: stopped; shards that are done are kept: go on with the same command "
                   "and --resume", err=True)  # fmt: skip
        raise typer.Exit(exit_code()) from None
    if not quiet:
        typer.echo(done.summary)
    for line in _lines(done, written=settings.on_miss in ("copy", "blank")):
        typer.echo(f"unmask: {line}", err=True)
    if verify:
        typer.echo("unmask: what is in shards was not looked at again", err=True)
    missed = done.counts["no_face"] + done.counts["unchanged"] + done.missed_before
    if done.failed or done.counts["failed"] or done.counts["unreadable"]:
        raise typer.Exit(1)
    if missed and settings.on_miss == "skip":
        raise typer.Exit(4)


def _lines(done: ShardsReport, *, written: bool) -> list[str]:
    """Return what is said, also to the quiet: all that is not as one would think."""
    from unmask.defenses.apply.shards.ledger import LEDGER
    from unmask.defenses.apply.shards.run import ROWS
    from unmask.defenses.files.printable import printable

    lines = [f"{printable(key)} was not written: {why}" for key, why in done.failed[:_NAMED]]
    if len(done.failed) > _NAMED:
        lines.append(f"and {len(done.failed) - _NAMED} shards more, see {LEDGER}")
    lines += [f"{printable(row.path)}: {row.outcome}: {row.reason}" for row in done.named[:_NAMED]]
    if done.anew:
        photos = f"{done.anew} photo{'s' if done.anew != 1 else ''}"
        lines.append(f"{photos} of --faces looked at anew: see {ROWS}/*.csv")
    count = done.counts.total() - done.counts["defended"] - done.counts["kept"]
    if count:
        became = "not defended" if written else "left out, each with its sample or row"
        lines.append(f"{count} photo{'s' if count != 1 else ''} {became}: see {ROWS}/*.csv")
    if done.missed_before:
        lines.append(f"{done.missed_before} photos more were so in shards finished before")
    if done.remark:
        lines.append(done.remark)
    if done.hidden:
        lines.append(f"members left out because their name begins with a dot: {done.hidden}")
    if done.copied:
        most = ", ".join(f"{count} {what}" for what, count in done.copied.most_common(_NAMED))
        lines.append(
            f"copied as they are: {most}; captions, addresses and file names may name people, "
            "and arrays may show them"
        )
    return lines
