"""The command line. Each group of commands stands in a module of its own and is imported when it is called."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from collections.abc import Mapping

import click

COMMANDS: Mapping[str, tuple[str, str]] = {
    "assess": ("assess", "Assess a submission: the tier it reaches, why, and the next steps."),
    "explain": ("explain", "Explain one finding: rule, evidence, source, what would change it."),
    "plan": ("plan", "Plan the cheapest way to the next tier, and what falls due."),
    "fitnote": ("fitnote", "Check fit notes and health and work reports; timelines; a summary."),
    "standards": ("standards", "List and show standards; the JSON Schema of a submission."),
    "rules": ("rules", "Check, prove, compare and publish rule files; see what a change does."),
    "batch": ("batch", "Assess a whole population: NDJSON or Parquet in, Parquet out."),
    "population": ("population", "Make up a population of submissions, and show what one holds."),
}


class Lazily(click.Group):
    """Imports a command's module only when that command is called, so that help appears at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"ohaccredit.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, says) for name, (_, says) in COMMANDS.items()])


@click.group(cls=Lazily, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="ohaccredit", message="%(prog)s %(version)s")
@click.option(
    "--home",
    type=click.Path(exists=True, file_okay=False),
    envvar="OHACCREDIT_HOME",
    help="A folder with edited standards, rules and templates.",
)
@click.pass_context
def cli(ctx: click.Context, home: str | None) -> None:
    """How well an employer looks after health at work: assessed against a published standard, with reasons.

    Exit codes: 0 done, 1 a check failed, 2 bad input, 70 a fault of the program.
    """
    ctx.obj = home


CYCLES_AFTER = 100_000
"""So many new objects before Python looks for cycles: what is read is large, has hardly any, and is kept to the end."""


def main() -> None:
    """Entry point: problems in people's files are listed, never shown as a traceback."""
    gc.set_threshold(CYCLES_AFTER, 20, 100)
    try:
        colour = False if os.environ.get("NO_COLOR") else None  # https://no-color.org; None: only on a terminal
        code = cli.main(standalone_mode=False, color=colour)  # what a command exits with, or what it returns
        sys.exit(code if isinstance(code, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        click.echo("Stopped.", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:
        if os.environ.get("OHACCREDIT_DEBUG"):
            raise
        click.echo(f"ohaccredit failed where it should not: {type(error).__name__}: {error}", err=True)
        click.echo("This is a fault of the program, not of your file. OHACCREDIT_DEBUG=1 shows where.", err=True)
        sys.exit(70)
