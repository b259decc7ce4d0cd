"""The lab's tables, plot and page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from unmask.defenses.files.atomic import replacing, write_text

from ..pages.facts import facts, items
from ..pages.shell import Section, page
from ..pages.span import span
from ..pages.table import Cell, Heading, sortable_table, text_table
from ..pages.tags import Html, tag
from ..results.origin import config_of, provenance
from .cells import RANDOM
from .effects import Effect, effects, pooled
from .leaks import LIMITS as LEAK_LIMITS
from .leaks import is_unnamed, leak_table, leak_verdict, leak_words
from .photos import CLEAN
from .results import MASKED, NO_IMAGE, OTHER, Result
from .verdict import said, trained_on, verdict

LIMITS = (
    "The model is small and its pictures are 64 pixels wide: it shows at which stage names can "
    "enter, not how much a large pretrained model knows.",
    "'person' replaces every name in stages 1 and 2. The tower has still learned photos beside "
    "names in stage 0, and the language model has read all names; what joins the two is never "
    "taught. Where names are made of words that other pictures teach, it is: --design words.",
    "Half of the questions of the last stage ask who somebody is, and that stage therefore "
    "weighs more than it would in an ordinary mixture of instructions.",
    "On ORL, hair and background identify people too; a defense of the face leaves them.",
    "Intervals resample people; the seeds are few and their spread is shown one by one.",
    "A masked face is unlike anything the models were trained on, so that control also "
    "measures surprise.",
)


def kinds(results: Sequence[Result]) -> list[str]:
    """Return the kinds of probes, controls last."""
    found = [probe.kind for probe in results[0].probes]
    last = [MASKED, OTHER, NO_IMAGE]
    return [kind for kind in found if kind not in last] + last


def cell_table(results: Sequence[Result]) -> list[list[str]]:
    """Return a head and one row per cell: forced choice pooled over seeds, with interval."""
    shown = kinds(results)
    rows = [["tower / align / tune / captions", *shown, "seeds, clean probes"]]
    for label in dict.fromkeys(result.cell.label for result in results):
        mine = [result for result in results if result.cell.label == label]
        cells = []
        for kind in shown:
            cells.append(said(pooled(mine, kind)))
        each = " ".join(f"{pooled([result], CLEAN).value:.2f}" for result in mine)
        rows.append([label, *cells, each])
    return rows


def all_effects(results: Sequence[Result], defenses: Sequence[str]) -> list[Effect]:
    """Return the effects of every defense that was trained on, on clean and its own probes."""
    trained = {result.cell.tune for result in results}
    defenses = [defense for defense in defenses if defense in trained]
    return [e for d in defenses for kind in (CLEAN, d) for e in effects(results, d, kind)]


def strength_table(results: Sequence[Result], defenses: Sequence[str]) -> list[list[str]]:
    """Return, per defense, what training on it everywhere leaves of naming."""
    rows = [["trained on", "names its photos", "names clean photos", "random tower, its photos"]]
    for defense in (CLEAN, *defenses):
        trained = trained_on(results, defense)
        bare = [r for r in results if r.cell == replace(r.cell, tower=RANDOM, align=defense,
                tune=defense, captions="named")]  # fmt: skip
        if not trained and not bare:
            continue
        rows.append(
            [defense, _told(trained, defense), _told(trained, CLEAN), _told(bare, defense)]
        )
    return rows


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """Return rows, the first being the head, as a table in Markdown."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]])


def plot_effects(path: Path, found: Sequence[Effect]) -> None:
    """Draw every effect with its interval; one panel a defense and kind of probe."""
    from matplotlib.figure import Figure  # heavy; and no window system is touched

    panels = list(dict.fromkeys((effect.defense, effect.probe) for effect in found))
    figure = Figure(figsize=(9, 2.6 * len(panels)), dpi=120, layout="constrained")
    for number, (defense, probe) in enumerate(panels, 1):
        axes = figure.add_subplot(len(panels), 1, number)
        mine = [e for e in found if (e.defense, e.probe) == (defense, probe)][::-1]
        values = [e.estimate.value for e in mine]
        low = [max(e.estimate.value - e.estimate.low, 0.0) for e in mine]
        high = [max(e.estimate.high - e.estimate.value, 0.0) for e in mine]
        axes.errorbar(values, range(len(mine)), xerr=[low, high], fmt="o", capsize=3)
        axes.axvline(0, color="0.5", linestyle=":", linewidth=1)
        axes.set_yticks(range(len(mine)), [" x ".join(e.factors) for e in mine])
        axes.set_title(f"{defense}: asked about {probe} photos", loc="left", fontsize=10)
        axes.set_xlabel("change of forced choice when these stages' photos are defended")
    with replacing(path) as temporary:
        figure.savefig(temporary)


