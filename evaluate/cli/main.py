"""The program `unmask`: its commands, and one line for every user error."""

from __future__ import annotations

import os
import sys
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from unmask.device import full
from unmask.threads import pin_threads

from ..results.origin import asked_by
from . import (
    advise,
    apply,
    audit_vlm,
    cache,
    check,
    compare,
    demo,
    detect,
    doctor,
    fetch,
    lab,
    listing,
    merge,
    metadata,
    new,
    report,
    tune,
    verify,
)
from .examples import SUMMARIES, below
from .stopping import exit_code, hears_signals, shareable


class Program(TyperGroup):
    """The commands, some of two words: `audit-vlm lab` is no model that is called lab."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return name and command, and the words that are left for it."""
        name = " ".join(args[:2])
        if len(args) > 1 and name in self.commands:
            return name, self.commands[name], args[2:]
        return super().resolve_command(ctx, args)


app = typer.Typer(
    name="unmask",
    cls=Program,
    help="Compare face anonymizers by attacking them.",
    epilog=below(),
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("compare")(compare.compare)
app.command("tune")(tune.tune)
app.command("advise")(advise.advise)
app.command("demo")(demo.demo)
app.command("apply")(apply.apply)
app.command("detect")(detect.detect)
app.command("merge")(merge.merge)
app.command("verify")(verify.verify)
app.command("metadata")(metadata.metadata)
app.command("audit-vlm")(audit_vlm.audit_vlm)
app.command("audit-vlm lab")(lab.lab)
app.command("report")(report.report)
app.command("fetch")(fetch.fetch)
app.command("ls")(listing.ls)
app.command("check")(check.check)
app.command("new")(new.new)
app.command("doctor")(doctor.doctor)
for _command in app.registered_commands:
    _command.epilog = below(str(_command.name))
    _command.short_help = SUMMARIES.get(str(_command.name))
app.add_typer(cache.app, name="cache", short_help=SUMMARIES["cache"])


def _print_version(wanted: bool) -> None:
    if wanted:
        from unmask import __version__

        typer.echo(f"unmask {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    version: bool = typer.Option(
        False, "--version", help="Print the version.", is_eager=True, callback=_print_version
    ),
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main() -> None:
    """Run the program. Exits: 0 done, 1 error, 2 usage, 3 limit not met, 4 photos undefended."""
    pin_threads()  # before anything heavy is imported
    asked_by(shareable(sys.argv[1:]))
    try:
        with hears_signals():
            app()
    except (ValueError, LookupError, OSError, ImportError) as error:
        if os.environ.get("UNMASK_DEBUG"):
            raise
        sys.exit(_complain(error))
    except Exception as error:
        if not (told := full(error)):
            raise
        sys.exit(_complain(MemoryError(told)))
    except KeyboardInterrupt:
        _stop()
    except SystemExit as end:
        if isinstance(end.__context__ and end.__context__.__cause__, KeyboardInterrupt):
            _stop()  # of a command that has nothing to say of it
        raise


def _stop() -> NoReturn:
    typer.echo("unmask: stopped", err=True)
    sys.exit(exit_code())


def _complain(error: Exception) -> int:
    text = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    from unmask.defenses.files.printable import printable

    typer.echo(f"unmask: {printable(text) or type(error).__name__}", err=True)
    return 1
