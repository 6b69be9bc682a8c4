"""`ohaccredit explain`: one finding, opened up."""

from __future__ import annotations

from datetime import date

import click

from ohaccredit.cli.findings import show_finding
from ohaccredit.cli.shared import home_of, print_json, reports_problems
from ohaccredit.cli.submissions import assessment_options, run_assessment
from ohaccredit.language.parse import nearest
from ohaccredit.language.problems import Problem, ProblemsFound


@click.command("explain")
@assessment_options
@click.argument("criterion")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
@reports_problems
def command(
    ctx: click.Context,
    submission: str,
    criterion: str,
    standard: str | None,
    edition: str | None,
    on: date | None,
    modules: tuple[str, ...],
    verified: bool,
    more: str | None,
    as_json: bool,
) -> None:
    """Explain one finding: the rule in words, the evidence, the source, and what would change it.

    SUBMISSION is a JSON file (or - for standard input), CRITERION a criterion of the standard, or of a
    standard whose evidence the submission embeds (a provider's baseline).
    """
    from ohaccredit.reports.view import finding_view
    from ohaccredit.standards.sources import load_statements

    home = home_of(ctx)
    assessment = run_assessment(
        home, submission, standard=standard, edition=edition, on=on, modules=modules, verified=verified, more=more
    )
    candidates = [assessment, *assessment.linked.values()]
    for each in candidates:
        finding = each.finding(criterion)
        if finding is None:
            continue
        view = finding_view(each, finding, load_statements(home, each.edition))
        if as_json:
            from dataclasses import asdict

            print_json(asdict(view))
        else:
            show_finding(view, brief=False)
        return
    known = tuple(f.criterion.id for each in candidates for f in each.findings)
    raise ProblemsFound([Problem(f'No criterion "{criterion}" was assessed.', hint=nearest(criterion, known))])
