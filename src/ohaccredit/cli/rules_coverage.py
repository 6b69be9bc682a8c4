"""`ohaccredit rules coverage`: what the worked cases show of the rules, and what they do not show yet."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from ohaccredit.cli.shared import count_of, home_of, print_json, reports_problems, stop_for

if TYPE_CHECKING:
    from ohaccredit.language.problems import Place, Problem
    from ohaccredit.policy.coverage import Asked, Coverage, Covered, Observer
    from ohaccredit.policy.suggest import Suggestion
    from ohaccredit.standards.home import Home

    Looked = tuple[Coverage, Observer, list[Problem]]

SEARCHED = 40
"""With so few gaps, a case to begin with is looked for without being asked."""


@click.command("coverage")
@click.argument("standard", required=False)
@click.option("--criterion", help="Only the cases of this criterion.")
@click.option("--suggest", is_flag=True, help="For each gap, a case to begin with, as YAML to paste.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
@reports_problems
def coverage(ctx: click.Context, standard: str | None, criterion: str | None, suggest: bool, as_json: bool) -> None:
    """Find what no worked case shows: each test met, not met, not evidenced, and both sides of each boundary.

    A case shows a test only where it mattered: the rule would come out otherwise, had this test alone said
    something else. What no case can show is declared in cases.yaml, under not_reachable, with the reason.
    """
    from ohaccredit.language.problems import Problem

    found = _shared(list(_look(home_of(ctx), standard, criterion)), alone=standard is not None)
    problems = [problem for _, _, some in found for problem in some]
    if not problems and not any(covered.parts for covered, _, _ in found):
        what = f'criterion "{criterion}"' if criterion else f'standard "{standard}"'
        problems = [Problem(f"There is no {what} with rules of its own.")]
    if problems:
        stop_for(problems, as_json=as_json)
    gaps = [(part, gap, observer) for covered, observer, _ in found for part in covered.parts for gap in part.gaps]
    looked_for = suggest or criterion is not None or len(gaps) <= SEARCHED
    suggestions = dict(_suggestions(gaps)) if looked_for else {}
    if as_json:
        print_json(_document([(covered, observer) for covered, observer, _ in found], suggestions))
    else:
        for covered, observer, _ in found:
            _print(covered, observer, suggestions, with_cases=suggest)
        _print_total([covered for covered, _, _ in found], looked_for=suggest)
    if not all(covered.complete for covered, _, _ in found):
        raise click.exceptions.Exit(1)


def _look(home: Home, standard: str | None, criterion: str | None) -> Iterator[Looked]:
    """The editions that are asked about, with what is wrong with their files of cases."""
    from ohaccredit.language.problems import ProblemsFound
    from ohaccredit.policy.cases import load_case_files
    from ohaccredit.policy.coverage import Observer, cover
    from ohaccredit.standards.loading import list_editions, load_edition

    unread: list[Problem] = []
    known = list_editions(home)
    chosen = [pair for pair in known if standard in (None, pair[0])]
    if not chosen:
        load_edition(home, standard or "")  # says which standards there are
    for name, edition_name in chosen:
        try:
            edition = load_edition(home, name, edition_name)
        except ProblemsFound as found:
            unread += found.problems
            continue
        problems: list[Problem] = []
        files = load_case_files(home, edition, problems)
        observer = Observer(edition)
        covered, more = cover(edition, files, only=criterion, observer=observer)
        yield covered, observer, [*problems, *more]
    if unread:
        raise ProblemsFound(dict.fromkeys(unread))


def _shared(found: list[Looked], *, alone: bool) -> list[Looked]:
    """What standards share is asked of all their cases together; of one standard alone, it is not asked."""
    from ohaccredit.policy.coverage import together, unshared

    coverages = [covered for covered, _, _ in found]
    coverages = [unshared(covered) for covered in coverages] if alone else together(coverages)
    return [(covered, observer, some) for covered, (_, observer, some) in zip(coverages, found, strict=True)]


Key = tuple[str, int, object]


def _key(part: Covered, gap: Asked) -> Key:
    return part.name, id(gap[0].node), gap[1]


def _suggestions(gaps: list[tuple[Covered, Asked, Observer]]) -> Iterator[tuple[Key, Suggestion]]:
    from ohaccredit.policy.suggest import suggest

    with click.progressbar(gaps, label="Looking for cases", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        for part, gap, observer in bar:
            found = suggest(observer, gap, part.situations)
            if found is not None:
                yield _key(part, gap), found


# ── On screen ───────────────────────────────────────────────────────────────────────────────────────


def _print(covered: Coverage, observer: Observer, suggestions: dict[Key, Suggestion], *, with_cases: bool) -> None:
    from ohaccredit.policy.coverage_words import Gaps, case_to_paste

    gaps = Gaps(observer)
    if covered.parts:
        click.secho(f"{covered.edition.id}  {_share(covered.parts)}", bold=True)
    for part in covered.parts:
        if not part.gaps and not part.accepted and not part.refuted:
            continue
        click.secho(f"  {part.name}: {_share((part,))}", fg="red" if part.gaps or part.refuted else None)
        for gap in part.gaps:
            suggestion = suggestions.get(_key(part, gap))
            said = gaps.say(gap, suggestion)
            click.echo(f"    {_where(said.place, part)}  {said.says} {said.how}")
            if with_cases and suggestion is not None:
                file = suggestion.situation.case.place.file
                click.echo(f"      in {file}:")
                click.echo("\n".join(f"      {line}" for line in case_to_paste(suggestion).splitlines()))
        for each in part.refuted:
            says = (
                f"“{gaps.test(each.leaf)}” {each.said.file.outcome} is said not to be reachable, but a case shows it."
            )
            click.echo(f"    {_where(each.said.place, part)}  {says}")
        for each in part.accepted:
            click.echo(f"    accepted: “{gaps.test(each.leaf)}” {each.said.file.outcome}: {each.said.file.because}")


def _print_total(found: list[Coverage], *, looked_for: bool) -> None:
    from ohaccredit.policy.coverage import DERIVED

    parts = tuple(part for covered in found for part in covered.parts)
    complete = all(covered.complete for covered in found)
    rules = sum(1 for part in parts if not part.name.startswith(DERIVED))
    click.secho(f"{count_of(rules, 'rule')}: {_share(parts)}.", fg="green" if complete else "red")
    if not complete:
        click.echo("A case shows a test where the outcome would change if this test alone said something else.")
        if not looked_for:
            click.echo("--suggest gives cases to begin with; declare what no case can show under not_reachable.")


def _share(parts: tuple[Covered, ...]) -> str:
    asked = sum(part.asked for part in parts)
    seen, gaps = sum(part.seen for part in parts), sum(len(part.gaps) for part in parts)
    accepted, refuted = sum(len(part.accepted) for part in parts), sum(len(part.refuted) for part in parts)
    said = f"{seen:,} of {asked:,} shown"
    extra = [f"{gaps:,} missing"] * bool(gaps) + [f"{accepted:,} accepted as out of reach"] * bool(accepted)
    return ", ".join([said, *extra, *[f"{refuted:,} wrongly said to be out of reach"] * bool(refuted)])


def _where(place: Place, part: Covered) -> str:
    """The place; in a criterion's own folder by the name of the file alone, for the criterion stands above it."""
    folder, _, name = place.file.rpartition("/")
    return f"{name if folder.endswith(f'/{part.name}') else place.file}:{place.line}:{place.column}"


