"""The command of every published page can be typed today: options, names, parameters."""

import importlib
import inspect
import re
import sys
from argparse import ArgumentParser

import pytest
import typer

from unmask.benchmarks.published_results import RESULTS
from unmask.defenses import DEFENSES, Registry
from unmask.evaluate import ATTACKERS, METRICS
from unmask.evaluate.cli import app
from unmask.evaluate.cli.specs import split_specs

PLACES = {
    "out": "page.md",
    "run": "run",
    "into": "many",
    "lfw": "lfw",
    "london": "london",
    "card": "cuda:0",
}
COMMANDS = [
    pytest.param(command, id=f"{result.file}-{number}")
    for result in RESULTS for number, command in enumerate(result.commands)
]  # fmt: skip
NAMED: dict[str, Registry] = {"defenses": DEFENSES, "attackers": ATTACKERS, "metrics": METRICS}


class _ParsedError(Exception):
    """Ends a program when it knows what it was asked."""


@pytest.mark.parametrize("command", COMMANDS)
def test_it_is_understood(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program, *words = [part.format(**PLACES) for part in command.split(" ")]
    monkeypatch.setattr("unmask.evaluate.cli.options.use_device", lambda name: None)  # not here
    if program == "python":
        _module(words[1], words[2:], monkeypatch)
    else:
        _command(words)


def _command(words: list[str]) -> None:
    group = typer.main.get_command(app)
    context = group.make_context("unmask", [words[0]], resilient_parsing=True)
    name, command, rest = group.resolve_command(context, words)  # type: ignore[attr-defined]
    given = command.make_context(name, rest).params
    for option, registry in NAMED.items():
        for spec in split_specs(given.get(option) or ""):
            _known(spec, registry)
    for spec in split_specs(given.get("defense") or ""):
        if spec != "all":
            _known(spec, DEFENSES)


def _known(spec: str, registry: Registry) -> None:
    """Check name and parameters; nothing is built, which takes seconds."""
    name, _, rest = spec.partition(":")
    for part in re.findall(r"(\w+)=", rest):
        assert part in registry.parameters(name), spec


def _module(name: str, words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    whole, known = ArgumentParser.parse_args, ArgumentParser.parse_known_args

    def parsed(parser: ArgumentParser, *args: object, **more: object) -> None:
        with monkeypatch.context() as inner:
            inner.setattr(ArgumentParser, "parse_known_args", known)  # which it calls
            whole(parser, *args, **more)  # type: ignore[call-overload]
        raise _ParsedError

    def parsed_in_part(parser: ArgumentParser, *args: object, **more: object) -> None:
        known(parser, *args, **more)  # type: ignore[call-overload]
        raise _ParsedError

    monkeypatch.setattr(ArgumentParser, "parse_args", parsed)
    monkeypatch.setattr(ArgumentParser, "parse_known_args", parsed_in_part)
    monkeypatch.setattr(sys, "argv", [name, *words])
    main = getattr(importlib.import_module(name), "main", None)
    if main is None:  # `publish` parses for it when it is run
        return
    with pytest.raises(_ParsedError):
        main(words) if inspect.signature(main).parameters else main()
