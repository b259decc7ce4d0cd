"""What a user is told who writes a name, a spec or a parameter wrong: the cure, in one line."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from unmask.defenses import DEFENSES, Registry
from unmask.evaluate import ATTACKERS, METRICS, RECOGNIZERS
from unmask.evaluate.cli.main import app
from unmask.evaluate.cli.specs import split_specs

KINDS: dict[str, Registry[Any]] = {
    "defense": DEFENSES, "attacker": ATTACKERS, "metric": METRICS, "recognizer": RECOGNIZERS
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "spec", "said"),
    [
        ("recognizer", "onnx", "recognizer 'onnx' needs a path: onnx:PATH"),
        ("recognizer", "onnx:size=96", "needs a path: onnx:size=96,path=PATH"),
        ("defense", "folder", "defense 'folder' needs a path: folder:PATH"),
        ("defense", "folder:", "needs a path: folder:PATH"),
        ("recognizer", "arcface", "no recognizer named 'arcface'; did you mean 'onnx:arcface'?"),
        ("recognizer", "/x/mine.onnx", "did you mean 'onnx:/x/mine.onnx'?"),
        ("recognizer", "dlip", "did you mean 'dlib'?"),
        ("defense", "naive", "it is one of the attackers, and a defense is needed here"),
        ("defense", "ssim", "it is one of the metrics, and a defense is needed here"),
        ("metric", "dlib", "one of the detectors and of the recognizers, and a metric is"),
        ("attacker", "all", "'all': name each, or leave the choice out where there are usual"),
        ("defense", "pixelat", "no defense named 'pixelat'; did you mean 'pixelate'?"),
        ("metric", "nothing-like-it", "there are answers, face_found, "),
    ],
)
def test_a_wrong_spec_is_told_with_its_cure(kind: str, spec: str, said: str) -> None:
    with pytest.raises((ValueError, LookupError)) as raised:
        KINDS[kind].build(spec)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("pixelate blocks=4", "pixelate:blocks=4"),
        ("none pixelate, blocks=4", "pixelate:blocks=4"),
        ("pixelate:region=box blocks=4", "pixelate:region=box,blocks=4"),
        ("retrained parts=cnn", "retrained:parts=cnn"),
        ("mask margin=0.2", "mask:margin=0.2"),
    ],
)
def test_a_parameter_apart_from_its_name(text: str, meant: str) -> None:
    with pytest.raises(ValueError, match="without a space") as raised:
        split_specs(text)
    assert str(raised.value).endswith(f"did you mean '{meant}'?")


def test_a_folder_may_be_called_like_a_parameter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "4").mkdir()
    assert split_specs("pixelate blocks=4") == ["pixelate", "folder:path='4',label=blocks"]
    assert split_specs("none mytool=nope") == ["none", "folder:path=nope,label=mytool"]


@pytest.mark.parametrize("option", ["--seed", "--limit", "--photos", "--crop", "--candidates"])
def test_no_negative_counts(option: str) -> None:
    done = CliRunner().invoke(app, ["audit-vlm", "no-model", option, "-1"])
    assert done.exit_code == 2
    assert option in done.output


@pytest.mark.parametrize("text", ["mask pixelate", "mask,pixelate", ""])
def test_check_takes_one_defense(text: str) -> None:
    done = CliRunner().invoke(app, ["check", text])
    assert done.exit_code == 2
    assert f"one plug-in is needed, got {2 if text else 0}" in done.output