# ── As JSON ─────────────────────────────────────────────────────────────────────────────────────────


def _document(found: list[tuple[Coverage, Observer]], suggestions: dict[Key, Suggestion]) -> dict[str, object]:
    editions = [_edition(covered, observer, suggestions) for covered, observer in found if covered.parts]
    return {"complete": all(covered.complete for covered, _ in found), "editions": editions}


def _edition(covered: Coverage, observer: Observer, suggestions: dict[Key, Suggestion]) -> dict[str, object]:
    from ohaccredit.policy.coverage_words import Gaps, case_to_paste

    gaps = Gaps(observer)
    parts: list[dict[str, object]] = []
    for part in covered.parts:
        missing: list[dict[str, object]] = []
        for gap in part.gaps:
            suggestion = suggestions.get(_key(part, gap))
            said = gaps.say(gap, suggestion)
            missing.append(
                {
                    "leaf": said.pointer,
                    "file": said.place.file,
                    "line": said.place.line,
                    "column": said.place.column,
                    "test": said.test,
                    "outcome": said.shown,
                    "message": said.says,
                    "hint": said.how,
                    "like": None if suggestion is None else suggestion.situation.case.file.name,
                    "case": None if suggestion is None else case_to_paste(suggestion),
                }
            )
        of_files = [
            [{"leaf": each.leaf.pointer, "outcome": each.said.file.outcome, "because": each.said.file.because}
             for each in declared]
            for declared in (part.accepted, part.refuted)
        ]  # fmt: skip
        parts.append(
            {
                "name": part.name,
                "asked": part.asked,
                "shown": part.seen,
                "gaps": missing,
                "accepted": of_files[0],
                "wrongly_accepted": of_files[1],
                "unvarying": [leaf.pointer for leaf in part.unvarying],
            }
        )
    return {"edition": covered.edition.id, "parts": parts}
