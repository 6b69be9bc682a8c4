"""`ohaccredit standards`: what is asked."""

from __future__ import annotations

import click

from ohaccredit.cli.shared import home_of, print_json, reports_problems
from ohaccredit.standards.edition import Criterion, Edition
from ohaccredit.standards.files import ForceOf


@click.group("standards", help="List and show standards; the JSON Schema of a submission.")
def command() -> None:
    """Group of the standard commands."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
@reports_problems
def list_(ctx: click.Context, as_json: bool) -> None:
    """The standards and their editions."""
    from ohaccredit.standards.loading import list_editions, load_edition

    home = home_of(ctx)
    editions = [load_edition(home, standard, edition) for standard, edition in list_editions(home)]
    if as_json:
        print_json(
            [
                {
                    "standard": e.standard,
                    "edition": e.edition,
                    "title": e.title["en"],
                    "from": e.in_force.start.isoformat(),
                    "until": e.in_force.until.isoformat() if e.in_force.until else None,
                    "criteria": len(e.criteria),
                    "digest": e.digest,
                }
                for e in editions
            ]
        )
        return
    for e in editions:
        click.secho(f"{e.standard} {e.edition}", bold=True)
        says = "Tiers: " + ", ".join(tier.words["en"] for tier in e.ladder)
        if e.verdicts:
            says = "Verdicts: " + ", ".join(words["en"] for words in e.verdicts.values())
        click.echo(f"  {e.title['en']}. {len(e.criteria)} criteria. {says}. In force from {e.in_force.start}.")


@command.command("show")
@click.argument("standard")
@click.option("--edition", help="The edition; else the latest.")
@click.option("--rules", "with_rules", is_flag=True, help="Show each criterion's rule in words.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
@reports_problems
def show(ctx: click.Context, standard: str, edition: str | None, with_rules: bool, as_json: bool) -> None:
    """A standard's text, tier by tier."""
    from ohaccredit.language.words import Speaker
    from ohaccredit.standards.loading import load_edition

    loaded = load_edition(home_of(ctx), standard, edition)
    speaker = Speaker(loaded.definitions)
    if as_json:
        print_json(
            {
                "standard": loaded.standard,
                "edition": loaded.edition,
                "title": loaded.title["en"],
                "digest": loaded.digest,
                "criteria": [
                    {
                        "criterion": c.id,
                        "tier": c.tier,
                        **({"code": c.code, "notices": _notices(c)} if c.notices else {"obligation": c.obligation}),
                        "from": c.effective.start.isoformat(),
                        "until": c.effective.until.isoformat() if c.effective.until else None,
                        "title": c.title["en"],
                        "requirement": c.requirement["en"],
                        "statements": list(c.statements),
                        "rule": speaker.condition(loaded.rules[c.id].met_when).line(),
                    }
                    for c in loaded.criteria.values()
                ],
            }
        )
        return
    click.secho(f"{loaded.title['en']}, edition {loaded.edition}", bold=True)
    click.echo(loaded.about["en"])
    click.echo(loaded.notice["en"])
    for tier in loaded.tiers:
        click.echo("")
        click.secho(tier.words["en"], bold=True)
        for criterion in loaded.criteria.values():
            if criterion.tier != tier.id:
                continue
            click.echo(f"  {criterion.title['en']} ({_named(loaded, criterion)})")
            click.echo(f"    {criterion.requirement['en']}")
            if with_rules:
                click.echo(f"    Rule: {speaker.condition(loaded.rules[criterion.id].met_when).line()}.")


def _named(edition: Edition, criterion: Criterion) -> str:
    """What stands in brackets behind a criterion's title: its code or obligation, its own dates, its id."""
    parts = [criterion.code if criterion.notices is not None else criterion.obligation, criterion.id]
    if criterion.effective != edition.in_force:
        until = f" to {criterion.effective.until}" if criterion.effective.until else ""
        parts.insert(1, f"from {criterion.effective.start}{until}")
    return "; ".join(part for part in parts if part)


def _notices(criterion: Criterion) -> dict[str, object]:
    """What is said of each reason and outcome, for programs."""
    notices = criterion.notices
    assert notices is not None
    return {
        key: {"severity": notice.severity, "says": notice.says["en"], "next": list(notice.next)}
        for key, notice in (*notices.by_reason.items(), *notices.by_outcome.items())
    }


def _force(force: ForceOf | None) -> dict[str, str | None] | None:
    if force is None:
        return None
    return {"from": force.start.isoformat(), "until": force.until.isoformat() if force.until else None}


@command.command("schema")
@click.argument("standard")
@click.option("--edition", help="The edition; else the latest.")
@click.pass_context
@reports_problems
def schema(ctx: click.Context, standard: str, edition: str | None) -> None:
    """The JSON Schema (2020-12) of a submission."""
    from ohaccredit.standards.loading import load_edition
    from ohaccredit.standards.schema import submission_schema

    print_json(submission_schema(load_edition(home_of(ctx), standard, edition)))


@command.command("trace")
@click.argument("statement", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
@reports_problems
def trace(ctx: click.Context, statement: str | None, as_json: bool) -> None:
    """From the statements of the sources to the criteria that rest on them.

    With STATEMENT (OHQ-01) only that one. Statements about the scheme, government or a profession bind
    nobody who hands in evidence, and rest in the register.
    """
    from ohaccredit.language.parse import nearest
    from ohaccredit.language.problems import Problem, ProblemsFound
    from ohaccredit.standards.loading import list_editions, load_edition
    from ohaccredit.standards.sources import load_statements

    home = home_of(ctx)
    statements = load_statements(home)
    if statement is not None and statement not in statements:
        raise ProblemsFound(
            [Problem(f'There is no statement "{statement}".', hint=nearest(statement, tuple(statements)))]
        )
    citing: dict[str, list[str]] = {id_: [] for id_ in statements}
    for standard, edition in list_editions(home):
        loaded = load_edition(home, standard, edition)
        for criterion in loaded.criteria.values():
            if criterion.origin == loaded.id:
                for id_ in criterion.statements:
                    citing[id_].append(f"{loaded.id}/{criterion.id}")
    chosen = [statement] if statement else list(statements)
    rows = [
        {
            "statement": id_,
            "source": statements[id_].source,
            "place": statements[id_].file.place,
            "says": statements[id_].file.says,
            "kind": statements[id_].file.kind,
            "binds": statements[id_].file.binds,
            "unclear": statements[id_].file.unclear,
            "nature": statements[id_].nature,
            "in_force": _force(statements[id_].file.in_force),
            "to_confirm": statements[id_].file.to_confirm,
            "address": statements[id_].address or None,
            "criteria": citing[id_],
        }
        for id_ in chosen
    ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.secho(f"{row['statement']}  {row['source']}, {row['place']}", bold=True)
        click.echo(f"  {row['says']}")
        for label, key in (("Unclear", "unclear"), ("To confirm", "to_confirm"), ("Read it at", "address")):
            if statement and row[key]:
                click.echo(f"  {label}: {row[key]}")
        rests = ", ".join(row["criteria"]) or f"no criterion ({row['kind']})"  # type: ignore[arg-type]
        click.secho(f"  → {rests}", dim=not row["criteria"])
    cited = sum(1 for row in rows if row["criteria"])
    click.echo(f"{cited} of {len(rows)} statements rest in a criterion.")
