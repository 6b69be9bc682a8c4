"""Made-up populations: valid, the same every time, spread as published, and broken only where asked for."""

from __future__ import annotations

import json
import sys
from collections import Counter
from datetime import date
from fractions import Fraction
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from ohaccredit.assessment.assess import assess
from ohaccredit.assessment.submission import read_submission
from ohaccredit.language.json_source import read_json
from ohaccredit.language.problems import ProblemsFound
from ohaccredit.language.types import Field as FieldType
from ohaccredit.language.types import Number, Record
from ohaccredit.policy.population_maker.broken import WAYS, with_broken
from ohaccredit.policy.population_maker.chance import WHOLE, Chance, marks
from ohaccredit.policy.population_maker.draw import Drawing
from ohaccredit.policy.population_maker.profile import FiguresOf, Profile, SlipsOf, load_profile
from ohaccredit.policy.population_maker.rows import Population
from ohaccredit.policy.population_maker.seeds import Seed, read_seeds
from ohaccredit.policy.population_maker.slips import slip
from ohaccredit.policy.population_maker.summary import PopulationSummary, summarise
from ohaccredit.policy.population_maker.vary import Growing
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.home import find_home
from ohaccredit.standards.loading import load_edition
from ohaccredit.standards.schema import submission_schema
from tests.conftest import MakeHome
from tests.running import run_ohaccredit

ON = date(2026, 11, 22)
NAME = "standards/populations/employer-accreditation.yaml"
PUBLISHED = "standards/published/businesses.yaml"


@cache
def edition() -> Edition:
    return load_edition(find_home(), "employer-accreditation", on=ON)


@cache
def profile() -> Profile:
    return load_profile(find_home(), edition())


@cache
def seeds() -> list[Seed]:
    file = profile().file
    folder = find_home().root / file.seeds.folder
    return read_seeds(edition(), [folder], file.size.field, file.seeds.written_for, file.seeds.results_hold)[0]


@cache
def population(seed: int = 1) -> Population:
    return Population(edition(), profile(), seeds(), ON, seed)


@cache
def rows(number: int) -> list[bytes]:
    return list(population().rows(number))


def submitted(row: bytes) -> Any:
    return read_submission(read_json(row, "row"), edition())


# ── Rows ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_every_row_has_the_shape_that_the_schema_asks_for() -> None:
    validator = Draft202012Validator(submission_schema(edition()), format_checker=FormatChecker(formats=["date"]))
    for row in rows(5_000)[:10]:
        assert list(validator.iter_errors(json.loads(row))) == []
    for row in rows(5_000)[40:800]:
        submitted(row)  # raises if not


def test_a_row_is_the_same_whatever_else_is_made_and_in_whatever_order() -> None:
    other = Population(edition(), profile(), seeds(), ON, 1)
    assert [other.row(k) for k in range(300, 250, -1)] == rows(5_000)[300:250:-1]
    assert list(other.rows(20, first=100)) == rows(5_000)[100:120]
    assert population(2).row(7) != population(1).row(7)


def test_rows_differ_and_hold_no_mark() -> None:
    assert len(set(rows(5_000)[:2_000])) == 2_000
    assert all(b"\xee\x80" not in row for row in rows(5_000))  # UTF-8 of the first code points for private use


def test_the_pyramid_is_plausible() -> None:
    """Most are below the lowest tier, each tier is reached by somebody, the upper two by few."""
    pytest.importorskip("polars")
    from ohaccredit.assessment.population import Line
    from ohaccredit.assessment.population import Population as Assessed

    ladder = [tier.id for tier in edition().ladder]
    lines = [Line(number, row) for number, row in enumerate(rows(5_000), 1)]
    reached = Counter(Assessed(edition(), ON).assess_lines(lines).column("tier").to_pylist())
    assert set(ladder) <= set(reached)
    above = [reached[tier] for tier in ladder]
    assert sum(above) < 0.1 * 5_000
    assert above[0] > above[1] + above[2] + above[3]
    assert above[0] + above[1] > 5 * (above[2] + above[3])


