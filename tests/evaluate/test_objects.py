"""Defenses as objects of the user's own classes: never measured by what they were before."""

import logging
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, make_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from unmask.defenses import DEFENSES, Defense, Photo, Pixels
from unmask.defenses.files.class_digest import is_importable, live_digest, told_digest
from unmask.defenses.files.code_digest import edited
from unmask.evaluate.comparison.contract import broken_contract
from unmask.evaluate.comparison.guests import codes_of, hosted, received, stays
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.comparison.run import compare
from unmask.evaluate.data.scene import Scene

LIGHT = Plan(("pixels",), (), (), budget="quick")
NOTEBOOK = """
from dataclasses import dataclass
import numpy as np
from unmask.defenses import Defense
{before}

@dataclass(frozen=True)
class Mine(Defense):
    step: int = 4

    def apply(self, photo, rng):
        {body}
"""


def typed(body: str = "return photo.pixels // self.step", before: str = "") -> type[Any]:
    """Return the class that a cell of a notebook defines."""
    known: dict[str, Any] = {"__name__": "__main__"}
    exec(NOTEBOOK.format(body=body, before=before), known)
    return known["Mine"]


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with modules of the user's, as that of a script is."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) and str(tmp_path) in str(
            sys.modules[name].__file__
        ):
            del sys.modules[name]


# What would give a figure of other code: `@` is 1 in one class and 2 in the other, where nothing
# else differs; first what stands before the class, then its body.
@pytest.mark.parametrize(
    ("before", "body"),
    [
        ("", "return photo.pixels // @"),
        ("", "return (lambda: @)() * [p for p in [photo.pixels]][0]"),
        ("K = @", "return photo.pixels * K"),
        ("def f(x): return @ * x", "return f(photo.pixels)"),
        ("def g(x): return @ * x\ndef f(x): return g(x)", "return f(photo.pixels)"),
        ("W = np.full(3, @, np.uint8)", "return photo.pixels * W"),
        ("T = {'a': [@, 2]}", "return photo.pixels * T['a'][0]"),
        ("from functools import cache\n@@cache\ndef f(): return @", "return photo.pixels * f()"),
        ("f = lambda x, k=@: x * k", "return f(photo.pixels)"),
        ("from functools import partial\nf = partial(np.multiply, @)", "return f(photo.pixels)"),
        ("class H:\n    def go(self, x): return @ * x\nh = H()", "return h.go(photo.pixels)"),
        (
            "class H:\n    @@property\n    def k(self): return @\nh = H()",
            "return photo.pixels * h.k",
        ),
        ("class H:\n    @@staticmethod\n    def f(x): return @ * x", "return H.f(photo.pixels)"),
    ],
)
def test_other_code_of_the_same_name_is_another_class(before: str, body: str) -> None:
    def of(value: str) -> str:
        texts = (
            t.replace("@@", "#").replace("@", value).replace("#", "@") for t in (body, before)
        )
        return live_digest(typed(*texts))

    assert of("1") == of("1") != ""
    assert of("2") not in ("", of("1"))


def test_where_a_class_stands_and_what_it_says_do_not_matter() -> None:
    bare = "return photo.pixels // 2"
    assert live_digest(typed(bare)) == live_digest(typed(bare, "\n\n# a note"))
    assert live_digest(typed(f'"""Do."""\n        {bare}')) != ""


def test_a_value_of_the_class_and_a_closure_count() -> None:
    mine = typed("return photo.pixels * self.factor")
    mine.factor = 1
    before = live_digest(mine)
    mine.factor = 2
    assert live_digest(mine) != before

    def made(k: int) -> type[Defense]:
        @dataclass(frozen=True)
        class Mine(Defense):
            def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
                return photo.pixels * np.uint8(k)

        return Mine

    assert live_digest(made(1)) == live_digest(made(1)) != live_digest(made(2))


def test_a_parent_of_the_user_counts() -> None:
    def of(k: int) -> type[Defense]:
        parent = typed(f"return photo.pixels // {k}")
        return dataclass(frozen=True)(type("Child", (parent,), {"__module__": "__main__"}))

    assert live_digest(of(2)) == live_digest(of(2)) != live_digest(of(3))


def test_what_nobody_can_read_equals_nothing() -> None:
    locked = typed("with LOCK: return photo.pixels", "import threading\nLOCK = threading.Lock()")
    assert live_digest(locked) == ""
    assert told_digest(locked) != told_digest(locked)


def test_modules_of_the_user_count_as_they_are_in_memory_and_on_disk(beside: Path) -> None:
    (beside / "helping.py").write_text("def f(x):\n    return x\n", "utf-8")
    early = typed("return helping.f(photo.pixels)", "import helping")
    late = typed("import helping; return helping.f(photo.pixels)")
    before = live_digest(early), live_digest(late)
    sys.modules["helping"].f = lambda x: 0 * x  # as a reload does
    assert live_digest(early) != before[0]
    (beside / "helping.py").write_text("def f(x):\n    return 0 * x\n\n", "utf-8")
    assert live_digest(late) == "", "which of both is at work?"
    assert not edited(), "what others measure is kept all the same"


