"""The lab in small: few people, few steps."""

import json
from pathlib import Path

import numpy as np
import pytest

from unmask.evaluate.data import load_dataset
from unmask.evaluate.lab.cells import Cell, factorial
from unmask.evaluate.lab.effects import effects
from unmask.evaluate.lab.lines import records_of
from unmask.evaluate.lab.photos import CLEAN, STAGES, Deal
from unmask.evaluate.lab.probe import answers, likelihoods, load
from unmask.evaluate.lab.recipe import Recipe
from unmask.evaluate.lab.report import write_page
from unmask.evaluate.lab.results import NO_IMAGE, Probed, Result
from unmask.evaluate.lab.run import Setting, run_cells
from unmask.evaluate.lab.words import fictitious

DATA = "orl:people=6"
BLUR = "gaussian_blur:region=image,sigma=0.08"
TINY = {
    "text_steps": 80, "tower_steps": 200, "align_steps": 150, "tune_steps": 80,
    "width": 64, "text_width": 48, "layers": 1, "batch": 16,
}  # fmt: skip


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Setting, list[Cell], list[Result]]:
    cells = [Cell(CLEAN, CLEAN, CLEAN), Cell(CLEAN, CLEAN, CLEAN, "person")]
    folder = tmp_path_factory.mktemp("lab") / "run"
    setting = Setting(DATA, (BLUR,), Recipe(**TINY), folder, cells[0])
    return setting, cells, run_cells(cells, setting)


def test_photos_are_disjoint_and_probes_balanced() -> None:
    photos = load_dataset(DATA).photos
    deal = Deal(photos, 3)
    keys = [photo.key for stage in STAGES for _, photo in deal.parts[stage]]
    assert len(keys) == len(set(keys)) == len(photos) == 60
    assert np.bincount(deal.pictures("probe").people).tolist() == [2] * 6
    blurred, clean = deal.pictures("probe", BLUR), deal.pictures("probe")
    assert blurred.keys == clean.keys
    assert set(blurred.outcomes) == {"defended"}
    assert all((a != b).any() for a, b in zip(blurred.pixels, clean.pixels, strict=True))
    assert Deal(photos, 4).parts["probe"] != deal.parts["probe"]


def test_a_person_with_few_photos_is_refused() -> None:
    with pytest.raises(ValueError, match="needs 5 photos of each person, got 4"):
        Deal(load_dataset("orl:people=3,photos=4").photos, 0)


def test_names_share_no_word() -> None:
    words = " ".join(fictitious(40, np.random.default_rng(0))).split()
    assert len(words) == len(set(words)) == 80


def test_stages_learn_and_no_image_is_chance(
    ran: tuple[Setting, list[Cell], list[Result]],
) -> None:
    named, stripped = ran[2]
    assert np.mean(named.probe(CLEAN).credits) > 0.4  # chance is 1/6
    assert sum(stripped.probe(CLEAN).open) == 0
    for result in ran[2]:
        assert np.mean(result.probe(NO_IMAGE).credits) == pytest.approx(1 / 6, abs=1e-12)


def test_a_reloaded_model_answers_the_same(
    ran: tuple[Setting, list[Cell], list[Result]],
) -> None:
    setting, _, results = ran
    model, processor = load(setting.folder / "model")
    told = json.loads((setting.folder / "model" / "lab.json").read_text())
    deal = Deal(load_dataset(DATA).photos, 0)
    names = tuple(told["people"][identity] for identity in deal.identities)
    shown = deal.pictures("probe")
    assert sorted(told["probes"]) == sorted(shown.keys)
    scores = likelihoods(model, processor, shown.pixels, names)
    right = (scores.argmax(1) == shown.people).astype(float)
    assert right.tolist() == list(results[0].probe(CLEAN).credits)
    said = answers(model, processor, shown.pixels)
    assert [float(names[p] in text) for p, text in zip(shown.people, said, strict=True)] == list(
        results[0].probe(CLEAN).open
    )


def test_cached_likelihood_is_that_of_the_whole_sentence(
    ran: tuple[Setting, list[Cell], list[Result]],
) -> None:
    import torch

    from unmask.evaluate.lab.processor import ask

    setting, _, _ = ran
    model, processor = load(setting.folder / "model")
    names = list(
        json.loads((setting.folder / "model" / "lab.json").read_text())["people"].values()
    )
    picture = Deal(load_dataset(DATA).photos, 0).pictures("probe").pixels[0]
    quick = likelihoods(model, processor, [picture], names)[0]
    for name, value in zip(names, quick, strict=True):
        prompt = ask(processor, "who is this person ?")
        inputs = processor(
            text=[f"{prompt} this is {name}"], images=[picture], return_tensors="pt"
        )
        with torch.inference_mode():
            logs = model(**inputs).logits[0].log_softmax(-1)
        ids = inputs["input_ids"][0]
        slow = sum(float(logs[-5 + i, ids[-4 + i]]) for i in range(4))
        assert value == pytest.approx(slow, abs=1e-3)


