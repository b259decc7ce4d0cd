"""The processor of the small model: words to numbers, pictures to tensors."""

from __future__ import annotations

from typing import Any

from .recipe import Recipe

PAD, BOS, UNKNOWN, EOS, IMAGE = "<pad>", "<s>", "<unk>", "</s>", "<image>"
TEMPLATE = (
    "{% for message in messages %}{{ message['role'].upper() }}: "
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}"
    "{% for part in message['content'] %}{% if part['type'] == 'image' %}<image>"
    "{% else %}{{ part['text'] }}{% endif %}{% if not loop.last %} {% endif %}{% endfor %}"
    "{% endif %} {% endfor %}{% if add_generation_prompt %}ASSISTANT:{% endif %}"
)


def tokenizer_of(words: list[str]) -> Any:
    """Return a tokenizer that knows exactly these words, padding on the left."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    special = [PAD, BOS, UNKNOWN, EOS, IMAGE]
    vocabulary = {word: number for number, word in enumerate([*special, *words])}
    raw = Tokenizer(models.WordLevel(vocabulary, unk_token=UNKNOWN))
    raw.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    raw.post_processor = processors.TemplateProcessing(
        single=f"{BOS} $A", special_tokens=[(BOS, vocabulary[BOS])]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=raw, pad_token=PAD, bos_token=BOS, eos_token=EOS, unk_token=UNKNOWN,
        additional_special_tokens=[IMAGE], padding_side="left",
        clean_up_tokenization_spaces=False,
    )  # fmt: skip


def image_processor_of(recipe: Recipe) -> Any:
    """Return the picture half; its class works with and without torchvision."""
    from transformers import CLIPImageProcessorPil

    square = {"height": recipe.size, "width": recipe.size}
    # both sizes: without torchvision one alone would crop to a default
    return CLIPImageProcessorPil(
        size=square, crop_size=square, image_mean=[0.5] * 3, image_std=[0.25] * 3
    )


def processor_of(tokenizer: Any, image_processor: Any, patch: int) -> Any:
    """Join both halves; every patch and the class token become places for the picture."""
    from transformers import LlavaProcessor

    return LlavaProcessor(
        image_processor=image_processor, tokenizer=tokenizer, patch_size=patch,
        vision_feature_select_strategy="full", num_additional_image_tokens=1,
        image_token=IMAGE, chat_template=TEMPLATE,
    )  # fmt: skip


def ask(processor: Any, question: str, *, picture: bool = True) -> str:
    """Return the prompt of a question, by the processor's own chat template."""
    image = [{"type": "image"}] if picture else []
    content = [*image, {"type": "text", "text": question}]
    prompt: str = processor.apply_chat_template(
        [{"role": "user", "content": content}], add_generation_prompt=True
    )
    return prompt
