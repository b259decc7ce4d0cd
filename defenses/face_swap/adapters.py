"""What may steer a pipeline besides its prompt: a ControlNet and an IP-Adapter."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..files.pictures import SUFFIXES, read_picture
from ..photo import Pixels
from .sources import check_weights, one_line, source_of


def load_controlnet(name: str, dtype: str) -> Any:
    """Return a ControlNet (L. Zhang, A. Rao, M. Agrawala, ICCV 2023).

    Args:
        name: folder of `save_pretrained`, or hub id.
        dtype: name of a torch type.

    Raises:
        ValueError: it is not there, not in safetensors, or of another kind.
    """
    import diffusers

    source = source_of("controlnet", name)
    kind: Any = diffusers.ControlNetModel
    with one_line("controlnet", name, source):
        return kind.from_pretrained(
            source, use_safetensors=True, torch_dtype=getattr(torch, dtype)
        )


def add_ip_adapter(pipeline: Any, name: str) -> None:
    """Give a pipeline an IP-Adapter (H. Ye, J. Zhang, S. Liu, X. Han, W. Yang, 2023).

    Args:
        pipeline: of diffusers, still on the processor.
        name: a file, `FOLDER/models/ip-adapter_sd15.safetensors`, or the same on the hub,
            `owner/name/models/ip-adapter_sd15.safetensors`. The image encoder is in
            `image_encoder` beside the file, but for `sdxl_models/*vit-h*`, which shares that
            in `models`.

    Raises:
        ValueError: it or its encoder is not there, not in safetensors, or of a kind that takes
            embeddings of a face recognizer (FaceID).
    """
    from transformers import CLIPVisionModelWithProjection

    path = Path(name).expanduser()
    if path.suffix != ".safetensors":
        raise ValueError(
            f"ip_adapter '{name}' must be a .safetensors file; other weights can run code"
        )
    owner, _, rest = name.partition("/")
    repository, _, inside = rest.partition("/")
    if path.is_file():
        path = path.resolve()
        root, folder = str(path.parent.parent), path.parent.name
    elif inside and owner not in ("", ".", "..", "~"):
        root, folder = f"{owner}/{repository}", str(Path(inside).parent)
    else:
        raise ValueError(
            f"ip_adapter '{name}': no such file; give a file, or owner/name/folder/file on the hub"
        )
    shared = folder == "sdxl_models" and "vit-h" in path.name
    encoder = "models/image_encoder" if shared else f"{folder}/image_encoder"
    if path.is_file():
        if not (Path(root) / encoder).is_dir():
            raise ValueError(f"ip_adapter '{name}': {encoder} is missing in {root}")
        check_weights(f"ip_adapter '{name}': {encoder}", Path(root) / encoder)
    kind: Any = CLIPVisionModelWithProjection
    with one_line("ip_adapter", name, root):
        pipeline.register_modules(
            image_encoder=kind.from_pretrained(
                root, subfolder=encoder, use_safetensors=True, dtype=pipeline.dtype
            )
        )
        pipeline.load_ip_adapter(
            root, subfolder=folder, weight_name=path.name, image_encoder_folder=None
        )
    (layer,) = pipeline.unet.encoder_hid_proj.image_projection_layers
    if "FaceID" in type(layer).__name__:
        raise ValueError(
            f"ip_adapter '{name}' takes embeddings of a face recognizer; give one that takes "
            "pictures, ip-adapter-plus-face for example"
        )


@lru_cache(maxsize=1)
def reference_files(place: str) -> tuple[Path, ...]:
    """Return the pictures at a place, a file or a folder, by name.

    Raises:
        ValueError: there is none.
    """
    path = Path(place).expanduser()
    files = [path] if path.is_file() else sorted(path.glob("*"))
    found = tuple(file for file in files if file.suffix.lower() in SUFFIXES)
    if not found:
        raise ValueError(f"ip_image '{place}': no picture there; give a file or a folder of them")
    return found


def reference(place: str, rng: np.random.Generator) -> Pixels:
    """Return one of the pictures at a place, `(H, W, 3)`, uint8."""
    files = reference_files(place)
    return read_picture(files[int(rng.integers(len(files)))])[0]
