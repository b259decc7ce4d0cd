"""A made-up run as `compare` leaves one, and what may be changed about it."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from unmask.evaluate.results.records import Record, write_records

METRICS = {"ssim": {"better": "more", "unit": "", "says": "likeness"},
           "psnr": {"better": "more", "unit": "dB", "says": "noise"}}  # fmt: skip


def row(spec: str, value: float | None, *, low: float | None = None, high: float | None = None,
        status: str = "ok", reason: str = "", naive: float | None = 0.05,
        params: dict[str, object] | None = None, utility: bool = True,
        context: float | None = None, seed: int = 0) -> list[Record]:  # fmt: skip
    """Return the records of one defense; 20 people, chance 0.05."""
    base = Record("orl", "s", "quick", spec, params or {}, "leakage", "worst", "rank1", n=100,
                  people=20, chance=0.05, seed=seed)  # fmt: skip
    if value is not None:
        low = max(0.0, value - 0.1) if low is None else low
        high = min(1.0, value + 0.1) if high is None else high
    found = [replace(base, value=value, low=low, high=high, status=status,  # type: ignore[arg-type]
                     reason=reason, attack="pixels/own/lda", ceiling=1.0)]  # fmt: skip
    found.append(replace(base, name="pixels/own/lda", value=value, low=low, high=high))
    if naive is not None:
        found.append(replace(base, name="naive", recognizer="dlib", value=naive,
                             low=max(0.0, naive - 0.04), high=naive + 0.04))  # fmt: skip
    if context is not None:
        found.append(replace(base, name="context", value=context, low=context - 0.1,
                             high=context + 0.1))  # fmt: skip
    if utility:
        for name, figure in (("ssim", 0.7), ("psnr", 22.0)):
            found.append(replace(base, kind="utility", name=name, statistic="mean", value=figure,
                                 low=figure, high=figure, chance=None))  # fmt: skip
    return found


Make = Callable[..., Path]


@pytest.fixture
def made_row() -> Callable[..., list[Record]]:
    return row


@pytest.fixture
def run(tmp_path: Path) -> Make:
    """Return a function that writes a run folder."""

    def write(name: str, records: list[Record], **config: object) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        write_records(folder / "records.jsonl", records)
        (folder / "config.json").write_text(json.dumps({"metrics": METRICS, **config}), "utf-8")
        return folder

    return write
