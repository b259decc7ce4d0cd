"""The contract of a defense, as checks that anybody can run on theirs.

Each check is a function of one defense and raises `ContractError` with what it saw. In a
test of another package:

    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
    def test_mine(check: Check) -> None:
        run(check, Mine())

A defense may waive a check by name, with a reason: `waived = {"check": "reason"}`; but none of
`NEVER_WAIVED`, without which a low leakage means nothing.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from . import DEFENSES
from .base import Defense
from .blind import told_by_company, told_by_identity, told_by_key, told_by_size_of_seed
from .drawn import made_up_people, odd_sizes, one_face, three_faces
from .faces.landmarks import ALL
from .photo import Face, Photo, Pixels
from .space import Choice

Check = Callable[[Defense], None]


class ContractError(AssertionError):
    """A defense does not do what every defense must."""


def run(check: Check, defense: Defense) -> str:
    """Run one check.

    Args:
        check: one of `CHECKS`.
        defense: any defense; it is fitted with made-up faces where it needs a background.

    Returns:
        Nothing (`""`) if the check passed, else the reason why it is waived.

    Raises:
        ContractError: it failed, or the defense raised an error; or it passed although it is
            waived.
    """
    reason = None if check in NEVER_WAIVED else defense.waived.get(check.__name__)
    return judged(lambda: check(ready(defense)), check.__name__, defense.spec, reason)


def judged(
    check: Callable[[], None], name: str, subject: str, reason: str | None,
    not_made: tuple[type[Exception], ...] = (),
) -> str:  # fmt: skip
    """Make one check of a plug-in of any kind, unless it is waived.

    Args:
        check: the check, which knows what it is about.
        name: of the check.
        subject: what the plug-in is called.
        reason: why it is waived; None: it is not.
        not_made: errors that say that it cannot be made here; they go on to the caller.

    Returns:
        As `run`.

    Raises:
        ContractError: as `run`.
    """
    try:
        check()
    except not_made:
        raise
    except ContractError:
        if reason:
            return reason
        raise
    except Exception as error:
        raise ContractError(
            f"{subject} stops '{name}' by {type(error).__name__}: {error}"
        ) from error
    require(reason is None, f"{subject} waives '{name}', but it passes; drop the waiver")
    return ""


def require(holds: bool, message: str) -> None:
    """Raise `ContractError` unless something holds."""
    if not holds:
        raise ContractError(message)


def ready(defense: Defense) -> Defense:
    """Return the defense, fitted with made-up faces if it needs a background."""
    return defense.fit(made_up_people(12)) if defense.needs_background else defense


def registered_by_its_name(defense: Defense) -> None:
    """The name of the class is the name of its entry point."""
    known = (*DEFENSES.available(), *DEFENSES.guests)
    names = [name for name in known if DEFENSES.load(name) is type(defense)]
    require(
        names == [defense.name],
        f"{type(defense).__name__} must be registered as '{defense.name}', found {names}",
    )


def waives_only_checks(defense: Defense) -> None:
    """Each waiver names a check and gives a reason."""
    names = {check.__name__ for check in CHECKS}
    for name, reason in defense.waived.items():
        require(name in names, f"{defense.name} waives '{name}', which is no check")
        never = name in {check.__name__ for check in NEVER_WAIVED}
        require(not never, f"{defense.name} waives '{name}', which nobody may: figures rest on it")
        require(bool(reason.strip()), f"{defense.name} waives '{name}' without a reason")


def built_from_its_text(defense: Defense) -> None:
    """`spec` builds the defense again, and `parameters` go through JSON."""
    for variant in variants(defense):
        again = DEFENSES.build(variant.spec)
        require(again == variant, f"'{variant.spec}' builds {again}, not {variant}")
        read = json.loads(json.dumps(variant.parameters))
        require(type(variant)(**read) == variant, f"JSON changes {variant.parameters} to {read}")


def keeps_shape_and_dtype(defense: Defense) -> None:
    """Photos of all sizes and shapes come back as they were, uint8."""
    for photo in odd_sizes():
        made = defense(photo).photo.pixels
        require(
            made.shape == photo.pixels.shape and made.dtype == np.uint8,
            f"{defense.spec} made {made.dtype} {made.shape} of uint8 {photo.pixels.shape}",
        )


def leaves_its_input_alone(defense: Defense) -> None:
    """The pixels that came in are as before, even where they may be written to."""
    photo = one_face()
    before = photo.pixels.copy()
    made = defense(photo).photo.pixels
    made[:] = 0
    require(np.array_equal(photo.pixels, before), f"{defense.spec} writes to its input")


def rejects_other_pixels(defense: Defense) -> None:
    """Floats, grey and transparent pictures are refused with a `ValueError`."""
    pixels = one_face().pixels
    for wrong in (pixels / np.float32(255), pixels[..., 0], np.dstack([pixels, pixels[..., :1]])):
        try:
            defense(Photo(wrong, faces=()))  # type: ignore[arg-type]
        except ValueError:
            continue
        raise ContractError(f"{defense.spec} takes {wrong.dtype} {wrong.shape} for a photo")


def same_seed_same_photo(defense: Defense) -> None:
    """Nothing but seed, parameters, key and pixels decides."""
    photo = one_face()
    for variant in variants(defense):
        first, second = variant(photo, seed=7), variant(photo, seed=7)
        require(
            np.array_equal(first.photo.pixels, second.photo.pixels),
            f"{variant.spec} gives two results with one seed; use only the given generator",
        )


def seed_matters_as_declared(defense: Defense) -> None:
    """Another seed or key gives another picture if, and only if, `random` says so."""
    photo = one_face()
    other = replace(photo, key="another")
    differ = {
        variant.spec: [
            not np.array_equal(made, variant(photo, seed=1).photo.pixels)
            for made in (variant(photo, seed=2).photo.pixels, variant(other, seed=1).photo.pixels)
        ]
        for variant in variants(defense)
    }
    if defense.random:
        require(
            any(all(pair) for pair in differ.values()),
            f"{defense.name} says random=True, but seed and key change nothing in {list(differ)}",
        )
    else:
        wrong = [spec for spec, pair in differ.items() if any(pair)]
        require(not wrong, f"{wrong} depend on the seed, but random=False")
    silent = [v.spec for v in variants(defense) if not v.draws and any(differ[v.spec])]
    require(not silent, f"{silent} depend on the seed, but draws is False")


def blind_to_identity(defense: Defense) -> None:
    """Who is said to be on a photo, or whether anybody is, changes nothing."""
    _fine(told_by_identity(variants(defense)) or told_by_company(defense))


def blind_to_the_key(defense: Defense) -> None:
    """What a photo is called decides nothing but the random numbers, if there are any."""
    _fine(told_by_key(defense))


def size_of_seed_does_not_matter(defense: Defense) -> None:
    """A random defense does the same kind of thing for small seeds and for large ones."""
    _fine(told_by_size_of_seed(defense))


def says_when_it_is_ready(defense: Defense) -> None:
    """One that learns from a background has `ready`, which is False before and True after."""
    require(defense.ready, f"{defense.spec} was fitted, but ready is False")
    if defense.needs_background:
        new = type(defense)(**defense.parameters)
        require(not new.ready, f"{defense.spec} has seen nobody yet, but ready is True")


def declares_the_landmarks_it_reads(defense: Defense) -> None:
    """`needs_landmarks` names all that it reads: without the others nothing changes."""
    photo = one_face()
    for variant in variants(defense):
        needed = variant.needs_landmarks
        if needed == ALL:
            continue
        faces = tuple(
            replace(
                face,
                five=face.five if "five" in needed else None,
                points=face.points if "points" in needed else None,
            )
            for face in photo.faces or ()
        )
        fewer = variant(replace(photo, faces=faces), seed=3)
        require(
            np.array_equal(fewer.photo.pixels, variant(photo, seed=3).photo.pixels),
            f"{variant.spec} reads landmarks that it does not name; set reads_landmarks to "
            'frozenset({"five", "points"}), or to the one of them',
        )


def batch_equals_one_by_one(defense: Defense) -> None:
    """Neither the batch nor its order changes a result."""
    photos = [*odd_sizes(), one_face(), three_faces(), replace(one_face(), faces=(), key="nobody")]
    alone = [defense(photo, seed=3) for photo in photos]
    for order in (range(len(photos)), range(len(photos))[::-1]):
        made = defense.many([photos[i] for i in order], seed=3)
        for i, result in zip(order, made, strict=True):
            require(
                np.array_equal(result.photo.pixels, alone[i].photo.pixels)
                and result.outcome == alone[i].outcome,
                f"{defense.spec} treats '{photos[i].key}' otherwise in a batch than alone",
            )


def survives_a_new_process(defense: Defense) -> None:
    """Pickled and sent to a fresh interpreter, it gives the same pixels."""
    photo = one_face()
    code = (
        "import pickle, sys; defense, photo = pickle.load(sys.stdin.buffer); "
        "sys.stdout.buffer.write(pickle.dumps(defense(photo, seed=5).photo.pixels))"
    )
    try:
        sent = pickle.dumps((defense, photo))
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise ContractError(f"{defense.spec} cannot be pickled: {error}") from error
    paths = os.pathsep.join(path for path in sys.path if path)
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        input=sent,
        capture_output=True,
        env=os.environ | {"PYTHONPATH": paths},
        check=False,
    )
    require(
        done.returncode == 0,
        f"{defense.spec} fails in a new process: {done.stderr.decode(errors='replace')[-500:]}",
    )
    require(
        np.array_equal(pickle.loads(done.stdout), defense(photo, seed=5).photo.pixels),
        f"{defense.spec} gives other pixels in a new process",
    )


def changes_nothing_outside(defense: Defense) -> None:
    """Where the mask is 0, each pixel is what it was; this holds for each region."""
    for region in {"ellipse", "box", "eyes"} & {*defense.regions} | {defense.region}:
        for photo in (one_face(), three_faces()):
            result = replace(defense, region=region)(photo)
            changed = (result.photo.pixels != photo.pixels).any(-1)
            outside = int((changed & (result.mask == 0)).sum())
            require(
                outside == 0,
                f"{defense.spec} with region={region} changes {outside} pixels outside its mask",
            )


def reports_no_face(defense: Defense) -> None:
    """Without a face the photo stays as it is, and the outcome says `no_face`."""
    if defense.region == "image" and not defense.needs_face:
        return
    photo = replace(one_face(), faces=())
    result = defense(photo)
    require(
        result.outcome == "no_face" and np.array_equal(result.photo.pixels, photo.pixels),
        f"{defense.spec} must leave a photo without faces alone, said '{result.outcome}'",
    )


def changes_the_photo(defense: Defense) -> None:
    """The defaults, and the weak end of the space, change something."""
    for variant in (defense, defense.at(0)):
        outcome = variant(one_face()).outcome
        require(outcome == "defended", f"{variant.spec} must change a face, said '{outcome}'")


def defends_every_face(defense: Defense) -> None:
    """With several faces in a photo, each of them changes."""
    if defense.region == "image":
        return
    photo = three_faces()
    changed = (defense(photo).photo.pixels != photo.pixels).any(-1)
    for number, face in enumerate(photo.faces or ()):
        x, y, w, h = (round(side) for side in face.box)
        require(
            bool(changed[max(y, 0) : y + h, max(x, 0) : x + w].any()),
            f"{defense.spec} leaves face {number} of {len(photo.faces or ())} as it was",
        )


def whole_space_runs(defense: Defense) -> None:
    """Both ends, the middle and each choice run, on the region and on the whole photo."""
    small = Photo(one_face().pixels[40:60, 30:54].copy(), "small", faces=(Face((2, 1, 20, 19)),))
    for variant in variants(defense):
        for region in {defense.region, "image"} & {*defense.regions}:
            for photo in (one_face(), small):
                result = replace(variant, region=region)(photo)
                require(
                    result.outcome in ("defended", "unchanged"),
                    f"{variant.spec} with region={region} said '{result.outcome}'",
                )


def stronger_changes_more(defense: Defense) -> None:
    """The strong end is not nearer to the original than the weak end."""
    photos = [*made_up_people(3, photos=1, first=50), one_face()]
    weak, strong = (
        float(np.mean([_change(photo.pixels, end(photo).photo.pixels) for photo in photos]))
        for end in (defense.at(0), defense.at(1))
    )
    require(
        strong >= weak,
        f"{defense.at(1).spec} changes a photo by {strong:.3f} grey levels, "
        f"{defense.at(0).spec} by {weak:.3f}; are the ends of the space swapped?",
    )


CHECKS: tuple[Check, ...] = (
    registered_by_its_name,
    waives_only_checks,
    built_from_its_text,
    keeps_shape_and_dtype,
    leaves_its_input_alone,
    rejects_other_pixels,
    same_seed_same_photo,
    seed_matters_as_declared,
    blind_to_identity,
    blind_to_the_key,
    size_of_seed_does_not_matter,
    says_when_it_is_ready,
    declares_the_landmarks_it_reads,
    batch_equals_one_by_one,
    survives_a_new_process,
    changes_nothing_outside,
    reports_no_face,
    changes_the_photo,
    defends_every_face,
    whole_space_runs,
    stronger_changes_more,
)


NEVER_WAIVED: tuple[Check, ...] = (
    blind_to_identity,
    blind_to_the_key,
    size_of_seed_does_not_matter,
)


def variants(defense: Defense) -> Iterator[Defense]:
    """Yield the defense itself, its weak end, middle and strong end, and each of its choices."""
    yield defense
    if defense.space:
        yield from (defense.at(share) for share in (0, 0.5, 1))
    for name, tunable in defense.space.items():
        if isinstance(tunable, Choice):
            for option in tunable.options:
                setting: dict[str, Any] = {name: option}
                yield replace(defense, **setting)


def _fine(complaint: str) -> None:
    require(not complaint, complaint)


def _change(before: Pixels, after: Pixels) -> float:
    return float(np.abs(before.astype(np.int16) - after).mean())
