"""`ohaccredit rules export`: the rules of an edition in a language that others evaluate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import click

from ohaccredit.cli.shared import home_of, print_json, reports_problems
from ohaccredit.cli.submissions import DateType

if TYPE_CHECKING:
    from ohaccredit.language.cel import CelRule
    from ohaccredit.standards.edition import Criterion, Edition


@dataclass(frozen=True, slots=True)
class Exported:
    """A criterion with its rule as text, or the reason why there is none."""

    criterion: Criterion
    rule: CelRule | None
    why_not: str


@click.command("export")
@click.argument("standard")
@click.option("--edition", help="The edition; else the one in force on the date.")
@click.option("--criterion", help="Only the rule of this criterion.")
@click.option("--on", type=DateType(), help="The day whose figures are written into the rules; else today.")
@click.option("--format", "language", type=click.Choice(["cel"]), default="cel", help="The language. There is one.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
@reports_problems
def export(
    ctx: click.Context,
    standard: str,
    edition: str | None,
    criterion: str | None,
    on: date | None,
    language: str,
    as_json: bool,
) -> None:
    """Write the rules of STANDARD in the Common Expression Language (CEL), for other programs to evaluate.

    Each rule becomes one or two expressions over a variable, evidence. Figures and windows are those of the day. What
    CEL cannot say is named with the reason. docs/rule-language.md says what evidence holds.
    """
    from ohaccredit.standards.loading import load_edition

    day = on or date.today()
    loaded = load_edition(home_of(ctx), standard, edition, on=day)
    found = list(_exported(loaded.tried_on(day), criterion, day))
    if as_json:
        print_json(_document(loaded, found, day, language))
    else:
        _print(loaded, found, day)


def _exported(edition: Edition, only: str | None, day: date) -> Iterator[Exported]:
    """The criteria that are asked for, in the order of the edition. Raises ProblemsFound for one that there is not."""
    from ohaccredit.language.cel import NotInCel, cel_rule
    from ohaccredit.language.parse import nearest
    from ohaccredit.language.problems import Problem, ProblemsFound

    if only is not None and only not in edition.criteria:
        hint = nearest(only, tuple(edition.criteria))
        raise ProblemsFound([Problem(f'{edition.id} has no criterion "{only}".', hint=hint)])
    for criterion in edition.criteria.values():
        if only not in (None, criterion.id):
            continue
        rule, why_not = edition.rules.get(criterion.id), ""
        said = None
        if rule is None:
            why_not = "it has no rule"
        elif not criterion.in_force(day):
            why_not = f"it is not in force on {day}"
        else:
            try:
                said = cel_rule(rule, edition.definitions, day)
            except NotInCel as reason:
                why_not = f"CEL cannot say {reason}"
        yield Exported(criterion, said, why_not)


def _document(edition: Edition, found: list[Exported], day: date, language: str) -> dict[str, object]:
    from ohaccredit.language.cel import EXTENSIONS, VARIABLE

    return {
        "edition": edition.id,
        "on": str(day),
        "format": language,
        "variable": VARIABLE,
        "extensions": list(EXTENSIONS),
        "criteria": [
            {
                "criterion": each.criterion.id,
                "title": each.criterion.title["en"],
                "applies_when": each.rule and each.rule.applies_when,
                "met_when": each.rule and each.rule.met_when,
                "why_not": each.why_not or None,
            }
            for each in found
        ],
    }


# ── On screen ───────────────────────────────────────────────────────────────────────────────────────


def _print(edition: Edition, found: list[Exported], day: date) -> None:
    click.secho(f"{edition.id} in CEL, as it is on {day}", bold=True)
    for each in found:
        click.echo("")
        click.secho(f"{each.criterion.id}: {each.criterion.title['en']}", bold=True)
        if each.rule is None:
            click.secho(f"  Not written: {each.why_not}.", fg="yellow")
            continue
        if each.rule.applies_when is not None:
            click.echo("  applies when")
            _print_text(each.rule.applies_when)
        click.echo("  met when")
        _print_text(each.rule.met_when)
    written = sum(1 for each in found if each.rule is not None)
    click.echo(f"\nWritten: {written} of {len(found)} {'rule' if len(found) == 1 else 'rules'}.")


def _print_text(text: str) -> None:
    for line in text.split("\n"):
        click.echo(f"    {line}")
