"""The files of a package with one plug-in, as text."""

from __future__ import annotations

from importlib.resources import files
from string import Template

from unmask.defenses.registry import name_of_class

_FIRST = "orl:people=12,photos=4 --few --budget quick"
_COMMANDS = {
    "defense": (
        f"unmask compare {_FIRST} --defenses 'none $name'",
        "`unmask tune $name` searches its weakest strength that is safe, and `unmask apply $name "
        "PHOTOS ANONYMIZED` applies it. What is in `space` is tuned.",
    ),
    "attacker": (
        f"unmask compare {_FIRST} --defenses 'none pixelate' --attackers +$name",
        "`+` adds it to the attackers of the budget. On a constant picture it must be at chance, "
        "or its figures do not count.",
    ),
    "metric": (
        f"unmask compare {_FIRST} --defenses 'none pixelate' --metrics +$name",
        "`+` adds it to the usual metrics. `higher_is` and `bounds` say how to read it.",
    ),
    "recognizer": (
        f"unmask compare {_FIRST} --defenses 'none pixelate' --recognizers +$name",
        "`+` adds it to the usual face models: every attacker then works with it, too. A model in "
        "an ONNX file needs no package: `--recognizers onnx:FILE`.",
    ),
    "detector": (
        "unmask detect photos --detector $name",
        "`photos` stands for your folder. `unmask apply` takes `--detector $name`, too.",
    ),
    "dataset": (
        "unmask compare $name:photos,people=12,photos=4 --few --budget quick "
        "--defenses 'none mask'",
        "`photos` stands for your folder.",
    ),
}  # fmt: skip
KINDS = tuple(_COMMANDS)


def render(kind: str, name: str) -> dict[str, str]:
    """Return the files of a package, by name.

    Args:
        kind: one of `KINDS`.
        name: of the plug-in and its module: lower case, a Python name.
    """
    command, more = _COMMANDS[kind]
    place = f"{name}:photos" if kind == "dataset" else name
    article = "an" if kind[0] == "a" else "a"
    known = {
        "kind": kind,
        "name": name,
        "dashed": name.replace("_", "-"),
        "Class": class_called(name),
        "article": article,
        "Article": article.capitalize(),
        "check": f"unmask check {place}",
        "commands": Template(command).substitute(name=name),
        "more": Template(more).substitute(name=name),
    }
    test = "test_dataset.py" if kind == "dataset" else "test.py"
    return {
        target: Template(_read(template)).substitute(known)
        for target, template in (
            ("pyproject.toml", "pyproject.toml"),
            (f"{name}.py", f"{kind}.py"),
            (f"test_{name}.py", test),
            ("README.md", "README.md"),
        )
    }


def class_called(name: str) -> str:
    """Return the name of a class that is registered as `name`: `k_same` is `KSame`."""
    parts = [part.capitalize() for part in name.split("_") if part]
    for joint in ("", "_"):
        if name_of_class(made := joint.join(parts)) == name:
            return made
    return name.capitalize()


def _read(template: str) -> str:
    return (files(__package__) / "templates" / f"{template}.txt").read_text("utf-8")
