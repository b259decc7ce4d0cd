"""Opening a saved model with transformers, and saying in one line why it cannot be."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from unmask.device import CPU, device, on_which, placed, suffix

from .base import Model
from .folder import fingerprint_of
from .hub import place_of
from .quiet import quiet

SAVED = ("processor_config.json", "preprocessor_config.json")


def open_checkpoint(
    model: str, dtype: str, batch: int, *, load_in_4bit: bool = False, device_map: str = ""
) -> Model:
    """Load model and processor; the classes follow from the configuration.

    They are always those of transformers: Python code that a folder brings is never run,
    and the user is never asked whether it should be.

    Raises:
        ValueError: the model sees no pictures, brings code of its own, or its processor is
            missing or unusable.
        LookupError: the hub does not answer, or does not give it.
        ImportError: a package is missing.
    """
    import torch
    from transformers import AutoConfig, AutoModel, AutoModelForImageTextToText
    from transformers.models.auto.modeling_auto import MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING

    from .dual import Dual
    from .generative import Generative

    asked, model = model, place_of(model)
    with quiet():
        config = _said(
            model,
            "configuration",
            lambda: AutoConfig.from_pretrained(model, trust_remote_code=False),
        )
        writes = type(config) in MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING
        pairs = not writes and hasattr(config, "vision_config") and hasattr(config, "text_config")
        if not (writes or pairs):
            raise ValueError(
                f"{model} is a '{config.model_type}' model, which sees no pictures; an audit "
                "needs an image-text-to-text model or a dual encoder such as CLIP"
            )
        processor = _said(model, "processor", lambda: processor_of(model))
        if getattr(processor, "image_processor", None) is None:
            raise ValueError(
                f"{model} has no image processor; save its processor into the same folder "
                "(processor.save_pretrained)"
            )
        settings: dict[str, Any] = {"trust_remote_code": False, "dtype": getattr(torch, dtype)}
        if load_in_4bit:
            settings |= _quantized(settings["dtype"])
        if device_map:
            settings |= _spread(device_map)
        kind = AutoModelForImageTextToText if writes else AutoModel
        network = _said(model, "weights", lambda: kind.from_pretrained(model, **settings)).eval()
    if not writes and not hasattr(network, "get_image_features"):
        raise ValueError(f"{model}: '{config.model_type}' gives no image features to compare")
    if "device_map" not in settings:
        network = _said(model, "device", lambda: placed(network))
    label, mark = _called(asked)
    spread = _spread_over(network) if device_map else ""
    mark = f"{mark} {dtype}{suffix()}{spread}"
    return (Generative if writes else Dual)(network, processor, label, mark, batch)


def _called(asked: str) -> tuple[str, str]:
    """Return label and fingerprint; those of a hub id are the same from hub and cache."""
    from huggingface_hub import try_to_load_from_cache

    folder = Path(asked).expanduser()
    if folder.is_dir():
        return folder.resolve().name, fingerprint_of(folder)
    kept = try_to_load_from_cache(asked, "config.json")  # in a folder that is called by its commit
    return asked, Path(kept).parent.name if isinstance(kept, str) else ""


def processor_of(model: str) -> Any:
    """Return the processor, its picture half in the plain PIL form.

    So pictures become the same numbers with and without torchvision. A processor that
    also takes videos needs torchvision for them; without it, it is built for pictures only.
    """
    from transformers import AutoImageProcessor, AutoProcessor, AutoTokenizer

    pictures = AutoImageProcessor.from_pretrained(model, backend="pil", trust_remote_code=False)
    try:
        processor = AutoProcessor.from_pretrained(model, trust_remote_code=False)
    except ImportError:
        kind, settings = _kind_of(model)
        if kind is None:
            raise
        tokenizer = AutoTokenizer.from_pretrained(model, trust_remote_code=False)
        settings.setdefault("chat_template", getattr(tokenizer, "chat_template", None))
        processor = _pictures_only(kind)(
            image_processor=pictures, tokenizer=tokenizer, video_processor=None, **settings
        )
    if getattr(processor, "image_processor", None) is not None:
        processor.image_processor = pictures
    return processor


def _kind_of(model: str) -> tuple[Any, dict[str, Any]]:
    """Return the class of a processor and its own settings, as they were saved."""
    import transformers
    from transformers.utils.hub import cached_file

    told: dict[str, Any] = {}
    for name in reversed(SAVED):
        path = cached_file(model, name, _raise_exceptions_for_missing_entries=False)
        if path:
            entry = json.loads(Path(path).read_text(encoding="utf-8"))
            told["processor_class"] = entry.get("processor_class", told.get("processor_class"))
            if name == SAVED[0]:
                told |= entry
    kind = getattr(transformers, str(told.pop("processor_class", "")), None)
    template = cached_file(
        model, "chat_template.jinja", _raise_exceptions_for_missing_entries=False
    )
    if template:
        told["chat_template"] = Path(template).read_text(encoding="utf-8")
    parts = ("image_processor", "video_processor", "tokenizer", "auto_map")
    return kind, {name: value for name, value in told.items() if name not in parts}


def _pictures_only(kind: Any) -> Any:
    def check(self: Any, name: str, part: Any) -> Any:
        return None if name == "video_processor" else kind.check_argument_for_proper_class(
            self, name, part
        )  # fmt: skip

    return type(kind.__name__, (kind,), {"check_argument_for_proper_class": check})


def _quantized(dtype: Any) -> dict[str, Any]:
    if find_spec("bitsandbytes") is None:
        raise ValueError("4 bits need bitsandbytes: pip install bitsandbytes accelerate")
    from transformers import BitsAndBytesConfig

    four = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_compute_dtype=dtype)
    return {"quantization_config": four, "device_map": {"": device()}}


def _spread(device_map: str) -> dict[str, Any]:
    if find_spec("accelerate") is None:
        raise ImportError("a device map needs accelerate: pip install accelerate")
    return {"device_map": device_map}


def _spread_over(network: Any) -> str:
    """Return what a fingerprint ends in: kinds of devices; nothing for the processor alone."""
    places = getattr(network, "hf_device_map", None) or {}
    kinds = {on_which(place) for place in places.values()}
    return f" device_map={'+'.join(sorted(kinds))}" if kinds - {CPU} else ""


def _said(model: str, part: str, work: Any) -> Any:
    """Run a step of loading; whatever it raises becomes one line."""
    try:
        return work()
    except Exception as error:  # the library raises nearly anything on a broken folder
        if "trust_remote_code" in str(error):
            raise ValueError(
                f"{model} brings Python code of its own (auto_map) for its {part}, which is "
                "never run here; give a model whose classes transformers has"
            ) from error
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        if Path(model).expanduser().is_dir():
            cure = {
                "processor": "; save the model's processor into the same folder "
                "(processor.save_pretrained)",
            }.get(part, "")
            raise ValueError(f"cannot load the {part} of {model}{cure}: {reason}") from error
        raise LookupError(
            f"cannot load the {part} of '{model}': no such folder, and the hub does not give it; "
            f"download it first and name its folder: {reason}"
        ) from error
