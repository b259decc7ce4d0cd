"""The contract catches defenses that break it: each one here is wrong in one way."""

from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np
import pytest

from unmask.defenses import Defended, Defense, Photo, Range, testing
from unmask.defenses.photo import Pixels
from unmask.defenses.pixelate import Pixelate
from unmask.defenses.testing import CHECKS, Check, ContractError, run


@dataclass(frozen=True)
class Global(Pixelate):
    """Draws from a generator of its own."""

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        return np.random.default_rng().integers(0, 256, photo.pixels.shape, np.uint8)


@dataclass(frozen=True)
class Fixed(Pixelate):
    """Says it is random and is not."""

    random: ClassVar = True


@dataclass(frozen=True)
class Secret(Pixelate):
    """Says it is not random and is."""

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        return rng.integers(0, 256, photo.pixels.shape, np.uint8)


@dataclass(frozen=True)
class Batch(Pixelate):
    """Gives all photos of a batch the seed of the first."""

    def apply_many(self, photos: list[Photo], rngs: list[np.random.Generator]) -> list[Pixels]:  # type: ignore[override]
        return [np.full_like(photo.pixels, len(photos)) for photo in photos]


@dataclass(frozen=True)
class Spill(Pixelate):
    """Changes the corner of the photo."""

    def many(self, photos: list[Photo], *, seed: int = 0) -> list[Defended]:  # type: ignore[override]
        results = super().many(photos, seed=seed)
        for result in results:
            result.photo.pixels[0, 0] ^= 255
        return results


@dataclass(frozen=True)
class First(Pixelate):
    """Defends the main face only."""

    def many(self, photos: list[Photo], *, seed: int = 0) -> list[Defended]:  # type: ignore[override]
        return super().many([replace(p, faces=p.faces and p.faces[:1]) for p in photos], seed=seed)


@dataclass(frozen=True)
class Swapped(Pixelate):
    """Has the ends of its space in the wrong order."""

    space: ClassVar = {"blocks": Range(2, 32, log=True, integer=True)}


@dataclass(frozen=True)
class Idle(Pixelate):
    """Does nothing at its weak end."""

    space: ClassVar = {"blocks": Range(256, 2, log=True, integer=True)}


@dataclass(frozen=True)
class Lenient(Pixelate):
    """Takes floats."""

    def many(self, photos: list[Photo], *, seed: int = 0) -> list[Defended]:  # type: ignore[override]
        photos = [photo.with_pixels(photo.pixels.astype(np.uint8)) for photo in photos]
        return super().many(photos, seed=seed)


@dataclass(frozen=True)
class Closed(Pixelate):
    """Cannot be pickled."""

    held: object = field(default_factory=lambda: lambda: 0, repr=False, compare=False)


@dataclass(frozen=True)
class Loud(Pixelate):
    """Says that it defended a photo without a face."""

    def many(self, photos: list[Photo], *, seed: int = 0) -> list[Defended]:  # type: ignore[override]
        return [replace(r, outcome="defended") for r in super().many(photos, seed=seed)]


@dataclass(frozen=True)
class Eager(Pixelate):
    """Learns from others and never says that it has."""

    needs_background: ClassVar = True


@dataclass(frozen=True)
class Hushed(Pixelate):
    """Draws random numbers and says that it does not at this setting."""

    random: ClassVar = True

    @property
    def draws(self) -> bool:
        return False

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        return rng.integers(0, 256, photo.pixels.shape, np.uint8)


@dataclass(frozen=True)
class Enrolled(Pixelate):
    """Hides only photos that are said to show somebody."""

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        return super().apply(photo, rng) if photo.identity else photo.pixels ^ 1


@dataclass(frozen=True)
class Sorted(Pixelate):
    """Does otherwise for two photos of one person."""

    def many(self, photos: list[Photo], *, seed: int = 0) -> list[Defended]:  # type: ignore[override]
        few = len({photo.identity for photo in photos}) < len(photos)
        return super(Pixelate, replace(self, blocks=2) if few else self).many(photos, seed=seed)


@dataclass(frozen=True)
class Listed(Pixelate):
    """Knows some photos by their names."""

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        return super().apply(photo, rng) if "/" in photo.key else photo.pixels ^ 1


@dataclass(frozen=True)
class Drawn(Pixelate):
    """Draws random numbers, and fewer where the key is that of an attacker's copy."""

    random: ClassVar = True

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        strength = 10 if "#" in photo.key else 60
        return np.clip(photo.pixels + rng.normal(0, strength, photo.pixels.shape), 0, 255).astype(
            np.uint8
        )


