"""What a search leaves in its run folder."""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import optuna

from unmask.defenses import DEFENSES
from unmask.defenses.atomic import write_text

from ..report import STYLE, html_table
from ..statistics import Estimate
from .plots import plot_front, plot_importance
from .points import Point
from .run import Tuned
from .study import Task, importances, trial_rows


def write_outputs(tuned: Tuned, study: optuna.Study, task: Task) -> None:
    """Write `trials.csv`, `front.csv`, `chosen.json`, the plots and `report.html`."""
    folder = tuned.folder
    write_text(folder / "trials.csv", _csv(trial_rows(study)))
    write_text(folder / "front.csv", _csv(front_rows(tuned)))
    if tuned.chosen:
        built = DEFENSES.build(tuned.chosen.defense)
        chosen = {
            "defense": built.name, "params": built.parameters, "holds": tuned.holds,
            "search": tuned.chosen.as_dict(), "test": tuned.check and tuned.check.as_dict(),
            "second_choice": tuned.first is not None,
        }  # fmt: skip
        write_text(folder / "chosen.json", json.dumps(chosen, indent=2) + "\n")
    else:
        (folder / "chosen.json").unlink(missing_ok=True)
    plot_front(folder / "front.png", tuned, task.defense, task.scene)
    matter = importances(study, tuned.goal)
    plot_importance(folder / "importance.png", matter)
    write_text(folder / "report.html", _page(tuned, task, matter))


def front_rows(tuned: Tuned) -> list[dict[str, Any]]:
    """Return one row per point of the front, with what the test said where it was asked."""
    tested = {point.number: point for point in tuned.checked}
    found = []
    for point in tuned.front:
        row: dict[str, Any] = {"trial": point.number, "defense": point.defense}
        for part, seen in (("search", point), ("test", tested.get(point.number))):
            if seen is not None:
                row |= {
                    f"{part}_leakage": seen.leakage.value,
                    f"{part}_leakage_low": seen.leakage.low,
                    f"{part}_leakage_high": seen.leakage.high,
                    f"{part}_attacker": seen.attacker,
                }
                row |= {f"{part}_{n}": e.value for n, e in seen.utilities.items()}
        found.append(row)
    return found


def told(estimate: Estimate | None) -> str:
    """Return a value with its interval, `0.120 (0.060 to 0.210)`."""
    if estimate is None:
        return "not measured"
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


def verdict(tuned: Tuned) -> str:
    """Return in one sentence what came of it."""
    goal = tuned.goal
    limit = (
        f"leakage at most {goal.max_leakage:g}" if goal.max_leakage is not None
        else f"{goal.utility} {'at least' if goal.sign > 0 else 'at most'} {goal.min_utility:g}"
        if goal.min_utility is not None else ""
    )  # fmt: skip
    if not tuned.chosen:
        nearest = tuned.check.defense if tuned.check else "none"
        return f"No setting holds {limit} on the search people; the nearest is {nearest}."
    if not limit:
        return f"Chosen, nearest to the ideal corner of the front: {tuned.chosen.defense}."
    second = (
        f" It is the second choice: {tuned.first.defense} failed on the test people."
        if tuned.first else ""
    )  # fmt: skip
    holds = "holds" if tuned.holds else "does NOT hold"
    return f"Chosen: {tuned.chosen.defense}; {limit} {holds} on the test people.{second}"


def _page(tuned: Tuned, task: Task, matter: Mapping[str, float]) -> str:
    metric = tuned.goal.utility
    tested = {point.number: point for point in tuned.checked}
    head = ["defense", "leakage, search", "leakage, test", f"{metric}, search", f"{metric}, test",
            "worst attacker, search", "worst attacker, test"]  # fmt: skip
    shown: Sequence[Point] = list({p.number: p for p in (*tuned.front, *tuned.checked)}.values())
    body = []
    for point in sorted(shown, key=lambda p: p.number):
        search = next((p for p in tuned.points if p.number == point.number), point)
        test = tested.get(point.number)
        body.append(
            [point.defense, told(search.leakage), told(test.leakage) if test else "not asked",
             told(search.utilities.get(metric)),
             told(test.utilities.get(metric)) if test else "not asked",
             search.attacker, test.attacker or f"!{test.reason}" if test else ""]
        )  # fmt: skip
    pictures = [
        f'<img alt="{alt}" src="data:image/png;base64,'
        f'{base64.b64encode((tuned.folder / name).read_bytes()).decode()}">'
        for name, alt in (("front.png", "leakage against utility"),
                          ("importance.png", "importance of parameters"))
        if name == "front.png" or matter
    ]  # fmt: skip
    facts = [
        f"{task.scene.dataset}: {len(task.scene.split.search)} search people, "
        f"{len(task.scene.split.test)} test people, {len(task.scene.split.background)} background",
        f"search budget {task.plan.budget}, sampler {task.sampler}, {len(tuned.points)} trials "
        f"measured to the end; search figures come from attackers without certificates",
        f"optimism (search minus test leakage): {told(tuned.optimism)}",
        f"the test people were opened {tuned.opened} times in this study",
        *tuned.notes,
    ]
    items = "".join(f"<li>{escape(fact)}" for fact in facts)
    return "\n".join(
        ["<!doctype html><html lang=en><meta charset=utf-8><title>unmask tune</title>",
         f"<style>{STYLE}</style><h1>Tuning {escape(task.defense)}</h1>",
         f"<p><b>{escape(verdict(tuned))}</b></p><ul>{items}</ul>",
         *pictures, "<h2>Front and checked settings</h2>", html_table(head, body), ""]
    )  # fmt: skip


def _csv(found: Sequence[Mapping[str, Any]]) -> str:
    names = list(dict.fromkeys(name for row in found for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    for row in found:
        writer.writerow({k: f"{v:.6g}" if isinstance(v, float) else v for k, v in row.items()})
    return text.getvalue()
