"""`ohaccredit rules prove`: what holds of the rules of an edition whatever is handed in."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from ohaccredit.cli.shared import count_of, home_of, print_json, reports_problems, show_problems

if TYPE_CHECKING:
    from ohaccredit.policy.properties import Answer
    from ohaccredit.policy.prove import Proofs
    from ohaccredit.standards.edition import Edition
    from ohaccredit.standards.home import Home


@click.command("prove")
@click.argument("standard", required=False)
@click.option("--edition", help="Only this edition; drafts are taken too.")
@click.option("--fresh", is_flag=True, help="Prove everything again, whatever is known from earlier runs.")
@click.option("--strict", is_flag=True, help="Fail where something was not decided, too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
@reports_problems
def prove(
    ctx: click.Context, standard: str | None, edition: str | None, fresh: bool, strict: bool, as_json: bool
) -> None:
    """Prove what must hold of the rules for every submission within a stated scope.

    Tiers can be reached and nest, no criterion is dead, empty or implied by another one, nothing passes on empty
    evidence, and better evidence never lowers an outcome. What is refuted comes with a submission that shows it; what
    is right all the same is accepted with a reason in accepted.yaml beside standard.yaml.
    """
    from ohaccredit.policy.prove import counted
    from ohaccredit.policy.prove import prove as prove_all
    from ohaccredit.policy.prove_cache import FreshProofs, ProofCache, cache_folder

    home = home_of(ctx)
    editions = _editions(home, standard, edition)
    folder = cache_folder()
    with _Progress() as progress:
        proofs = prove_all(
            home,
            editions,
            cache=FreshProofs(folder) if fresh else ProofCache(folder),
            workers=min(os.cpu_count() or 1, 8),
            told=progress.told,
        )
    number = counted(proofs)
    problems = [problem for each in proofs for problem in each.problems]
    wrong = bool(number.get("refuted") or number.get("fault") or problems)
    failed = wrong or (strict and bool(number.get("not decided")))
    if as_json:
        print_json(_document(proofs, failed=failed))
    else:
        for each in proofs:
            _print(each)
        if problems:
            show_problems(problems)
        _print_total(proofs, failed=failed)
    if failed:
        raise click.exceptions.Exit(1)


def _editions(home: Home, standard: str | None, edition: str | None) -> list[Edition]:
    """The editions that are asked about: all that are not withdrawn, drafts included, or the one that is named."""
    from ohaccredit.language.problems import Problem, ProblemsFound
    from ohaccredit.standards.loading import list_editions, load_edition

    if standard is not None and (edition is not None or standard not in {name for name, _ in list_editions(home)}):
        return [load_edition(home, standard, edition)]
    if edition is not None:
        raise ProblemsFound([Problem("--edition needs the standard that it is an edition of.")])
    found: list[Edition] = []
    known: dict[str, Edition] = {}
    problems: list[Problem] = []
    for name, each in list_editions(home):
        if standard not in (None, name):
            continue
        try:
            loaded = load_edition(home, name, each, known=known)
        except ProblemsFound as wrong:
            problems += wrong.problems
            continue
        if loaded.publication is None or loaded.publication.withdrawn is None:
            found.append(loaded)
    if problems:
        raise ProblemsFound(dict.fromkeys(problems))
    return found


class _Progress:
    """A line on standard error that says how far it is; nothing where that is no terminal."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            click.echo("\r\033[K", nl=False, err=True)

    def told(self, what: str, done: int, of: int) -> None:
        """Show it."""
        if self._shown and of:
            filled = 30 * done // of
            click.echo(f"\rProving {what} [{'#' * filled}{'-' * (30 - filled)}] {done} of {of}", nl=False, err=True)


# ── On screen ───────────────────────────────────────────────────────────────────────────────────────

COLOURS = {"refuted": "red", "fault": "red", "not decided": "yellow", "accepted": None}


def _print(proofs: Proofs) -> None:
    from ohaccredit.policy.properties import PROPERTIES

    click.secho(proofs.edition.id, bold=True)
    for property_, words in PROPERTIES.items():
        own = [each for each in proofs.answers if each.property == property_]
        if not own:
            continue
        click.echo(f"  {words}: {_numbers(own)}")
        for result in ("fault", "refuted", "not decided", "accepted"):
            for answer in (each for each in own if each.result == result):
                for line in _lines(answer):
                    click.secho(f"    {line}", fg=COLOURS[result])


def _lines(answer: Answer) -> Iterator[str]:
    day = f" on {answer.on}" if answer.on else ""
    label = "fault of the program" if answer.result == "fault" else answer.result
    yield f"{label}: {answer.subject}{day}: {answer.says}"
    if answer.result not in ("refuted", "fault"):
        return
    if answer.evidence is not None:
        yield f"  {'before' if answer.after is not None else 'shown by'}: {_plain(answer.evidence)}"
    if answer.after is not None:
        yield f"  after:  {_plain(answer.after)}"


def _plain(evidence: object) -> str:
    return json.dumps({"evidence": evidence}, ensure_ascii=False, default=float)


def _numbers(answers: Sequence[Answer]) -> str:
    results = ("proved", "refuted", "fault", "accepted", "not decided")
    found = {result: sum(1 for each in answers if each.result == result) for result in results}
    return ", ".join(f"{number:,} {result}" for result, number in found.items() if number)


def _print_total(proofs: Sequence[Proofs], *, failed: bool) -> None:
    answers = [answer for each in proofs for answer in each.answers]
    click.secho(f"{count_of(len(proofs), 'edition')}: {_numbers(answers)}.", fg="red" if failed else "green")
    click.echo(
        "Proved means: for every submission within the scope of its answer, on the day named; --json shows both."
    )


# ── As JSON ─────────────────────────────────────────────────────────────────────────────────────────


def _document(proofs: Sequence[Proofs], *, failed: bool) -> dict[str, object]:
    from ohaccredit.policy.properties import PROPERTIES
    from ohaccredit.policy.prove_cache import as_plain

    scopes: dict[str, str] = {}
    editions: list[dict[str, object]] = []
    for each in proofs:
        plain = as_plain(each.answers)
        for answer in plain:
            said = "\n".join(answer.pop("scope"))
            answer["scope"] = scopes.setdefault(said, f"scope-{len(scopes) + 1}") if said else None
            for key in ("evidence", "after"):
                if answer[key] is not None:
                    answer[key] = json.loads(json.dumps(answer[key], default=float))
        problems = [problem.as_json() for problem in each.problems]
        editions.append({"edition": each.edition.id, "answers": plain, "problems": problems})
    return {
        "failed": failed,
        "properties": dict(PROPERTIES),
        "scopes": {name: said.split("\n") for said, name in scopes.items()},
        "editions": editions,
    }
