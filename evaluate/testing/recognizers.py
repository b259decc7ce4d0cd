"""The contract of a recognizer."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import numpy as np

from unmask.defenses import Photo
from unmask.defenses.testing import require

from ..comparison.plan import RECOGNIZERS
from ..recognizers.base import Embeddings, Recognizer
from .running import Check, alike, registered, rests_on
from .subjects import faces, flat, portrait, portrait_face

_TAIL = b"\xc0\x3e\x01"  # a field that nobody knows: readers of ONNX and of most files pass it by
_AUC = 0.75


def registered_by_a_name(recognizer: Recognizer) -> None:
    """Its class is that of an entry point."""
    registered(RECOGNIZERS, recognizer)


def has_label_and_fingerprint(recognizer: Recognizer) -> None:
    """Both are texts; the label has no space, for lists of labels are split there."""
    label, mark = recognizer.label, recognizer.fingerprint
    require(
        isinstance(label, str) and bool(label) and not any(sign.isspace() for sign in label),
        f"label must be a text without spaces, got {label!r}",
    )
    require(isinstance(mark, str) and bool(mark), f"fingerprint must be a text, got {mark!r}")


def chips_of_one_size(recognizer: Recognizer) -> None:
    """Chips are uint8 RGB of one size, also of a photo without a face or landmarks."""
    bare = (replace(portrait_face(), five=None, points=None),)
    shown = [*faces()[:2], portrait(), replace(portrait(), faces=()),
             replace(portrait(), faces=bare), Photo(flat(), faces=())]  # fmt: skip
    chips = [recognizer.chip(photo) for photo in shown]
    for chip in chips:
        require(
            chip.dtype == np.uint8 and chip.ndim == 3 and chip.shape == chips[0].shape
            and chip.shape[2] == 3,
            f"chips of {recognizer.label} must be uint8 (H, W, 3) of one size, got {chip.dtype} "
            f"{chip.shape} beside {chips[0].shape}",
        )  # fmt: skip


def one_vector_a_photo(recognizer: Recognizer) -> None:
    """Vectors are `(N, D)` float32 and finite, also of a grey picture."""
    chips = [recognizer.chip(photo) for photo in (*faces()[:2], Photo(flat(), faces=()))]
    found = recognizer.forward(chips)
    require(
        found.ndim == 2 and len(found) == len(chips) and found.dtype == np.float32,
        f"{recognizer.label}.forward must give float32 ({len(chips)}, D), got {found.dtype} "
        f"{found.shape}",
    )
    require(
        bool(np.isfinite(found).all()), f"{recognizer.label} gives vectors that are not finite"
    )


def same_vectors_again(recognizer: Recognizer) -> None:
    """The same chips have the same vectors."""
    chips = [recognizer.chip(photo) for photo in faces()[:3]]
    first, second = recognizer.forward(chips), recognizer.forward(chips)
    require(
        np.array_equal(first, second), f"{recognizer.label} gives other vectors when asked again"
    )


def a_photo_alone_as_among_others(recognizer: Recognizer) -> None:
    """The vector of a chip does not depend on its neighbours."""
    chips = [recognizer.chip(photo) for photo in faces()[:5]]
    together = recognizer.forward(chips)
    alone = np.concatenate([recognizer.forward([chip]) for chip in chips])
    turned = recognizer.forward(chips[::-1])[::-1]
    for how, other in (("alone", alone), ("in another order", turned)):
        require(
            alike(together, other),
            f"{recognizer.label} gives a photo another vector {how} than among others",
        )


def leaves_photos_alone(recognizer: Recognizer) -> None:
    """The pixels that it is shown are as before."""
    photo = replace(portrait(), pixels=portrait().pixels.copy())
    chip = recognizer.chip(photo)
    kept = chip.copy()
    recognizer.forward([chip])
    require(
        np.array_equal(photo.pixels, portrait().pixels) and np.array_equal(chip, kept),
        f"{recognizer.label} writes to its photos",
    )


def similarity_of_all_pairs(recognizer: Recognizer) -> None:
    """Similarities are `(len(a), len(b))` and finite, and nothing is more alike than itself."""
    a = _vectors(recognizer)
    found = np.asarray(recognizer.similarity(a, a[:5]))
    require(
        found.shape == (len(a), 5) and bool(np.isfinite(found).all()),
        f"{recognizer.label}.similarity must give finite ({len(a)}, 5), got {found.shape}",
    )
    own, best = np.diag(found[:5]), found.max(0)
    require(
        bool((own >= best - 1e-4 * np.abs(best).max()).all()),
        f"{recognizer.label} finds another photo more alike to a photo than itself; must the "
        "sign of the similarity be turned?",
    )


def one_person_is_more_alike(recognizer: Recognizer) -> None:
    """Photos of one person are more alike than those of two."""
    vectors = _vectors(recognizer)
    people = np.array([photo.identity for photo in faces()])
    found = np.asarray(recognizer.similarity(vectors, vectors), np.float64)
    pairs = np.triu_indices(len(people), 1)
    same, scores = (people[:, None] == people)[pairs], found[pairs]
    above = scores[same][:, None] - scores[~same]
    auc = float(((above > 0) + 0.5 * (above == 0)).mean())
    require(
        auc >= _AUC,
        f"{recognizer.label} finds photos of one person more alike than those of two in "
        f"{auc:.0%} of cases, on clean faces of four people; at least {_AUC:.0%} are needed",
    )


def fingerprint_tells_files(recognizer: Recognizer) -> None:
    """Where a parameter names a file, another content has another fingerprint."""
    names = [f.name for f in fields(recognizer)] if is_dataclass(recognizer) else []
    for name in names:
        path = Path(str(getattr(recognizer, name))).expanduser()
        if not path.is_file():
            continue
        with tempfile.TemporaryDirectory() as folder:
            other = Path(folder) / path.name
            shutil.copyfile(path, other)
            with other.open("ab") as stream:
                stream.write(_TAIL)
            try:
                changed = type(recognizer)(**{**_settings(recognizer), name: str(other)})
                mark = changed.fingerprint
            except Exception:
                continue  # it does not take such a file at all
        require(
            mark != recognizer.fingerprint,
            f"{recognizer.label} has one fingerprint for two contents of {path.name}: vectors "
            "that are kept would stand for another model; hash the file",
        )


recognizer_checks: tuple[Check, ...] = (
    registered_by_a_name,
    has_label_and_fingerprint,
    chips_of_one_size,
    one_vector_a_photo,
    rests_on(same_vectors_again),
    rests_on(a_photo_alone_as_among_others),
    leaves_photos_alone,
    similarity_of_all_pairs,
    one_person_is_more_alike,
    rests_on(fingerprint_tells_files),
)


def _vectors(recognizer: Recognizer) -> Embeddings:
    return recognizer.forward([recognizer.chip(photo) for photo in faces()])


def _settings(recognizer: Recognizer) -> dict[str, object]:
    return {f.name: getattr(recognizer, f.name) for f in fields(recognizer) if f.init}
