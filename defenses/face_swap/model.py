"""The face-swap model: a small U-Net that fills a masked face, and its file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from unmask.device import device

from .crops import MAPS, SIZE


@dataclass(frozen=True)
class Shape:
    """Size of the network.

    Args:
        size: side of a crop in pixels.
        patch: pixels of one cell of the network's grid, each way.
        channels: width of each level; each further level has half the grid.
        layers: residual blocks per level.
        groups: of the group normalization.
    """

    size: int = SIZE
    patch: int = 3
    channels: tuple[int, ...] = (64, 128, 256)
    layers: int = 1
    groups: int = 16


def precision() -> torch.dtype:
    """Return the dtype in which this processor runs the network fastest.

    bfloat16 halves the time where the processor has it (AVX-512 BF16); elsewhere it is
    emulated and takes some forty times as long as float32. Faces of one seed differ a
    little between the two. Another device always gets float32.
    """
    native = getattr(torch.cpu, "_is_avx512_bf16_supported", bool)
    return torch.bfloat16 if device() == "cpu" and native() else torch.float32


class SwapNet(nn.Module):
    """Predict the clean crop from a noisy one, its known part, mask and landmarks.

    Flow matching with the clean crop as target: the noisy crop at time t is
    `(1 - t) * clean + t * noise` inside the mask and clean outside. Attention is
    on the coarsest grid only.

    Reference:
        Yaron Lipman, Ricky T. Q. Chen, Heli Ben-Hamu, Maximilian Nickel, Matt Le: Flow
        matching for generative modeling. ICLR 2023.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        from diffusers import UNet2DModel

        self.shape = shape
        coarse = len(shape.channels) - 1
        down = ["DownBlock2D"] * coarse + ["AttnDownBlock2D"]
        up = ["AttnUpBlock2D"] + ["UpBlock2D"] * coarse
        cells = shape.patch**2
        make: Any = UNet2DModel  # has no types
        self.unet = make(
            sample_size=shape.size // shape.patch,
            in_channels=(3 + 3 + 1 + MAPS) * cells,
            out_channels=3 * cells,
            block_out_channels=shape.channels,
            layers_per_block=shape.layers,
            down_block_types=tuple(down),
            up_block_types=tuple(up),
            norm_num_groups=shape.groups,
            attention_head_dim=32,
            resnet_time_scale_shift="scale_shift",
        )

    def forward(
        self, noisy: Tensor, time: Tensor, known: Tensor, mask: Tensor, maps: Tensor
    ) -> Tensor:
        """Return the clean crop, `(N, 3, S, S)`, about -1 to 1.

        Args:
            noisy: `(N, 3, S, S)`, float32.
            time: `(N,)`, float32, 0 (clean) to 1 (noise).
            known: `(N, 3, S, S)`, -1 to 1, 0 inside the mask.
            mask: `(N, 1, S, S)`, 1 where the face is to be made.
            maps: `(N, 3, S, S)`, 0 to 1, of `landmark_maps`.
        """
        cells = functional.pixel_unshuffle(
            torch.cat([noisy, known, mask, maps], 1), self.shape.patch
        )
        made: Tensor = self.unet(cells.to(self.unet.dtype), time * 1000).sample
        return functional.pixel_shuffle(made, self.shape.patch)


def save_weights(net: SwapNet, path: Path, notes: dict[str, str]) -> None:
    """Write the weights as fp16 safetensors; shape and notes go into the file's header."""
    from safetensors.torch import save_file

    header = {"shape": json.dumps(asdict(net.shape)), **notes}
    tensors = {k: v.detach().to(torch.float16).contiguous() for k, v in net.state_dict().items()}
    save_file(tensors, path, header)


def load_weights(path: Path) -> SwapNet:
    """Read a network that `save_weights` wrote, ready to use, float32.

    Raises:
        FileNotFoundError: no such file.
        ValueError: not such a file.
    """
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise FileNotFoundError(
            f"weights of the face swap are missing: {path}; "
            "train them with python -m unmask.benchmarks.train_face_swap --photos DIR --out DIR"
        )
    try:
        with safe_open(path, "pt") as file:
            values = json.loads((file.metadata() or {})["shape"])
            tensors = {key: file.get_tensor(key).float() for key in file.keys()}  # noqa: SIM118
        net = SwapNet(Shape(**values | {"channels": tuple(values["channels"])}))
        net.load_state_dict(tensors)
    except (SafetensorError, KeyError, TypeError, RuntimeError, json.JSONDecodeError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"{path} holds no weights of the face swap: {reason}") from error
    return net.eval().requires_grad_(False)
