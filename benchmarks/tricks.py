"""Disguises that keep who is on a photo: `python -m unmask.benchmarks.tricks DATA OUT.md`.

Each looks private and is not. Beside what is printed stands what is true: the rate on undefended
photos, or the part of it that is left. A trick is `seen` if the figure is at most 0.05 below that,
`no claim` if the row is a lower bound, which passes no limit, and else `missed`: those are the
limits of the attackers, and stand once more below the table. Tricks of other kinds (data that are
hard, attackers that get lost, seeds that get known) are in `honesty`.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import tempfile
import time
from pathlib import Path
from unittest.mock import patch

from unmask.defenses import DEFENSES
from unmask.defenses.files.atomic import write_text
from unmask.defenses.testing import NEVER_WAIVED, ContractError, run
from unmask.evaluate import Plan, compare, prepare
from unmask.evaluate.comparison import measure
from unmask.evaluate.results.records import Record, find
from unmask.evaluate.results.table import interval, printed
from unmask.threads import pin_threads

from .disguises import WAYS, Sleeper
from .made_up import register
from .origin import origin

NEAR = 0.05
HEAD = (
    "| trick | does | true | printed (95 %) | | ceiling | because |",
    "| --- | --- | ---: | --- | --- | ---: | --- |",
)


def tricks() -> dict[str, str]:
    """Return what each trick does, by its spec."""
    told = {f"disguise:way={name}": _first_line(way.change) for name, way in WAYS.items()}
    return told | {"sleeper": _first_line(Sleeper)}


def true_rate(spec: str, undefended: float, chance: float) -> float:
    """Return what a perfect attacker reaches: all of it, or as much as the trick leaves."""
    way = spec.partition("way=")[2]
    share = WAYS[way].leaks if way in WAYS else 0.5
    return share * undefended + (1 - share) * chance


def verdict(worst: Record, truth: float) -> str:
    """Return `seen`, `no claim` or `missed`."""
    if worst.value is not None and worst.value >= truth - NEAR:
        return "seen"
    return "missed" if worst.status == "ok" else "no claim"


def row(spec: str, does: str, worst: Record, truth: float, ceiling: float | None) -> str:
    """Return a row of the table."""
    ends = "" if worst.value is None else f" ({interval(worst, 2, ' to ')})"
    why = worst.reason if len(worst.reason) < 160 else f"{worst.reason[:157]}..."
    by = f"by {worst.attack}" if worst.attack and not why else why.replace("|", "·")
    above = "" if ceiling is None else f"{ceiling:.2f}"
    name = spec.removeprefix("disguise:way=")
    return (
        f"| {name} | {does} | {truth:.2f} | {printed(worst)}{ends} | {verdict(worst, truth)} "
        f"| {above} | {by} |"
    )


def main() -> None:
    """Play all tricks and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data")
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", default="", help="names of tricks, with spaces between")
    parser.add_argument("--budget", default="standard")
    given = parser.parse_args()
    pin_threads()
    register("unmask.benchmarks.disguises", {"disguise": "Disguise", "sleeper": "Sleeper"})
    scene = prepare(given.data, drop_duplicates=True)
    plan = Plan(metrics=(), budget=given.budget)
    (clean,) = _play("none", scene, plan)[0]
    undefended, chance = clean.value or 0.0, clean.chance or 0.0
    lines = [
        "# Disguises that keep who is on a photo", "",
        f"    python -m unmask.benchmarks.tricks {shlex.join(sys.argv[1:])}", "",
        f"{scene.people} people, {len(scene.probes)} photos to name, undefended {undefended:.2f}, "
        f"budget {plan.budget}. {origin()}", "", *HEAD,
    ]  # fmt: skip
    print("\n".join(HEAD), flush=True)
    missed = []
    for spec, does in tricks().items():
        if given.only and spec.rpartition("=")[2] not in given.only.split():
            continue
        start = time.perf_counter()
        (worst, *_), ceilings = _play(spec, scene, plan)
        truth = true_rate(spec, undefended, chance)
        ceiling = max((c.value or 0.0 for c in ceilings), default=None)
        lines.append(row(spec, does, worst, truth, ceiling))
        print(f"{lines[-1]} {time.perf_counter() - start:.0f} s", flush=True)
        if verdict(worst, truth) == "missed":
            missed.append(_limit(spec, does, worst, truth, ceiling))
    lines += ["", "## Limits", "", *(missed or ["None: every trick was seen, or claims nothing."])]
    write_text(given.out, "\n".join(lines) + "\n")


def _play(spec: str, scene: object, plan: Plan) -> tuple[list[Record], list[Record]]:
    """Return the worst case of one defense, and its ceiling if that is known."""
    Sleeper.calls.clear()
    with (
        tempfile.TemporaryDirectory() as place,
        patch.object(measure, "broken_contract", broken),
    ):
        records = compare(scene, [spec], plan, folder=Path(place, "run"), faces="none").records  # type: ignore[arg-type]
    leaks = find(records, kind="leakage", group="")
    worst = find(leaks, name="worst")
    return worst, [r for r in leaks if r.name == "ceiling" and r.value is not None]


def broken(spec: str) -> str:
    """Say which promise that nobody may waive a disguise breaks, as a third party's would hear."""
    failed = []
    for check in NEVER_WAIVED:
        try:
            run(check, DEFENSES.build(spec))
        except ContractError:
            failed.append(check.__name__)
    return f"it breaks the contract of a defense ({', '.join(failed)})" if failed else ""


def _limit(spec: str, does: str, worst: Record, truth: float, ceiling: float | None) -> str:
    above = "not measured" if ceiling is None else f"{ceiling:.2f}"
    return (
        f"- {spec.rpartition('=')[2]}: {does.rstrip('.').lower()}. Printed {printed(worst)}, true "
        f"{truth:.2f}, ceiling {above}."
    )


def _first_line(thing: object) -> str:
    return (thing.__doc__ or "").partition("\n")[0]


if __name__ == "__main__":
    main()