def test_the_digest_is_the_same_in_another_process(beside: Path) -> None:
    body = "return photo.pixels if photo.key in {'a', 'b', 'c'} else W * photo.pixels"
    source = NOTEBOOK.format(body=body, before="W = np.ones(3, np.uint8)\nS = {'x', 'y'}")
    (beside / "mine.py").write_text(source, "utf-8")
    import mine  # type: ignore[import-not-found]

    code = ("import mine; from unmask.defenses.files.class_digest import live_digest; "
            "print(live_digest(mine.Mine))")  # fmt: skip
    told = subprocess.run([sys.executable, "-c", code], cwd=beside, capture_output=True, text=True,
                          check=True).stdout.strip()  # fmt: skip
    assert told == live_digest(mine.Mine)


def test_an_object_is_known_by_its_spec_for_a_while() -> None:
    mine = typed()
    with hosted(["mask", mine(3), mine(5), "mine:step=6"]) as specs:
        assert specs[1:] == ["mine:step=3", "mine:step=5", "mine:step=6"]
        assert DEFENSES.build("mine:step=3") == mine(3)
        assert list(codes_of(specs)) == ["defense mine"]
    with pytest.raises(LookupError, match="no defense named 'mine'"):
        DEFENSES.build("mine")
    with hosted([DEFENSES.build("pixelate:blocks=4")]) as specs:
        assert specs == ["pixelate:blocks=4"]
        assert not DEFENSES.guests


def test_what_cannot_be_told_apart_or_built_again_is_refused() -> None:
    mine = typed()
    with (
        pytest.raises(ValueError, match="two classes are called 'mine'"),
        hosted([mine(), typed()()]),
    ):
        pass
    masked = type("Mask", (mine,), {"__module__": "__main__"})
    with pytest.raises(ValueError, match=r"name of its own.*rename the class"), hosted([masked()]):
        pass
    with pytest.raises(TypeError, match=r"add \(\)"), hosted([mine]):  # type: ignore[list-item]
        pass
    for loses in (mine(np.arange(3)), _hidden(mine, 7), _with_state(mine), _with_network(mine)):
        with pytest.raises(ValueError, match="built again by its parameters"), hosted([loses]):
            pass


def _hidden(mine: type[Any], k: int) -> Any:
    """An attribute that is no field: its spec would build another defense."""

    class Hidden(mine):  # type: ignore[misc]
        def __init__(self, k: int = 0) -> None:
            super().__init__()
            object.__setattr__(self, "k", k)

    return Hidden(k)


def _with_network(mine: type[Any]) -> Any:
    """What it works with is a field that says nothing: its spec would build one without."""
    network = field(default=None, repr=False, compare=False)
    return make_dataclass("Mine", [("network", object, network)], bases=(mine,), frozen=True)(
        network=np.arange(3)
    )


def _with_state(mine: type[Any]) -> Any:
    made = mine()
    object.__setattr__(made, "table", np.arange(3))
    return made


def test_a_class_of_the_script_is_measured_in_one_process(
    caplog: pytest.LogCaptureFixture, beside: Path
) -> None:
    mine = typed()
    assert not is_importable(mine)
    with hosted([mine()]), caplog.at_level(logging.WARNING, "unmask"):
        assert stays(4) == (1, ())
    assert "one process measures, not 4: Mine is defined in the script" in caplog.text
    (beside / "apart.py").write_text(NOTEBOOK.format(body="return photo.pixels // 2", before=""))
    import apart  # type: ignore[import-not-found]

    with hosted([apart.Mine()]):
        workers, sent = stays(4)
        assert (workers, len(sent)) == (4, 1)
        assert received(sent) == {"mine": apart.Mine}
        edited = [one._replace(digest="of other code") for one in sent]
        with pytest.raises(ValueError, match="edited after it was imported"):
            received(edited)
        lost = [one._replace(place=b"cno_such_module\nMine\n.") for one in sent]
        with pytest.raises(ValueError, match="workers=1 measures in this one"):
            received(lost)


def test_the_contract_is_asked_of_a_class_of_the_user() -> None:
    fine, leaky = (
        typed("return photo.pixels // 2"),
        typed("return photo.pixels // (2 + len(photo.identity))"),
    )
    with hosted([fine()]) as specs:
        assert broken_contract(specs[0]) == ""
    with hosted([leaky()]) as specs:
        assert "blind_to_identity" in broken_contract(specs[0])


def test_an_edited_class_is_measured_anew(scene: Scene, tmp_path: Path) -> None:
    """The trap: first a strong defense, then, by the same name and parameters, a weak one."""
    strong = typed("return photo.pixels * 0")
    weak = typed("return photo.pixels ^ np.uint8(1)")
    settings: dict[str, Any] = {"few": True, "folder": tmp_path / "run", "progress": False}
    first = compare(scene, [strong(region="image")], LIGHT, **settings)
    with pytest.raises(ValueError, match=r"other settings \(code: defense mine\)"):
        compare(scene, [weak(region="image")], LIGHT, resume=True, **settings)
    again = compare(
        scene, [typed("return photo.pixels * 0")(region="image")], LIGHT, resume=True, **settings
    )
    assert [r.value for r in again.records] == [r.value for r in first.records]
    second = compare(
        scene, [weak(region="image")], LIGHT, **{**settings, "folder": tmp_path / "other"}
    )
    found = [r.worst("mine").worst.value or 0.0 for r in (first, second)]
    assert found[0] < 0.6 < 0.9 < found[1]
    assert {record.defense for record in second.records if record.kind == "outcome"} == {
        "mine:region=image"
    }
