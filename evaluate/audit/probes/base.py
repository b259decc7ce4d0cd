"""What a probe is: a kind of question, how it is asked, and what its answers are worth."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from unmask.defenses.photo import Pixels

from ...results.records import Record
from ...statistics import rank_credit
from ...vlm.base import Model, Picture
from ...vlm.names import Register
from ..answer import Answer
from ..inquiry import Audit, Inquiry, Unit
from ..questions import Questions
from ..views import MASK, View

Values = dict[str, float]  # photo -> value
NO_IMAGE = View(shown="none").text
SHUFFLED = "shuffled"
CONTROLS = {  # what a figure is compared with, by the view that is shown
    "no_image": NO_IMAGE,
    "other_photo": View(shown="other").text,
    "face_masked": View(MASK).text,
}


@dataclass(frozen=True)
class Measure:
    """What a value says.

    Args:
        probe: name of the probe.
        name: of its records, `named/open`.
        statistic: of its records, `rank1`.
        kind: of its records.
    """

    probe: str
    name: str
    statistic: str
    kind: Literal["leakage", "utility"] = "leakage"


@dataclass(frozen=True)
class Pair:
    """Two photos and how alike a model found them.

    Args:
        first: key of the photo asked about.
        second: key of the one beside it.
        person: identity on the first.
        other: identity on the second.
        score: higher is more alike.
        place: 0, the true pair of the first photo; 1 and 2, its false ones.
    """

    first: str
    second: str
    person: str
    other: str
    score: float
    place: int


@dataclass
class Scored:
    """Values by measure and view (`View.text`, or `shuffled|` and it).

    Args:
        values: one per photo; without a picture each photo has its person's.
        reasons: why a probe has no answer in a view, by both.
        notes: what must be known to read a measure, by its name.
        outcomes: what became of the photos of a face level.
        pairs: of photos, by pairing (`clean-defended`) and view.
        unsaid: photos whose answers chose nothing, by measure and view; they count as a guess,
            and may hold as much as a right name.
        lost: photos about which no answer came though others of the view were answered, by
            probe and view, with the reason.
    """

    values: dict[tuple[Measure, str], Values] = field(default_factory=dict)
    reasons: dict[tuple[str, str], str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    outcomes: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    pairs: dict[tuple[str, str], list[Pair]] = field(default_factory=dict)
    unsaid: dict[tuple[Measure, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    lost: dict[tuple[str, str], dict[str, str]] = field(default_factory=lambda: defaultdict(dict))

    def silent(self, measure: Measure, view: str) -> tuple[set[str], dict[str, str]]:
        """Return the photos whose answer chose nothing, and those without one, with the reason."""
        known = self.values.get((measure, view), {})
        lost = self.lost.get((measure.probe, view), {})
        gone = {key: why for key, why in lost.items() if key not in known}
        return self.unsaid.get((measure, view), set()), gone

    def add(self, measure: Measure, view: str, photos: Iterable[str], value: float) -> None:
        """Put one value down for these photos."""
        table = self.values.setdefault((measure, view), {})
        table.update(dict.fromkeys(photos, float(value)))

    def ranked(
        self, measure: Measure, view: str, photos: Sequence[str], scores: NDArray[np.generic],
        place: int, other: int,
    ) -> None:  # fmt: skip
        """Put down the credit of a ranking, and that of a wrong person as shuffled."""
        table = np.round(np.asarray(scores, np.float64), 6)[None]
        self.add(measure, view, photos, rank_credit(table, [place])[0])
        self.add(measure, f"{SHUFFLED}|{view}", photos, rank_credit(table, [other])[0])


@dataclass(frozen=True)
class Sheet:
    """One unit as a probe meets it.

    Args:
        unit: which photos, in which view.
        audit: who, what, among whom.
        ask: the model, to be asked.
        pictures: what is shown, one a photo; None without a picture.
        people: identity asked about, one a photo.
        keys: of the photos; empty without a picture.
        names: spoken names by identity.
        shown: returns whole photos under a face level (`none`, a defense's spec), by key.
        clean: answers to clean whole photos so far, by probe, prompt and photo.
    """

    unit: Unit
    audit: Audit
    ask: Questions
    pictures: Sequence[Picture]
    people: Sequence[str]
    keys: Sequence[str]
    names: Mapping[str, str]
    shown: Callable[[str, Sequence[str]], Sequence[Pixels]]
    clean: Mapping[tuple[str, str, str], Any]


@dataclass(frozen=True)
class Told:
    """Answers to one question about each photo of a unit.

    Args:
        answers: one a photo, as in `Answer`; None where there is none.
        prompt: name of the prompt, or empty.
        asked: as in `Answer`, one a photo, or none.
        orders: as in `Answer`, one a photo, or none.
        seconds: as `Answer.second`, one a photo, or none.
        reason: as in `Answer`, of all of them.
    """

    answers: Sequence[Any]
    prompt: str = ""
    asked: Sequence[str] = ()
    orders: Sequence[list[int]] = ()
    seconds: Sequence[str] = ()
    reason: str = ""


@dataclass(frozen=True)
class Group:
    """All answers of one probe about one photo in one view.

    Args:
        answers: in the order they were asked.
        view: what was shown.
        photos: that they count for: without a picture, all of the person.
        pool: identities among which the person was sought.
        place: of the person in it.
    """

    answers: Sequence[Answer]
    view: str
    photos: Sequence[str]
    pool: Sequence[str]
    place: int

    @property
    def other(self) -> int:
        """Place of the next person, whose name is taken where names are shuffled."""
        return (self.place + 1) % len(self.pool)


class Probe(ABC):
    """A kind of question. To add one: a file here, and its line in `probes/__init__.py`.

    Class data: `name`, as `--probes` and `Answer.probe` say it; `main`, the measures that are
    compared with controls.
    """

    name: ClassVar[str]
    main: ClassVar[tuple[Measure, ...]]

    def lacks(self, model: Model) -> str:
        """Return why this kind of model cannot be asked so; empty if it can."""
        return ""

    def asks(self, view: View) -> bool:
        """Return whether the question is asked in this view."""
        return True

    def each(self, inquiry: Inquiry, view: View) -> int:
        """Return how many answers a photo has in a view: as many as `ask` gives `Told`."""
        return 1

    @abstractmethod
    def ask(self, sheet: Sheet) -> Iterator[Told]:
        """Ask about all photos of a unit."""

    @abstractmethod
    def score(self, groups: Sequence[Group], audit: Audit, register: Register,
              scored: Scored) -> None:  # fmt: skip
        """Put down what the answers are worth, all of them at once; none is None."""

    def chance(self, measure: Measure, audit: Audit, people: Sequence[str]) -> float | None:
        """Return what guessing reaches on photos of these people; None where it is unknown."""
        return None

    def records(self, own: Record, view: str, scored: Scored, audit: Audit) -> Iterator[Record]:
        """Yield further records of whole photos under a face level, beside its measures.

        Args:
            own: with everything that does not depend on the probe.
            view: of the values.
            scored: all values.
            audit: the plan.
        """
        yield from ()


def among(audit: Audit, people: Sequence[str], extra: int = 0) -> float:
    """Return how often a guess among all of a person's pool is right, on average."""
    sizes = {key: len(pool) for pool in audit.pools for key in pool}
    return float(np.mean([1 / (sizes[person] + extra) for person in people]))
