"""Lines of JSON that go straight into columns: only what the careful reader takes, and nothing else than it reads."""

from __future__ import annotations

import json
import random
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("polars")
pytest.importorskip("pyarrow")

from ohaccredit.assessment.population import as_json
from ohaccredit.assessment.population_json import JsonReader
from ohaccredit.assessment.submission import canonical
from ohaccredit.assessment.well_formed import Check, quick_check
from ohaccredit.language.json_source import read_json
from ohaccredit.language.problems import ProblemsFound
from ohaccredit.standards.home import find_home
from ohaccredit.standards.loading import load_edition
from ohaccredit.standards.schema import submission_schema

ON = date(2026, 11, 22)
EXAMPLES = Path(__file__).parents[2] / "examples"


@cache
def reader() -> tuple[JsonReader, Check]:
    edition = load_edition(find_home(None), "employer-accreditation", on=ON)
    fits = quick_check(submission_schema(edition))
    assert fits is not None
    return JsonReader(edition, fits), fits


def read(lines: list[bytes]) -> dict[int, Any]:
    """What was read, by the number of its line."""
    found: dict[int, Any] = {}
    for places, batch in reader()[0].read(lines):
        assert len(places) == batch.num_rows
        found |= dict(zip(places, map(as_json, batch.to_pylist()), strict=True))
    return found


def carefully(line: bytes) -> Any:
    """What the careful reader makes of a line; None if it is no submission."""
    try:
        content = read_json(line, "one").value
    except ProblemsFound:
        return None
    return content if reader()[1](content) else None


def profile(inside: str) -> bytes:
    return f'{{"evidence":{{"organisation":{{{inside}}}}}}}'.encode()


FINE = {
    "nothing but evidence": b'{"evidence":{}}',
    "white space": b' { "evidence" : { "organisation" : { "headcount" : 3 } } }\t\r\n',
    "several lines": b'{\n "evidence": {\n  "organisation": {\n   "headcount": 3\n  }\n }\n}',
    "an empty group and empty lists": b'{"evidence":{"organisation":{},"documents":[]},"modules":[]}',
    "a name with an escape in it": b'{"evidence":{"organisation":{"head\\u0063ount":3}}}',
    "a minus zero": profile('"headcount":-0'),
    "letters beyond ASCII": profile('"name":"Ffrwd Gl\u00e2n \U0001f33f"'),
    "a figure with as many digits as a double keeps": profile('"name":"x","headcount":123456789'),
    "the word evidence in a text": profile('"name":"the \\"evidence\\" is here"'),
    "a null in a text": profile('"name":"null and void"'),
}
NOT_READ_HERE = {
    "a name twice": b'{"evidence":{},"evidence":{}}',
    "a name twice deep inside": profile('"headcount":3,"headcount":3'),
    "a name twice, once with an escape": profile('"headcount":3,"head\\u0063ount":4'),
    "null": profile('"headcount":null'),
    "null after white space": profile('"headcount": \t null'),
    "null in a list": b'{"evidence":{"documents":[null]}}',
    "nothing but null": b'{"evidence":null}',
    "a figure as text": profile('"headcount":"3"'),
    "a text as figure": profile('"name":3'),
    "a truth as figure": profile('"headcount":true'),
    "a figure that is not whole": profile('"headcount":3.5'),
    "a list for a group": b'{"evidence":{"organisation":[]}}',
    "a group for a list": b'{"evidence":{"documents":{}}}',
    "an unknown field": profile('"headcont":3'),
    "an unknown kind of evidence": b'{"evidence":{"organisations":{}}}',
    "an unknown field beside evidence": b'{"evidence":{},"modul":[]}',
    "a number that is none": profile('"headcount":NaN'),
    "a number beyond all": profile('"headcount":Infinity'),
    "a number with a plus": profile('"headcount":+3'),
    "a number with a nought before it": profile('"headcount":03'),
    "a comma too many": profile('"headcount":3,'),
    "a comment": profile('"headcount":3/*x*/'),
    "half a character": profile('"name":"\\ud83c"'),
    "the other half": profile('"name":"\\udf3f"'),
    "an escaped control character": profile('"name":"a\\u0000b"'),
    "a bell": profile('"name":"a\\u0007b"'),
    "a raw control character": profile('"name":"a\x07b"'),
    "a line's end in a text": profile('"name":"a\nb"'),
    "not UTF-8": b'{"evidence":{"organisation":{"name":"\xff"}}}',
    "UTF-16": '{"evidence":{}}'.encode("utf-16"),
    "a mark before it": b'\xef\xbb\xbf{"evidence":{}}',
    "two on one line": b'{"evidence":{}}{"evidence":{}}',
    "two on one line with white space": b'{"evidence":{}} {"evidence":{}}',
    "one that is not finished": b'{"evidence":{}',
    "one that goes on": b'{"evidence":{}}}',
    "an empty line": b"",
    "a list": b"[]",
    "evidence for another standard inside": (
        b'{"evidence":{"providers":[{"id":"p","assessment":{"evidence":{"organisation":{}}}}]}}'
    ),
}