def test_the_mix_by_size_follows_the_published_counts() -> None:
    summary = PopulationSummary()
    for _ in summarise(rows(5_000), profile().file, summary):
        pass
    assert summary.unreadable == 0
    # Worked out by hand from the counts of the published file, of 1,427,165 employers.
    expected = {"1 to 1": 0.0870, "2 to 4": 0.5397, "5 to 9": 0.1870, "10 to 19": 0.0994, "20 to 49": 0.0547}
    expected |= {"50 to 249": 0.0265, "250 to 40000": 0.0058}
    stated = sum(summary.sizes[band] for band in expected)
    assert stated > 4_800
    for band, share in expected.items():
        noise = 4 * (share * (1 - share) / stated) ** 0.5
        assert abs(summary.sizes[band] / stated - share) < noise + 0.005
    england = summary.groups["organisation.nation"]["england"] / 5_000
    assert 0.82 < england < 0.88


def test_the_published_counts_add_up_to_about_1_4_million_employers() -> None:
    assert sum(profile().bands) == 1
    assert sum(profile().bands[:3]) > Fraction(8, 10)  # one to nine people


def test_bytes_a_row() -> None:
    assert 3_000 < sum(map(len, rows(5_000))) / 5_000 < 6_000


# ── Chance ──────────────────────────────────────────────────────────────────────────────────────────


