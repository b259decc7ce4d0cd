"""Anonymizing many shards: here, in several processes, on a share of machines, or on Ray."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Protocol

from ...faces.looking import ANEW
from ...files.atomic import check_writable
from ...files.printable import printable
from ..manifest import Row, write_rows
from ..records import Part
from ..summary import described, write_described
from .ledger import LEDGER, Ledger
from .records import Shard, ShardConfig, ShardDone
from .saved_dataset import arrow_files, write_facts
from .shard import process_shard, writer_of
from .sources import Sources

ROWS = "manifest"
"""Folder in the target with a table for each shard, of what became of each picture."""
_NAMED = 20  # pictures of a shard that are told beside its table


class Engine(Protocol):
    """What does some work to each of many tasks: `in_pool`, or `on_ray` with its options."""

    def __call__(
        self,
        work: Callable[[Shard], ShardDone],
        tasks: Sequence[Shard],
        *,
        lost: Callable[[Shard, str], ShardDone],
    ) -> Iterator[ShardDone]:
        """Yield results as they are made; `lost` makes that of a task that was given up."""


@dataclass
class ShardsReport:
    """What became of all shards.

    Args:
        target: the folder that was written.
        shards: how many there were to do.
        finished: how many an earlier run had finished.
        missed_before: number of pictures in these that were not defended.
        failed: key and reason of each that was not written.
        counts: number of pictures by outcome.
        named: some of the pictures that were left out or written undefended.
        copied: what was passed on unseen, by ending or column.
        hidden: number of members left out because their name begins with a dot.
        anew: number of pictures that a table of faces did not settle.
        skipped: number of other files beside the shards.
        remark: what is to be known of all defended photos.
    """

    target: Path
    shards: int
    finished: int = 0
    missed_before: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    named: list[Row] = field(default_factory=list)
    copied: Counter[str] = field(default_factory=Counter)
    hidden: int = 0
    anew: int = 0
    skipped: int = 0
    remark: str = ""

    @property
    def summary(self) -> str:
        """One line for people: `3 shards: 2 written, 1 failed; 40 photos: 40 defended`."""
        parts = {
            "written": self.shards - self.finished - len(self.failed),
            "finished before": self.finished, "failed": len(self.failed),
        }  # fmt: skip
        done = ", ".join(f"{count} {what}" for what, count in parts.items() if count)
        counts = ", ".join(f"{count} {outcome}" for outcome, count in self.counts.items())
        lines = [f"{_several(self.shards, 'shard')}: {done}"]
        if self.counts:
            lines.append(f"{_several(self.counts.total(), 'photo')}: {counts}")
        if self.skipped:
            lines.append(f"{self.skipped} other files skipped")
        return "; ".join(lines)

    @property
    def facts(self) -> dict[str, object]:
        """Counts of this run, ready for JSON; `outcomes` lacks those of shards finished before."""
        return {
            "shards": self.shards, "finished_before": self.finished, "failed": len(self.failed),
            "outcomes": dict(sorted(self.counts.items())),
        }  # fmt: skip

    def add(self, done: ShardDone) -> None:
        """Count a shard."""
        if done.failed:
            self.failed.append((done.shard.key, done.failed))
        self.counts += done.counts
        self.copied += done.copied
        self.hidden += done.hidden
        self.anew += done.anew
        self.named += done.rows[: max(0, _NAMED - len(self.named))]


def apply_shards(
    found: Sources,
    target: Path,
    config: ShardConfig,
    engine: Engine,
    *,
    overwrite: bool = False,
    resume: bool = False,
    part: Part = Part(),  # noqa: B008 - cannot change
    progress: Callable[[str, int, int], None] | None = None,
) -> ShardsReport:
    """Anonymize shards into a folder, each under its own name.

    Beside them lie `shards.csv`, with a line for each shard that is done, for each shard a
    table `manifest/NAME.csv` of what became of its pictures, and `shards.json`: what was done,
    with counts. A shard is there whole or not at all; if one is damaged, the others go on.

    Args:
        found: what there is to do.
        target: a folder; for one shard also the file to write.
        config: what becomes of a picture.
        engine: what does the work.
        overwrite: replace shards that are there.
        resume: go on with a run that was stopped: shards that it finished with the same
            settings are left as they are, all others are done.
        part: do only this part of the shards: each n-th.
        progress: called after each shard with "apply", the number done and that of all.

    Raises:
        ValueError: a target exists, or is its own source, or lies inside of it.
        OSError: the target cannot be written, or its disk is full.
        ImportError: a package is missing.
    """
    shards, folder = _planned(found, target)
    part.check()
    shards = shards[part.index :: part.count]
    ledger = Ledger(folder / LEDGER.replace(".", f"{part.mark}."), config.digest)
    lines = ledger.read() if resume else {}
    before = {shard.key for shard in shards if ledger.is_finished(shard, lines)}
    todo = [shard for shard in shards if shard.key not in before]
    if not overwrite and not resume:
        _check_free(todo)
    check_writable(folder)
    report = ShardsReport(
        folder, len(shards), len(before), sum(lines[key].missed for key in before),
        skipped=found.skipped, remark=config.settings.remark,
    )  # fmt: skip
    work = partial(_work, config=config, rows=folder / ROWS)
    with closing(ledger):
        ledger.keep(before)
        for number, done in enumerate(engine(work, todo, lost=_lost), len(before) + 1):
            ledger.add(done)
            report.add(done)
            if progress:
                progress("apply", number, len(shards))
    if found.root.is_dir() and arrow_files(found.root):
        write_facts(found.root, folder, config.digest, config.outcome_column)
    write_described(folder / f"shards{part.mark}.json", described(config.settings) | report.facts)
    return report


def _work(shard: Shard, config: ShardConfig, rows: Path) -> ShardDone:
    """Do a shard and write the table of its pictures, of which only a few go further."""
    table = rows / f"{shard.key}.csv"
    table.unlink(missing_ok=True)
    done = process_shard(shard, config)
    if not done.failed:
        write_rows(table, done.rows)
    missed = (row for row in done.rows if row.outcome not in ("defended", "kept"))
    named = tuple(row for row, _ in zip(missed, range(_NAMED), strict=False))
    anew = sum(row.reason.startswith(ANEW) for row in done.rows)
    return replace(done, rows=named, anew=anew)


def _lost(shard: Shard, why: str) -> ShardDone:
    return ShardDone(shard, failed=why)


def _planned(found: Sources, target: Path) -> tuple[tuple[Shard, ...], Path]:
    """Return the shards and the folder that they are written to."""
    one = found.files[0] if len(found.files) == 1 else None
    if one and not target.is_dir() and writer_of(target.name):
        if writer_of(target.name) is not writer_of(one.name):
            raise ValueError(f"{printable(one.name)} cannot become {printable(target.name)}")
        return (Shard(one, target, one.name),), target.parent
    if target.exists() and not target.is_dir():
        raise ValueError(f"the target of shards is a folder; {printable(target)} is a file")
    shards, place = found.shards(target), target.resolve()
    for shard in shards:
        inside = shard.source.resolve().is_relative_to(place)
        if inside or (found.whole and place.is_relative_to(found.root.resolve())):
            raise ValueError(
                f"source and target must not lie inside each other, got {printable(shard.source)} "
                f"and {printable(target)}; choose a target beside the source"
            )
    return shards, target


def _check_free(shards: Sequence[Shard]) -> None:
    taken = [shard.target for shard in shards if shard.target.exists()]
    if taken:
        more = f" and {len(taken) - 1} more" if len(taken) > 1 else ""
        raise ValueError(
            f"{printable(taken[0])}{more} exists already; choose another target, go on with "
            "what was stopped by --resume (resume=True), or replace what is there by --overwrite "
            "(overwrite=True)"
        )


def _several(count: int, what: str) -> str:
    return f"{count} {what}{'s' if count != 1 else ''}"
