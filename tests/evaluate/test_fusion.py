"""Several heads as one, and a metric learned on other people."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from unmask.evaluate.attackers.base import Matrix
from unmask.evaluate.attackers.fusion import Belief, fuse, nearest_belief
from unmask.evaluate.attackers.heads import Head, Indices, judged
from unmask.evaluate.attackers.within import Within, joined, unit
from unmask.evaluate.comparison.measure import measure
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.data.scene import Scene

PEOPLE, PHOTOS, COPIES = 12, 4, 3
KNOWN = np.tile(np.repeat(np.arange(PEOPLE), PHOTOS), COPIES)
SOURCES = np.tile(np.arange(PEOPLE * PHOTOS), COPIES)
ASKED = np.repeat(np.arange(PEOPLE), 20)


def head(seed: int, signal: float, certainty: float = 1.0, only: Indices | None = None) -> Belief:
    """Return a classifier of some worth; copies of a photo are told alike."""
    rng = np.random.default_rng(seed)
    photos = rng.normal(size=(PEOPLE * PHOTOS, PEOPLE))
    known, asked = photos[SOURCES], rng.normal(size=(len(ASKED), PEOPLE))
    for noise, people in ((known, KNOWN), (asked, ASKED)):
        seen = np.ones(len(people), bool) if only is None else np.isin(people, only)
        noise[np.flatnonzero(seen), people[seen]] += signal
    return Belief(certainty * known, certainty * asked)


def rank1(scores: Matrix) -> float:
    return float((scores.argmax(1) == ASKED).mean())


def test_weak_heads_take_nothing_from_a_strong_one() -> None:
    strong = head(0, 4.0)
    loud = [head(seed, 0.3, certainty=20.0) for seed in range(1, 7)]
    alone, plain = rank1(strong.scores), rank1(np.mean([b.scores for b in (strong, *loud)], 0))
    assert plain < alone - 0.3
    assert rank1(fuse([strong, *loud], KNOWN, SOURCES).scores) >= alone - 0.02


def test_heads_that_know_different_people_add_up() -> None:
    first, second = np.arange(PEOPLE // 2), np.arange(PEOPLE // 2, PEOPLE)
    both = [head(1, 4.0, only=first), head(2, 4.0, 30.0, only=second)]
    fused = fuse(both, KNOWN, SOURCES)
    assert rank1(fused.scores) > max(rank1(one.scores) for one in both) + 0.2
    assert np.allclose(np.exp(fused.scores).sum(1), 1)


def test_no_head_is_better_than_chance_together() -> None:
    fused = fuse([head(seed, 0.0, 5.0) for seed in range(5)], KNOWN, SOURCES)
    assert rank1(fused.scores) < 2.5 / PEOPLE


def test_heads_that_know_nothing_stay_even() -> None:
    flat = Belief(np.zeros((len(KNOWN), PEOPLE)), np.zeros((7, PEOPLE)))
    fused = fuse([flat, flat, flat], KNOWN, SOURCES)
    assert np.ptp(fused.scores) == 0


def test_with_one_photo_each_all_count_alike() -> None:
    people = np.arange(PEOPLE)
    assert not judged(people, people).any()
    two = [Belief(np.full((PEOPLE, PEOPLE), np.nan), head(s, 2.0).scores) for s in (1, 2)]
    fused = fuse(two, people, people).scores
    logs = [b.scores - np.log(np.exp(b.scores).sum(1, keepdims=True)) for b in two]
    assert np.allclose(fused, np.mean(logs, 0))


def test_a_copy_never_vouches_for_its_photo() -> None:
    """Photos that are like nothing but their copies must be at chance when held out."""
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(PEOPLE * PHOTOS, 40))[SOURCES]
    likeness = vectors @ vectors.T
    found = nearest_belief(likeness, likeness, KNOWN, SOURCES)
    assert (found.scores.argmax(1) == KNOWN).all()
    assert (found.held_out.argmax(1) == KNOWN).mean() < 0.3
    assert (Head().fit(vectors, KNOWN, SOURCES).held_out.argmax(1) == KNOWN).mean() < 0.3


def test_a_held_out_person_whom_nobody_knows_is_not_judged() -> None:
    people, photos = np.array([0, 0, 1, 1, 2]), np.arange(5)
    assert judged(people, photos).tolist() == [True] * 4 + [False]
    rng = np.random.default_rng(4)
    vectors = 5 * rng.normal(size=(3, 8))[people] + rng.normal(size=(5, 8))
    made = Head().fit(vectors, people, photos)
    assert made.held_out.shape == (5, 3)
    assert (made.held_out[:4].argmax(1) == people[:4]).all()
    likeness = unit(vectors) @ unit(vectors).T
    found = fuse([Belief(made.held_out, made.scores(vectors)),
                  nearest_belief(likeness, likeness, people, photos)], people, photos)  # fmt: skip
    assert (found.scores.argmax(1) == people).all()


def strangers_and_known(noise: float) -> tuple[np.ndarray, ...]:
    """Return vectors in which a few directions differ from photo to photo of one person."""
    rng = np.random.default_rng(5)
    loud = rng.normal(size=(4, 30))
    people = np.repeat(np.arange(20), 4)

    def photos(who: Indices, faces: np.ndarray) -> np.ndarray:
        moods = noise * rng.normal(size=(len(who), 4)) @ loud
        return np.asarray(faces[who] + moods + 0.3 * rng.normal(size=(len(who), 30)))

    strangers, faces = rng.normal(size=(20, 30)), rng.normal(size=(PEOPLE, 30))
    return photos(people, strangers), people, photos(KNOWN[:48], faces), photos(ASKED, faces)


def test_others_teach_what_differs_between_photos_of_one_person() -> None:
    strangers, who, known, asked = strangers_and_known(noise=2.0)
    plain = nearest_belief(unit(known) @ unit(known).T, unit(asked) @ unit(known).T,
                           KNOWN[:48], SOURCES[:48])  # fmt: skip
    metric = Within().fit(strangers, who)
    learned = metric.belief(known, asked, KNOWN[:48], SOURCES[:48])
    assert rank1(plain.scores) < 0.6
    assert rank1(learned.scores) > 0.95
    assert (learned.held_out.argmax(1) == KNOWN[:48]).mean() > 0.9
    single = np.concatenate([strangers, np.random.default_rng(6).normal(size=(9, 30))])
    more = Within().fit(single, np.concatenate([who, 100 + np.arange(9)]))
    assert rank1(more.belief(known, asked, KNOWN[:48], SOURCES[:48]).scores) > 0.95


def test_too_few_others_are_said(scene: Scene) -> None:
    with pytest.raises(ValueError, match="3 background people with two or more photos, got 2"):
        Within().fit(np.zeros((5, 4)), np.array([0, 0, 1, 1, 2]))
    names = sorted({photo.identity for photo in scene.background})[:2]
    few = replace(scene, background=tuple(p for p in scene.background if p.identity in names))
    found = measure("none", few, Plan(("retrained:parts=others,draws=1",), ()), judged=False)
    (attack,) = found.attacks
    assert (attack.name, attack.status) == ("retrained/others", "unavailable")
    assert attack.reason == "needs 3 background people with two or more photos, got 2"


def test_vectors_of_several_models_count_alike() -> None:
    both = joined([np.full((2, 3), 100.0), np.eye(2)])
    assert both.shape == (2, 5)
    assert np.allclose((both**2).sum(1), 2)
