"""A vision-language model that writes: its answers, and how likely it finds given ones."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from unmask.defenses.photo import Pixels
from unmask.device import beside

from .base import CannotAnswerError, Matrix, Model, Picture, shown_in
from .memory import bytes_of, memory_of
from .prompting import Prompter

ROWS = 256  # at most so many candidates, times pictures, are weighed together
MEMORY = 2 << 30  # bytes that their copies of the prompt's memory may take


class Generative(Model):
    """Anything that `AutoModelForImageTextToText` loads.

    Likelihoods read the prompt, with its picture, once and let every candidate go on from
    its memory. Models differ in how they count positions, so the first such batch with one
    picture, with two, and without, is compared with reading prompt and candidate plainly,
    one by one and without padding; if they differ, the model is read plainly from then on.

    Args:
        network: the model, ready to run.
        processor: its processor.
        label: as in `Model`.
        fingerprint: as in `Model`.
        batch: as in `Model`.
    """

    def __init__(
        self, network: Any, processor: Any, label: str, fingerprint: str, batch: int
    ) -> None:
        super().__init__(label, fingerprint, batch)
        self.network, self._prompter = network, Prompter(network, processor, label)
        self._tokenizer = self._prompter.tokenizer
        text = getattr(network.config, "text_config", network.config)
        # an encoder-decoder reads the prompt elsewhere; it is asked to write its choice
        self.weighs = not (network.config.is_encoder_decoder or text.is_encoder_decoder)
        for flag in ("temperature", "top_p", "top_k"):  # they mean nothing without sampling
            setattr(network.generation_config, flag, None)
        self.remembers: dict[int, bool] = {}  # by number of pictures: is the memory right?

    def answer(
        self, pictures: Sequence[Picture], prompts: Sequence[str], max_new_tokens: int = 24
    ) -> list[str]:
        """Return what the model writes; see `Model.answer`."""
        import torch

        told: list[str] = []
        with torch.inference_mode():
            for some, asked in self._batches(pictures, prompts):
                inputs = self._prompter.inputs(some, asked)
                try:
                    out = self.network.generate(
                        **inputs, max_new_tokens=max_new_tokens, do_sample=False, num_beams=1,
                        pad_token_id=self._tokenizer.pad_token_id,
                    )  # fmt: skip
                except Exception as error:
                    self._give_up(some, error)
                # decoders that are given embeddings return only what is new
                start = inputs["input_ids"].shape[1]
                fresh = out[:, start:] if _begins(out, inputs["input_ids"]) else out
                told += self._tokenizer.batch_decode(fresh, skip_special_tokens=True)
        return [" ".join(text.split()) for text in told]

    def likelihoods(
        self, pictures: Sequence[Picture], prompts: Sequence[str], candidates: Sequence[str]
    ) -> Matrix:
        """Return the log-likelihood of each candidate; see `Model.likelihoods`."""
        import torch

        if not self.weighs:
            raise CannotAnswerError(f"{self.label} is an encoder-decoder; it writes its choice")
        rows = []
        with torch.inference_mode():
            for some, asked in self._batches(pictures, prompts):
                try:
                    rows.append(self._weigh(some, asked, candidates))
                except Exception as error:
                    self._give_up(some, error)
        return np.asarray(np.round(np.concatenate(rows), 4) + 0.0, np.float64)

    @cached_property
    def takes_two(self) -> bool:
        """Whether two pictures fit into the chat template, and changing either changes the answer.

        Some processors take two and their models look at one: that would look like privacy.
        """
        if not self._prompter.templated:
            return False
        black, white = (np.full((64, 64, 3), level, np.uint8) for level in (0, 255))
        shown = [(black, black), (white, black), (black, white)]
        try:
            first, left, right = (self._next(pair) for pair in shown)
        except Exception:  # a processor or network made for one picture raises nearly anything
            return False
        return not (np.allclose(first, left, atol=1e-3) or np.allclose(first, right, atol=1e-3))

    def _next(self, picture: Picture) -> Matrix:
        """Return what is expected of the next word after a picture."""
        import torch

        with torch.inference_mode():
            self._forget()
            inputs = self._prompter.inputs([picture], ["?"])
            found: Matrix = self.network(**inputs).logits[0, -1].float().cpu().double().numpy()
            return found

    def features(self, pictures: Sequence[Pixels]) -> Matrix:
        """Return what the language model is given of each picture, the mean over its places."""
        import torch

        make = getattr(self.network, "get_image_features", None)
        if make is None:
            return super().features(pictures)
        known, rows = inspect.signature(make).parameters, []
        with torch.inference_mode():
            for picture in pictures:  # alone, so that no row depends on the others
                inputs = self._prompter.inputs([picture], ["?"])
                found = make(**{k: v for k, v in inputs.items() if k in known})
                found = getattr(found, "pooler_output", found)
                parts = found if isinstance(found, list | tuple) else [found]
                places = torch.cat([part.reshape(-1, part.shape[-1]) for part in parts])
                rows.append(places.float().mean(0).cpu().double().numpy())
        lengths = [max(float(np.linalg.norm(row)), 1e-12) for row in rows]
        return np.stack([row / length for row, length in zip(rows, lengths, strict=True)])

    def plain(self, picture: Picture, prompt: str, candidates: Sequence[str]) -> Matrix:
        """Return `(candidates,)` log-likelihoods, each read as a whole and on its own."""
        import torch

        found = []
        for tokens in self._prompter.continuations(prompt, candidates, shown_in(picture)):
            with torch.inference_mode():
                inputs = self._prompter.inputs([picture], [prompt])
                more = beside(torch.tensor([tokens]), inputs["input_ids"])
                inputs["input_ids"] = torch.cat([inputs["input_ids"], more], 1)
                for key, fill in (("attention_mask", 1), ("mm_token_type_ids", 0),
                                  ("token_type_ids", self._prompter.written)):  # fmt: skip
                    if key in inputs:
                        inputs[key] = torch.cat([inputs[key], torch.full_like(more, fill)], 1)
                self._forget()
                logits = self.network(**inputs, use_cache=False).logits[:, -len(tokens) - 1 : -1]
                logs = logits.float().log_softmax(-1)
                found.append(float(logs.gather(2, more[..., None]).sum()))
        return np.array(found)

    def _weigh(
        self, pictures: Sequence[Picture], prompts: Sequence[str], candidates: Sequence[str]
    ) -> Matrix:
        seen = shown_in(pictures[0])
        if self.remembers.get(seen, True):
            try:
                found = self._remembered(pictures, prompts, candidates)
            except CannotAnswerError:
                raise
            except Exception:  # an unusual cache or signature: the plain way decides
                if seen in self.remembers:
                    raise
                self.remembers[seen] = False
            else:
                if seen not in self.remembers:
                    ends = sorted({0, len(candidates) - 1})
                    rows = sorted({0, len(pictures) - 1})
                    self.remembers[seen] = all(
                        self._alike(found[row, ends], self.plain(
                            pictures[row], prompts[row], [candidates[end] for end in ends]))
                        for row in rows
                    )  # fmt: skip
                if self.remembers[seen]:
                    return found
        return np.stack(
            [self.plain(p, q, candidates) for p, q in zip(pictures, prompts, strict=True)]
        )

    def _alike(self, found: Matrix, plain: Matrix) -> bool:
        """Compare; half precision is allowed its rounding."""
        exact = "float32" in str(self.network.dtype)
        return bool(np.allclose(found, plain, rtol=1e-4 if exact else 0.02,
                                atol=1e-3 if exact else 0.1))  # fmt: skip

    def _remembered(
        self, pictures: Sequence[Picture], prompts: Sequence[str], candidates: Sequence[str]
    ) -> Matrix:
        import torch

        inputs = self._prompter.inputs(pictures, prompts)
        count = len(pictures)
        rows = self._prompter.continuations(prompts[0], candidates, shown_in(pictures[0]))
        longest, fill = max(map(len, rows)), self._tokenizer.pad_token_id
        tokens = torch.tensor([r + [fill] * (longest - len(r)) for r in rows])
        real = torch.tensor([[1] * len(r) + [0] * (longest - len(r)) for r in rows])
        tokens, real = (beside(x, inputs["input_ids"]) for x in (tokens, real))
        self._forget()
        first = self.network(**inputs, use_cache=True)
        word, kept = memory_of(first)
        each = max(1, min(ROWS // count, MEMORY // max(bytes_of(kept), 1)))
        found = []
        for start in range(0, len(rows), each):
            ids, mask = tokens[start : start + each], real[start : start + each]
            some = len(ids)
            memory = copy.deepcopy(kept)  # reading a candidate adds to it
            memory.batch_repeat_interleave(some)
            whole = torch.cat(
                [inputs["attention_mask"].repeat_interleave(some, 0), mask.repeat(count, 1)], 1
            )
            after = self.network(
                input_ids=ids.repeat(count, 1), attention_mask=whole,
                **{word: memory}, **self._places(whole, ids.shape[1]),
            ).logits  # fmt: skip
            before = first.logits[:, -1:].repeat_interleave(some, 0)
            logs = torch.cat([before, after[:, :-1]], 1).float().log_softmax(-1)
            picked = logs.gather(2, ids.repeat(count, 1)[..., None])[..., 0]
            summed = (picked * mask.repeat(count, 1)).sum(1).view(count, some)
            found.append(summed.cpu().double().numpy())
        return np.concatenate(found, 1)

    def _places(self, mask: Any, count: int) -> dict[str, Any]:
        """Return positions of the last `count` tokens for models that count in three axes.

        Left alone, such a model takes a mask over memory and new tokens for the new tokens.
        """
        kept = [m.rope_deltas for m in self.network.modules()
                if getattr(m, "rope_deltas", None) is not None]  # fmt: skip
        if not kept:
            return {}
        delta = kept[0].repeat_interleave(len(mask) // len(kept[0]), 0)
        places = (mask.cumsum(1) - 1)[:, -count:] + delta
        return {"position_ids": places[None].expand(3, -1, -1)}

    def _forget(self) -> None:
        """Drop positions kept from an earlier call, which text alone would silently reuse."""
        for module in self.network.modules():
            if getattr(module, "rope_deltas", None) is not None:
                module.rope_deltas = None

    def _batches(
        self, pictures: Sequence[Picture], prompts: Sequence[str]
    ) -> list[tuple[list[Picture], list[str]]]:
        if len(pictures) != len(prompts) or not prompts:
            raise ValueError(f"got {len(pictures)} pictures for {len(prompts)} prompts")
        if len({shown_in(picture) for picture in pictures}) > 1:
            raise ValueError("ask with pictures or without, and with as many each time")
        return [
            (list(pictures[i : i + self.batch]), list(prompts[i : i + self.batch]))
            for i in range(0, len(prompts), self.batch)
        ]

    def _give_up(self, pictures: Sequence[Picture], error: Exception) -> None:
        if pictures[0] is None and not isinstance(error, CannotAnswerError):
            reason = " ".join(str(error).split())[:200]
            raise CannotAnswerError(f"{self.label} says nothing without a picture: {reason}")
        raise error


def _begins(out: Any, prompt: Any) -> bool:
    return out.shape[1] >= prompt.shape[1] and bool((out[:, : prompt.shape[1]] == prompt).all())