def write_page(folder: Path, results: Sequence[Result], defenses: Sequence[str]) -> Path:
    """Write `effects.png`, where there are effects, and `report.html`; return the page's path."""
    found = all_effects(results, defenses)
    if found:
        plot_effects(folder / "effects.png", found)
    path = folder / "report.html"
    write_text(path, lab_page(results, defenses, found, config_of(folder)))
    return path


def lab_page(
    results: Sequence[Result], defenses: Sequence[str], found: Sequence[Effect],
    config: Mapping[str, Any],
) -> str:  # fmt: skip
    """Return the page.

    Args:
        results: of all cells.
        defenses: that were trained on or probed.
        found: their effects.
        config: what the run folder holds in `config.json`.
    """
    if is_unnamed(results):
        return _unnamed_page(results, defenses, config)
    first, *others = verdict(results, defenses, found)
    models, effects_shown = cell_table(results), [_effects(found)] if found else []
    said = ""
    models = [[row[0].replace("/", " / ").replace("  ", " "), *row[1:]] for row in models]
    if len(defenses) == 1:  # its spec would stand three times in each name
        models = [[cell.replace(defenses[0], "defended") for cell in row] for row in models]
        said = f"; defended: {defenses[0]}"
    strengths = strength_table(results, defenses)
    seeds = sorted({result.cell.seed for result in results})
    return page(
        "Where names enter a vision-language model",
        [
            tag("p", first, class_="verdict"), items(others),
            f"Shares of photos named rightly among all names; chance {results[0].chance:.3f}. "
            "Intervals are 95 %, resampled by person, over all seeds.",
        ],
        [
            Section("Trained on defended photos everywhere",
                    [text_table("Forced choice", strengths[0], strengths[1:])], "strength",
                    "Defended"),
            Section("What each stage changes", effects_shown or
                    ["No model was trained on defended photos."], "effects", "Stages"),
            Section("All models", [text_table(f"Forced choice by kind of photo asked about{said}",
                                              models[0], models[1:])], "models", "Models"),
            Section("What this does not show", [items(LIMITS)], "limits", "Limits"),
            Section("Where this comes from",
                    [facts(provenance(config, models=str(len(results)),
                                      seeds=", ".join(map(str, seeds))))], "origin", "Origin"),
        ],
    )  # fmt: skip


def _unnamed_page(
    results: Sequence[Result], defenses: Sequence[str], config: Mapping[str, Any]
) -> str:
    """Return the page of the design `words`."""
    first, *others = leak_verdict(results, defenses)
    table, models = leak_table(results), cell_table(results)
    # the captions are the same everywhere, and a spec as a heading takes half of the page
    models = [[" / ".join(row[0].replace(" ", "").split("/")[:3]), *row[1:]] for row in models]
    if len(defenses) == 1:
        models[0] = [cell.replace(defenses[0], "defended") for cell in models[0]]
    asked, towers = leak_words(results, defenses)
    seeds = sorted({result.cell.seed for result in results})
    return page(
        "Names that no caption told",
        [
            tag("p", first, class_="verdict"), items(others),
            f"Shares of photos named rightly among all names; chance {results[0].chance:.3f}. "
            "Intervals are 95 %, resampled by person, over all seeds.",
        ],
        [
            Section("Beside a tower of wrong names", [tag("p", asked),
                    text_table("Forced choice", table[0], table[1:])], "leaks", "Leaks"),
            Section("All models", [tag("p", towers), text_table("Forced choice", models[0],
                    models[1:])], "models", "Models"),
            Section("What this does not show", [items(LEAK_LIMITS)], "limits", "Limits"),
            Section("Where this comes from",
                    [facts(provenance(config, models=str(len(results)),
                                      seeds=", ".join(map(str, seeds))))], "origin", "Origin"),
        ],
    )  # fmt: skip


def _effects(found: Sequence[Effect]) -> Html:
    """Draw the change that each stage makes; left of the middle, less is named."""
    most = max(abs(end) for effect in found for end in effect.estimate[1:3]) or 1.0
    body: list[list[Cell | str]] = []
    for effect in found:
        e, stages = effect.estimate, " x ".join(effect.factors)
        ends = f"{e.low:+.3f} to {e.high:+.3f}"
        drawn = span(e.value, e.low, e.high, says=f"{stages}: {e.value:+.3f} ({ends})", most=most)
        body.append([stages, effect.defense, effect.probe, Cell(drawn, e.value),
                     Cell(f"{e.value:+.3f}", e.value, more=ends)])  # fmt: skip
    head: list[Heading | str] = ["defended stages", "defense", "asked about",
                                 "less | more named", Heading("change", "less")]  # fmt: skip
    return sortable_table("Change of forced choice when the photos of these stages are defended",
                          head, body)  # fmt: skip


def _told(results: Sequence[Result], kind: str) -> str:
    return said(pooled(results, kind)) if results else "not trained"
