"""Train and probe all cells, in one process or in several, going on where a run stopped."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from unmask.defenses.apply.pool import in_pool
from unmask.defenses.files.atomic import write_text
from unmask.threads import pin_threads

from ..data import load_dataset
from ..vlm.quiet import quiet
from .cells import DRAWN, GIVEN, RANDOM, SHUFFLED, UNNAMED, Cell
from .parts import random_tower, train_language, train_tower
from .photos import CLEAN, MASK, Deal, Pictures
from .pretrained import load_language, load_tower
from .probe import answers, likelihoods, load
from .processor import image_processor_of, processor_of, tokenizer_of
from .reading import train_reader
from .recipe import WORDS, Recipe, derived
from .results import ASKED_WHAT, LESS, MASKED, NO_IMAGE, OTHER, Result, judged, keep, kept
from .scenes import SCENES, Drawn, drawings, everyday
from .stages import Batches, assemble, captions, photo_batches, questions, train_together
from .unnamed import unnamed_batches
from .worded import train_worded_tower
from .words import WHAT, fictitious, vocabulary

MODEL = "model"
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Setting:
    """What all cells of a run share.

    Args:
        data: dataset spec.
        defenses: specs, each probed in every cell.
        recipe: sizes and steps.
        folder: run folder.
        saved: the cell whose model is saved in `folder/model`.
    """

    data: str
    defenses: tuple[str, ...]
    recipe: Recipe
    folder: Path
    saved: Cell

    def path(self, cell: Cell) -> Path:
        """Return where the result of a cell is kept."""
        return self.folder / "cells" / f"{cell.mark(self.data, self.defenses, self.recipe)}.json"


def run_cells(
    cells: Sequence[Cell], setting: Setting, *, workers: int = 1, resume: bool = False,
    progress: Progress | None = None,
) -> list[Result]:  # fmt: skip
    """Return the results of all cells, in their order; each is kept when it is done.

    Args:
        cells: models to train.
        setting: what they share.
        workers: processes of one thread each; the results do not depend on it.
        resume: take over what is kept in the folder; else a used folder is refused.
        progress: called with a label, cells done and cells in all.

    Raises:
        ValueError: bad data, a used folder, or training that broke.
        ChildProcessError: processes died at some cells, for example because memory was short.
    """
    setting.folder.mkdir(parents=True, exist_ok=True)
    if not resume and any(setting.folder.iterdir()):
        raise ValueError(
            f"the run folder must be new or empty, got {setting.folder}; --resume to go on?"
        )
    todo: dict[tuple[int, str, bool], list[Cell]] = {}
    for cell in cells:
        if not setting.path(cell).exists() or (cell == setting.saved and not _saved(setting)):
            todo.setdefault(cell.group, []).append(cell)
    left = sum(map(len, todo.values()))
    done = len(cells) - left
    groups = sorted(todo.values(), key=len, reverse=True)
    pin_threads()
    train = partial(train_group, setting=setting)
    with closing(
        in_pool(train, groups, lost=_lost, workers=min(workers, len(groups)), ahead=1)
    ) as counts:
        for count in counts:
            done += count
            if progress:
                progress("cells", done, len(cells))
    return [kept(setting.path(cell)) for cell in cells]


def _lost(cells: Sequence[Cell], why: str) -> int:
    raise ChildProcessError(
        f"{why}, twice, at the cell {cells[0].label}; finished cells are kept: go on with "
        "--resume, with fewer --workers if memory is short"
    )


def train_group(cells: Sequence[Cell], setting: Setting) -> int:
    """Train and probe cells that share their tower; return how many."""
    first = cells[0]
    seed, recipe = first.seed, setting.recipe
    began = time.process_time()
    deal = Deal(load_dataset(setting.data).photos, seed, cut=recipe.cut)
    make = everyday if recipe.design == WORDS else fictitious
    names = make(len(deal.identities), np.random.default_rng(derived(seed, "names")))
    parts = _parts(first, deal, names, recipe)
    aligned: dict[tuple[str, str], Any] = {}
    for cell in cells:
        key = (cell.align, cell.captions)
        if key not in aligned:
            aligned[key] = train_together(
                _assembled(parts, seed), _batches("align", cell, deal, names, parts, recipe),
                parts.processor, recipe, steps=recipe.align_steps, rate=2e-3,
                seed=derived(seed, "align"), projector_alone=cell.captions == UNNAMED,
            )  # fmt: skip
        model = train_together(
            copy.deepcopy(aligned[key]), _batches("tune", cell, deal, names, parts, recipe),
            parts.processor, recipe, steps=recipe.tune_steps, rate=5e-4,
            seed=derived(seed, "tune"),
        )  # fmt: skip
        if cell == setting.saved:
            _save(model, parts.processor, deal, names, setting)
        result = probe_cell(cell, model, parts.processor, deal, names, setting.defenses, began)
        keep(setting.path(cell), result)
        began = time.process_time()
    return len(cells)


def _batches(
    stage: str, cell: Cell, deal: Deal, names: tuple[str, ...], parts: Parts, recipe: Recipe
) -> Batches:
    """Return what a stage of a cell learns from."""
    photos = cell.align if stage == "align" else cell.tune
    if parts.drawn is not None:
        shown = None if photos == DRAWN else deal.pictures(stage, photos)
        return unnamed_batches(stage, parts.drawn, shown, names, parts.processor, recipe)
    sampler = (captions if stage == "align" else questions)(cell.captions != "person")
    return photo_batches(
        _shown(deal, cell, stage, photos), names, sampler, parts.processor, recipe
    )


def probe_cell(
    cell: Cell, model: Any, processor: Any, deal: Deal, names: tuple[str, ...],
    defenses: Sequence[str], began: float,
) -> Result:  # fmt: skip
    """Ask one model about every kind of probe."""
    probes = []
    for kind, defense in [(CLEAN, CLEAN), (MASKED, MASK), *((d, d) for d in defenses)]:
        shown = deal.pictures("probe", defense)
        people = [int(p) for p in shown.people]
        scores = likelihoods(model, processor, shown.pixels, names)
        said = answers(model, processor, shown.pixels)
        without = sum(o == "no_face" for o in shown.outcomes)
        probes.append(judged(kind, scores, people, said, names, without))
        if kind == CLEAN:  # the next person's name for this person's photo
            moved = [(p + 1) % len(names) for p in people]
            probes.append(judged(OTHER, scores, moved, said, names))
        if kind == CLEAN and cell.captions == UNNAMED:  # it has learned to say "a person"
            probes.append(judged(LESS, scores - scores.mean(0), people, [], names))
            what = likelihoods(model, processor, shown.pixels, names, WHAT)
            probes.append(judged(ASKED_WHAT, what, people, [], names))
    blind = likelihoods(model, processor, None, names)
    probes.append(judged(NO_IMAGE, blind, people, [], names))
    seconds = round(time.process_time() - began, 1)
    return Result(cell, tuple(probes), 1 / len(names), seconds)


class Parts(NamedTuple):
    """What meets in a model, and the drawings that its stages see, if any."""

    tower: Any
    language: Any
    processor: Any
    drawn: Drawn | None


def _parts(cell: Cell, deal: Deal, names: tuple[str, ...], recipe: Recipe) -> Parts:
    """Return tower, language model and processor, trained or loaded."""
    seed, tower, patch = cell.seed, None, recipe.patch
    worded = recipe.design == WORDS
    images = image_processor_of(recipe)
    if recipe.language_model:
        language, tokenizer = load_language(recipe.language_model)
    else:
        tokenizer = tokenizer_of(vocabulary([*names, *SCENES] if worded else names))
        speaker = processor_of(tokenizer, images, patch)
        train = train_reader if worded else train_language
        language = train(names, speaker, recipe, derived(seed, "text"))
    if recipe.tower:
        tower, images = load_tower(recipe.tower)
        patch = tower.config.patch_size
    processor = processor_of(tokenizer, images, patch)
    drawn = drawings(images, recipe.size, derived(seed, "drawn")) if worded else None
    if cell.tower == RANDOM or (tower is None and cell.tower == GIVEN):
        tower = random_tower(recipe, derived(seed, "random")) if tower is None else _reset(tower)
    elif tower is None:
        photos = CLEAN if cell.tower == SHUFFLED else cell.tower
        shown, apart = _shown(deal, cell, "tower", photos), derived(seed, "tower")
        tower = (
            train_tower(shown, names, processor, recipe, apart)
            if drawn is None
            else train_worded_tower(shown, names, drawn, processor, recipe, apart)
        )
    return Parts(tower, language, processor, drawn)


def _reset(tower: Any) -> Any:
    """Return a tower like this one that has learned nothing."""
    import torch

    torch.manual_seed(0)
    return type(tower)(tower.config).eval()


def _assembled(parts: Parts, seed: int) -> Any:
    import torch

    torch.manual_seed(derived(seed, "projector"))
    return assemble(parts.tower, parts.language, parts.processor)


def _shown(deal: Deal, cell: Cell, stage: str, defense: str) -> Pictures:
    """Return a stage's pictures, with the people mixed up if the cell says so."""
    shown = deal.pictures(stage, defense)
    if cell.captions != SHUFFLED and (stage, cell.tower) != ("tower", SHUFFLED):
        return shown
    rng = np.random.default_rng(derived(cell.seed, "shuffled", stage))
    return Pictures(shown.pixels, rng.permutation(shown.people), shown.keys, shown.outcomes)


def _saved(setting: Setting) -> bool:
    return (setting.folder / MODEL / "lab.json").exists()


def _save(
    model: Any, processor: Any, deal: Deal, names: tuple[str, ...], setting: Setting
) -> None:
    """Save the model; `lab.json`, written last, says who is who and which photos are new."""
    folder = setting.folder / MODEL
    with quiet():
        model.save_pretrained(folder)
        processor.save_pretrained(folder)
    people = dict(zip(deal.identities, names, strict=True))
    probes = [photo.key for _, photo in deal.parts["probe"]]
    told = {"cell": setting.saved.label, "seed": deal.seed, "data": setting.data,
            "cut": setting.recipe.cut, "people": people, "probes": probes}  # fmt: skip
    write_text(folder / "lab.json", json.dumps(told, indent=1) + "\n")


__all__ = ["MODEL", "Setting", "load", "probe_cell", "run_cells", "train_group"]
