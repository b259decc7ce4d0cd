"""The lab's tables, plot and page."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from pathlib import Path

from unmask.defenses.files.atomic import replacing, write_text

from ..results.markup import page_head
from .cells import RANDOM
from .effects import Effect, effects, pooled
from .photos import CLEAN
from .results import MASKED, NO_IMAGE, OTHER, Result

LIMITS = (
    "The model is small and its pictures are 64 pixels wide: it shows at which stage names can "
    "enter, not how much a large pretrained model knows.",
    "'person' replaces every name in stages 1 and 2. The tower has still learned photos beside "
    "names in stage 0, and the language model has read all names; what joins the two is never "
    "taught. Names that leak although captions were anonymized are a matter of large pretrained "
    "parts, and are not shown here.",
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
            value = pooled(mine, kind)
            cells.append(f"{value.value:.3f} ({value.low:.3f} to {value.high:.3f})")
        each = " ".join(f"{pooled([result], CLEAN).value:.2f}" for result in mine)
        rows.append([label, *cells, each])
    return rows


def all_effects(results: Sequence[Result], defenses: Sequence[str]) -> list[Effect]:
    """Return the effects of every defense that was trained on, on clean and its own probes."""
    trained = {result.cell.tune for result in results}
    defenses = [defense for defense in defenses if defense in trained]
    return [e for d in defenses for kind in (CLEAN, d) for e in effects(results, d, kind)]


def effect_table(found: Sequence[Effect]) -> list[list[str]]:
    """Return a head and one row per effect."""
    rows = [["defended stages", "defense", "probe", "change", "95 %"]]
    for effect in found:
        e = effect.estimate
        rows.append(
            [" x ".join(effect.factors), effect.defense, effect.probe, f"{e.value:+.3f}",
             f"{e.low:+.3f} to {e.high:+.3f}"]
        )  # fmt: skip
    return rows


def strength_table(results: Sequence[Result], defenses: Sequence[str]) -> list[list[str]]:
    """Return, per defense, what training on it everywhere leaves of naming."""
    rows = [["trained on", "names its photos", "names clean photos", "random tower, its photos"]]
    for defense in (CLEAN, *defenses):
        own = [r for r in results if r.cell.captions == "named"
               and (r.cell.align, r.cell.tune) == (defense, defense)]  # fmt: skip
        trained = [r for r in own if r.cell.tower in (defense, "given")]
        bare = [r for r in own if r.cell.tower == RANDOM]
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
    """Write `effects.png` and `report.html`; return the page's path."""
    found, shown = all_effects(results, defenses), "<p>No model was trained on defended photos."
    if found:
        plot_effects(folder / "effects.png", found)
        picture = base64.b64encode((folder / "effects.png").read_bytes()).decode()
        shown = (
            _html(effect_table(found))
            + f'<img alt="effects with intervals" src="data:image/png;base64,{picture}">'
        )
    limits = "".join(f"<li>{escape(limit)}" for limit in LIMITS)
    text = (
        f"{page_head('unmask lab')}<h1>Where names enter a vision-language model</h1>"
        f"<p>Share of photos named rightly among all names; chance {results[0].chance:.3f}. "
        "Intervals are 95 %, resampled by person, over all seeds.</p>"
        f"{_html(cell_table(results))}<h2>Trained on defended photos everywhere</h2>"
        f"{_html(strength_table(results, defenses))}<h2>Effects</h2>{shown}"
        f"<h2>What this does not show</h2><ul>{limits}</ul>\n"
    )
    path = folder / "report.html"
    write_text(path, text)
    return path


def _told(results: Sequence[Result], kind: str) -> str:
    if not results:
        return "not trained"
    value = pooled(results, kind)
    return f"{value.value:.3f} ({value.low:.3f} to {value.high:.3f})"


def _html(rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(cell)}" for cell in rows[0])
    body = "".join("<tr>" + "".join(f"<td>{escape(c)}" for c in row) for row in rows[1:])
    return f'<div class="wide"><table><tr>{head}{body}</table></div>'
