"""The settings of each defense from weak to strong, and what they are called: no two alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from unmask.defenses import DEFENSES

from ..results.records import Record
from ..results.shown import FOLDER, family_of, is_program, shown_names
from .views import CLEAN

_FEWEST, _MOST = 3, 17  # digits of a number; more only where settings would look alike
_PLACES = ("path", "label")  # parameters that tell where something lies, or its name again


@dataclass(frozen=True)
class Ladder:
    """Settings of one defense, as they were given: weak to strong.

    Args:
        name: of the defense, and what all settings have in common beside what is tuned, where
            it stands on several ladders.
        parameter: what changes from setting to setting, for an axis; empty if nothing does.
        specs: the settings.
        labels: what each is called in a sentence, `sigma 0.3`; empty for the only setting of a
            defense without parameters.
    """

    name: str
    parameter: str
    specs: tuple[str, ...]
    labels: tuple[str, ...]

    def label(self, spec: str) -> str:
        """Return what a setting is called."""
        return self.labels[self.specs.index(spec)]

    @property
    def axis(self) -> str:
        """What an axis along the settings is called."""
        return f"{self.name}: {self.parameter}, weak to strong" if self.parameter else self.name

    @property
    def ticks(self) -> list[str]:
        """What each setting is called where the axis says the parameter: `0.3`."""
        start = f"{self.parameter} "
        bare = [label.removeprefix(start) for label in self.labels]
        alone = self.parameter and "," not in self.parameter
        return bare if alone else [label or "on" for label in self.labels]


def ladders(records: Sequence[Record]) -> list[Ladder]:
    """Return a ladder for each defense that was asked about, and one more for each other way.

    Settings that differ in what is tuned stand on one ladder; where other parameters differ too
    (blur of the face, blur of the whole picture), each of these ways has its own. Pictures that
    another program left in a folder are a defense of their own.
    """
    asked = {r.defense: r for r in records if r.kind == "leakage" and not r.group}
    called = shown_names(records)
    families: dict[str, list[Record]] = {}
    for spec, record in asked.items():
        if spec not in (CLEAN, ""):
            families.setdefault(family_of(record, called[spec])[0], []).append(record)
    return [ladder for name, some in families.items() for ladder in _split(name, some)]


def _split(name: str, records: Sequence[Record]) -> list[Ladder]:
    """Return the ladders of a family; ways with one setting each are steps of one ladder."""
    tuned = _tuned(records[0])
    ways: dict[str, list[Record]] = {}
    for record in records:
        fixed = {k: v for k, v in _parameters(record).items() if k not in tuned}
        ways.setdefault(repr(sorted(fixed.items())), []).append(record)
    if len(ways) == 1 or all(len(some) == 1 for some in ways.values()):
        return [_ladder(name, records, tuned)]
    apart = _varying([some[0] for some in ways.values()], tuned)
    titles = _labels([some[0] for some in ways.values()], apart)
    return [_ladder(f"{name}, {title}", some, tuned)
            for title, some in zip(titles, ways.values(), strict=True)]  # fmt: skip


def _ladder(name: str, records: Sequence[Record], tuned: Sequence[str]) -> Ladder:
    specs = tuple(record.defense for record in records)
    varying = [k for k in _all(records) if len({repr(r.params.get(k)) for r in records}) > 1]
    shown = sorted(varying or tuned, key=lambda k: k not in tuned)
    return Ladder(name, ", ".join(varying), specs, tuple(_labels(records, shown)))


def _labels(records: Sequence[Record], names: Sequence[str]) -> list[str]:
    """Return parameters as text, their numbers with as many digits as tell settings apart."""
    for digits in range(_FEWEST, _MOST + 1):
        labels = [", ".join(f"{name} {_said(record.params[name], digits)}" for name in names
                            if name in record.params) for record in records]  # fmt: skip
        if len({*labels}) == len(records):
            return labels
    return [record.defense for record in records]


def _said(value: object, digits: int) -> str:
    return f"{value:.{digits}g}" if isinstance(value, float) else str(value)


def _varying(records: Sequence[Record], tuned: Sequence[str]) -> list[str]:
    return [k for k in _all(records) if k not in tuned
            and len({repr(r.params.get(k)) for r in records}) > 1]  # fmt: skip


def _all(records: Sequence[Record]) -> list[str]:
    return list(dict.fromkeys(name for record in records for name in _parameters(record)))


def _parameters(record: Record) -> Mapping[str, object]:
    return {k: v for k, v in record.params.items() if k not in _PLACES}


def _tuned(record: Record) -> list[str]:
    """Return what is tuned of a defense; of one that is not installed here, all it was given."""
    name, _, rest = record.defense.partition(":")
    if name == FOLDER:
        return []
    if is_program(record):
        return [*_parameters(record)]
    try:
        return [*DEFENSES.load(name).space]
    except LookupError:
        return [part.partition("=")[0] for part in rest.split(",") if part]
