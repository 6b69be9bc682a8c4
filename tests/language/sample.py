"""A small set of evidence types, parameters and derived values, and short ways to read rules against them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from textwrap import dedent
from typing import Any

from ohaccredit.language import tree as t
from ohaccredit.language.compile import CompiledRules
from ohaccredit.language.encode import encode
from ohaccredit.language.parse import Reading, read_condition, read_value
from ohaccredit.language.problems import Place, Problem, json_pointer
from ohaccredit.language.trace import Decision, Trace, Tracer
from ohaccredit.language.types import (
    SHARE,
    Choice,
    Choices,
    Date,
    Field,
    Keyed,
    ListOf,
    Measure,
    Number,
    Record,
    Scalar,
    Series,
    Text,
    Type,
    YesNo,
)
from ohaccredit.language.yaml_source import read_yaml

ON = date(2026, 6, 30)


def record(**kinds: Type) -> Record:
    """A record whose fields say themselves by their names."""
    return Record({name: Field(name, kind, {"en": name.replace("_", " ")}) for name, kind in kinds.items()})


ROLE = Choice(("clinical", "clerical", "manager"), {"clinical": {"en": "clinician"}})
TOPICS = Choices(("stress", "backs", "noise"))
POINT = record(at=Date(), formula=Text(), of=Number("people"), base=Number("people"))
LOWER = Series(POINT, "at", "formula", Measure("share", "of", "base", better="lower"))
HIGHER = Series(POINT, "at", "formula", Measure("share", "of", "base", better="higher"))

EVIDENCE = record(
    headcount=Number("people"),
    open_days=Number("days"),
    tries=Number(),
    turnover=Number("pounds", whole=False),
    uptake=Number(SHARE, whole=False, percent=True),
    has_policy=YesNo(),
    reviewed_on=Date(),
    note=Text(),
    registration_number=Text(),
    nation=Choice(("england", "wales")),
    topics=TOPICS,
    profile=record(site_count=Number("sites"), moved_on=Date()),
    practitioners=ListOf(
        record(
            role=ROLE,
            registration=record(status=Choice(("registered", "lapsed")), expires=Date()),
            hours=Number("hours", whole=False),
            trained=YesNo(),
            topics=TOPICS,
            visits=ListOf(record(day=Date(), minutes=Number("minutes"), by=ROLE)),
        )
    ),
    duties=Keyed(
        ("fire", "screens"),
        {each: record(done=YesNo(), checked_on=Date()) for each in ("fire", "screens")},
        {"fire": {"en": "fire safety"}, "screens": {"en": "screen work"}},
    ),
    kpis=Keyed(
        ("absence", "staying"),
        {"absence": record(points=LOWER), "staying": record(points=HIGHER)},
        {"absence": {"en": "sickness absence"}, "staying": {"en": "staying at work"}},
    ),
)


def parameter(
    name: str, kind: Scalar, *dated: tuple[str, Any], by: str = "", words: Mapping[str, str] | None = None
) -> t.Parameter:
    """A parameter with its values from dates on."""
    values = []
    for start, value in dated:
        plain = Fraction(0) if by else value if isinstance(value, tuple) else Fraction(value)
        factors: dict[str, Fraction | str | tuple[str, ...]]
        factors = {option: Fraction(each) for option, each in value.items()} if by else {}
        values.append(t.Dated(date.fromisoformat(start), plain, factors, "a test", date(2026, 1, 1)))
    return t.Parameter(name, words or {"en": name.replace("-", " ")}, kind, by, True, tuple(values))


def definitions() -> t.Definitions:
    """Parameters of each type, and a derived value of each kind."""
    found = t.Definitions({}, {})
    for each in (
        parameter("registered-share", Number(SHARE, False), ("2020-01-01", "0.95"), ("2026-04-01", 1)),
        parameter("enough", Number("people"), ("2020-01-01", 5)),
        parameter("evidence-age", Number("months"), ("2020-01-01", 12)),
        parameter("grace", Number("days"), ("2020-01-01", 28)),
        parameter("noise", Number("", False), ("2020-01-01", "1.96")),
        parameter("half", Number("", False), ("2020-01-01", Decimal("1.5"))),
        parameter("later", Number("people"), ("2026-07-01", 5)),
        parameter("key-topics", TOPICS, ("2020-01-01", ("stress", "backs"))),
        parameter("numbers", Choices(("OT#####", "PH-######")), ("2020-01-01", ("OT#####", "PH-######"))),
        parameter("odd-topics", Choices(("stress", "dust")), ("2020-01-01", ("stress", "dust"))),
    ):
        found.parameters[each.name] = each
    band = Choice(("small", "medium", "large"))
    large, medium, small = (t.Constant(each, band, Place("", 1, 1)) for each in ("large", "medium", "small"))
    bands = (
        t.Band(_read("{field: headcount, at_least: 250}", found), large),
        t.Band(_read("{field: headcount, at_least: 10}", found), medium),
        t.Band(None, small),
    )
    found.derived["size-band"] = t.Derived("size-band", {"en": "the size of the employer"}, band, bands=bands)
    found.derived["covered"] = t.Derived(
        "covered", {"en": "the policy covers everyone"}, None, condition=_read("{field: has_policy, is: yes}", found)
    )
    value = parse_value("{ratio: [field open_days, {product: [field headcount, 2]}]}", found)
    found.derived["days-each"] = t.Derived("days-each", {"en": "open days for each person"}, value.type, value)
    for name, (then, otherwise) in CASES.items():
        first, second = parse_value(then, found), parse_value(otherwise, found)
        either = (t.Band(_read("{field: has_policy, is: yes}", found), first), t.Band(None, second))
        kind = first.type
        if isinstance(kind, Number) and isinstance(second.type, Number):
            kind = Number(kind.unit, kind.whole and second.type.whole)
        found.derived[name] = t.Derived(name, {"en": name.replace("-", " ")}, kind, bands=either)
    found.parameters["by-size"] = parameter(
        "by-size", Number("people"), ("2020-01-01", {"small": 1, "medium": 2, "large": 3}), by="size-band"
    )
    return found


CASES = {
    "steps": ("field tries", "2"),
    "rate": ("field turnover", "2.5"),
    "start": ("field reviewed_on", "1 day before field profile.moved_on"),
    "chosen": ("field nation", "field nation"),
}
"""Derived values with two cases: with a policy, and without."""


def _read(text: str, shared: t.Definitions) -> t.Condition:
    found, problems = parse_text(text, shared)
    assert found is not None, problems
    return found


def parse_text(text: str, shared: t.Definitions | None = None) -> tuple[t.Condition | None, list[Problem]]:
    """A condition from the text of a file that holds nothing else, and the problems found."""
    problems: list[Problem] = []
    source = read_yaml(dedent(text).encode(), "rule.yaml")
    reading = Reading(source, EVIDENCE, SHARED if shared is None else shared, problems)
    return read_condition(reading, source.value, ()), problems


def parse_value(text: str, shared: t.Definitions | None = None) -> t.Value:
    """A value from its text. Fails if there is a problem."""
    problems: list[Problem] = []
    source = read_yaml(dedent(text).encode(), "rule.yaml")
    found = read_value(Reading(source, EVIDENCE, SHARED if shared is None else shared, problems), source.value, ())
    assert found is not None, problems
    return found


SHARED = t.Definitions({}, {})
SHARED = definitions()


def condition(text: str) -> t.Condition:
    """A condition from its text. Fails if there is a problem."""
    return _read(text, SHARED)


def problems_of(text: str) -> list[tuple[int, int, str, str]]:
    """Line, column, message and hint of every problem of a condition, in the order of the file."""
    found, problems = parse_text(text)
    assert problems, f"accepted: {type(found).__name__}"
    for problem in problems:
        assert problem.place is not None
        assert problem.place.file == "rule.yaml"
    return sorted((p.place.line, p.place.column, p.message, p.hint) for p in problems if p.place)


def problem_of(text: str) -> tuple[int, int, str, str]:
    """The one problem of a condition."""
    (only,) = problems_of(text)
    return only


@dataclass(frozen=True)
class Said:
    """What a rule says of evidence."""

    trace: Trace
    decision: Decision

    @property
    def verdict(self) -> bool | None:
        return self.trace.verdict

    @property
    def missing(self) -> list[str]:
        return [json_pointer(path) for path in self.trace.missing]

    @property
    def reason(self) -> str:
        return self.decision.reason()


def decide(text: str, evidence: dict[str, Any], on: date = ON) -> Said:
    """A condition over evidence, traced; the compiled form is held to the same verdict."""
    node = condition(text)
    encoded = encode(evidence, EVIDENCE)
    tracer = Tracer(SHARED, encoded, on)
    rule = t.Rule("sample", None, node, Place("rule.yaml", 1, 1))
    decision = tracer.decide(rule)
    compiled = CompiledRules(SHARED, [rule]).on(on)["sample"](encoded)
    assert compiled is decision.outcome, ("compiled", compiled, "traced", decision.outcome)
    return Said(tracer.condition(node), decision)


def verdict(text: str, evidence: dict[str, Any], on: date = ON) -> bool | None:
    """Only the verdict."""
    return decide(text, evidence, on).verdict
