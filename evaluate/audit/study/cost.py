"""What asking a model will take: questions counted before it starts, time from a few of them."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from ...vlm.base import Model
from ...vlm.endpoint import Endpoint
from ..asking import Asker
from ..inquiry import Audit, Unit
from ..views import CLEAN, View
from .watched import Asked, watched

LOW, HIGH = 0.8, 1.5  # a few questions tell the pace of many only so well, and load changes
_FEW = 2  # photos of a unit that a server is asked about: it takes them one by one, for money


@dataclass(frozen=True)
class Estimate:
    """What asking one model takes.

    Args:
        questions: put to the model; what is asked twice without a picture is asked once.
        tokens: that it writes at most.
        weighed: given answers whose likelihood is read, or texts compared with a picture.
        low: seconds, at least about.
        high: seconds, at most about.
        opening: seconds of it that opening the model took.
        sample: questions from which the time was found.
    """

    questions: int
    tokens: int
    weighed: int
    low: float
    high: float
    opening: float
    sample: int

    def as_dict(self) -> dict[str, Any]:
        """Return it ready for JSON, seconds to a tenth."""
        return {k: round(v, 1) for k, v in asdict(self).items()}


def estimate(model: Model, plan: Audit, opening: float) -> Estimate:
    """Count all questions of an audit, and time a few of them.

    All are counted on one photo of each view and pool, without asking. Then the model is asked
    about three units: without a picture, of clean photos and of defended ones. The first photos
    warm it up and do not count.

    Args:
        model: opened.
        plan: with the model's batch.
        opening: seconds that opening it took.
    """
    units = plan.units()
    count, pictures = _counted(model, plan, units)
    pace, sample = _paced(model, plan, units)
    low, high = (sum(number * _pace(what, pace, end) for what, number in count.items())
                 for end in (min, max))  # fmt: skip
    return Estimate(
        questions=sum(count.values()),
        tokens=sum(n * what.size for what, n in count.items() if what.what == "write"),
        weighed=sum(n * what.size for what, n in count.items() if what.what != "write"),
        low=LOW * (low + pictures) + opening,
        high=HIGH * (high + pictures) + opening,
        opening=opening,
        sample=sample,
    )


def _counted(model: Model, plan: Audit, units: Sequence[Unit]) -> tuple[dict[Asked, int], float]:
    """Return how often each kind of question is asked, and seconds to make all pictures."""
    alike: dict[Any, list[Unit]] = defaultdict(list)
    for unit in units:
        alike[unit.view, len(plan.pools[unit.pool])].append(unit)
    dry = watched(model, dry=True)
    asker = Asker(dry, plan)
    count: dict[Asked, int] = defaultdict(int)
    pictures = 0.0
    for (view, _), some in alike.items():
        # without a picture questions recur, and what is said of clean photos others build on
        whole = view.shown == "none" or view == View(CLEAN)
        shown = some if whole else [replace(some[0], photos=some[0].photos[:1])]
        each = 1 if whole else sum(len(unit.photos) for unit in some)
        dry.count.clear()
        began = time.perf_counter()
        for unit in shown:
            asker.remember(asker.ask(unit))
        pictures += (time.perf_counter() - began) * each
        for what, number in dry.count.items():
            count[what] += number * each
    return count, pictures


def _paced(
    model: Model, plan: Audit, units: Sequence[Unit]
) -> tuple[Mapping[Asked, Sequence[float]], int]:
    """Return seconds a question of each kind, call by call, and how many questions were asked."""
    chosen = list(_sample(plan, units))
    if isinstance(model, Endpoint):
        chosen = [replace(unit, photos=unit.photos[:_FEW]) for unit in chosen]
    timed = watched(model)
    asker = Asker(timed, plan)
    for unit in chosen[:2]:
        asker.ask(replace(unit, photos=unit.photos[:1]))
    timed.count.clear()
    timed.pace.clear()
    for unit in chosen:
        asker.remember(asker.ask(unit))
    return timed.pace, sum(timed.count.values())


def _sample(plan: Audit, units: Sequence[Unit]) -> Iterable[Unit]:
    """Yield a unit without a picture, one of clean photos and one of those most defended."""
    last = plan.inquiry.defenses[-1] if plan.inquiry.defenses else CLEAN
    for shown, face in (("none", CLEAN), ("own", CLEAN), ("own", last)):
        fit = [u for u in units if (u.view.shown, u.view.face) == (shown, face)]
        if fit:
            yield fit[0]


def _pace(what: Asked, pace: Mapping[Asked, Sequence[float]], end: Any) -> float:
    """Return seconds a question; of a kind that was not timed, from the nearest that was."""
    if what in pace:
        return float(end(pace[what]))
    near = [other for other in pace if (other.what, other.shown) == (what.what, what.shown)]
    near = near or [other for other in pace if other.what == what.what] or list(pace)
    if not near:
        return 0.0
    best = min(near, key=lambda other: abs(other.size - what.size))
    return float(end(pace[best])) * max(1.0, what.size / max(best.size, 1))


def lasting(seconds: float) -> str:
    """Return a time in words: `40 s`, `12 min`, `3 h 20 min`, `2 days 4 h`."""
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 100:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {rest} min"
    days, hours = divmod(round(minutes / 60), 24)
    return f"{days} days {hours} h"


def between(low: float, high: float) -> str:
    """Return a range of times: `12 to 20 min`, or one where both ends read alike."""
    one, other = lasting(low), lasting(high)
    if one == other:
        return one
    same = one.partition(" ")[2] == other.partition(" ")[2]
    return f"{one.partition(' ')[0]} to {other}" if same else f"{one} to {other}"
