"""`ohaccredit rules publish`, `withdraw` and `draft`: the life of an edition."""

from __future__ import annotations

import sys
from datetime import date
from typing import TYPE_CHECKING

import click

from ohaccredit.cli.shared import count_of, home_of, print_json, reports_problems, show_problems
from ohaccredit.cli.submissions import DateType

if TYPE_CHECKING:
    from ohaccredit.policy.gates import Gate, Passage

_MARKS = {
    "passed": ("✓", "green"),
    "failed": ("✗", "red"),
    "not_decided": ("?", "yellow"),
    "not_installed": ("?", "yellow"),
}


@click.command("publish")
@click.argument("standard")
@click.argument("edition")
@click.option("--by", required=True, help="Who publishes it.")
@click.option("--why", required=True, help="Why; with --without, also why a gate is left out.")
@click.option("--on", type=DateType(), help="The day of publication; else today.")
@click.option("--without", multiple=True, help="Go on without a gate that is not installed or could not decide.")
@click.option("--dry-run", is_flag=True, help="Ask all gates and say what would be written; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
@reports_problems
def publish(
    ctx: click.Context,
    standard: str,
    edition: str,
    by: str,
    why: str,
    on: date | None,
    without: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
) -> None:
    """Check an edition of STANDARD by every gate, then freeze it.

    From then on no file of EDITION can be changed: the program refuses an edition that differs by a byte.
    """
    from importlib.metadata import version

    from ohaccredit.policy.gates import GATES, pass_gates
    from ohaccredit.policy.publish import check_may_be_asked, prepare_publication
    from ohaccredit.policy.publish import publish as write
    from ohaccredit.standards.loading import load_edition

    def told(gate: Gate) -> None:
        if sys.stderr.isatty():
            click.echo(f"  {gate.name}: {gate.asks} …", err=True)

    home = home_of(ctx)
    loaded = load_edition(home, standard, edition)
    check_may_be_asked(loaded, by, why)
    passages = pass_gates(home, loaded, without, GATES, told)
    blocked = [passage for passage in passages if passage.blocks]
    if not as_json:
        for passage in passages:
            _show(passage)
    if blocked:
        problems = [problem for passage in blocked for problem in passage.outcome.problems]
        if as_json:
            print_json({"published": False, "gates": [_gate(passage) for passage in passages]})
        else:
            if problems:
                show_problems(problems)
            click.secho(f"Not published: {count_of(len(blocked), 'gate')} closed.", fg="red")
        raise click.exceptions.Exit(1)
    prepared = prepare_publication(
        home, loaded, passages, on=on or date.today(), by=by, why=why, program=version("ohaccredit")
    )
    if not dry_run:
        write(home, prepared)
    publication = prepared.publication
    if as_json:
        gates = [_gate(passage) for passage in passages]
        content = publication.model_dump(mode="json", exclude={"gates"})
        print_json({**content, "published": not dry_run, "publication": content["published"], "gates": gates})
        return
    own = sum(1 for name in publication.files if publication.is_own(name))
    click.echo(f"{count_of(own, 'own file')}, {count_of(len(prepared.copies), 'shared file')} as copies.")
    click.echo(f"Digest: {publication.digest}")
    done = "Nothing written: this was a dry run." if dry_run else f"Published: {publication.id}."
    click.secho(done, fg="yellow" if dry_run else "green")


def _show(passage: Passage) -> None:
    mark, colour = _MARKS[passage.outcome.result]
    hint = "  (left out)" if passage.left_out else ""
    if passage.blocks and passage.outcome.result != "failed":
        hint = f"  (--without {passage.gate.name} goes on without it; --why then says why)"
    elif passage.blocks and passage.asked_without:
        hint = "  (it failed, and so it cannot be left out)"
    click.secho(f"{mark} ", fg=colour, nl=False)
    click.echo(f"{passage.gate.name}: {passage.outcome.says}{hint}")


def _gate(passage: Passage) -> dict[str, object]:
    return {
        "gate": passage.gate.name,
        "asks": passage.gate.asks,
        "result": passage.outcome.result,
        "says": passage.outcome.says,
        "left_out": passage.left_out,
        "problems": [problem.as_json() for problem in passage.outcome.problems],
    }


@click.command("withdraw")
@click.argument("standard")
@click.argument("edition")
@click.option("--by", required=True, help="Who withdraws it.")
@click.option("--because", required=True, help="Why.")
@click.option("--on", type=DateType(), help="The first day on which it no longer carries an award; else today.")
@click.pass_context
@reports_problems
def withdraw(ctx: click.Context, standard: str, edition: str, by: str, because: str, on: date | None) -> None:
    """Withdraw a published edition. It can still be assessed against by name, and every output says so."""
    from ohaccredit.policy.publish import withdraw as end
    from ohaccredit.standards.loading import load_edition

    home = home_of(ctx)
    day = on or date.today()
    end(home, load_edition(home, standard, edition), on=day, by=by, because=because)
    click.secho(f"Withdrawn: {standard}/{edition}, from {day} on.", fg="green")
    click.echo("It can still be assessed against by name, and every output says that no award can rest on it.")


@click.command("draft")
@click.argument("standard")
@click.argument("from_", metavar="FROM")
@click.argument("to")
@click.option("--from-day", type=DateType(), help="The first day in force; else a year after that of FROM.")
@click.pass_context
@reports_problems
def draft(ctx: click.Context, standard: str, from_: str, to: str, from_day: date | None) -> None:
    """Begin edition TO of STANDARD: it takes over everything of edition FROM, and holds only what changes."""
    from ohaccredit.policy.draft import HOW_TO_CHANGE, write_draft
    from ohaccredit.standards.loading import load_edition

    home = home_of(ctx)
    written = write_draft(home, load_edition(home, standard, from_), to, from_day)
    click.secho(f"Written: {home.name(written)}", fg="green")
    click.echo(HOW_TO_CHANGE.format(standard=standard, before=from_, edition=to))
