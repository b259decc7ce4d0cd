"""Faces by a diffusers inpainting pipeline: loading it, and filling crops."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..photo import Pixels

SCHEDULERS = {
    "euler": "EulerDiscreteScheduler",
    "ddim": "DDIMScheduler",
    "lcm": "LCMScheduler",
    "dpm": "DPMSolverMultistepScheduler",
}
DTYPES = ("float32", "float16", "bfloat16")
_ROOMY = 8 * 2**30  # bytes of a graphics card from which attention is not cut into slices
_PICKLED = (".bin", ".pt", ".pth", ".ckpt")


@lru_cache(maxsize=1)  # such models are large
def load_pipeline(
    model: str, *, scheduler: str = "", device: str = "cpu", dtype: str = "float32"
) -> Any:
    """Return the inpainting pipeline of a folder or of the hub; the last one is kept.

    Args:
        model: folder in the format of diffusers, or `owner/name` on the hub, which is looked
            for in the hub's local cache and then downloaded. Stable Diffusion 1.5, 2 and XL.
        scheduler: key of `SCHEDULERS`; empty: the model's own.
        device: as torch names it.
        dtype: one of `DTYPES`.

    Raises:
        ValueError: the model is not there, not whole, not in safetensors or of another kind,
            or the device cannot be used.
    """
    import diffusers

    place = Path(model).expanduser()
    if place.is_dir():
        _check_folder(place)
    elif model.count("/") != 1 or model.startswith((".", "~", "/")):
        raise ValueError(f"model '{model}': no such folder; give a folder or a hub id, owner/name")
    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        raise ValueError(f"device '{device}' cannot be used: {_line(error)}") from error
    source = str(place) if place.is_dir() else model
    made: Any = diffusers.AutoPipelineForInpainting
    try:
        pipeline = made.from_pretrained(
            source, use_safetensors=True, torch_dtype=getattr(torch, dtype)
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RuntimeError) as error:
        cure = (
            "check that the folder was saved whole, by save_pretrained"
            if place.is_dir()
            else f"fetch it where there is a network (hf download {model}) or give its folder"
        )
        raise ValueError(f"model '{model}' cannot be loaded: {_line(error)}; {cure}") from error
    if not (hasattr(pipeline, "unet") and hasattr(pipeline, "vae_scale_factor")):
        kind = type(pipeline).__name__
        raise ValueError(f"model '{model}' is a {kind}; give Stable Diffusion 1.5, 2 or XL")
    if scheduler:
        kind = getattr(diffusers, SCHEDULERS[scheduler])
        pipeline.scheduler = kind.from_config(pipeline.scheduler.config)
    pipeline.set_progress_bar_config(disable=True)
    pipeline = pipeline.to(device)
    if not _is_roomy(device):
        pipeline.enable_attention_slicing()
    return pipeline


def side_of(pipeline: Any) -> int:
    """Return the side, in pixels, of the pictures that a pipeline was made for."""
    size = pipeline.unet.config.sample_size
    cells = min(size) if isinstance(size, Sequence) else size
    return int(cells) * int(pipeline.vae_scale_factor)


def inpainted(
    pipeline: Any,
    crops: Sequence[Pixels],
    masks: Sequence[NDArray[np.bool_]],
    seeds: Sequence[int],
    *,
    prompt: str,
    steps: int,
    strength: float = 1.0,
    guidance: float = 5.0,
    batch: int | None = None,
) -> NDArray[np.float32]:
    """Fill the masked part of crops, each by its own generator on the processor.

    Args:
        pipeline: of `load_pipeline`.
        crops: `(S, S, 3)`, uint8 each, S of `side_of`.
        masks: `(S, S)` each, where the face is to be made.
        seeds: one a crop, 0 to 2**63 - 1.
        prompt: the same for all.
        steps: evaluations of the model a crop (twice as many with guidance over 1).
        strength: share of noise at the start; 1: the old face is not seen.
        guidance: weight of the prompt; 1 or less: none.
        batch: crops at once. Unset: 1 on a processor, where more are no faster and the last
            bits would depend on the batch; 4 elsewhere.

    Returns:
        `(N, S, S, 3)`, float32, 0 to 255.
    """
    total = steps
    while int(total * strength) < steps:  # so are those counted that are left
        total += 1
    batch = batch or (1 if pipeline.device.type == "cpu" else 4)
    made = []
    todo = list(zip(crops, masks, seeds, strict=True))
    for start in range(0, len(todo), batch):
        some = todo[start : start + batch]
        side = len(some[0][0])
        result = pipeline(
            prompt=[prompt] * len(some),
            image=np.stack([crop for crop, _, _ in some]).astype(np.float32) / 255,
            mask_image=np.stack([mask for _, mask, _ in some]).astype(np.float32)[..., None],
            height=side,
            width=side,
            strength=strength,
            num_inference_steps=total,
            guidance_scale=guidance,
            generator=[torch.Generator("cpu").manual_seed(seed) for _, _, seed in some],
            output_type="np",
        )
        made.append(np.nan_to_num(np.asarray(result.images, np.float32)) * 255)
    return np.concatenate(made)


def _check_folder(folder: Path) -> None:
    """Raise unless every part that the index names is there, with weights in safetensors."""
    index = folder / "model_index.json"
    if not index.is_file():
        raise ValueError(f"model '{folder}': {index.name} is missing; give a diffusers folder")
    try:
        parts = {
            name: value
            for name, value in json.loads(index.read_text(encoding="utf-8")).items()
            if isinstance(value, list) and len(value) == 2 and value[0]
        }
    except (ValueError, AttributeError) as error:
        raise ValueError(f"model '{folder}': {index.name} is damaged: {_line(error)}") from error
    for name in parts:
        if not (folder / name).is_dir():
            raise ValueError(f"model '{folder}': {name} is missing; copy or download it whole")
        files = list((folder / name).iterdir())
        has_weights = any(file.suffix == ".safetensors" for file in files)
        if not has_weights and any(file.suffix in _PICKLED for file in files):
            raise ValueError(
                f"model '{folder}': {name} has no safetensors, and other weights can run code; "
                "save it anew with safe_serialization=True"
            )
        if not has_weights and (folder / name / "config.json").is_file():
            raise ValueError(
                f"model '{folder}': weights of {name} (*.safetensors) are missing; "
                "copy or download it whole"
            )


def _is_roomy(device: str) -> bool:
    if not device.startswith("cuda"):
        return False
    return int(torch.cuda.get_device_properties(device).total_memory) >= _ROOMY


def _line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
