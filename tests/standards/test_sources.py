"""The register of source statements."""

from __future__ import annotations

import pytest

from ohaccredit.language.problems import Place, ProblemsFound
from ohaccredit.standards.sources import load_statements
from tests.conftest import MakeHome

HEAD = "source: {0}\ntitle: Document {0}\npublisher: Somebody\nstatements:\n"
ENTRY = "  - {{id: {}, place: page 4, says: So it is., binds: [employer], kind: criterion}}\n"


def register(name: str, *ids: str) -> str:
    return HEAD.format(name) + "".join(map(ENTRY.format, ids))


def test_statements_of_all_documents_are_found_by_id(make_home: MakeHome) -> None:
    home = make_home(
        {
            "standards/sources/b.yaml": register("b", "B-01"),
            "standards/sources/a.yaml": register("a", "A-01", "A-02"),
        }
    )
    statements = load_statements(home)
    assert list(statements) == ["A-01", "A-02", "B-01"]
    assert statements["A-02"].cited == "Document a, page 4"
    assert statements["B-01"].source == "b"


def test_without_a_register_there_are_no_statements(make_home: MakeHome) -> None:
    assert load_statements(make_home({})) == {}


def test_a_statement_that_is_registered_twice_is_reported_where_it_stands_again(make_home: MakeHome) -> None:
    home = make_home(
        {
            "standards/sources/a.yaml": register("a", "A-01", "A-01"),
            "standards/sources/b.yaml": register("b", "A-01"),
        }
    )
    with pytest.raises(ProblemsFound) as found:
        load_statements(home)
    assert [(problem.place, problem.pointer) for problem in found.value.problems] == [
        (Place("standards/sources/a.yaml", 6, 10), "/statements/1/id"),
        (Place("standards/sources/b.yaml", 5, 10), "/statements/0/id"),
    ]
    assert found.value.problems[0].message == 'The statement "A-01" is registered twice.'


def test_the_problems_of_all_documents_come_at_once(make_home: MakeHome) -> None:
    home = make_home(
        {
            "standards/sources/a.yaml": register("a", "A-01").replace("kind: criterion", "kind: rule"),
            "standards/sources/b.yaml": register("b", "B1"),
        }
    )
    with pytest.raises(ProblemsFound) as found:
        load_statements(home)
    assert [problem.place.file for problem in found.value.problems if problem.place] == [
        "standards/sources/a.yaml",
        "standards/sources/b.yaml",
    ]
