"""Train the built-in face-swap model: `python -m unmask.benchmarks.train_face_swap`."""

from __future__ import annotations

import argparse
import copy
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from unmask.defenses.face_swap.model import Shape, SwapNet, load_weights, precision, save_weights

from .face_swap_card import model_card
from .face_swap_data import Batch, Crops, batches, oval, plain, prepare
from .face_swap_pictures import contact_sheet, loss_curve

SHAPE = Shape(channels=(48, 96, 192))
BATCH, RATE, AVERAGE = 16, 6e-4, 0.9995
_WARM_UP = 200  # steps
_FALL = 0.5  # the rate falls over this last share of the minutes


class Run:
    """A training run in a folder, which continues where it stopped.

    Args:
        crops: of all people; those held out are only looked at.
        out: folder for `state.pt`, `face_swap.safetensors`, sheets, loss curve, model card.
        minutes: of training in all, earlier sessions included.
        start: weights to begin with where the folder holds no state; None: from nothing.
    """

    def __init__(self, crops: Crops, out: Path, minutes: float, start: Path | None = None) -> None:
        self.out, self.minutes, self.step, self.spent = out, minutes, 0, 0.0
        self.log: list[list[float]] = []  # step, minutes, training loss, held-out loss
        self.train, held = crops.parts()
        self.people = (len(set(self.train.names)), len(set(held.names)))
        torch.manual_seed(0)
        self.net = SwapNet(SHAPE)
        if start is not None:
            self.net.load_state_dict(load_weights(start).state_dict())
        self.average = copy.deepcopy(self.net).eval().requires_grad_(False)
        self.optimizer = torch.optim.AdamW(
            self.net.parameters(), RATE, betas=(0.9, 0.99), weight_decay=0.01, fused=True
        )
        picked = np.linspace(0, len(held) - 1, min(192, len(held))).astype(np.intp)
        self.held = plain(held.take(picked), oval(32, 39))
        self.shown = plain(held.take(picked[:: max(1, len(picked) // 32)][:32]), oval(32, 39))
        if (out / "state.pt").is_file():
            self._load()

    def run(self, *, every: float) -> None:
        """Train until the minutes are spent; save every so many minutes."""
        start, before, saved = time.monotonic(), self.spent, self.spent
        stream = batches(self.train, BATCH, np.random.default_rng([self.step, 1]))
        losses: list[float] = []
        while self.spent < self.minutes:
            losses.append(self._learn(next(stream)))
            self.spent = before + (time.monotonic() - start) / 60
            if self.spent - saved >= every or self.spent >= self.minutes:
                saved = self.spent
                self._save(float(np.mean(losses)))
                losses.clear()

    def _learn(self, batch: Batch) -> float:
        for group in self.optimizer.param_groups:
            group["lr"] = RATE * self._pace()
        when = torch.sigmoid(torch.randn(len(batch.clean)) + 0.4)
        loss = _loss(self.net, batch, when, torch.randn_like(batch.clean)).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.step += 1
        keep = min(AVERAGE, (1 + self.step) / (20 + self.step))
        with torch.no_grad():
            pairs = zip(self.average.parameters(), self.net.parameters(), strict=True)
            for mean, new in pairs:
                mean.lerp_(new, 1 - keep)
        return float(loss.detach())

    def _pace(self) -> float:
        left = (1 - self.spent / self.minutes) / _FALL
        fall = 0.02 + 0.98 * 0.5 * (1 - math.cos(math.pi * min(1.0, max(0.0, left))))
        return min(1.0, (self.step + 1) / _WARM_UP) * fall

    @torch.no_grad()
    def _held_loss(self) -> float:
        generator = torch.Generator().manual_seed(5)
        when = (torch.arange(len(self.held.clean)) + 0.5) / len(self.held.clean)
        noise = torch.randn(self.held.clean.shape, generator=generator)
        parts = zip(*(torch.split(x, 32) for x in (*self.held, when, noise)), strict=True)
        losses = [_loss(self.average, Batch(c, m, p), t, e) for c, m, p, t, e in parts]
        return float(torch.cat(losses).mean())

    def _save(self, train_loss: float) -> None:
        self.log.append([self.step, self.spent, train_loss, self._held_loss()])
        state = {
            "net": self.net.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "spent": self.spent,
            "log": self.log,
        }
        part = self.out / "state.part"
        torch.save(state, part)
        part.replace(self.out / "state.pt")
        notes = {"steps": str(self.step), "held_out_loss": f"{self.log[-1][3]:.4f}"}
        save_weights(self.average, self.out / "face_swap.safetensors", notes)
        contact_sheet(self.average, self.shown, self.out / f"sheet-{self.step:06}.png")
        loss_curve(self.log, self.out / "loss.png")
        card = model_card(self.net, self.log, self.people, len(self.train), BATCH)
        (self.out / "MODEL_CARD.md").write_text(card, encoding="utf-8")
        print(
            f"step {self.step}, {self.spent:.1f} of {self.minutes:g} minutes, loss "
            f"{train_loss:.4f}, held out {self.log[-1][3]:.4f}, pace {self._pace():.3f}",
            flush=True,
        )

    def _load(self) -> None:
        state: dict[str, Any] = torch.load(self.out / "state.pt", weights_only=True)
        self.net.load_state_dict(state["net"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.spent, self.log = state["step"], state["spent"], state["log"]


def _loss(net: SwapNet, batch: Batch, when: Tensor, noise: Tensor) -> Tensor:
    """Return the loss of each crop, `(N,)`: squared error of velocity inside the mask."""
    time_ = when.reshape(-1, 1, 1, 1)
    noisy = ((1 - time_) * batch.clean + time_ * noise) * batch.mask + batch.known
    with torch.autocast("cpu", torch.bfloat16, enabled=precision() == torch.bfloat16):
        made = net(noisy, when, batch.known, batch.mask, batch.maps)
    weight = (batch.mask + 0.05 * (1 - batch.mask)) / time_.clamp_min(0.1) ** 2
    error = weight * (made.float() - batch.clean) ** 2
    losses: Tensor = error.sum((1, 2, 3)) / (3 * batch.mask.sum((1, 2, 3)))
    return losses


def main() -> None:
    """Read the arguments and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, required=True, help="one folder per person")
    parser.add_argument("--out", type=Path, required=True, help="private: it gets pictures")
    parser.add_argument("--minutes", type=float, default=240, help="of training in all")
    parser.add_argument("--every", type=float, default=5, help="minutes between checkpoints")
    parser.add_argument("--start", type=Path, help="weights to begin with")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    arguments.out.mkdir(parents=True, exist_ok=True)
    crops = prepare(arguments.photos, arguments.out / "crops.npz")
    run = Run(crops, arguments.out, arguments.minutes, arguments.start)
    run.run(every=arguments.every)


if __name__ == "__main__":
    main()
