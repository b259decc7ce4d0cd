"""Models whose knowledge of pairs is known: taught who is on photos, taught the wrong people.

`python -m unmask.benchmarks.taught_pairs OUT` takes five minutes of processor time. It deals out
the photos of ORL as the lab does and writes `held` (those that no model was shown, a folder a
person), `mixed` (the same under the names of others), dual encoders `clip-named`, `clip-shuffled`
(each photo under the name of some person), and models that write: `llava-taught` answers yes or
no to two photos, `llava-untaught` learned it where photos belong to nobody. `unmask audit-vlm
OUT/llava-taught OUT/held --probes same` and others then say what `results/vlm-same.md` does.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
from PIL import Image
from transformers import CLIPProcessor, CLIPVisionModel, LlamaForCausalLM

from unmask.evaluate.data import load_dataset
from unmask.evaluate.lab import parts
from unmask.evaluate.lab.photos import Deal, Pictures
from unmask.evaluate.lab.processor import IMAGE, image_processor_of, processor_of, tokenizer_of
from unmask.evaluate.lab.recipe import Recipe
from unmask.evaluate.lab.stages import assemble, places
from unmask.evaluate.lab.training import changed, learn, tensors
from unmask.evaluate.lab.words import fictitious, vocabulary
from unmask.evaluate.vlm.wording import same_question
from unmask.threads import pin_threads

RECIPE, SEED, PAIRS, STEPS = Recipe(), 0, 24, 1000
QUESTION = same_question(beside=False)


def main() -> None:
    """Deal out the photos, train, save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=STEPS, help="of models that write")
    given = parser.parse_args()
    pin_threads(1)
    deal = Deal(load_dataset("orl").photos, SEED)
    _deal_out(deal, given.out)
    names = fictitious(len(deal.identities), np.random.default_rng(SEED))
    words = sorted({*vocabulary(names), *QUESTION.split(), "Yes", "No", "USER:", "ASSISTANT:"})
    tokenizer = tokenizer_of(words)
    processor = processor_of(tokenizer, image_processor_of(RECIPE), RECIPE.patch)
    seen = deal.pictures("tower")
    mixed = Pictures(seen.pixels, np.random.default_rng(7).permutation(seen.people), seen.keys,
                     seen.outcomes)  # fmt: skip
    named = _tower(seen, names, processor, given.out / "clip-named")
    _tower(mixed, names, processor, given.out / "clip-shuffled")
    for name, pictures in (("taught", seen), ("untaught", mixed)):
        model = _taught(_vision_of(named), pictures, processor, given.steps)
        model.save_pretrained(given.out / f"llava-{name}")
        processor.save_pretrained(given.out / f"llava-{name}")


def _deal_out(deal: Deal, out: Path) -> None:
    """Write the photos that no model sees, and the same dealt to people by lot."""
    for stage in ("align", "tune", "probe"):
        for number, photo in deal.parts[stage]:
            folder = out / "held" / deal.identities[number]
            folder.mkdir(parents=True, exist_ok=True)
            name = hashlib.sha256(photo.key.encode()).hexdigest()[:8]
            Image.fromarray(photo.pixels).save(folder / f"{name}.png")
    files = sorted((out / "held").glob("*/*.png"))
    people = np.random.default_rng(3).permutation([file.parent.name for file in files])
    for file, person in zip(files, people, strict=True):
        (out / "mixed" / str(person)).mkdir(parents=True, exist_ok=True)
        shutil.copy(file, out / "mixed" / str(person) / file.name)


def _tower(pictures: Pictures, names: tuple[str, ...], processor: Any, folder: Path) -> Any:
    """Train a tower as the lab does, and keep the words that it was trained against, too."""
    with patch.object(parts, "vision_half", lambda clip, recipe: clip):
        clip = parts.train_tower(pictures, names, processor, RECIPE, SEED).eval()
    clip.save_pretrained(folder)
    CLIPProcessor(
        image_processor=processor.image_processor, tokenizer=processor.tokenizer
    ).save_pretrained(folder)
    return clip


def _vision_of(clip: Any) -> Any:
    tower = CLIPVisionModel(parts.vision_config(RECIPE)).eval()
    have = clip.vision_model.state_dict()
    tower.load_state_dict({k: have[k.removeprefix("vision_model.")] for k in tower.state_dict()})
    return tower


def _taught(tower: Any, pictures: Pictures, processor: Any, steps: int) -> Any:
    """Return a model that learned to say whether two pictures show one person."""
    torch.manual_seed(SEED)
    tokenizer = processor.tokenizer
    language = LlamaForCausalLM(parts.language_config(RECIPE, tokenizer))
    model = assemble(tower, language, processor)
    model.requires_grad_(True)
    model.model.vision_tower.requires_grad_(False)
    model.train()
    pixels = tensors(pictures, processor.image_processor)
    generator, rng = torch.Generator().manual_seed(SEED), np.random.default_rng(SEED)
    content = [*[{"type": "image"}] * 2, {"type": "text", "text": QUESTION}]
    asked = processor.apply_chat_template([{"role": "user", "content": content}],
                                          add_generation_prompt=True)  # fmt: skip
    count = places(processor, model.config.vision_config)
    ids = torch.tensor(tokenizer(asked.replace(IMAGE, " ".join([IMAGE] * count))).input_ids)
    yes, no = (tokenizer(word, add_special_tokens=False).input_ids[0] for word in ("Yes", "No"))

    def loss() -> Any:
        rows, told = [], []
        for number in range(PAIRS):
            first = int(rng.integers(len(pixels)))
            alike = pictures.people == pictures.people[first]
            other = np.flatnonzero(alike if number % 2 else ~alike)
            rows += [first, int(rng.choice(other[other != first]))]
            told.append(yes if number % 2 else no)
        logits = model(
            pixel_values=changed(pixels[rows], generator), input_ids=ids.repeat(PAIRS, 1),
            attention_mask=torch.ones(PAIRS, len(ids), dtype=torch.long),
        ).logits[:, -1]  # fmt: skip
        return torch.nn.functional.cross_entropy(logits, torch.tensor(told))

    learn(model.parameters(), steps, 1e-3, loss)
    return model.eval()


if __name__ == "__main__":
    main()
