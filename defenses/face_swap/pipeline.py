"""Faces by a diffusers inpainting pipeline: loading it, and filling crops."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from unmask.device import memory, once_a_device, placed

from ..photo import Pixels
from .adapters import add_ip_adapter, load_controlnet
from .sources import one_line, source_of

SCHEDULERS = {
    "euler": "EulerDiscreteScheduler",
    "ddim": "DDIMScheduler",
    "lcm": "LCMScheduler",
    "dpm": "DPMSolverMultistepScheduler",
}
DTYPES = ("float32", "float16", "bfloat16")
_ROOMY = 8 * 2**30  # bytes of a graphics card from which attention is not cut into slices


@once_a_device(most=1)  # such models are large
def load_pipeline(
    model: str,
    *,
    scheduler: str = "",
    dtype: str = "float32",
    controlnet: str = "",
    ip_adapter: str = "",
) -> Any:
    """Return the inpainting pipeline of a folder or of the hub, on the device; one is kept.

    Args:
        model: folder in the format of diffusers, or `owner/name` on the hub, which is looked
            for in the hub's local cache and then downloaded. Stable Diffusion 1.5, 2 and XL.
        scheduler: key of `SCHEDULERS`; empty: the model's own.
        dtype: one of `DTYPES`.
        controlnet: as `load_controlnet` takes it; empty: none.
        ip_adapter: as `add_ip_adapter` takes it; empty: none.

    Raises:
        ValueError: a model is not there, not whole, not in safetensors or of another kind.
    """
    import diffusers

    source = source_of("model", model)
    parts = {"controlnet": load_controlnet(controlnet, dtype)} if controlnet else {}
    made: Any = diffusers.AutoPipelineForInpainting
    with one_line("model", model, source):
        pipeline = made.from_pretrained(
            source, use_safetensors=True, trust_remote_code=False,
            torch_dtype=getattr(torch, dtype), **parts,
        )  # fmt: skip
    if not (hasattr(pipeline, "unet") and hasattr(pipeline, "vae_scale_factor")):
        kind = type(pipeline).__name__
        raise ValueError(f"model '{model}' is a {kind}; give Stable Diffusion 1.5, 2 or XL")
    if scheduler:
        kind = getattr(diffusers, SCHEDULERS[scheduler])
        pipeline.scheduler = kind.from_config(pipeline.scheduler.config)
    if ip_adapter:
        add_ip_adapter(pipeline, ip_adapter)
    pipeline.set_progress_bar_config(disable=True)
    pipeline = placed(pipeline)
    if not (ip_adapter or memory() >= _ROOMY):  # slices would put the adapter's attention out
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
    controls: Sequence[Pixels] | None = None,
    references: Sequence[Pixels] | None = None,
    controlnet_scale: float = 1.0,
    ip_scale: float = 0.6,
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
        controls: `(S, S, 3)`, uint8 each: what the ControlNet sees, if there is one.
        references: `(H, W, 3)`, uint8 each: what the IP-Adapter sees, if there is one.
        controlnet_scale: weight of the ControlNet.
        ip_scale: weight of the IP-Adapter.
        batch: crops at once. Unset: 1 on a processor, where more are no faster and the last
            bits would depend on the batch; 4 elsewhere. With an IP-Adapter always 1.

    Returns:
        `(N, S, S, 3)`, float32, 0 to 255.
    """
    total = steps
    while int(total * strength) < steps:  # so are those counted that are left
        total += 1
    batch = batch or (1 if pipeline.device.type == "cpu" else 4)
    if references is not None:
        pipeline.set_ip_adapter_scale(ip_scale)
        batch = 1  # the pipelines take one picture for a whole batch
    made = []
    todo = list(zip(crops, masks, seeds, strict=True))
    for start in range(0, len(todo), batch):
        some = todo[start : start + batch]
        side = len(some[0][0])
        more: dict[str, Any] = {}
        if controls is not None:
            seen = np.stack(controls[start : start + batch]).astype(np.float32) / 255
            more["control_image"] = torch.from_numpy(seen).permute(0, 3, 1, 2)
            more["controlnet_conditioning_scale"] = controlnet_scale
        if references is not None:
            more["ip_adapter_image"] = [references[start]]
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
            **more,
        )
        made.append(np.nan_to_num(np.asarray(result.images, np.float32)) * 255)
    return np.concatenate(made)
