"""Sixty criteria and the submissions they are asked of: the shapes that standards are made of.

10 tests of a number, 14 date windows, 12 tests over lists, 8 shares of a list, 8 trends, 8 compositions.
Each criterion is written once, as our own rule; `engines` translates the same text for the others.
Submissions are random but the same on every run; their JSON has about 11 KB.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from ohaccredit.language import tree as t
from ohaccredit.language.parse import Reading, read_condition
from ohaccredit.language.problems import Problem
from ohaccredit.language.source import Source
from ohaccredit.language.types import Choice, Date, Field, ListOf, Number, Record, Type, YesNo

Raw = Mapping[str, Any]

ON: Final = date(2026, 6, 30)
"""The assessment date."""

# ── The evidence ────────────────────────────────────────────────────────────────────────────────────

COUNTS = (
    "headcount", "trained_managers", "first_aiders", "sites", "champions",
    "training_hours", "budget", "oh_days", "risk_assessments", "inspections",
)  # fmt: skip
POLICIES = ("health", "stress", "absence", "adjustments", "equality", "privacy", "complaints")
MEASURES = ("absence", "turnover", "injuries", "return_to_work", "engagement", "referral_time", "claims", "adjusted")
ROLES = ("nurse", "doctor", "therapist", "manager")
TOPICS = ("stress", "back", "adjustments", "law")
STATES = ("asked", "agreed", "made", "refused")


def _record(**fields: Type) -> Record:
    return Record({name: Field(name, kind) for name, kind in fields.items()})


WHOLE, EXACT, DAY, TOLD = Number(), Number(whole=False), Date(), YesNo()

STAFF = _record(role=Choice(ROLES), registered=TOLD, supervised=TOLD, registered_until=DAY, hours=WHOLE)
EVIDENCE: Final = _record(
    workforce=_record(**dict.fromkeys(COUNTS, WHOLE)),
    policies=_record(**dict.fromkeys(POLICIES, _record(approved=DAY, reviewed=DAY, published=TOLD))),
    practitioners=ListOf(STAFF),
    providers=ListOf(_record(accredited=TOLD, contract_until=DAY, staff=ListOf(STAFF))),
    referrals=ListOf(_record(received=DAY, seen=DAY, days=WHOLE, answered=TOLD)),
    courses=ListOf(_record(topic=Choice(TOPICS), held=DAY, invited=WHOLE, attended=WHOLE)),
    adjustments=ListOf(_record(asked=DAY, made=DAY, state=Choice(STATES), cost=WHOLE)),
    kpis=_record(
        **dict.fromkeys(MEASURES, _record(baseline=EXACT, y2024=EXACT, y2025=EXACT, latest=EXACT, target=EXACT))
    ),
)

# ── The criteria ────────────────────────────────────────────────────────────────────────────────────


def descriptions() -> dict[str, Raw]:
    """The sixty rules, as they would stand in YAML."""
    groups = {
        "number": _numbers(),
        "window": _windows(),
        "list": _lists(),
        "share": _shares(),
        "trend": _trends(),
        "composed": _compositions(),
    }
    return {f"{name}-{index:02}": rule for name, rules in groups.items() for index, rule in enumerate(rules, 1)}


def _is(field: str, value: object) -> Raw:
    return {"field": field, "is": value}


def _since(field: str, months: int) -> Raw:
    return {"field": field, "on_or_after": f"{months} months before assessment date"}


def _until(field: str) -> Raw:
    return {"field": field, "on_or_after": "assessment date"}


def _above(field: str, bound: object, word: str = "at_least") -> Raw:
    return {"field": field, word: bound}


def _over(kind: str, over: str, satisfying: Raw, where: Raw | None = None, **bound: object) -> Raw:
    empty = "met" if kind in ("every", "none", "share_of") else "not met"
    chosen = {"where": where} if where else {}
    return {kind: over, **chosen, "satisfying": satisfying, **bound, "if_list_empty": empty}


def _numbers() -> list[Raw]:
    words = ("at_least", "more_than", "at_most", "less_than")
    bounds = (60, 20, 40, 4, 3, 900, 30, 20, 12, 10)
    return [
        {"field": f"workforce.{name}", words[index % 4]: bound}
        for index, (name, bound) in enumerate(zip(COUNTS, bounds, strict=True))
    ]


def _windows() -> list[Raw]:
    reviewed = [_since(f"policies.{name}.reviewed", 12 + 6 * (index % 3)) for index, name in enumerate(POLICIES)]
    approved = [
        {
            "all": [
                _since(f"policies.{name}.approved", 36),
                {"field": f"policies.{name}.approved", "on_or_before": "assessment date"},
            ]
        }
        for name in POLICIES
    ]
    return reviewed + approved


def _lists() -> list[Raw]:
    clinical = {"not": _is("role", "manager")}
    return [
        _over("some", "practitioners", _is("role", "doctor")),
        _over("every", "practitioners", _until("registered_until"), clinical),
        _over("none", "practitioners", _is("registered", "no"), clinical),
        _over("count_of", "practitioners", _is("role", "therapist"), at_least=2),
        _over("every", "referrals", _is("answered", "yes")),
        _over("some", "referrals", {"all": [_since("received", 3), _above("days", 5, "at_most")]}),
        _over("none", "referrals", _above("days", 60, "more_than"), _since("received", 12)),
        _over("count_of", "courses", {"all": [_is("topic", "stress"), _since("held", 12)]}, at_least=1),
        _over("every", "courses", {"field": "attended", "at_most": "field invited"}),
        _over("some", "adjustments", {"all": [_is("state", "made"), _above("cost", 500)]}),
        _over("every", "providers", _over("some", "staff", {"all": [_is("role", "nurse"), _is("registered", "yes")]})),
        _over("some", "providers", _over("every", "staff", _until("registered_until"), clinical)),
    ]


def _shares() -> list[Raw]:
    return [
        _over("share_of", "practitioners", _is("registered", "yes"), {"not": _is("role", "manager")}, at_least="95%"),
        _over("share_of", "practitioners", _until("registered_until"), at_least="80%"),
        _over("share_of", "practitioners", _is("supervised", "yes"), at_least="75%"),
        _over("share_of", "referrals", _above("days", 10, "at_most"), at_least="60%"),
        _over("share_of", "referrals", _is("answered", "yes"), _since("received", 12), at_least="90%"),
        _over("share_of", "courses", _since("held", 12), at_least="50%"),
        _over("share_of", "adjustments", _is("state", "made"), at_least="50%"),
        _over("share_of", "adjustments", _is("state", "refused"), _since("asked", 24), at_most="20%"),
    ]


def _trends() -> list[Raw]:
    against = [{"field": f"kpis.{name}.latest", "at_most": f"field kpis.{name}.target"} for name in MEASURES[:3]]
    falling = [
        {
            "all": [
                {"field": f"kpis.{name}.latest", "less_than": f"field kpis.{name}.y2025"},
                {"field": f"kpis.{name}.y2025", "less_than": f"field kpis.{name}.y2024"},
            ]
        }
        for name in MEASURES[2:5]
    ]
    better = [{"field": f"kpis.{name}.latest", "more_than": f"field kpis.{name}.baseline"} for name in MEASURES[5:7]]
    return [*against, *falling, *better]


def _compositions() -> list[Raw]:
    lists, shares, trends = _lists(), _shares(), _trends()
    published = [_is(f"policies.{name}.published", "yes") for name in POLICIES]
    small = _above("workforce.headcount", 50, "less_than")
    return [
        {"of_these": published, "at_least": 4},
        {"of_these": trends[:5], "at_least": 2},
        {"of_these": [lists[0], lists[3], lists[9], shares[2]], "at_least": 2},
        {"either": [small, lists[4]]},
        {"all": [published[0], _since("policies.health.reviewed", 24), lists[0]]},
        {"either": [_above("kpis.absence.latest", Decimal("3.5"), "at_most"), trends[0]]},
        {"all": [{"not": small}, {"either": [shares[0], lists[1]]}, trends[6]]},
        {"not": {"all": [published[5], published[6], {"not": lists[7]}]}},
    ]


class _Nowhere:
    """Rules made here have no file, so every place is the beginning."""

    def locate(self, parts: object) -> tuple[int, int, int, int]:
        return 1, 1, 1, 1


DEFINITIONS: Final = t.Definitions({}, {})


def rules() -> list[t.Rule]:
    """The sixty rules, read by the parser as if from files."""
    source = Source("benchmark", None, "", _Nowhere())
    problems: list[Problem] = []
    reading = Reading(source, EVIDENCE, DEFINITIONS, problems)
    read = []
    for criterion, raw in descriptions().items():
        condition = read_condition(reading, raw, ())
        if condition is None:
            raise ValueError(f"{criterion}: {problems}")
        read.append(t.Rule(criterion, None, condition, source.place(())))
    return read


# ── The submissions ─────────────────────────────────────────────────────────────────────────────────


def submission(seed: int, *, holes: float = 0.0) -> dict[str, Any]:
    """A submission as it is read from JSON (dates as text); each field is missing with probability `holes`."""
    chance = random.Random(seed)
    whole: dict[str, Any] = _random(EVIDENCE, "", chance)
    return _holed(whole, holes, chance) if holes else whole


SIZES: Final = {"practitioners": 14, "providers": 3, "staff": 4, "referrals": 28, "courses": 12, "adjustments": 16}

# Mostly in order: of the outcomes, about two thirds are met.
COUNT_UP_TO: Final = {"days": 20, "invited": 20, "attended": 20, "cost": 1500, "hours": 40, "headcount": 250}


def _random(kind: Type, name: str, chance: random.Random) -> Any:
    match kind:
        case Record():
            made = {each.name: _random(each.type, each.name, chance) for each in kind}
            if "invited" in made:
                made["invited"] = max(made["invited"], made["attended"])
            return made
        case ListOf():
            return [_random(kind.item, name, chance) for _ in range(SIZES[name])]
        case Date():
            ahead = name.endswith("until")
            return (ON + timedelta(days=chance.randint(*((-30, 900) if ahead else (-700, 0))))).isoformat()
        case Number(whole=True):
            return chance.randint(0, COUNT_UP_TO.get(name, 60))
        case Number():
            return Decimal(chance.randint(0, 160)) / 10
        case Choice():
            return chance.choice(kind.options)
        case _:
            return chance.random() < 0.93


def _holed(value: Any, holes: float, chance: random.Random) -> Any:
    if isinstance(value, dict):
        return {key: _holed(each, holes, chance) for key, each in value.items() if chance.random() >= holes}
    if isinstance(value, list):
        return [_holed(each, holes, chance) for each in value]
    return value


def json_text(value: Any) -> str:
    """A submission as its JSON file."""
    return json.dumps(value, indent=None, default=float)