def test_weights_cut_the_scale_in_proportion() -> None:
    assert marks([1, 2, 1]) == [WHOLE // 4, 3 * WHOLE // 4]
    assert marks([5]) == []


def test_chance_depends_on_its_name_alone() -> None:
    first = [Chance("a", 1).number() for _ in range(3)]
    assert len(set(first)) == 1
    assert Chance("a", 2).number() != first[0]
    stream = Chance("a", 1)
    numbers = [stream.below(10) for _ in range(2_000)]
    assert set(numbers) == set(range(10))


# ── Larger and smaller employers ────────────────────────────────────────────────────────────────────

COUNTS = Record({name: FieldType(name, Number("people")) for name in ("all", "part", "whole")})


def grown(value: int, old: int, new: int, rounding: float, sampled: bool = False) -> Any:
    figures = FiguresOf(grow_with=["people"], sampled=["counts"] if sampled else [])
    return Growing(figures, old, new, rounding, 0).item({"part": value}, COUNTS, "counts")["part"]


@pytest.mark.parametrize(
    ("value", "old", "new", "rounding", "expected"),
    [
        (38, 38, 19, 0.9, 19),  # everybody stays everybody
        (9, 38, 19, 0.0, 4),  # 4.5, rounded down
        (9, 38, 19, 0.5, 5),  # 4.5 + 0.5
        (1, 38, 3, 0.0, 1),  # what was not nothing stays so
        (0, 38, 3, 0.9, 0),
        (10, 20, 60, 0.0, 30),
    ],
)
def test_counts_grow_with_the_people(value: int, old: int, new: int, rounding: float, expected: int) -> None:
    assert grown(value, old, new, rounding) == expected


def test_a_smaller_employer_asks_a_larger_part_but_nobody_who_is_not_there() -> None:
    assert grown(20, 100, 25, 0.0, sampled=True) == 10  # half, the square root of a quarter
    assert grown(80, 100, 25, 0.0, sampled=True) == 25
    assert grown(20, 100, 400, 0.0, sampled=True) == 80  # a larger one in proportion


@given(
    st.integers(0, 5_000), st.integers(0, 5_000), st.integers(1, 5_000), st.integers(1, 50_000),
    st.floats(0, 0.999), st.booleans(),
)  # fmt: skip
def test_a_part_never_outgrows_its_whole(a: int, b: int, old: int, new: int, rounding: float, sampled: bool) -> None:
    part, whole = sorted((a, b))
    assert grown(part, old, new, rounding, sampled) <= grown(whole, old, new, rounding, sampled)
    assert grown(old, old, new, rounding, sampled) == new


def test_the_seeds_reach_the_tiers_that_they_are_used_for() -> None:
    assert {step.seeds for step in profile().file.steps} <= {"none", *(seed.reaches for seed in seeds())}
    for seed in seeds():
        # What was embedded of a provider became its result, and the tier is still the same.
        again = assess(edition(), submitted(json.dumps(seed.content).encode()), ON)
        assert (again.tier.id if again.tier else "below") == seed.reaches
        assert again.linked == {}


# ── What goes wrong, and what is drawn ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize("way", SlipsOf.model_fields)
def test_evidence_in_which_something_went_wrong_still_has_its_shape(way: str) -> None:
    slips = SlipsOf(**{way: 1})
    changed = 0
    for seed in seeds():
        evidence: dict[str, Any] = {}
        for name, value in seed.content["evidence"].items():
            kind = edition().evidence[name]
            evidence[name] = slip(value, kind, slips, ["days"], Chance(way, seed.name, name))
            changed += evidence[name] != value
        kept = {name: value for name, value in evidence.items() if value is not None}
        submitted(json.dumps({"evidence": kept}).encode())
        assert (kept == {}) == (way == "not_handed_in")
    assert changed > 30


def test_what_is_drawn_is_plausible() -> None:
    file = profile().file
    drawing = Drawing(edition(), file.drawn, file.figures, frozenset(file.leave_out))
    evidence = {
        name: drawing.item(kind, 60, 0.9, ON, Chance("drawn", name))
        for name, kind in edition().evidence.items()
        if not kind.computed
    }
    submission = submitted(json.dumps({"evidence": evidence}).encode())
    kinds = {flag.kind for flag in assess(edition(), submission, ON).flags}
    assert kinds <= {"below_floor"}  # small counts are refused whoever hands them in


def test_the_more_mature_hand_in_more() -> None:
    file = profile().file
    drawing = Drawing(edition(), file.drawn, file.figures, frozenset())
    shares = [[drawing.comes(name, maturity) for name in edition().evidence] for maturity in (0.1, 0.5, 0.9)]
    assert all(low <= high for low, high in chain(zip(*shares[:2], strict=True), zip(*shares[1:], strict=True)))
    assert sum(shares[0]) < sum(shares[1]) < sum(shares[2])
    # comes_at 15%, spread 40%: at 15% half of them, at 35% and above all, at -5% none
    assert [round(drawing.comes("legal_duties", each), 9) for each in (0.15, 0.35, 0.25)] == [0.5, 1.0, 0.75]


# ── Broken rows ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("way", WAYS)
def test_a_broken_row_is_no_submission(way: str) -> None:
    for row in rows(5_000)[:20]:
        with pytest.raises(ProblemsFound):
            submitted(WAYS[way](row))


def test_rows_are_broken_at_the_rate_asked_for_and_others_left_alone() -> None:
    number, share = 5_000, Fraction(1, 10)
    made = list(with_broken(iter(rows(number)), share, 1))
    broken = sum(1 for _, name in made if name)
    assert abs(broken - 500) < 4 * (number * 0.1 * 0.9) ** 0.5
    assert all(row == plain for (row, name), plain in zip(made, rows(number), strict=True) if not name)
    assert {name for _, name in made} == {"", *WAYS}
    assert list(with_broken(iter(rows(number)[200:300]), share, 1, first=200)) == made[200:300]
    assert not any(name for _, name in with_broken(iter(rows(number)[:500]), Fraction(0), 1))


# ── The profile ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("old", "new", "message", "line_of"),
    [
        ("field: organisation.headcount", "field: organisation.heads", "is no count", "field: organisation.heads"),
        ("measure: size-1,", "measure: size-9,", 'No share is published of "size-9"', "measure: size-9,"),
        ("    seeds: expert", "    seeds: golden", '"golden" is no tier', "seeds: golden"),
        ("    legal_duties: 15%", "    legal_duty: 15%", 'no evidence type "legal_duty"', "legal_duty:"),
        ("organisation.risk_class: {given", "organisation.risk: {given", "There is no field", "organisation.risk:"),
        ("low: 45", "tiny: 45", '"tiny" is no option', "tiny: 45"),
        ("[england, scotland, wales]", "[england, scotland]", "names each of the options once", "[england, scotland]"),
        ("waits: 4", "wait: 4", "is not a key", "wait: 4"),
    ],
)
def test_a_mistake_in_the_profile_is_shown_at_its_line(
    make_home: MakeHome, old: str, new: str, message: str, line_of: str
) -> None:
    root = find_home().root
    text = (root / NAME).read_text(encoding="utf-8")
    assert old in text
    text = text.replace(old, new)
    home = make_home({NAME: text.encode(), PUBLISHED: (root / PUBLISHED).read_bytes()})
    with pytest.raises(ProblemsFound) as found:
        load_profile(home, edition())
    problem = next(each for each in found.value.problems if message in each.message)
    assert problem.place is not None
    assert line_of in text.splitlines()[problem.place.line - 1]