@pytest.mark.parametrize("name", FINE)
def test_what_is_fine_is_read_as_the_careful_reader_reads_it(name: str) -> None:
    assert canonical(read([FINE[name]])[0]) == canonical(carefully(FINE[name]))


@pytest.mark.parametrize("name", NOT_READ_HERE)
def test_what_is_not_fine_is_left_and_disturbs_nobody(name: str) -> None:
    fine = b'{"evidence":{"organisation":{"headcount":3}}}'
    assert list(read([NOT_READ_HERE[name]])) == []
    assert set(read([fine, NOT_READ_HERE[name], fine])) == {0, 2}


def test_a_line_that_goes_on_in_the_next_is_not_made_up_for_by_one_that_holds_two() -> None:
    halves = [b'{"evidence":{}', b"}"]
    two = b'{"evidence":{}} {"evidence":{}}'
    assert list(read([*halves, two])) == []
    assert list(read([two, *halves])) == []


@pytest.mark.parametrize(
    "figure",
    ["0.1000000000000000055", "1234567890123456", "1e3", "1E-400", "12.5e0", "-1234567890.123456"],
)
def test_a_figure_that_a_double_may_not_keep_is_left_to_the_careful_reader(figure: str) -> None:
    line = f'{{"evidence":{{"kpis":{{"sickness_absence":{{"points":[{{"numerator":{figure}}}]}}}}}}}}'.encode()
    assert list(read([line])) == []


def test_groups_of_submissions_with_other_kinds_of_evidence_are_put_together_in_their_places() -> None:
    """Thrice as many as make a group: some with duties, some with services, some with both or neither."""
    planned = {"management_referral": {"decision": "planned"}}
    kinds = {"legal_duties": {"sick_pay": {"applies": True}}, "services": planned}
    contents = []
    for number in range(1200):
        evidence: dict[str, Any] = {"organisation": {"headcount": number}}
        evidence |= {name: each for at, (name, each) in enumerate(kinds.items()) if number >> at & 1}
        contents.append({"name": f"firm {number}", "evidence": evidence})
    if carefully(json.dumps(contents[3]).encode()) is None:
        pytest.fail("the content is no submission")
    found = read([json.dumps(content).encode() for content in contents])
    assert [found[number] for number in range(1200)] == contents


def test_a_wrong_line_among_many_is_the_only_one_that_is_left() -> None:
    fine = json.dumps(json.loads((EXAMPLES / "micro-firm-starting.json").read_bytes())).encode()
    lines = [fine] * 400
    lines[77] = lines[250] = profile('"headcount":"3"')
    assert set(range(400)) - set(read(lines)) == {77, 250}


# ── Random damage ───────────────────────────────────────────────────────────────────────────────────

_PARTS = [*'{}[]",: \\0123456789.eE-+n', "null", "true", '""', "{}", "[]", "1e5", "\\u0000", "\\", "evidence", "3.0"]


def _damaged(line: bytes, chance: random.Random) -> bytes:
    """A line with something taken out, put in or changed."""
    text = line.decode()
    for _ in range(chance.randrange(1, 3)):
        at = chance.randrange(len(text))
        until = at + chance.choice([0, 0, 1, 1, 2, 8])
        text = text[:at] + chance.choice(["", chance.choice(_PARTS)]) + text[until:]
    return text.encode()


def _agrees(seed: int, number: int) -> int:
    """Damage examples and compare the readers; how many lines both take."""
    chance = random.Random(seed)
    files = ("micro-firm-starting", "office-firm-basic", "office-firm-intermediate")
    bases = [json.dumps(json.loads((EXAMPLES / f"{name}.json").read_bytes())).encode() for name in files]
    lines = [_damaged(chance.choice(bases), chance) for _ in range(number)]
    found = read(lines)
    for at, content in found.items():
        assert canonical(content) == canonical(carefully(lines[at])), lines[at]
    return len(found)


def test_of_damaged_lines_only_those_that_the_careful_reader_takes_are_read() -> None:
    assert 20 <= _agrees(seed=1, number=200) < 200


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 12))
def test_of_many_damaged_lines_only_those_that_the_careful_reader_takes_are_read(seed: int) -> None:
    assert _agrees(seed, number=1500) > 0
