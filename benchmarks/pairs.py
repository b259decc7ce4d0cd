"""Lists of pairs: made from any folder, and what face models reach on them (LFW's view 2).

python -m unmask.benchmarks.pairs make DATA OUT [--folds 10] [--each 300] [--seed 0]
python -m unmask.benchmarks.pairs measure DATA[,pairs=FILE] [--recognizers "dlib onnx:sface"]
    [--defenses "none pixelate"] [--out FILE.md]

Without a list, `measure` makes one as `make` does.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from unmask.defenses import DEFENSES
from unmask.defenses.files.atomic import write_text
from unmask.evaluate.comparison.defending import Blindfolded
from unmask.evaluate.comparison.measured import Attack
from unmask.evaluate.comparison.pair_list import pair_attacks
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.data import dataset_of
from unmask.evaluate.data.pair_list import FOLDS, make_pairs, write_any, write_lfw
from unmask.evaluate.data.paired import Paired, paired
from unmask.evaluate.data.shelf import Shelf
from unmask.threads import pin_threads

from .origin import origin

EACH = 300  # pairs of each kind in a fold, as in LFW


def make(data: str, *, folds: int, each: int, seed: int) -> str:
    """Return a list of pairs of the photos of a data set, in LFW's form where names allow it."""
    dataset = dataset_of(data)
    files, _ = dataset.files(dataset.folder())
    made = make_pairs(files, folds=folds, each=each, seed=seed)
    try:
        return write_lfw(made)
    except ValueError:  # photos have other names
        return write_any(made)


def measure(pairs: Paired, recognizers: Sequence[str], defenses: Sequence[str]) -> Iterator[str]:
    """Yield the rows of a table.

    Args:
        pairs: with their photos.
        recognizers: face models.
        defenses: that need not learn from others.
    """
    models = Plan(recognizers=tuple(recognizers)).build_recognizers()
    for spec in defenses:
        for attack in pair_attacks(pairs, Blindfolded(DEFENSES.build(spec), 0), models):
            if spec != "none" or attack.name.endswith("/clean"):
                yield _row(spec, attack)


def _row(spec: str, attack: Attack) -> str:
    (one,) = attack.figures
    if one.value is None or one.low is None or one.high is None:
        raise ValueError(f"{attack.name} has no figure: {one.reason}")
    error = one.reason.partition(" folds ")[2].partition(";")[0]
    told = attack.name.partition("/")[2]
    return (
        f"| {spec} | {attack.recognizer or 'none'} | {told} | {one.value:.4f} | {error} | "
        f"{one.low:.4f} to {one.high:.4f} |"
    )


def table(spec: str, recognizers: Sequence[str], defenses: Sequence[str], command: str) -> str:
    """Measure a list of pairs and return a page in Markdown."""
    dataset = dataset_of(spec)
    start = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        if not dataset.pairs:
            listed = Path(folder) / "ten-folds-seed-0.txt"
            listed.write_text(make(spec, folds=FOLDS, each=EACH, seed=0), "utf-8")
            dataset = replace(dataset, pairs=str(listed))
        pairs = paired(dataset, {}, set(), shelf=Shelf())
    if pairs is None:
        raise ValueError(f"{spec} gives no pairs")
    rows = list(measure(pairs, recognizers, defenses))
    seconds = time.process_time() - start
    faceless = sum(not photo.faces for photo in pairs.photos)
    notes = [
        f"{len(pairs.same):,} pairs of {len(pairs.photos):,} photos of "
        f"{len(np.unique(pairs.people)):,} people, list {pairs.name} ({pairs.digest}).",
        f"No face is found on {faceless} of the photos; they stay in.",
        *pairs.notes,
        f"{seconds:.0f} CPU-s. {origin()}",
    ]
    head = [
        "| defense | face model | who asks | accuracy | error over folds | 95 %, by person |",
        "| --- | --- | --- | ---: | ---: | --- |",
    ]
    lines = [f"# Pairs of {dataset.label}", "", f"    {command}", "", *notes, "", *head, *rows]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Make a list, or measure one."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parts = parser.add_subparsers(dest="what", required=True)
    maker = parts.add_parser("make", help="make a list of pairs")
    maker.add_argument("data", help="dataset or folder")
    maker.add_argument("out", type=Path, help="a new file")
    for name, usual in (("folds", FOLDS), ("each", EACH), ("seed", 0)):
        maker.add_argument(f"--{name}", type=int, default=usual)
    teller = parts.add_parser("measure", help="measure face models on a list")
    teller.add_argument("data", help="dataset or folder, with pairs=FILE")
    teller.add_argument("--recognizers", default="dlib", help="separated by spaces")
    teller.add_argument("--defenses", default="none", help="separated by spaces")
    teller.add_argument("--out", type=Path, help="where the table goes")
    given = parser.parse_args(arguments)
    if given.what == "make":
        if given.out.exists():
            raise SystemExit(f"{given.out} exists; name a new file")
        write_text(given.out, make(given.data, folds=given.folds, each=given.each,
                                   seed=given.seed))  # fmt: skip
        return
    pin_threads()
    told = list(arguments) if arguments is not None else sys.argv[1:]
    command = shlex.join(["python", "-m", "unmask.benchmarks.pairs", *told])
    text = table(given.data, given.recognizers.split(), given.defenses.split(), command)
    print(text)
    if given.out:
        write_text(given.out, text)


if __name__ == "__main__":
    main()
