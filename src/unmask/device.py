"""Where networks run: the one place that knows the device, for torch and for onnxruntime.

The choice is text in an environment variable, so that processes which start later have it too.
Nothing heavy is imported while it is the processor.
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import platform
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

VARIABLE = "UNMASK_DEVICE"
CPU = "cpu"
_NAMES = re.compile(r"auto|cpu|mps|cuda(:\d+)?")
_ON_CUDA = "CUDAExecutionProvider"
_FULL = ("out of memory", "alloc_failed", "failed to allocate memory")
_log = logging.getLogger("unmask")
_told: set[str] = set()

Thing = TypeVar("Thing")  # a tensor, a network, a pipeline of diffusers
Given = ParamSpec("Given")


def use_device(name: str) -> None:
    """Run the networks of this process, and of those it starts later, on a device.

    Args:
        name: `cpu`, which is what is used unasked and gives the same figures everywhere;
            `cuda:0` (or another number; `cuda` is the first); `mps`; or `auto`: the
            accelerator, if there is one. Several processes share a card that is named; under
            `auto` they are spread over all cards that are of one model with the first.

    Raises:
        ValueError: no such name, or the device is not there.
    """
    name = _checked(name)
    _device(name)
    os.environ[VARIABLE] = name


@contextmanager
def on_device(name: str) -> Iterator[None]:
    """Run networks on a device until the context ends; see `use_device`.

    It is a matter of the process, not of a thread.
    """
    before = os.environ.get(VARIABLE)
    use_device(name)
    try:
        yield
    finally:
        if before is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = before


def chosen() -> str:
    """Return what was asked for: `auto`, `cpu`, `cuda:0`, `mps`; without a word, `cpu`.

    Raises:
        ValueError: the environment names no device.
    """
    return _checked(os.environ.get(VARIABLE) or CPU)


def device() -> str:
    """Return the device of this process, as torch names it.

    Raises:
        ValueError: it is not there.
    """
    return _device(chosen())


def placed(thing: Thing) -> Thing:
    """Return a tensor on the device, or move a network there.

    Raises:
        TypeError: a tensor of 64-bit floating point, which `mps` has not.
    """
    moved: Thing = _moved(thing, device())
    return moved


def beside(thing: Thing, other: Any) -> Thing:
    """Return a tensor where another tensor, or a network of transformers, is."""
    moved: Thing = _moved(thing, other.device)
    return moved


def mark() -> str:
    """Return what tells devices apart whose last digits differ, for `config.json` and keys.

    It is `cpu`, or the kind of the accelerator with its model and the version of its library;
    two cards of one model are the same.
    """
    return _mark(device())


def suffix() -> str:
    """Return what a fingerprint ends in: nothing on the processor, so that old ones hold."""
    return "" if device() == CPU else f" device={mark()}"


def once_a_device(
    most: int | None = None,
) -> Callable[[Callable[Given, Thing]], Callable[Given, Thing]]:
    """Remember what a function loads, one copy for each device and arguments.

    Args:
        most: how many copies are kept; None: all.
    """

    def decorated(load: Callable[Given, Thing]) -> Callable[Given, Thing]:
        def loaded(_: str, /, *args: Given.args, **named: Given.kwargs) -> Thing:
            return load(*args, **named)

        kept: Any = lru_cache(most)(loaded)

        @wraps(load)
        def known(*args: Given.args, **named: Given.kwargs) -> Thing:
            return kept(device(), *args, **named)  # type: ignore[no-any-return]

        known.cache_clear = kept.cache_clear  # type: ignore[attr-defined]
        return known

    return decorated


def memory() -> int:
    """Return the bytes of the accelerator; 0 where nobody says: processor, `mps`."""
    if not device().startswith("cuda"):
        return 0
    import torch

    return int(torch.cuda.get_device_properties(device()).total_memory)


def free() -> None:
    """Give memory that nobody holds any more back to the device, before more is loaded."""
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()


def on_which(place: Any) -> str:
    """Return the kind of a device as a map of a spread model names it: a number is a card."""
    return "cuda" if isinstance(place, int) else str(place).partition(":")[0]


def there() -> dict[str, str]:
    """Return the devices of this machine and what each is; torch is asked."""
    import torch

    found = {CPU: platform.machine()}
    for number in range(torch.cuda.device_count() if torch.cuda.is_available() else 0):
        size = torch.cuda.get_device_properties(number).total_memory / 1e9
        found[f"cuda:{number}"] = f"{_mark(f'cuda:{number}')}, {size:.0f} GB"
    if torch.backends.mps.is_available():
        found["mps"] = _mark("mps")
    return found


def full(error: BaseException) -> str:
    """Return in one line that the accelerator has no memory left; empty for another error."""
    text = str(error).lower()
    if device() == CPU or not any(sign in text for sign in _FULL):
        return ""
    return (
        f"{device()} has no memory left; give fewer --workers (each has models of its own), a "
        "smaller --batch where there is one, or --device cpu"
    )


# --- onnxruntime ---


def open_onnx(path: Path) -> Any:
    """Open an ONNX file with onnxruntime, for one thread or for the device.

    Where onnxruntime does not know the device, the model stays on the processor, which is
    told once and shows in `onnx_suffix`. It never changes from one to the other unsaid.

    Raises:
        ValueError: onnxruntime knows the device and cannot use it.
        Exception: what onnxruntime raises of a file that is no model.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    wanted = _providers()
    session = onnxruntime.InferenceSession(str(path), options, providers=wanted)
    session.disable_fallback()  # else it would try the processor after an error of the card
    if len(wanted) > 1 and _ON_CUDA not in session.get_providers():
        raise ValueError(
            f"onnxruntime {onnxruntime.__version__} cannot use {device()}: it does not load the "
            "CUDA and cuDNN that it was built for; install those of its release, or --device cpu"
        )
    return session


