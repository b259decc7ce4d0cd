"""One line per measurement: the form in which everything is stored."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import MISSING, asdict, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from unmask.defenses.files.atomic import write_text
from unmask.device import full
from unmask.frames import frame

from .jsonfile import parse_json

if TYPE_CHECKING:
    from pandas import DataFrame

SCHEMA = 2
Kind = Literal["leakage", "utility", "outcome", "difference", "planted"]
BROKE = " broke: "
AND = " | "  # between the reasons of one record, which may hold any other sign
WEAK = "budget too small: "
CEILING = "ceiling"  # the very photo is told from its defended version
FOUND = "found"  # ends the outcomes that count the pictures of another program
NME = "nme"  # the statistic of landmarks: normalized mean error, less is better
BALANCED = "balanced"  # the statistic of attributes: each class counts the same
PHOTOS = "photos"  # the worst case where each photo weighs the same, and not each person
SEEDS = "seeds"  # how far the worst cases of several seeds lie apart
LOST = "lost_copies"  # the outcome of copies that attackers could not make for themselves
SPARED: Final = "not asked"  # the status of attackers who could have added nothing
Status = Literal["ok", "at least", "invalid", "unavailable", "not asked"]


@dataclass(frozen=True)
class Record:
    """One measured (or explicitly not measured) figure.

    Args:
        dataset: name and bounds of the data.
        split: hash of the split by identity.
        budget: how much effort the attackers were allowed.
        defense: spec that builds the defense again.
        params: all its parameters.
        kind: `leakage`, `utility`, `outcome` (what became of the photos), `difference`
            (how much more `defense` leaks than `name`, paired) or `planted` (what an attacker
            reached on a planted case; `group` names the case).
        name: attacker (with variant, `pixels/own/lda`), metric or outcome; `worst` is the
            highest rank-1 over all attackers that did not fail the case `constant`, and
            `seed known` the same with an attacker who knows the seed of the release; `photos` the
            same over photos, where people have unequal numbers of them (else each person weighs
            the same); `seeds` the median over several seeds, from the lowest to the highest;
            `face`
            and `context` the same where attackers are shown that part of photos alone (a
            `difference` called `context` is what photos leak beyond it);
            `pair list` the highest accuracy on a list of pairs with a defended photo;
            `ceiling` the share of defended photos of which it is told, among all clean probes,
            which one they were made of; `attribute X` what photos tell of X; of kind `utility`,
            `guess X` says the same and `learn X` what is told of clean photos by who learned
            from defended ones, and `learn landmarks` how far off their landmarks are then.
        statistic: `rank1`, `rank5`, `tar@far=1e-2`, `auc`, `eer`, `mean`, `share`,
            `accuracy@10fold`, `balanced` (accuracy, the mean over classes), `nme` (error of
            landmarks over the distance between the eyes).
        recognizer: the face model used, or empty.
        group: subgroup of people, or empty for all.
        value: the figure; shares are 0 to 1. None if nothing was measured.
        low: lower end of the 95 % interval.
        high: upper end.
        n: number of photos (or pairs) behind the figure.
        people: number of people behind it.
        chance: what guessing would reach, None where that makes no sense.
        status: `ok`; `at least` (a lower bound: something broke, was missing, or a planted
            case stayed unsolved); `invalid` (the attacker reads something else than pixels,
            or broke; for a worst case: nobody informed was there); `unavailable` (could not be
            measured here); `not asked` (an attacker: others had left nothing to be found).
        reason: why it is not `ok`, or what must be known to read it.
        seed: seed of the run.
        seconds: time spent; the one field that differs between two equal runs.
        run: name of the run folder.
        attack: for a worst case: the attack whose figure it is, `pixels/own/lda`.
        ceiling: for a worst case: the same maximum on undefended photos.
        schema: version of this form.
        models: labels of all face models that took part in the run, by spaces.
        p: of a `difference` between two defenses: the chance of one so wide where there is
            none, adjusted for all pairs of defenses.
    """

    dataset: str
    split: str
    budget: str
    defense: str
    params: dict[str, Any]
    kind: Kind
    name: str
    statistic: str
    recognizer: str = ""
    group: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0
    people: int = 0
    chance: float | None = None
    status: Status = "ok"
    reason: str = ""
    seed: int = 0
    seconds: float = 0.0
    run: str = field(default="", compare=False)
    attack: str = ""
    ceiling: float | None = None
    schema: int = SCHEMA
    p: float | None = None
    models: str = ""

    def line(self) -> str:
        """Return the record as one line of JSON; floats keep six digits."""
        return json.dumps({k: _rounded(v) for k, v in asdict(self).items()}, allow_nan=False)


def write_records(path: Path, records: Iterable[Record]) -> None:
    """Write `records.jsonl`, through a temporary name; what was found twice stands there once."""
    lines = dict.fromkeys(record.line() for record in records)
    write_text(path, "".join(line + "\n" for line in lines))


def read_records(path: Path) -> list[Record]:
    """Read what `write_records` wrote.

    Raises:
        ValueError: there is none, a line is not a record of this schema, or one occurs twice.
    """
    try:
        lines = path.read_bytes().decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not UTF-8: {error}; was it edited?") from error
    records: list[Record] = []
    places: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = record_of(parse_json(line))
        except ValueError as error:
            raise ValueError(f"{path}, line {number} is not a record: {error}") from error
        if line in places:
            raise ValueError(f"{path}, line {number} repeats line {places[line]}; was it edited?")
        places[line] = number
        records.append(record)
    if not records:
        raise ValueError(f"{path} holds no records; did the run end?")
    return records


def record_of(entry: Any) -> Record:
    """Return what stood in a line, every field checked.

    Raises:
        ValueError: it is no record.
    """
    if not isinstance(entry, dict):
        raise ValueError(f"a record is an object, got {type(entry).__name__}")
    if entry.get("schema") != SCHEMA:
        raise ValueError(f"schema {entry.get('schema')}, expected {SCHEMA}")
    for one in fields(Record):
        if one.name not in entry:
            if one.default is MISSING:
                raise ValueError(f"{one.name} is missing")
            continue
        check, wanted = _KINDS[str(one.type)]
        if not check(entry[one.name]):
            raise ValueError(f"{one.name} must be {wanted}, got {str(entry[one.name])[:60]}")
    record = Record(**{f.name: entry[f.name] for f in fields(Record) if f.name in entry})
    figures = (record.value, record.low, record.high)
    if record.name == "worst" and record.status in ("ok", "at least") and None in figures:
        raise ValueError(f"a worst case that is {record.status} needs value, low and high")
    return record


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {  # by the type of the field
    "str": (lambda value: isinstance(value, str), "a text"),
    "int": (_is_whole, "a whole number"),
    "float": (_is_number, "a number"),
    "float | None": (lambda value: value is None or _is_number(value), "a number or null"),
    "dict[str, Any]": (lambda value: isinstance(value, dict), "an object"),
    "Status": (lambda value: value in get_args(Status), f"one of {', '.join(get_args(Status))}"),
    "Kind": (lambda value: value in get_args(Kind), f"one of {', '.join(get_args(Kind))}"),
}


def broke(what: str, error: BaseException) -> str:
    """Return the reason of a record where a plug-in raised; `failures` looks for it."""
    return f"the {what}{BROKE}{full(error) or f'{type(error).__name__}: {error}'}"


def with_model(name: str, recognizer: str) -> str:
    """Return an attacker as people read it, with its face model: `matched (dlib)`."""
    return f"{name} ({recognizer})" if recognizer else name


def frame_of(records: Iterable[Record], instead: Path) -> DataFrame:
    """Return a line per record, without the parameters of its defense; see `frame`."""
    lines = [{k: v for k, v in asdict(r).items() if k != "params"} for r in records]
    return frame(lines, str(instead))


def find(records: Sequence[Record], **wanted: Any) -> list[Record]:
    """Return the records whose fields have all the given values."""
    return [r for r in records if all(getattr(r, k) == v for k, v in wanted.items())]


def _rounded(value: Any) -> Any:
    if not isinstance(value, float):
        return value
    return float(f"{value:.6g}") if math.isfinite(value) else None