@dataclass(frozen=True)
class Cheat(Pixelate):
    """Draws next to nothing for small seeds, as those of the defender are."""

    random: ClassVar = True

    def many(self, photos: list[Photo], *, seed: int = 0) -> list[Defended]:  # type: ignore[override]
        rng = np.random.default_rng(seed)
        made = super().many(photos, seed=seed)
        strength = 1 if seed < 1000 else 60
        return [
            replace(one, photo=one.photo.with_pixels(
                np.where(one.mask[..., None] > 0,
                         np.clip(p.pixels + rng.normal(0, strength, p.pixels.shape), 0, 255),
                         p.pixels).astype(np.uint8)))
            for one, p in zip(made, photos, strict=True)
        ]  # fmt: skip


BROKEN = {
    Enrolled: testing.blind_to_identity,
    Sorted: testing.blind_to_identity,
    Listed: testing.blind_to_the_key,
    Drawn: testing.blind_to_the_key,
    Cheat: testing.size_of_seed_does_not_matter,
    Eager: testing.says_when_it_is_ready,
    Hushed: testing.seed_matters_as_declared,
    Global: testing.same_seed_same_photo,
    Fixed: testing.seed_matters_as_declared,
    Secret: testing.seed_matters_as_declared,
    Batch: testing.batch_equals_one_by_one,
    Spill: testing.changes_nothing_outside,
    First: testing.defends_every_face,
    Swapped: testing.stronger_changes_more,
    Idle: testing.changes_the_photo,
    Lenient: testing.rejects_other_pixels,
    Closed: testing.survives_a_new_process,
    Loud: testing.reports_no_face,
}


@pytest.mark.parametrize(
    ("broken", "check"),
    BROKEN.items(),
    ids=lambda thing: thing.__name__,
)
def test_a_broken_defense_is_caught(broken: type[Defense], check: Check) -> None:
    with pytest.raises(ContractError):
        run(check, broken())


def test_an_unregistered_defense_is_caught() -> None:
    with pytest.raises(ContractError, match="Idle must be registered as 'idle'"):
        run(testing.registered_by_its_name, Idle())


def test_an_error_of_the_defense_is_a_failure_that_names_it() -> None:
    @dataclass(frozen=True)
    class Crash(Pixelate):
        def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
            raise IndexError("no such block")

    message = "crash:blocks=8 stops 'keeps_shape_and_dtype' by IndexError: no such block"
    with pytest.raises(ContractError, match=message):
        run(testing.keeps_shape_and_dtype, Crash())


def test_a_waiver_needs_a_failing_check() -> None:
    @dataclass(frozen=True)
    class Excused(Idle):
        waived: ClassVar = {
            "changes_the_photo": "a face that is not wider has no blocks",
            "defends_every_face": "an old reason",
        }

    assert run(testing.changes_the_photo, Excused()) == "a face that is not wider has no blocks"
    with pytest.raises(ContractError, match="waives 'defends_every_face', but it passes"):
        run(testing.defends_every_face, Excused())
    assert run(testing.waives_only_checks, Excused()) == ""


def test_a_waiver_names_a_check_and_a_reason() -> None:
    @dataclass(frozen=True)
    class Misspelt(Pixelate):
        waived: ClassVar = {"changes_a_photo": "because"}

    @dataclass(frozen=True)
    class Mute(Pixelate):
        waived: ClassVar = {"changes_the_photo": " "}

    with pytest.raises(ContractError, match="waives 'changes_a_photo', which is no check"):
        run(testing.waives_only_checks, Misspelt())
    with pytest.raises(ContractError, match="without a reason"):
        run(testing.waives_only_checks, Mute())


def test_what_figures_rest_on_is_never_waived() -> None:
    @dataclass(frozen=True)
    class Open(Enrolled):
        waived: ClassVar = {"blind_to_identity": "we like it so"}

    with pytest.raises(ContractError, match="said to show somebody"):
        run(testing.blind_to_identity, Open())
    with pytest.raises(ContractError, match="which nobody may"):
        run(testing.waives_only_checks, Open())


def test_every_check_is_in_the_list_once_and_says_what_it_checks() -> None:
    assert len(set(CHECKS)) == len(CHECKS) >= 15
    assert all(check.__doc__ for check in CHECKS)


def test_made_up_people_differ_more_than_their_photos() -> None:
    photos = testing.made_up_people(4, photos=3)
    assert len({photo.identity for photo in photos}) == 4
    assert len({photo.key for photo in photos}) == 12
    pixels = np.stack([photo.pixels for photo in photos]).astype(float).reshape(4, 3, -1)
    within = pixels.std(1).mean()
    between = pixels.mean(1).std(0).mean()
    assert between > within