def onnx_suffix() -> str:
    """Return `suffix` where ONNX models run on the device; empty where they stay behind."""
    return suffix() if onnx_follows() else ""


def onnx_follows() -> bool:
    """Return whether onnxruntime runs models on the device that is not the processor."""
    if not device().startswith("cuda"):
        return False
    import onnxruntime

    return _ON_CUDA in onnxruntime.get_available_providers()


def stays(what: str) -> None:
    """Say once that a model runs on the processor, though another device was chosen."""
    if device() == CPU or what in _told or multiprocessing.parent_process() is not None:
        return
    _told.add(what)
    cure = "" if device() == "mps" else "; in place of onnxruntime, onnxruntime-gpu runs it there"
    _log.warning("unmask: %s stays on the processor, not on %s%s", what, device(), cure)


def _providers() -> list[Any]:
    """Return who runs an ONNX model, best first."""
    if not onnx_follows():
        return ["CPUExecutionProvider"]
    exact = {
        "device_id": device().partition(":")[2],
        "use_tf32": "0",
        "cudnn_conv_algo_search": "DEFAULT",  # others are tried, and the quickest may change
    }
    return [(_ON_CUDA, exact), "CPUExecutionProvider"]


# --- torch ---


def _moved(thing: Any, place: Any) -> Any:
    if str(getattr(thing, "dtype", "")) == "torch.float64":  # said on the processor, too
        raise TypeError("a tensor of float64 cannot go to every device; call .float() first?")
    return thing.to(place)


def _checked(name: str) -> str:
    if not _NAMES.fullmatch(name):
        raise ValueError(f"device must be auto, cpu, cuda, cuda:NUMBER or mps, got '{name}'")
    return "cuda:0" if name == "cuda" else name


def _device(name: str) -> str:
    return CPU if name == CPU else _found(name, _number())


@lru_cache
def _found(name: str, number: int) -> str:
    """Return the device that a name means to the process of this number, if it is there."""
    import torch

    name = _fastest(number) if name == "auto" else name
    if name == "mps" and not torch.backends.mps.is_available():
        built = torch.backends.mps.is_built()
        reason = "it needs macOS 14 on Apple silicon" if built else "this torch is built without"
        raise ValueError(f"device 'mps' is not there: {reason}; give --device cpu")
    if name.startswith("cuda"):
        _check_cuda(name)
        _be_exact()
    return name


def _fastest(number: int) -> str:
    import torch

    if torch.cuda.is_available():
        names = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
        alike = [i for i, name in enumerate(names) if name == names[0]]
        return f"cuda:{alike[number % len(alike)]}"
    return "mps" if torch.backends.mps.is_available() else CPU


def _check_cuda(name: str) -> None:
    import torch

    if torch.version.cuda is None and torch.version.hip is None:
        reason = f"torch {torch.__version__} is built without CUDA; install one that has it"
    elif not torch.cuda.is_available():
        reason = f"torch {torch.__version__} finds no card; see whether nvidia-smi does"
    elif int(name.partition(":")[2]) >= torch.cuda.device_count():
        reason = f"the last one is cuda:{torch.cuda.device_count() - 1}; name one that is there"
    else:
        return
    raise ValueError(f"device '{name}' is not there: {reason}, or give --device cpu")


def _be_exact() -> None:
    """Let a card round as a processor does, and give the same each time.

    By default convolutions are rounded to ten bits (TF32). What torch cannot do the same each
    time it does all the same, and warns.
    """
    import torch

    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = False
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # read at the first product
    torch.use_deterministic_algorithms(True, warn_only=True)


@lru_cache
def _mark(name: str) -> str:
    if name == CPU:
        return CPU
    if name == "mps":
        return f"mps {platform.machine()}, macOS {platform.mac_ver()[0]}"
    import torch

    library = f"CUDA {torch.version.cuda}" if torch.version.cuda else f"ROCm {torch.version.hip}"
    return f"cuda {torch.cuda.get_device_name(name)}, {library}"


def _number() -> int:
    """Return the number of this process among those of its parent, from 0; its own is 0."""
    known: tuple[int, ...] = getattr(multiprocessing.current_process(), "_identity", ())
    return known[-1] - 1 if known else 0
