"""`ohaccredit standards`: what is asked."""

from __future__ import annotations

import click

from ohaccredit.cli.shared import home_of, print_json, reports_problems


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
        tiers = ", ".join(tier.words["en"] for tier in e.ladder)
        click.echo(f"  {e.title['en']}. {len(e.criteria)} criteria. Tiers: {tiers}. In force from {e.in_force.start}.")


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
                        "obligation": c.obligation,
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
            click.echo(f"  {criterion.title['en']} ({criterion.obligation}; {criterion.id})")
            click.echo(f"    {criterion.requirement['en']}")
            if with_rules:
                click.echo(f"    Rule: {speaker.condition(loaded.rules[criterion.id].met_when).line()}.")


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
        if statement and row["unclear"]:
            click.echo(f"  Unclear: {row['unclear']}")
        rests = ", ".join(row["criteria"]) or f"no criterion ({row['kind']})"  # type: ignore[arg-type]
        click.secho(f"  → {rests}", dim=not row["criteria"])
    cited = sum(1 for row in rows if row["criteria"])
    click.echo(f"{cited} of {len(rows)} statements rest in a criterion.")
