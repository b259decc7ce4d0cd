"""Made-up runs of `compare`, as their folders lie on a disk."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from unmask.evaluate.results.folder import write_found
from unmask.evaluate.results.records import Record

Make = Callable[..., Path]


def leaking(spec: str, value: float | None, status: str = "ok", **more: Any) -> list[Record]:
    """Return what a run says of one defense, its width 0.1 both ways."""
    base = Record("orl", "split", "quick", spec, {}, "leakage", "worst", "rank1", n=100, people=20,
                  chance=0.05, run="a-run", models="dlib", attack="pixels/own/lda", ceiling=1.0,
                  status=status)  # type: ignore[arg-type]  # fmt: skip
    if value is not None:
        base = replace(
            base,
            value=value,
            low=round(max(0.0, value - 0.1), 6),
            high=round(min(1.0, value + 0.1), 6),
        )
    base = replace(base, **more)
    ssim = replace(base, kind="utility", name="ssim", statistic="mean", value=0.5, low=0.5,
                   high=0.5, chance=None, status="ok", attack="", ceiling=None)  # fmt: skip
    return [base, ssim]


def beats(more: str, less: str, gap: float, p: float = 0.001, **other: Any) -> Record:
    """Return the paired difference of two defenses."""
    made = leaking(more, gap, **other)[0]
    return replace(made, kind="difference", name=less, p=p, chance=None, attack="", ceiling=None)


def settings(**more: Any) -> dict[str, Any]:
    """Return what `config.json` holds."""
    plan = {"attackers": ["naive", "pixels"], "metrics": ["ssim"], "recognizers": ["dlib"],
            "budget": "quick", "seed": 0}  # fmt: skip
    return {"dataset": "orl", "split_hash": "split", "photos": "photos", "plan": plan,
            "code": {"unmask": "code"}, "notes": [], "versions": {"unmask": "0.2.0"},
            "made": {"date": "2026-11-01 10:00 UTC", "command": "unmask compare /home/jo"},
            **more}  # fmt: skip


@pytest.fixture
def run(tmp_path: Path) -> Make:
    """Return a function that writes the folder of a finished run."""

    def write(name: str, records: Sequence[Record], **config: Any) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "config.json").write_text(json.dumps(settings(**config)), "utf-8")
        write_found(folder, [replace(record, run=name) for record in records])
        return folder

    return write


@pytest.fixture
def made() -> Callable[..., list[Record]]:
    return leaking


@pytest.fixture
def gap() -> Callable[..., Record]:
    return beats


@pytest.fixture
def plan() -> Callable[..., dict[str, Any]]:
    return lambda **more: settings()["plan"] | more
