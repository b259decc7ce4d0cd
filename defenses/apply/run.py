"""Working through the photos of a task: pool, manifest, and going on with what was broken off."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

from ..files.printable import printable
from .manifest import Manifest, Row, read_rows, write_rows
from .one_file import Staged, Work, drop, settle, stage
from .pool import in_pool
from .records import Part, Records, records_in
from .settings import Settings
from .summary import described, differing, read_summary, write_summary
from .tables import write_skipped, write_table
from .targets import Task

Progress = Callable[[str, int, int], None]


class Earlier(NamedTuple):
    """What an earlier run in the same place has done.

    Args:
        rows: by path.
        begun: whether there was one.
    """

    rows: Mapping[str, Row]
    begun: bool = False


class Ran(NamedTuple):
    """What became of the photos.

    Args:
        rows: one per photo, in the order of the task.
        kept: how many of them an earlier run had done.
    """

    rows: tuple[Row, ...]
    kept: int


def earlier_run(records: Records, settings: Settings) -> Earlier:
    """Read what an earlier run did that is to be gone on with.

    Raises:
        ValueError: it had other settings, or nobody knows which.
    """
    there = read_summary(records.summary)
    if not there and not records.manifest.exists():
        return Earlier({})
    if not there or not records.manifest.exists():
        lacking = records.summary if not there else records.manifest
        raise ValueError(
            f"nobody knows what the run in {printable(lacking.parent)} was, because "
            f"{lacking.name} is missing; start anew with --overwrite (overwrite=True)"
        )
    if what := differing(described(settings), there):
        raise ValueError(
            f"the run in {printable(records.summary.parent)} cannot be gone on with: {what}; "
            "repeat the same command, or choose another target"
        )
    return Earlier({row.path: row for row in read_rows(records.manifest)}, begun=True)


def run_task(
    task: Task, settings: Settings, target: Path, earlier: Earlier, *,
    part: Part, workers: int, in_place: bool, progress: Progress | None,
) -> Ran:  # fmt: skip
    """Do all photos, and leave the records of it.

    While it works the manifest has a row for each photo that is in its place, and it is in
    the manifest before it gets there. In the end the rows are sorted, and the table and
    the summary are written.

    Raises:
        OSError: the disk is full or cannot be written to. All that it could take is there.
        ChildProcessError: no process can be started.
    """
    start = time.perf_counter()
    records = records_in(task.folder, part) if task.folder is not None else None
    what = described(settings)
    known = [row for pair in task.pairs if (row := earlier.rows.get(pair.path))]
    rows: dict[str, Row] = {}
    kept = 0
    try:
        with closing(_manifest(records, known, durable=in_place)) as manifest:
            if records:
                write_summary(records.summary, what, known, finished=False)
                records.table.unlink(missing_ok=True)  # it would tell of another run
            works = (Work(p, earlier.rows.get(p.path), part.temporary) for p in task.pairs)
            with closing(_rows(works, settings, manifest, workers, progress)) as results:
                for row, old in results:
                    rows[row.path] = row
                    kept += old
                    if progress:
                        progress("apply", len(rows), len(task.pairs))
        done = tuple(rows[pair.path] for pair in task.pairs)
        if records:
            _finish(records, what, done, task, time.perf_counter() - start)
    except ChildProcessError as error:
        raise ChildProcessError(str(error).partition(";")[0]) from error
    except OSError as error:
        raise type(error)(_stopped(target, error, len(rows), task, records)) from error
    return Ran(done, kept)


def _manifest(records: Records | None, known: list[Row], *, durable: bool) -> Manifest:
    return Manifest(records.manifest if records else None, known, durable=durable)


def _rows(
    works: Iterable[Work],
    settings: Settings,
    manifest: Manifest,
    workers: int,
    progress: Progress | None,
) -> Generator[tuple[Row, bool]]:
    """Yield the row of each photo as it is done, and whether an earlier run had done it."""
    begun: dict[str, Work] = {}

    def noted() -> Iterator[Work]:
        for work in works:
            begun[work.pair.path] = work
            yield work

    try:
        # frames are counted in this process alone
        one = partial(stage, settings=settings, watch=progress if workers <= 1 else None)
        with closing(in_pool(one, noted(), lost=_lost, workers=workers)) as results:
            for done in results:
                del begun[done.work.pair.path]
                yield _in_place(done, manifest), done.kept
    finally:  # the processes have ended: what they were writing is nobody's any more
        for work in begun.values():
            _remove(work.temporary)


def _in_place(done: Staged, manifest: Manifest) -> Row:
    """Say what happened, and only then let it happen: no file is without a row."""
    try:
        if not done.kept:
            manifest.add(done.row)
        row = settle(done)
    except BaseException:
        drop(done)
        raise
    if row != done.row:
        manifest.add(row)
    return row


def _remove(temporary: Path) -> None:
    with suppress(OSError):
        temporary.unlink(missing_ok=True)


def _lost(work: Work, reason: str) -> Staged:
    _remove(work.temporary)
    return Staged(work, Row(work.pair.path, "failed", 0, reason))


def _finish(
    records: Records, what: dict[str, object], rows: tuple[Row, ...], task: Task, seconds: float
) -> None:
    write_rows(records.manifest, rows)
    write_table(records.table, rows, what)
    write_skipped(records.skipped, task.skipped)
    write_summary(
        records.summary, what, rows, finished=True, skipped=len(task.skipped), seconds=seconds
    )


def _stopped(target: Path, error: OSError, done: int, task: Task, records: Records | None) -> str:
    said = f", which {records.manifest.name} names" if records and done else ""
    return (
        f"{printable(target)} takes no more: {error.strerror or error}; stopped after {done} of "
        f"{len(task.pairs)} photos{said}; run again with --resume when there is room"
    )
