"""`unmask check`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from .listing import installed, unknown
from .options import Device

NAMES = ("defense", "attacker", "metric", "recognizer", "detector", "dataset")


def check(
    plugin: Annotated[
        str,
        typer.Argument(
            help="Name or spec of what is to be checked: pixelate:blocks=4, ssim, onnx:sface.",
            autocompletion=installed,
        ),
    ],
    kind: Annotated[
        str,
        typer.Option(help=f"Only as this: {', '.join(NAMES)}. Default: all kinds of that name."),
    ] = "",
    device: Device = "",
) -> None:
    """Test that a plug-in keeps the contract of its kind, also a third party's."""
    from ..testing import KINDS, kinds_of
    from .specs import split_specs

    if kind and kind not in KINDS:
        raise typer.BadParameter(f"must be one of {', '.join(NAMES)}, got '{kind}'")
    specs = split_specs(plugin)
    if len(specs) != 1:
        raise typer.BadParameter(f"one plug-in is needed, got {len(specs)}: '{plugin}'")
    found = [kind] if kind else kinds_of(specs[0].partition(":")[0]) or [_meant(specs[0])]
    subjects = {one: KINDS[one].build(specs[0]) for one in found}  # before any work
    failed = 0
    for one, subject in subjects.items():
        if len(subjects) > 1:
            typer.echo(f"as {one}")
        failed += _failed(one, subject, specs[0])
    if failed:
        raise typer.Exit(1)


def _meant(spec: str) -> str:
    """Return the kind of a name that nobody registered: its registry knows the cure.

    Raises:
        typer.BadParameter: none of them does.
    """
    from ..testing import KINDS

    for kind, one in KINDS.items():
        try:
            one.registry.load(spec.partition(":")[0])
        except LookupError as error:
            if "did you mean" in str(error):
                return kind
    raise typer.BadParameter(unknown(spec))


def _failed(kind: str, subject: Any, spec: str) -> int:
    """Print what comes of each check; return how many failed."""
    from ..testing import KINDS, ContractError, run

    checks = KINDS[kind].checks
    failed = 0
    for one in checks:
        try:
            told = run(one, subject)
        except ContractError as error:
            failed += 1
            typer.echo(f"FAILED  {one.__name__}: {error}")
        else:
            state = "ok" if not told else "-" if told.startswith("not made") else "waived"
            typer.echo(f"{state:<7} {one.__name__} {told}".rstrip())
    called = subject.spec if kind == "defense" else spec
    typer.echo(f"{len(checks) - failed} of {len(checks)} checks passed for {called}")
    return failed
