"""Real parts in place of the small ones: a CLIP tower, a causal language model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..vlm.hub import place_of
from .processor import IMAGE


def check_parts(tower: str, language_model: str) -> None:
    """Look whether what is named is there, before any work.

    Raises:
        ValueError: a folder is not.
        LookupError: the hub does not answer, and its cache has no such model.
    """
    for place, option in ((tower, "--tower"), (language_model, "--language-model")):
        if place:
            _found(place, option)


def load_tower(place: str) -> tuple[Any, Any]:
    """Return the vision tower and the image processor of a CLIP model.

    Raises:
        ValueError: there is no such model, or it has no CLIP tower.
    """
    from transformers import AutoConfig, AutoImageProcessor, CLIPVisionModel

    place = _found(place, "--tower")
    try:
        kind = AutoConfig.from_pretrained(place, trust_remote_code=False).model_type
        if kind not in ("clip", "clip_vision_model"):
            raise ValueError(f"a tower must be a CLIP model, {place} is '{kind}'")
        pictures = AutoImageProcessor.from_pretrained(place, trust_remote_code=False)
        tower = CLIPVisionModel.from_pretrained(place, trust_remote_code=False)
        return tower.eval(), pictures
    except OSError as error:
        raise ValueError(_unreadable("tower", place, error)) from error


def load_language(place: str) -> tuple[Any, Any]:
    """Return a causal language model and its tokenizer, with a token for pictures.

    Raises:
        ValueError: there is no such model.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer

    place = _found(place, "--language-model")
    try:
        tokenizer = AutoTokenizer.from_pretrained(place, trust_remote_code=False)
        model: Any = AutoModelForCausalLM.from_pretrained(place, trust_remote_code=False)
    except (OSError, ValueError) as error:
        raise ValueError(_unreadable("language model", place, error)) from error
    if tokenizer.eos_token is None:
        raise ValueError(f"the tokenizer of {place} must have an end token; set eos_token?")
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    tokenizer.padding_side = "left"
    tokenizer.add_special_tokens({"additional_special_tokens": [IMAGE]})
    if len(tokenizer) > model.get_input_embeddings().num_embeddings:
        model.resize_token_embeddings(len(tokenizer), mean_resizing=False)
    return model.eval(), tokenizer


def with_lora(model: Any) -> Any:
    """Return the model with low-rank additions to its language half, all else frozen.

    The projector stays trainable as a whole.

    Raises:
        ImportError: peft is missing.
    """
    try:
        from peft import LoraConfig, get_peft_model
    except ImportError as error:
        raise ImportError(
            "training a pretrained language model needs peft: pip install 'unmask[lab]'"
        ) from error
    adapted: Any = get_peft_model(
        model,
        LoraConfig(r=8, lora_alpha=16, target_modules=r".*language_model.*\.\w+_proj"),
    )
    adapted.base_model.model.model.multi_modal_projector.requires_grad_(True)
    return adapted


def _found(place: str, option: str) -> str:
    """Return what to load: a folder, or a hub id where the hub answers."""
    looks_local = place.startswith((".", "/", "~")) or place.count("/") > 1
    if looks_local and not Path(place).expanduser().is_dir():
        raise ValueError(f"{option} must be a hub id or a folder, no such folder: {place}")
    return place_of(place)


def _unreadable(what: str, place: str, error: Exception) -> str:
    first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return f"cannot load the {what} {place}: {first}"
