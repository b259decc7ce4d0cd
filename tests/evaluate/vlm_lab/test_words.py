"""Names of everyday words: what stages 1 and 2 may show, and what figures make of it."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from unmask.evaluate.cli.lab_said import print_lab
from unmask.evaluate.data import load_dataset
from unmask.evaluate.lab.cells import DRAWN, SHUFFLED, UNNAMED, Cell, unnamed
from unmask.evaluate.lab.leaks import leak_table, leak_verdict, leaks
from unmask.evaluate.lab.lines import records_of
from unmask.evaluate.lab.photos import CLEAN, Deal
from unmask.evaluate.lab.processor import image_processor_of, processor_of, tokenizer_of
from unmask.evaluate.lab.recipe import WORDS, Recipe, recipe_of
from unmask.evaluate.lab.report import write_page
from unmask.evaluate.lab.results import (
    ASKED_WHAT,
    LESS,
    MASKED,
    NO_IMAGE,
    OTHER,
    Probed,
    Result,
    judged,
    kept,
)
from unmask.evaluate.lab.run import Setting, run_cells
from unmask.evaluate.lab.scenes import GROUND, SCENES, SKY, drawings, everyday, scene
from unmask.evaluate.lab.unnamed import unnamed_batches
from unmask.evaluate.lab.words import NOBODY, vocabulary

DATA = "orl:people=6"
BLUR = "gaussian_blur:region=image,sigma=0.08"
SHORT = {"text_steps": 2, "tower_steps": 3, "align_steps": 2, "tune_steps": 2, "width": 32,
         "text_width": 32, "layers": 1, "batch": 12}  # fmt: skip


@pytest.mark.parametrize("people", [2, 20, 40])
def test_names_share_words_but_leave_each_word_to_other_scenes(people: int) -> None:
    names = everyday(people, np.random.default_rng(people))
    assert len(set(names)) == people
    assert set(names) <= set(SCENES)
    left = " ".join(set(SCENES) - set(names)).split()
    assert set(left) == {*SKY, *GROUND}
    with pytest.raises(ValueError, match="for 40 people, got 41"):
        everyday(41, np.random.default_rng(0))


def test_a_scene_shows_its_words() -> None:
    """The hue of the sky is above, that of the ground below; two drawings differ."""
    rng = np.random.default_rng(0)
    made = scene("scarlet snow", rng, 64).astype(float)
    assert made.shape == (64, 64, 3)
    assert made[:20, :, 0].mean() > 2 * made[:20, :, 1].mean()
    assert made[-20:].mean() > 190
    assert (scene("scarlet snow", rng, 64) != made).any()


def test_no_caption_and_no_drawing_is_a_name() -> None:
    """A name in a caption, or a drawing of it, would make the leak a matter of course."""
    import torch

    recipe = recipe_of(WORDS)
    deal = Deal(load_dataset(DATA).photos, 0)
    names = everyday(6, np.random.default_rng(0))
    images = image_processor_of(recipe)
    processor = processor_of(tokenizer_of(vocabulary([*names, *SCENES])), images, recipe.patch)
    drawn = drawings(images, recipe.size, 0)
    for stage, photos in product(("align", "tune"), (False, True)):
        shown = deal.pictures(stage) if photos else None
        batches = unnamed_batches(stage, drawn, shown, names, processor, recipe)
        rng, generator = np.random.default_rng(0), torch.Generator().manual_seed(0)
        told = []
        for _ in range(12):
            pixels, samples = batches(rng, generator)
            assert len(pixels) == len(samples) == recipe.batch
            told += samples
        said = [f" {sample.question} {sample.answer} " for sample in told]
        assert not [text for text in said for name in names if f" {name} " in text]
        assert any(NOBODY in text for text in said) == photos
    free = drawn.without(names)
    assert not set(free.places) & set(names)
    used = np.concatenate(list(free.places.values()))
    assert not set(used) & {row for name in names for row in drawn.places[name]}


def test_the_cells_run_and_controls_are_chance(tmp_path: Path) -> None:
    cells = [Cell(CLEAN, DRAWN, CLEAN, "unnamed"), Cell(SHUFFLED, DRAWN, DRAWN, "unnamed")]
    setting = Setting(DATA, (), recipe_of(WORDS, **SHORT), tmp_path / "run", cells[0])
    results = run_cells(cells, setting)
    assert [kept(setting.path(cell)) for cell in cells] == results
    for result in results:
        kinds = {probe.kind for probe in result.probes}
        assert kinds == {CLEAN, LESS, ASKED_WHAT, MASKED, OTHER, NO_IMAGE}
        assert np.mean(result.probe(NO_IMAGE).credits) == pytest.approx(1 / 6, abs=1e-12)
    assert {record.group.split(",")[0] for record in records_of(results, setting)} == {
        cell.label for cell in cells
    }


def test_words_train_their_own_parts() -> None:
    with pytest.raises(ValueError, match="trains its own parts"):
        Recipe(design=WORDS, tower="openai/clip-vit-base-patch32")
    with pytest.raises(ValueError, match="must be names or words, got 'word'"):
        recipe_of("word")


def test_what_all_photos_get_hides_no_leak() -> None:
    """A model that learned to say one name to every photo still tells people apart."""
    people = [0, 0, 1, 1, 2, 2]
    scores = np.eye(3)[people] + np.array([5.0, 0.0, 0.0])
    names = ("violet brick", "rose sea", "jade sand")
    plain = judged(CLEAN, scores, people, [], names)
    less = judged(LESS, scores - scores.mean(0), people, [], names)
    assert np.mean(plain.credits) == pytest.approx(1 / 3)
    assert np.mean(less.credits) == 1.0


def made(right: float, control: float, *, seeds: tuple[int, ...] = (0, 1, 2)) -> list[Result]:
    """Return results in which so large a share of 40 photos is named."""
    people = tuple(p for p in range(20) for _ in range(2))
    results = []
    for cell in unnamed(seeds):
        share = right if cell.tower == CLEAN else control
        credits = tuple(float(i < share * 40) for i in np.random.default_rng(1).permutation(40))
        probes = [Probed(kind, credits, (), people) for kind in (CLEAN, LESS, ASKED_WHAT, BLUR)]
        chance = tuple(1 / 20 for _ in people)
        probes += [Probed(kind, chance, (), people) for kind in (MASKED, OTHER, NO_IMAGE)]
        results.append(Result(cell, tuple(probes), 1 / 20, 1.0))
    return results


def test_the_first_sentence_says_whether_names_leak(tmp_path: Path) -> None:
    leaking = made(0.5, 0.05)
    first, *others = leak_verdict(leaking, (BLUR,))
    assert first.startswith(
        "Names leak although nobody was named after the tower's training: where "
    )
    assert "0.500" in first
    assert "0.050 (" in first
    assert "in every seed of 3" in others[0]
    assert any(sentence.startswith(f"{BLUR}: ") for sentence in others)
    assert len(leak_table(leaking)) == 1 + 9
    page = write_page(tmp_path, leaking, (BLUR,)).read_text()
    assert "Names leak although" in page
    assert "No model was trained" not in page


def test_the_terminal_begins_with_the_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    print_lab(made(0.5, 0.05), (BLUR,), tmp_path / "report.html", 1.0)
    told = capsys.readouterr().out
    assert told.startswith("Names leak although nobody was named")
    assert "photos in 1 / 2" in told


def test_no_leak_is_claimed_without_a_difference_in_every_seed() -> None:
    assert not any(leak.shown for leak in leaks(made(0.05, 0.05)))
    assert leak_verdict(made(0.05, 0.05), ())[0].startswith("No name is shown to leak")
    mixed = [*made(0.8, 0.05, seeds=(0, 1)), *made(0.05, 0.05, seeds=(2,))]
    assert all(leak.more.low > 0 and not leak.shown for leak in leaks(mixed))
    assert leak_verdict(mixed, ())[0].startswith("No name is shown to leak")


def test_a_control_about_other_photos_is_refused() -> None:
    results = made(0.5, 0.05, seeds=(0,))
    spoiled = [
        replace(r, probes=tuple(replace(p, people=p.people[::-1]) for p in r.probes))
        if r.cell.tower == SHUFFLED else r
        for r in results
    ]  # fmt: skip
    with pytest.raises(ValueError, match="different photos"):
        leaks(spoiled)


def test_cells_of_a_seed() -> None:
    cells = unnamed((4,))
    assert len(cells) == 7
    assert {cell.captions for cell in cells} == {UNNAMED}
    assert len({cell.group for cell in cells}) == 3
    with pytest.raises(ValueError, match="at least one seed"):
        unnamed(())
