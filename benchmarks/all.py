"""All published results, or those that are asked for: `python -m unmask.benchmarks.all OUT`.

    python -m unmask.benchmarks.all                      lists them: cost, data, command
    python -m unmask.benchmarks.all OUT                  makes those that need no further data
    python -m unmask.benchmarks.all OUT --lfw DIR --london DIR
    python -m unmask.benchmarks.all OUT --only presets-lfw.md --lfw DIR

A page that is in OUT already is left alone, so the same command goes on after a kill. Pages with
words of their own (`written`) were put together by hand from what the commands print: here that
is written down as it is, with the versions, and their run folders stand beside it.
OUT also gets a `README.md` that lists what is there.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from unmask.defenses.files.atomic import write_text

from .origin import origin
from .published_results import RESULTS, Result

_MARK, _OLDER = "Made on ", "> **Older code**"
_ABOUT = """# Measured results

Each page names its command. They are made again by

<!-- test: not run, hours; tests/benchmarks/test_all.py runs it with commands that are quick -->
```sh
python -m unmask.benchmarks.all
python -m unmask.benchmarks.all results
python -m unmask.benchmarks.all results --lfw path/to/lfw --london path/to/london
python -m unmask.benchmarks.all results --only coverage.md --only presets-orl.md
```

which lists them, makes those that need no further data, those whose data are named, or those that
are asked for; what exists already is left alone. Minutes are of wall time on two cores without a
graphics card that did other work as well, as the page says; - where it says nothing. Versions:
whether the page names those of all packages that decide its figures; older code: it says what has
changed since, and its leakages are lower bounds. What a page says in words, and what it compares
with earlier code, was written by hand.
"""


def index(folder: Path) -> str:
    """Return the page that lists what a folder of results holds, and how it is made again."""
    return f"{_ABOUT}\n{listed(folder)}\n"


def listed(folder: Path | None = None) -> str:
    """Return a Markdown table of all results.

    Args:
        folder: lists what is there alone, and whether its versions are named.
    """
    head = ["result", "shows", "needs", "minutes", *["versions"] * bool(folder)]
    lines = [f"| {' | '.join(head)} |", "| --- | --- | --- | ---: |" + " --- |" * bool(folder)]
    for result in RESULTS:
        if folder and not (folder / result.file).exists():
            continue
        cost = f"{result.minutes:g}" if result.minutes else "-"
        needs = " ".join(result.needs) or "nothing"
        name = f"[{result.file.removesuffix('.md')}]({result.file})"
        cells = [name, result.shows, needs, cost]
        if folder:
            cells.append(_versions((folder / result.file).read_text("utf-8")))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _versions(page: str) -> str:
    return ("named" if _MARK in page else "not named") + ", older code" * (_OLDER in page)


def make(result: Result, out: Path, data: dict[str, str]) -> None:
    """Run the commands of one result and write its page, which appears when it is whole.

    Raises:
        subprocess.CalledProcessError: a command failed.
    """
    page = out / result.file
    printed = []
    for number, command in enumerate(result.commands):
        run = out / f"{page.stem}-{number}"
        places = {"out": page, "run": run, "into": page.with_suffix(""), **data}
        words = [part.format(**places) for part in command.split(" ")]
        print("+", *words, flush=True)
        resume = ["--resume"] * ("{run}" in command and (run / "config.json").exists())
        done = subprocess.run(
            [*_program(words[0]), *words[1:], *resume], check=False, text=True,
            stdout=subprocess.PIPE if result.written else None,
        )  # fmt: skip
        if done.returncode not in (0, 3):  # 3: a limit does not hold, which is a result, too
            raise subprocess.CalledProcessError(done.returncode, words)
        printed += [f"    {' '.join(words)}", "", "```", (done.stdout or "").rstrip(), "```", ""]
    if result.written:
        head = [f"# {page.stem}", "", result.shows[:1].upper() + result.shows[1:] + ".", origin()]
        write_text(page, "\n".join([*head, "", *printed]))


def _program(name: str) -> list[str]:
    """Return how to call this Python's own `unmask` or modules."""
    if name == "python":
        return [sys.executable]
    return [str(Path(sys.executable).with_name(name))]


def main(arguments: Sequence[str]) -> int:
    """List or make results; 1 if one of them failed."""
    parser = argparse.ArgumentParser(
        prog="python -m unmask.benchmarks.all", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("out", type=Path, nargs="?", help="folder for the pages; none: list them")
    parser.add_argument("--lfw", default="", help="folder with a sub-folder for each person")
    parser.add_argument("--london", default="", help="the Face Research Lab London Set, likewise")
    parser.add_argument("--card", default="", help="a graphics card: cuda:0")
    parser.add_argument("--only", action="append", default=[], help="a page; may be repeated")
    given = parser.parse_args(arguments)
    known = [result.file for result in RESULTS]
    if wrong := sorted({*given.only} - {*known}):
        parser.error(f"no result named {wrong[0]}; there are {', '.join(known)}")
    if given.out is None:
        print(listed())
        return 0
    data = {"lfw": given.lfw, "london": given.london, "card": given.card}
    given.out.mkdir(parents=True, exist_ok=True)
    failed = []
    for result in RESULTS:
        if given.only and result.file not in given.only:
            continue
        lacks = [name for name in result.needs if not data[name]]
        if lacks or (given.out / result.file).exists():
            why = f"needs --{lacks[0]}" if lacks else "is there already"
            print(f"{result.file}: {why}", flush=True)
            continue
        try:
            make(result, given.out, data)
        except (subprocess.CalledProcessError, OSError) as error:
            print(f"{result.file}: {error}", file=sys.stderr, flush=True)
            failed.append(result.file)
    write_text(given.out / "README.md", index(given.out))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
