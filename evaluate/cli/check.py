"""`unmask check`."""

from __future__ import annotations

from typing import Annotated

import typer


def check(
    defense: Annotated[str, typer.Argument(help="Name or spec of a defense.")],
) -> None:
    """Test that a defense keeps the contract, also a third party's."""
    from unmask.defenses import DEFENSES
    from unmask.defenses.testing import CHECKS, ContractError, run

    from .specs import split_specs

    specs = split_specs(defense)
    if len(specs) != 1:
        raise typer.BadParameter(f"one defense is needed, got {len(specs)}: '{defense}'")
    subject = DEFENSES.build(specs[0])
    failed = 0
    for test in CHECKS:
        try:
            waived = run(test, subject)
        except ContractError as error:
            failed += 1
            typer.echo(f"FAILED  {test.__name__}: {error}")
        else:
            typer.echo(f"{'waived' if waived else 'ok':<7} {test.__name__} {waived}".rstrip())
    typer.echo(f"{len(CHECKS) - failed} of {len(CHECKS)} checks passed for {subject.spec}")
    if failed:
        raise typer.Exit(1)
