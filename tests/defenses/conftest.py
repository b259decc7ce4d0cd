"""Models in the real formats that were never trained, for the tests of face_swap."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from unmask.defenses.face_swap import face_swap
from unmask.defenses.face_swap.pipeline import load_pipeline

NETWORK: dict[str, Any] = {  # of the U-Net and of the ControlNet that must fit it
    "block_out_channels": (16, 32),
    "layers_per_block": 1,
    "norm_num_groups": 8,
    "cross_attention_dim": 32,
    "attention_head_dim": 8,
}
ENCODER: dict[str, Any] = {  # of text and of pictures
    "hidden_size": 32,
    "intermediate_size": 37,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
}


@pytest.fixture
def any_face(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take everything for a face, so that what an untrained network makes is kept."""
    monkeypatch.setattr(face_swap, "surety", lambda pixels, face: 1.0)


def _tokenizer() -> Any:
    from transformers import CLIPTokenizer

    letters = [*"abcdefghijklmnopqrstuvwxyz", *(f"{x}</w>" for x in "abcdefghijklmnopqrstuvwxyz")]
    words = ["<|startoftext|>", "<|endoftext|>", *letters]
    make: Any = CLIPTokenizer
    vocab = {word: i for i, word in enumerate(words)}
    return make(vocab=vocab, merges=[], model_max_length=77, pad_token="<|endoftext|>")


@pytest.fixture(scope="session")
def tiny_pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A pipeline of 64 pixels in the real format that was never trained."""
    import diffusers
    from transformers import CLIPTextConfig, CLIPTextModel

    path = tmp_path_factory.mktemp("models") / "tiny"
    parts: Any = diffusers
    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        text: Any = CLIPTextConfig(
            vocab_size=54,
            **ENCODER,
            bos_token_id=0,
            eos_token_id=1,
            pad_token_id=1,
        )
        pipeline = parts.StableDiffusionInpaintPipeline(
            vae=parts.AutoencoderKL(
                block_out_channels=(16, 16),
                down_block_types=("DownEncoderBlock2D",) * 2,
                up_block_types=("UpDecoderBlock2D",) * 2,
                norm_num_groups=8,
                latent_channels=4,
                sample_size=64,
            ),
            text_encoder=CLIPTextModel(text),
            tokenizer=_tokenizer(),
            unet=parts.UNet2DConditionModel(
                sample_size=32,
                in_channels=9,
                out_channels=4,
                **NETWORK,
                down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
                up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
            ),
            scheduler=parts.DDIMScheduler(
                beta_start=0.00085,
                beta_end=0.012,
                beta_schedule="scaled_linear",
                clip_sample=False,
                set_alpha_to_one=False,
                steps_offset=1,
            ),
            safety_checker=None,
            feature_extractor=None,
            requires_safety_checker=False,
        )
        pipeline.save_pretrained(path, safe_serialization=True)
    yield path
    load_pipeline.cache_clear()


@pytest.fixture(scope="session")
def tiny_controlnet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ControlNet for `tiny_pipeline`; its last layers, which start at zero, are random."""
    import diffusers

    path = tmp_path_factory.mktemp("models") / "controlnet"
    parts: Any = diffusers
    torch.manual_seed(1)
    net = parts.ControlNetModel(
        in_channels=4,
        **NETWORK,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        conditioning_embedding_out_channels=(16, 32),
    )
    ends = (net.controlnet_down_blocks, net.controlnet_mid_block, net.controlnet_cond_embedding)
    with torch.no_grad():
        for parameter in (p for part in ends for p in part.parameters()):
            parameter.normal_(std=0.3)
    net.save_pretrained(path, safe_serialization=True)
    return path


@pytest.fixture(scope="session")
def tiny_ip_adapter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An IP-Adapter for `tiny_pipeline`, with its image encoder beside it."""
    from safetensors.torch import save_file
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    folder = tmp_path_factory.mktemp("adapter") / "models"
    torch.manual_seed(2)
    vision: Any = CLIPVisionConfig(
        **ENCODER,
        image_size=32,
        patch_size=8,
        projection_dim=24,
    )
    CLIPVisionModelWithProjection(vision).save_pretrained(folder / "image_encoder")
    weights = {
        "image_proj.proj.weight": torch.randn(4 * 32, 24),
        "image_proj.proj.bias": torch.zeros(4 * 32),
        "image_proj.norm.weight": torch.ones(32),
        "image_proj.norm.bias": torch.zeros(32),
    }
    for i, width in enumerate((32, 32, 32, 32)):  # down, up, up, middle: wherever text is seen
        for side in ("k", "v"):
            weights[f"ip_adapter.{2 * i + 1}.to_{side}_ip.weight"] = torch.randn(width, 32)
    save_file(weights, folder / "ip-adapter_tiny.safetensors")
    return folder / "ip-adapter_tiny.safetensors"
