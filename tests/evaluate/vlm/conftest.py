"""Small checkpoints with random weights, saved in the real formats."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

transformers = pytest.importorskip("transformers")

TEXT = """
who is this person in the photo shown ? what name of their yes no . , : a b c d e user
assistant this is anna bell carl dorn emma falk georg hahn ida jung picture Anna Bell Carl
Dorn Emma Falk Georg Hahn Ida Jung This Yes No I cannot say
"""
WORDS = TEXT.split()
CHAT = (
    "{% for m in messages %}user {% for c in m['content'] %}{% if c['type'] == 'image' %}IMAGE "
    "{% else %}{{ c['text'] }} {% endif %}{% endfor %}{% endfor %}"
    "{% if add_generation_prompt %}assistant{% endif %}"
)


def word_tokenizer(special: Sequence[str], template: str | None) -> Any:
    from tokenizers import Tokenizer, models, pre_tokenizers

    names = ["<pad>", "<s>", "<unk>", "</s>", *special, *dict.fromkeys(WORDS)]
    raw = Tokenizer(models.WordLevel({n: i for i, n in enumerate(names)}, unk_token="<unk>"))
    raw.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    made = transformers.PreTrainedTokenizerFast(
        tokenizer_object=raw, pad_token="<pad>", bos_token="<s>", eos_token="</s>",
        unk_token="<unk>", additional_special_tokens=list(special),
        clean_up_tokenization_spaces=False,
    )  # fmt: skip
    if template:
        made.chat_template = template
    return made


def save_llava(folder: Path, seed: int = 0) -> Path:
    import torch
    from transformers import (
        CLIPImageProcessorPil,
        CLIPVisionConfig,
        LlamaConfig,
        LlavaConfig,
        LlavaForConditionalGeneration,
        LlavaProcessor,
    )

    torch.manual_seed(seed)
    tokenizer = word_tokenizer(["<image>"], None)
    square = {"height": 32, "width": 32}
    LlavaProcessor(
        image_processor=CLIPImageProcessorPil(size=square, crop_size=square),
        tokenizer=tokenizer, patch_size=16, vision_feature_select_strategy="full",
        num_additional_image_tokens=1, image_token="<image>",
        chat_template=CHAT.replace("IMAGE", "<image>"),
    ).save_pretrained(folder)  # fmt: skip
    config = LlavaConfig(
        vision_config=CLIPVisionConfig(
            hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
            image_size=32, patch_size=16, projection_dim=16,
        ),
        text_config=LlamaConfig(
            vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=2,
            num_attention_heads=2, num_key_value_heads=2, max_position_embeddings=256,
            bos_token_id=1, eos_token_id=3, pad_token_id=0, initializer_range=0.5,
        ),
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"), vision_feature_layer=-1,
        vision_feature_select_strategy="full", image_seq_length=5,
    )  # fmt: skip
    model = LlavaForConditionalGeneration(config)
    model.generation_config.eos_token_id, model.generation_config.pad_token_id = 3, 0
    model.save_pretrained(folder)
    return folder


def save_qwen(folder: Path) -> Path:
    import torch
    from transformers import (
        Qwen2VLConfig,
        Qwen2VLForConditionalGeneration,
        Qwen2VLImageProcessorPil,
    )

    torch.manual_seed(1)
    special = ["<|image_pad|>", "<|video_pad|>", "<|vision_start|>", "<|vision_end|>"]
    shown = "<|vision_start|> <|image_pad|> <|vision_end|>"
    tokenizer = word_tokenizer(special, CHAT.replace("IMAGE", shown))
    tokenizer.save_pretrained(folder)
    Qwen2VLImageProcessorPil(min_pixels=28 * 28 * 4, max_pixels=28 * 28 * 16).save_pretrained(
        folder
    )
    path = folder / "preprocessor_config.json"
    told = json.loads(path.read_text()) | {"processor_class": "Qwen2VLProcessor"}
    path.write_text(json.dumps(told))
    config = Qwen2VLConfig(
        text_config={
            "vocab_size": len(tokenizer), "hidden_size": 32, "intermediate_size": 64,
            "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
            "max_position_embeddings": 256, "initializer_range": 0.5, "bos_token_id": 1,
            "eos_token_id": 3, "pad_token_id": 0,
            "rope_parameters": {
                "rope_type": "default", "mrope_section": [1, 1, 2], "rope_theta": 10000.0,
            },
        },
        vision_config={
            "depth": 2, "embed_dim": 32, "num_heads": 4, "hidden_size": 32, "mlp_ratio": 2,
            "patch_size": 14,
        },
        image_token_id=4, video_token_id=5, vision_start_token_id=6, vision_end_token_id=7,
    )  # fmt: skip
    Qwen2VLForConditionalGeneration(config).save_pretrained(folder)
    return folder


def save_clip(folder: Path) -> Path:
    import torch
    from transformers import CLIPConfig, CLIPImageProcessorPil, CLIPModel, CLIPProcessor

    torch.manual_seed(2)
    tokenizer = word_tokenizer([], None)
    square = {"height": 32, "width": 32}
    CLIPProcessor(
        image_processor=CLIPImageProcessorPil(size=square, crop_size=square), tokenizer=tokenizer
    ).save_pretrained(folder)
    CLIPModel(
        CLIPConfig(
            projection_dim=16,
            vision_config={
                "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2,
                "num_attention_heads": 2, "image_size": 32, "patch_size": 16,
            },
            text_config={
                "vocab_size": len(tokenizer), "hidden_size": 32, "intermediate_size": 64,
                "num_hidden_layers": 2, "num_attention_heads": 2, "max_position_embeddings": 24,
                "bos_token_id": 1, "eos_token_id": 3, "pad_token_id": 0,
            },
        )
    ).save_pretrained(folder)  # fmt: skip
    return folder


@pytest.fixture(autouse=True)
def _no_text(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let audits read no text, half a second a photo, unless a test is about it."""
    if "text" not in request.path.stem:
        monkeypatch.setattr("unmask.evaluate.audit.text.reader", lambda: "")


@pytest.fixture(scope="session")
def llava(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_llava(tmp_path_factory.mktemp("models") / "tiny-llava")


@pytest.fixture(scope="session")
def qwen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_qwen(tmp_path_factory.mktemp("models") / "tiny-qwen")


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_clip(tmp_path_factory.mktemp("models") / "tiny-clip")


@pytest.fixture
def pictures() -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    sizes = [(60, 70), (130, 70), (60, 70), (90, 120), (60, 60)]
    return [rng.integers(0, 256, (*size, 3), dtype=np.uint8) for size in sizes]
