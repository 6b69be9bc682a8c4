"""All worked cases of all editions, decided in columns: what people wrote down is expected, not what an engine says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

import pytest

pytest.importorskip("polars")

from ohaccredit.language.encode import Encoded, encode
from ohaccredit.language.outcome import Outcome
from ohaccredit.language.vectorise import VectorRules, beyond_columns
from ohaccredit.policy.cases import NOT_IN_FORCE, Case, load_cases
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.home import find_home
from ohaccredit.standards.loading import list_editions, load_edition
from tests.language.in_tables import tables_of

HOME = find_home(None)
EDITIONS = list_editions(HOME)


def by_day(edition: Edition) -> dict[date, list[tuple[Case, Mapping[str, Encoded]]]]:
    """The cases with their evidence, by the day whose rules decide."""
    found: dict[date, list[tuple[Case, Mapping[str, Encoded]]]] = defaultdict(list)
    for cases in load_cases(HOME, edition, []).values():
        for case in cases:
            evidence = encode(case.evidence, edition.record)
            if not beyond_columns(evidence):
                found[edition.rules_of(evidence, case.on)].append((case, evidence))
    return found


@pytest.mark.parametrize(("standard", "name"), EDITIONS)
def test_worked_cases_come_out_in_columns_as_they_were_written(standard: str, name: str) -> None:
    edition = load_edition(HOME, standard, name)
    days = by_day(edition)
    assert days
    for on, cases in days.items():
        criteria = sorted({case.criterion for case, _ in cases})
        vectors = VectorRules(edition.definitions, [edition.rules[each] for each in criteria], edition.record, on)
        assert [road for road in vectors.roads if not road.as_expression] == []
        evidence = [each for _, each in cases]
        found = vectors.decide(tables_of(evidence, edition.record, vectors.needs), list)
        for number, (case, _) in enumerate(cases):
            if case.file.expect != NOT_IN_FORCE:
                assert found[case.criterion][number] == Outcome.of_words(case.file.expect), case.place


@pytest.mark.long
@pytest.mark.parametrize(("standard", "name"), EDITIONS)
def test_all_rules_over_all_cases_come_out_in_columns_as_compiled(standard: str, name: str) -> None:
    edition = load_edition(HOME, standard, name)
    for on, cases in by_day(edition).items():
        vectors = VectorRules(edition.definitions, list(edition.rules.values()), edition.record, on)
        compiled = edition.compiled.on(on)
        evidence = [each for _, each in cases]
        found = vectors.decide(tables_of(evidence, edition.record, vectors.needs), list)
        for criterion in edition.rules:
            assert found[criterion].to_list() == [compiled[criterion](dict(each)) for each in evidence], criterion
