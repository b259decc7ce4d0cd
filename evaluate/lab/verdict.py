"""What a lab comes to, in sentences that say no more than its intervals do."""

from __future__ import annotations

from collections.abc import Sequence

from ..results.rounding import ends_of
from ..statistics import Estimate
from .cells import GIVEN, RANDOM
from .effects import Effect, pooled
from .photos import CLEAN
from .results import MASKED, NO_IMAGE, OTHER, Result

_CONTROLS = {NO_IMAGE: "without a picture", OTHER: "for another person's name",
             MASKED: "with the face masked"}  # fmt: skip


def verdict(results: Sequence[Result], defenses: Sequence[str], found: Sequence[Effect]
            ) -> list[str]:  # fmt: skip
    """Return the sentences, the most important first.

    Args:
        results: of all cells.
        defenses: that were trained on or probed.
        found: their effects, on clean and on defended probes.
    """
    plain = trained_on(results, CLEAN)
    if not plain:
        return ["No model was trained on clean photos: there is nothing to compare with."]
    clean = pooled(plain, CLEAN)
    kinds = {probe.kind for probe in plain[0].probes}
    controls = {kind: pooled(plain, kind) for kind in _CONTROLS if kind in kinds}
    kind = max(controls, key=lambda one: controls[one].value)
    first = (
        f"Trained on clean photos with names, the model names {said(clean)} of new photos of "
        f"these people; {_CONTROLS[kind]} {said(controls[kind])}; guessing {results[0].chance:.3f}"
    )
    if clean.low <= max(control.high for control in controls.values()):
        return [f"{first}. The intervals meet, so nothing can be said about a defense."]
    return [f"{first}.", *(one for d in defenses for one in _defense(results, d, clean, found))]


def trained_on(results: Sequence[Result], photos: str) -> list[Result]:
    """Return the models that saw these photos in every stage, with their right names."""
    return [
        r for r in results
        if r.cell.captions == "named" and (r.cell.align, r.cell.tune) == (photos, photos)
        and r.cell.tower in (photos, GIVEN) and r.cell.tower != RANDOM
    ]  # fmt: skip


def said(found: Estimate) -> str:
    """Return a share with its interval."""
    return f"{found.value:.3f} ({ends_of(found.low, found.high)})"


def _defense(
    results: Sequence[Result], defense: str, clean: Estimate, found: Sequence[Effect]
) -> list[str]:
    asked = pooled(trained_on(results, CLEAN), defense)
    sentences = [f"{defense}: the same model names {said(asked)} of photos defended with it."]
    own = trained_on(results, defense)
    if not own:
        return sentences
    after = pooled(own, CLEAN)
    less = "" if after.high < clean.low else ", of which it is not shown that it is less"
    sentences.append(
        f"{defense}: a model that was trained on it in every stage names {said(after)} of clean "
        f"photos{less}, and {said(pooled(own, defense))} of defended ones."
    )
    main = [e for e in found if (e.defense, e.probe) == (defense, CLEAN) and len(e.factors) == 1]
    told = [f"{e.factors[0]} ({e.estimate.value:+.3f}; {e.estimate.low:+.3f} to "
            f"{e.estimate.high:+.3f})" for e in main
            if e.estimate.high < 0 or e.estimate.low > 0]  # fmt: skip
    if told:
        sentences.append(f"{defense}: stages whose photos change what is named of clean photos "
                         f"when they are defended: {', '.join(told)}.")  # fmt: skip
    elif main:
        sentences.append(f"{defense}: no stage is shown to change by itself what is named of "
                         "clean photos.")  # fmt: skip
    return sentences