OTHER = """
population: oh-provider-baseline
about: {en: Made-up providers}
seeds: {folder: examples, written_for: 2026-11-22}
size:
  field: service.staff
  published: sizes
  bands: [{measure: small, from: 1, until: 9}, {measure: large, from: 10, until: 500}]
name: {fields: [], says: "Provider {row}"}
figures: {grow_with: [people]}
steps:
  - {id: any, words: {en: any}, share: 100%, seeds: none, maturity: [0%, 100%], care: [{share: 100%, slips: 20%}]}
slips: {fields_missing: 1}
drawn: {spread: 50%, comes_at: {others: 50%}, given: [50%, 90%], yes: [40%, 90%]}
"""
SAME = """words: {en: some}, period: {from: 2024-01-01, until: 2024-12-31}, publisher: Nobody,
     address: "https://example.org", read_in: primary"""
SIZES = """
published: sizes
title: {en: Sizes}
population: {en: All}
use: {en: Tests}
figures:
  - {measure: small, share: 80%, {SAME}}
  - {measure: large, share: 20%, {SAME}}
"""


def test_another_standard_needs_only_another_profile(make_home: MakeHome) -> None:
    other = load_edition(find_home(), "oh-provider-baseline", on=ON)
    counts = [
        f"{name}.{field.name}"
        for name, kind in other.evidence.items()
        if kind.collects == "one" and isinstance(kind.type, Record)
        for field in kind.type
        if isinstance(field.type, Number) and field.type.whole
    ]
    files = {
        "standards/populations/oh-provider-baseline.yaml": OTHER.replace("service.staff", counts[0]),
        "standards/published/sizes.yaml": SIZES.replace("{SAME}", SAME),
    }
    made = Population(other, load_profile(make_home(files), other), [], ON, 1)
    lengths = set()
    for row in made.rows(200):
        read_submission(read_json(row, "row"), other)
        lengths.add(len(row))
    assert len(lengths) > 50


def test_a_step_without_seeds_is_said() -> None:
    with pytest.raises(ProblemsFound) as found:
        Population(edition(), profile(), [seed for seed in seeds() if seed.reaches != "expert"], ON, 1)
    assert 'No submission reaches "expert"' in found.value.problems[0].message


# ── The command ─────────────────────────────────────────────────────────────────────────────────────


def test_a_population_is_made_in_chunks_and_shown(tmp_path: Path) -> None:
    whole, part = tmp_path / "whole.ndjson", tmp_path / "part.ndjson"
    made = run_ohaccredit("population", "make", whole, "--number", 60, "--on", ON, "--broken", "20%", "--json")
    assert made.code == 0, made.err
    document = json.loads(made.out)
    assert (document["rows"], document["bytes"], document["made_up"]) == (60, whole.stat().st_size, True)
    assert (
        run_ohaccredit("population", "make", part, "--number", 20, "--first", 31, "--on", ON, "--broken", "20%").code
        == 0
    )
    assert part.read_bytes().splitlines() == whole.read_bytes().splitlines()[30:50]
    shown = run_ohaccredit("population", "show", whole, "--on", ON, "--assess", 10)
    assert shown.code == 0, shown.err
    assert shown.out.startswith("60 rows")
    assert "made up" in shown.out
    counted = json.loads(run_ohaccredit("population", "show", whole, "--on", ON, "--json").out)
    assert sum(counted["sizes"].values()) + counted["unreadable"] == 60
    assert sum(document["broken"].values()) >= counted["unreadable"] > 0
    assert set(tmp_path.iterdir()) == {whole, part}


def test_parquet_holds_the_same_rows(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    lines, table = tmp_path / "p.ndjson", tmp_path / "p.parquet"
    for file in (lines, table):
        assert run_ohaccredit("population", "make", file, "--number", 40, "--on", ON).code == 0
    shown = [json.loads(run_ohaccredit("population", "show", file, "--json").out) for file in (lines, table)]
    assert shown[0]["sizes"] == shown[1]["sizes"]
    assert shown[0]["bytes"] == shown[1]["bytes"]


def test_without_pyarrow_a_plain_message_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    result = run_ohaccredit("population", "make", tmp_path / "p.parquet", "--number", 1, "--on", ON)
    assert result.code == 2
    assert "pyarrow" in result.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--number", 0), "0 is not in the range"),
        (("--number", 1, "--broken", "200%"), "is not a share"),
        (("--number", 1, "--standard", "fit-note"), "no profile of a population"),
        (("--number", 1, "--from", "nowhere"), "There is no folder nowhere"),
    ],
)
def test_bad_input_is_said_plainly(tmp_path: Path, arguments: tuple[object, ...], said: str) -> None:
    result = run_ohaccredit("population", "make", tmp_path / "p.ndjson", "--on", ON, *arguments)
    assert result.code == 2
    assert said in result.err
    assert list(tmp_path.iterdir()) == []
