"""Defenses that are given as objects, of classes that no package may have registered."""

from __future__ import annotations

import logging
import pickle
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from typing import Any, NamedTuple

from unmask.defenses import DEFENSES, Defense
from unmask.defenses.files.class_digest import is_importable, live_digest, told_digest

_log = logging.getLogger("unmask")


@contextmanager
def hosted(defenses: Sequence[str | Defense] | Defense) -> Iterator[list[str]]:
    """Yield the specs of defenses; classes of objects are known by name until the context ends.

    An object is built again from its spec, as attackers build their own copies and workers
    theirs: so its parameters must say all that it is.

    Args:
        defenses: specs and objects.

    Raises:
        TypeError: something else.
        ValueError: a spec that cannot be built, an object that its spec does not build again,
            or two classes of one name.
    """
    one = [defenses] if isinstance(defenses, str | Defense) else list(defenses)
    for given in one:
        if not isinstance(given, str | Defense):
            cure = "; make an object of it: add ()" if isinstance(given, type) else ""
            raise TypeError(
                f"a defense is a spec such as 'pixelate:blocks=8', or an object of a class that "
                f"derives from Defense, got {given!r}{cure}"
            )
    objects = [given for given in one if isinstance(given, Defense)]
    kinds = {type(made): made.name for made in objects if not _is_registered(type(made))}
    with DEFENSES.host((name, kind) for kind, name in kinds.items()):
        yield [_spec_of(given) for given in one]


def _is_registered(kind: type[Defense]) -> bool:
    return kind.name in DEFENSES.available() and DEFENSES.load(kind.name) is kind


def _spec_of(given: str | Defense) -> str:
    if isinstance(given, str):
        return DEFENSES.build(given).spec
    rule = (
        f"{type(given).__name__} must be built again by its parameters alone: make it a frozen "
        "dataclass whose fields are numbers, texts or booleans"
    )
    try:
        spec = given.spec
        again = DEFENSES.build(spec)
    except (TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"{rule}; {error}") from error
    if type(again) is not type(given) or (lost := _lost(given, again)):
        told = f"'{spec}' loses {', '.join(lost)}" if lost else f"'{spec}' builds {again!r}"
        raise ValueError(f"{rule}; {told}")
    return spec


def _lost(given: Defense, again: Defense) -> list[str]:
    """Return the attributes in which an object differs from what its spec builds.

    Fields that are not compared hold what was learned, where a comparison teaches it anew. Of
    one that does not learn they may be what it works with, as a network: then all would be lost.
    """
    learned = {f.name for f in fields(given)
               if not f.compare and (given.needs_background or not f.init)}  # fmt: skip
    mine, theirs = vars(given), vars(again)
    names = [name for name in dict.fromkeys((*mine, *theirs)) if name not in learned]
    absent = object()
    return [n for n in names if not _same(mine.get(n, absent), theirs.get(n, absent))]


def _same(a: Any, b: Any) -> bool:
    try:
        return type(a) is type(b) and (a is b or bool(a == b))
    except Exception:  # arrays say for each number whether it is equal
        return pickle.dumps(a) == pickle.dumps(b)


def codes_of(specs: Sequence[str]) -> dict[str, str]:
    """Return digests of the code of those defenses that no package registered.

    Code of which nobody can tell what it is has another digest each time: figures of it are
    never kept, and a run with it cannot be gone on with.
    """
    guests = DEFENSES.guests
    named = dict.fromkeys(spec.partition(":")[0].strip() for spec in specs)
    return {f"defense {name}": told_digest(guests[name]) for name in named if name in guests}


class Sent(NamedTuple):
    """A class as a worker gets it.

    Args:
        name: of the defense.
        place: pickle of the class: where it is imported from.
        digest: of its code here.
    """

    name: str
    place: bytes
    digest: str


def stays(workers: int) -> tuple[int, tuple[Sent, ...]]:
    """Return how many processes can measure, and the classes that must be sent to them.

    A process that is started anew finds nothing that was typed into a notebook or into the
    script that runs: then this one does it all, and a line says so.
    """
    if workers <= 1 or not DEFENSES.guests:
        return workers, ()
    sent = []
    for name, kind in DEFENSES.guests.items():
        digest = live_digest(kind)
        if not is_importable(kind) or not digest:
            why = (
                "is defined in the script or notebook itself"
                if digest
                else "is not what its file says"
            )
            _log.warning(
                "unmask: one process measures, not %d: %s %s; in a module of its own beside it, "
                "several can import it", workers, kind.__qualname__, why,
            )  # fmt: skip
            return 1, ()
        sent.append(Sent(name, pickle.dumps(kind), digest))
    return workers, tuple(sent)


def received(sent: Sequence[Sent]) -> Mapping[str, type[Defense]]:
    """Return the classes that were sent, by name.

    Raises:
        ValueError: one cannot be imported here, or is another one.
    """
    found: dict[str, type[Defense]] = {}
    for one in sent:
        try:
            kind = pickle.loads(one.place)
        except Exception as error:
            raise ValueError(
                f"the defense {one.name} cannot be imported in a worker process ({error}); "
                "workers=1 measures in this one"
            ) from error
        if live_digest(kind) != one.digest:
            raise ValueError(
                f"the defense {one.name} is another one in a worker process: was its module "
                "edited after it was imported here? Start Python anew, or take workers=1"
            )
        found[one.name] = kind
    return found
