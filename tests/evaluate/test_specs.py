"""Lists of specs in one text, and what stands in quotes."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from unmask.defenses import DEFENSES, format_spec
from unmask.defenses.registry import parse_parameters
from unmask.evaluate.cli.specs import doubt_of, split_specs


@pytest.mark.parametrize(
    ("text", "specs"),
    [
        ("none mask:fill=grey,region=box pixelate", 3),
        ("a,b:x=1,y=2,c", ["a", "b:x=1,y=2", "c"]),
        ("mask,region=box", ["mask:region=box"]),
        ("none other=/tmp/x", ["none", "folder:path=/tmp/x,label=other"]),
        ("a [red]b=c[/d]", ["a", "folder:path=c[/d],label=[red]b"]),
        ("a 'my tool=my folder, x'", ["a", "folder:path='my folder, x',label=my tool"]),
        ('a tool="my folder, x",b', ["a", "folder:path='my folder, x',label=tool", "b"]),
        ('"t=Joe\'s"', ["folder:path=Joe's,label=t"]),
        ("'onnx:/my models/x.onnx'", ["onnx:/my models/x.onnx"]),
        ("", []),
    ],
)
def test_texts_are_split(text: str, specs: list[str] | int) -> None:
    found = split_specs(text)
    assert found == specs if isinstance(specs, list) else len(found) == specs


def test_an_open_quote_is_said() -> None:
    with pytest.raises(ValueError, match="a quote must be closed"):
        split_specs("mask t=Joe's")


@pytest.mark.parametrize(
    "value", ["a, b", 'it\'s, "so" \\n', "1_0", "true", "'a'", "", " a", "a='b,c'", "007", "x\ny"]
)
def test_any_text_survives_in_a_spec(value: str) -> None:
    given = {"path": value, "k": 3, "share": 0.5, "on": True}
    _, _, text = format_spec("folder", given).partition(":")
    assert parse_parameters(text) == given


def test_a_folder_with_spaces_and_commas_builds_and_builds_again(tmp_path: Path) -> None:
    place = tmp_path / "my folder, x[y]"
    place.mkdir()
    Image.fromarray(np.zeros((9, 9, 3), np.uint8)).save(place / "1.png")
    (spec,) = split_specs(f"'my tool={place}'")
    built = DEFENSES.build(spec)
    assert built.parameters["path"] == str(place)
    assert built.parameters["label"] == "my tool"
    assert DEFENSES.build(built.spec) == built


@pytest.mark.parametrize(
    ("holds", "said"),
    [(True, ""), (None, "held to no limit"), (False, "did not hold its limit on the test people")],
)
def test_what_a_search_could_not_promise_is_said(
    tmp_path: Path, holds: bool | None, said: str
) -> None:
    path = tmp_path / "chosen.json"
    path.write_text(json.dumps({"defense": "pixelate", "params": {"blocks": 3}, "holds": holds}))
    told = doubt_of(f"@{path}")
    assert told.endswith(said)
    assert bool(told) == bool(said)
    assert doubt_of("pixelate") == ""


def test_a_chosen_setting_that_was_edited_is_not_the_one_that_was_checked(tmp_path: Path) -> None:
    path = tmp_path / "chosen.json"
    found = {"defense": "pixelate", "params": {"blocks": 4}, "holds": True,
             "test": {"defense": "pixelate:blocks=4"}, "code": {"unmask": "of then"}}  # fmt: skip
    path.write_text(json.dumps(found))
    assert doubt_of(f"@{path}") == ""
    path.write_text(json.dumps({**found, "params": {"blocks": 12}}))
    assert "is not the one that was checked" in doubt_of(f"@{path}")


def test_a_plug_in_that_was_edited_is_not_the_one_that_was_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "chosen.json"
    found = {
        "defense": "pixelate",
        "params": {"blocks": 4},
        "holds": True,
        "code": {"myplug": "a"},
    }
    path.write_text(json.dumps(found))
    marks = {"unmask": "x", "myplug": "a"}
    monkeypatch.setattr("unmask.evaluate.comparison.config.code_of", lambda _: marks)
    assert doubt_of(f"@{path}") == ""
    marks["myplug"] = "b"
    assert "the code of myplug is another one" in doubt_of(f"@{path}")