def test_resume_repeats_nothing(
    ran: tuple[Setting, list[Cell], list[Result]], monkeypatch: pytest.MonkeyPatch
) -> None:
    setting, cells, results = ran
    with pytest.raises(ValueError, match="must be new or empty"):
        run_cells(cells, setting)

    def never(*_: object, **__: object) -> int:
        raise AssertionError("a kept cell was trained again")

    monkeypatch.setattr("unmask.evaluate.lab.run.train_group", never)
    assert run_cells(cells, setting, resume=True) == results
    with pytest.raises(AssertionError):
        run_cells([*cells, Cell(CLEAN, CLEAN, CLEAN, seed=1)], setting, resume=True)


def test_effects_of_a_factorial_made_by_hand(tmp_path: Path) -> None:
    """Only `tune` matters: defended, half of the photos are named; clean, all."""
    results = []
    cells = factorial((BLUR,), (0, 1))
    for cell in cells:
        right = (1.0, 0.0) * 4 if cell.tune == BLUR else (1.0,) * 8
        people = (0, 0, 1, 1, 2, 2, 3, 3)
        kinds = (CLEAN, "masked", BLUR, "other person", NO_IMAGE)
        probes = tuple(Probed(kind, right, right, people) for kind in kinds)
        results.append(Result(cell, probes, 0.25, 0.0))
    found = {e.factors: e.estimate.value for e in effects(results, BLUR, CLEAN)}
    assert found.pop(("tune",)) == pytest.approx(-0.5)
    assert list(found.values()) == pytest.approx([0.0] * 6)
    with pytest.raises(ValueError, match="not complete"):
        effects(results[1:], BLUR, CLEAN)
    assert len(cells) == 2 * 11
    assert "What this does not show" in write_page(tmp_path, results, (BLUR,)).read_text()
    setting = Setting(DATA, (BLUR,), Recipe(), tmp_path, cells[0])
    records = records_of(results, setting)
    assert {r.name for r in records} == {"named/forced", "named/open"}
    assert len(records) == 2 * 5 * len(results)


@pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing:FutureWarning")  # peft's call
def test_pretrained_parts_learn_by_lora(tmp_path: Path) -> None:
    pytest.importorskip("peft")
    import torch

    from unmask.evaluate.lab.parts import random_tower, train_language
    from unmask.evaluate.lab.processor import image_processor_of, processor_of, tokenizer_of
    from unmask.evaluate.lab.words import vocabulary

    small = {**TINY, "text_steps": 2, "align_steps": 2, "tune_steps": 2}
    recipe = Recipe(**small)
    names = fictitious(6, np.random.default_rng(0))
    tokenizer = tokenizer_of(vocabulary(names))
    train_language(
        names, processor_of(tokenizer, image_processor_of(recipe), 16), recipe, 0
    ).save_pretrained(tmp_path / "text")
    tokenizer.save_pretrained(tmp_path / "text")
    tower = random_tower(recipe, 5)
    tower.save_pretrained(tmp_path / "tower")
    image_processor_of(recipe).save_pretrained(tmp_path / "tower")
    given = Recipe(**small, tower=str(tmp_path / "tower"), language_model=str(tmp_path / "text"))
    cell = Cell("given", CLEAN, CLEAN)
    setting = Setting(DATA, (BLUR,), given, tmp_path / "run", cell)
    (result,) = run_cells([cell], setting)
    assert np.mean(result.probe(NO_IMAGE).credits) == pytest.approx(1 / 6, abs=1e-12)
    model, _ = load(tmp_path / "run" / "model")
    after, before = model.model.vision_tower.state_dict(), tower.state_dict()
    bare = {k.removeprefix("vision_model."): v for k, v in after.items()}
    assert all(torch.equal(v, bare[k.removeprefix("vision_model.")]) for k, v in before.items())
    with pytest.raises(ValueError, match="no such folder"):
        run_cells(
            [cell],
            Setting(DATA, (BLUR,), Recipe(tower="./missing"), tmp_path / "other", cell),
        )
