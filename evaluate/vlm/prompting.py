"""How a question and its picture become the tokens that a model expects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from unmask.device import beside

from .base import CannotAnswerError, Picture, shown_in


class Prompter:
    """The processor of one model, with the habits of its family.

    Args:
        network: the model; only its configuration, device and dtype are looked at.
        processor: its processor.
        label: name of the model in messages.
    """

    def __init__(self, network: Any, processor: Any, label: str) -> None:
        self._network, self.processor, self._label = network, processor, label
        self._kind = str(network.config.model_type)
        self.tokenizer = processor.tokenizer
        self.tokenizer.padding_side = "left"
        if self.tokenizer.pad_token is None:
            self.tokenizer.pad_token = self.tokenizer.eos_token

    @property
    def written(self) -> int:
        """Token type of what the model itself writes; elsewhere 0 is text."""
        return int("paligemma" in self._kind)

    @property
    def templated(self) -> bool:
        """Whether the model brings a chat template, in which pictures may stand."""
        return bool(getattr(self.processor, "chat_template", None))

    def continuations(
        self, prompt: str, candidates: Sequence[str], pictures: int
    ) -> list[list[int]]:
        """Return the tokens that each candidate adds to the prompt.

        Raises:
            CannotAnswerError: two candidates are the same tokens.
            ValueError: one has none.
        """

        def ids(text: str) -> list[int]:
            return list(self.tokenizer(text, add_special_tokens=False).input_ids)

        told = self.prompt(prompt, pictures)
        start, found = ids(told), []
        for candidate in candidates:
            joint = "" if told.endswith(("\n", " ")) else " "
            both = ids(told + joint + candidate)
            whole = both[: len(start)] == start and len(both) > len(start)
            tokens = both[len(start) :] if whole else ids(" " + candidate)
            if not tokens:
                raise ValueError(f"the candidate '{candidate}' has no tokens")
            found.append(tokens)
        for place, tokens in enumerate(found):
            first = found.index(tokens)
            if first < place:
                raise CannotAnswerError(
                    # which ones is not said: this goes into records and pages, which name nobody
                    f"answers {first + 1} and {place + 1} of {len(found)} to choose from are the "
                    f"same to the tokenizer of {self._label}, which lacks their words"
                )
        return found

    def prompt(self, question: str, pictures: int = 1) -> str:
        """Return the question as the model expects it: its chat template, or a plain form.

        Args:
            question: in words.
            pictures: how many go before it; a plain form holds one at most.
        """
        if self.templated:
            parts = [{"type": "image"}] * pictures
            content = [*parts, {"type": "text", "text": question}]
            told: str = self.processor.apply_chat_template(
                [{"role": "user", "content": content}], add_generation_prompt=True
            )
            return told
        if "blip" in self._kind:
            return f"Question: {question} Answer:"
        image = getattr(self.processor, "image_token", "<image>") if pictures else ""
        if "paligemma" in self._kind:
            return f"{image}answer en {question}\n"
        return (
            f"USER: {image}\n{question}\nASSISTANT:"
            if pictures
            else f"USER: {question}\nASSISTANT:"
        )

    def inputs(self, pictures: Sequence[Picture], prompts: Sequence[str]) -> Any:
        """Return what the network is called with: pictures with their questions, padded."""
        import torch
        from PIL import Image

        count = shown_in(pictures[0])
        texts = [self.prompt(prompt, count) for prompt in prompts]
        # a template that writes the first token itself must not get it twice
        first = self.tokenizer.bos_token
        twice = {"add_special_tokens": False} if first and texts[0].startswith(first) else {}
        if not count:
            inputs = self.tokenizer(texts, return_tensors="pt", padding=True, **twice)
        else:
            shown = [
                [Image.fromarray(one) for one in (p if isinstance(p, tuple) else (p,))]
                for p in pictures if p is not None
            ]  # fmt: skip
            inputs = self.processor(
                text=texts, images=shown, return_tensors="pt", padding=True, **twice
            )
        dtype = self._network.dtype
        return {
            key: beside(value.to(dtype) if torch.is_floating_point(value) else value,
                        self._network)
            for key, value in inputs.items() if torch.is_tensor(value)
        }  # fmt: skip
