"""At which strength is the model where it would be without the face? A curve, from records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from unmask.defenses import DEFENSES
from unmask.defenses.files.atomic import replacing

from ..results.records import Record, find
from ..results.shown import family_of, shown_names
from .views import CLEAN

MARGIN = 0.05  # a leakage may be so much above a control and still count as being there
SHOWN = ("named/forced", "named/forced_calibrated", "named/votes", "named/open")
_COLOURS = ("tab:blue", "tab:purple", "tab:green", "tab:orange")


@dataclass(frozen=True)
class Reached:
    """From which strength on a model is at a control; empty where it never is.

    Args:
        family: name of the defense.
        measure: `named/forced` and others.
        control: name of the control.
        alike: the weakest setting from which on the two cannot be told apart: the interval
            of their difference holds 0 there and at every stronger setting. With few people
            intervals are wide, and this says little.
        shown: the weakest setting from which on the upper end of the difference is at most
            `MARGIN`. This is shown, and needs about 70 people.
    """

    family: str
    measure: str
    control: str
    alike: str
    shown: str


def ladders(records: Sequence[Record]) -> dict[str, list[str]]:
    """Return the settings of each defense that was asked about, as they were given.

    Another program's pictures (`NAME=DIR`) are a defense of their own, called NAME.
    """
    asked = {r.defense: r for r in records if r.kind == "leakage" and not r.group}
    called = shown_names(records)
    found: dict[str, list[str]] = {}
    for spec, record in asked.items():
        if spec != CLEAN and spec:
            name, _ = family_of(record, called[spec])
            found.setdefault(name, []).append(spec)
    return found


def reached(records: Sequence[Record]) -> list[Reached]:
    """Return, per defense, measure and control, from which strength on the control holds."""
    gaps = [r for r in records if r.kind == "difference" and r.name in SHOWN]
    found = []
    for family, specs in ladders(records).items():
        for name, group in dict.fromkeys((r.name, r.group) for r in gaps):
            mine = {r.defense: r for r in find(gaps, name=name, group=group)}
            ladder = [mine.get(spec) for spec in specs]
            alike = [gap is not None and (gap.low or 0.0) <= 0 for gap in ladder]
            close = [gap is not None and gap.high is not None and gap.high <= MARGIN
                     for gap in ladder]  # fmt: skip
            found.append(Reached(family, name, group.removeprefix("above="),
                                 _from(specs, alike), _from(specs, close)))  # fmt: skip
    return found


def _from(specs: Sequence[str], holds: Sequence[bool]) -> str:
    """Return the weakest setting from which on it holds throughout."""
    first = len(specs)
    while first and holds[first - 1]:
        first -= 1
    return specs[first] if first < len(specs) else ""


def told(spec: str) -> str:
    """Return the parameters of a spec that can be tuned, for the axis."""
    defense = DEFENSES.build(spec)
    shown = ", ".join(f"{defense.parameters[name]}" for name in defense.space)
    return shown or (str(defense.parameters["label"]) if defense.foreign else spec)


def plot(path: Path, records: Sequence[Record]) -> None:
    """Draw leakage over strength; controls are bands."""
    from matplotlib.figure import Figure  # heavy; and no window system is touched

    families = ladders(records) or {"no defense": []}
    figure = Figure(figsize=(9, 3.6 * len(families)), dpi=120, layout="constrained")
    for number, (family, specs) in enumerate(families.items(), 1):
        axes = figure.add_subplot(len(families), 1, number)
        settings = [CLEAN, *specs]
        for name, colour in zip(SHOWN, _COLOURS, strict=True):
            statistic = "right" if name == "named/open" else "rank1"
            points = [
                (place, r)
                for place, spec in enumerate(settings)
                for r in find(records, kind="leakage", defense=spec, name=name, group="",
                              statistic=statistic, status="ok")
            ]  # fmt: skip
            if not points:
                continue
            values = [r.value or 0.0 for _, r in points]
            low = [max((r.value or 0) - (r.low or 0), 0.0) for _, r in points]
            high = [max((r.high or 0) - (r.value or 0), 0.0) for _, r in points]
            label = name.removeprefix("named/").replace("_", " ")
            axes.errorbar([place for place, _ in points], values, yerr=[low, high], fmt="o-",
                          capsize=3, color=colour, label=label)  # fmt: skip
            if name != _main(records):
                continue
            for style, control in (
                (":", "no_image"),
                ("--", "face_masked"),
                ("-.", "other_photo"),
            ):
                here = find(records, name=name, group=f"control={control}", statistic=statistic)
                if here and here[0].value is not None:
                    axes.axhline(here[0].value, color="0.45", linestyle=style, linewidth=1,
                                 label=f"{label}: {control.replace('_', ' ')}")  # fmt: skip
        axes.set_xticks(range(len(settings)), ["clean", *(told(spec) for spec in specs)])
        parameters = ", ".join(DEFENSES.build(specs[0]).space) if specs else ""
        axes.set_xlabel(f"{family}: {parameters}, weak to strong" if parameters else family)
        axes.set_ylim(-0.02, 1.02)
        axes.set_ylabel("share right")
        if axes.get_legend_handles_labels()[0]:
            axes.legend(fontsize=8, loc="center left", bbox_to_anchor=(1.01, 0.5))
    with replacing(path) as temporary:
        figure.savefig(temporary)


def _main(records: Sequence[Record]) -> str:
    """Return the measure whose controls are drawn: the first that was measured."""
    have = {r.name for r in records if r.status == "ok"}
    return next((name for name in SHOWN if name in have), "")
