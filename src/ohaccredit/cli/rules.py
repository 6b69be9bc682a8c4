"""`ohaccredit rules`: what policy teams do with rule files."""

from __future__ import annotations

import click

from ohaccredit.cli.rules_coverage import coverage
from ohaccredit.cli.rules_diff import diff
from ohaccredit.cli.rules_export import export
from ohaccredit.cli.rules_impact import impact
from ohaccredit.cli.rules_prove import prove
from ohaccredit.cli.rules_publish import draft, publish, withdraw
from ohaccredit.cli.shared import count_of, home_of, print_json, reports_problems, show_problems, stop_for


@click.group("rules", help="Check, prove, compare and publish rule files; see what a change does.")
def command() -> None:
    """Group of the rule commands."""


command.add_command(coverage)
command.add_command(diff)
command.add_command(export)
command.add_command(impact)
command.add_command(prove)
for each in (draft, publish, withdraw):
    command.add_command(each)


@command.command("check")
@click.argument("standard", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
@reports_problems
def check(ctx: click.Context, standard: str | None, as_json: bool) -> None:
    """Find every problem in the files of standards and rules, all at once."""
    from ohaccredit.policy.check import check_home

    editions, problems = check_home(home_of(ctx), only=standard)
    if problems:
        stop_for(problems, as_json=as_json, code=1)
    criteria = sum(1 for e in editions for c in e.criteria.values() if c.origin == e.id)
    rules = sum(1 for e in editions for c in e.criteria.values() if c.decided_by == e.id and c.judged is None)
    parameters = {name for e in editions for name in e.definitions.parameters}
    if as_json:
        print_json({"problems": [], "editions": [e.id for e in editions], "criteria": criteria, "rules": rules})
        return
    for edition in editions:
        own = [c for c in edition.criteria.values() if c.origin == edition.id]
        judged = sum(1 for c in own if c.judged)
        click.echo(
            f"{edition.id:34} {count_of(len(own), 'own criterion').replace('criterions', 'criteria')}, {judged} judged"
        )
    click.secho(f"No problems: {criteria} criteria, {rules} rules, {len(parameters)} parameters.", fg="green")


@command.command("cases")
@click.argument("standard", required=False)
@click.option("--criterion", help="Only the cases of this criterion.")
@click.option("--verbose", "-v", is_flag=True, help="List every case.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
@reports_problems
def cases(ctx: click.Context, standard: str | None, criterion: str | None, verbose: bool, as_json: bool) -> None:
    """Run the worked cases that stand beside the rules."""
    from ohaccredit.policy.cases import load_cases, run_case
    from ohaccredit.policy.check import check_home

    home = home_of(ctx)
    editions, problems = check_home(home, only=standard)
    if problems and not as_json:
        show_problems(problems)
    results = [
        (edition, run_case(edition, case))
        for edition in editions
        for id_, group in load_cases(home, edition, []).items()
        if criterion is None or id_ == criterion
        for case in group
    ]
    failed = [(edition, result) for edition, result in results if result.said]
    rules = {(edition.id, result.case.criterion) for edition, result in results}
    if as_json:
        print_json(
            {
                "cases": len(results),
                "rules": len(rules),
                "problems": [problem.as_json() for problem in problems],
                "failed": [
                    {"edition": e.id, "criterion": r.case.criterion, "case": r.case.file.name, "said": r.said}
                    for e, r in failed
                ],
            }
        )
        raise click.exceptions.Exit(1 if failed or problems else 0)
    if verbose:
        for _, result in results:
            mark = "✗" if result.said else "✓"
            click.echo(f"{mark} {result.case.criterion}: {result.case.file.name} ({result.case.file.expect})")
    for edition, result in failed:
        click.secho(f"{result.case.place}  {edition.id} {result.case.criterion}", bold=True)
        click.echo(f"  {result.case.file.name}: {result.said}.")
        click.echo(f"  The case says why: {result.case.file.because}")
    passed = len(results) - len(failed)
    colour = "red" if failed or problems else "green"
    click.secho(
        f"{count_of(len(rules), 'rule')}, {count_of(len(results), 'case')}: {passed} as expected, {len(failed)} not.",
        fg=colour,
    )
    if failed or problems:
        raise click.exceptions.Exit(1)
