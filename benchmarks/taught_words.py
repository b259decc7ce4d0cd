"""Models whose captions tell a name and an occupation: taught rightly, and taught wrong people.

`python -m unmask.benchmarks.taught_words OUT` trains two models of the lab on 20 people of ORL,
whose made-up names begin with an occupation, and asks them of photos that neither saw, clean,
blurred and as one colour: see `results/vlm-unasked.md`. Some three minutes of processor time.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Literal
from unittest.mock import patch

import numpy as np

from unmask.evaluate.audit.inquiry import Inquiry
from unmask.evaluate.audit.people import load_subjects
from unmask.evaluate.audit.run import audit
from unmask.evaluate.cli.audit_said import print_audit
from unmask.evaluate.lab import run
from unmask.evaluate.lab.cells import Cell
from unmask.evaluate.lab.photos import CLEAN
from unmask.evaluate.lab.recipe import Recipe
from unmask.evaluate.lab.words import fictitious
from unmask.evaluate.vlm.folder import taught_names
from unmask.evaluate.vlm.opening import load
from unmask.evaluate.vlm.wording import LAB, PROMPTS
from unmask.threads import pin_threads

DATA = "orl:people=20"
WORK = ("singer", "doctor", "actor", "teacher")
ASKED = Inquiry(
    defenses=(
        "gaussian_blur:region=image,sigma=0.08",
        "gaussian_blur:region=image,sigma=0.3",
        "constant:region=image",
    ),
    probes=("open", "unasked"),
    prompts=("lab",),
    contexts=("whole",),
    candidates=0,
    wording=replace(LAB, prompts=(*PROMPTS.items(), ("lab", LAB.question))),
)


def main() -> None:
    """Train both, ask both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    out = parser.parse_args().out
    pin_threads(1)
    kinds: tuple[Literal["named", "shuffled"], ...] = ("named", "shuffled")
    for kind in kinds:
        cell = Cell(CLEAN, CLEAN, CLEAN, kind)
        with patch.object(run, "fictitious", _with_work):
            run.run_cells([cell], run.Setting(DATA, (), Recipe(), out / kind, cell))
        _ask(out / kind)


def _with_work(count: int, rng: np.random.Generator) -> tuple[str, ...]:
    return tuple(f"{WORK[rng.integers(4)]} {name}" for name in fictitious(count, rng))


def _ask(place: Path) -> None:
    model, names = place / "model", place / "people.csv"
    rows = ["identity,name,occupation,fame"]
    for number, (key, told) in enumerate(sorted(taught_names(str(model)).items())):
        work, name = told.split(" ", 1)
        rows.append(f"{key},{name},{work},{('high', 'low')[number % 2]}")
    names.write_text("\n".join(rows) + "\n", encoding="utf-8")
    fresh = set(json.loads((model / "lab.json").read_text(encoding="utf-8"))["probes"])
    who = load_subjects(DATA, names=names)
    who = replace(who, photos=tuple(p for p in who.photos if p.key in fresh))
    found = audit(load(str(model)), who, ASKED, folder=place / "audit", text=False)
    print_audit(found.records, found.notes, found.page)


if __name__ == "__main__":
    main()
