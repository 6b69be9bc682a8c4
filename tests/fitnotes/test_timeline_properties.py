"""What holds of every timeline, whatever the record: on random records, ordinary and absurd."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ohaccredit.fitnotes.check import PaperCheck
from ohaccredit.fitnotes.check_record import check_record
from ohaccredit.fitnotes.cover import COVERED
from ohaccredit.fitnotes.record import AbsenceRecord, Certificate
from ohaccredit.fitnotes.spell_facts import check_spells
from ohaccredit.fitnotes.timeline import PersonTimeline, SpellTimeline, timeline
from ohaccredit.language.types import Choice, Choices, Date, ListOf, Number, Record, Text, Type, YesNo
from tests.fitnotes.records import PERSON, full_note, our_editions, record_of

ON = date(2026, 6, 30)
START = date(2026, 1, 1)
slow = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def _drawn(record: AbsenceRecord) -> tuple[tuple[PaperCheck, ...], PersonTimeline]:
    ours = our_editions()
    checks = check_record(ours.papers, record, ON)
    return checks, timeline(ours.record, record, checks, ON).people[PERSON]


def _days_of(spell: SpellTimeline) -> dict[date, str]:
    """Each day with its state; fails if a day has none or two."""
    found: dict[date, str] = {}
    expected = spell.spell.first_day
    for run in spell.runs:
        assert run.first_day == expected
        for number in range(run.days):
            found[run.first_day + timedelta(number)] = run.state
        expected = run.last_day + timedelta(1)
    assert expected == spell.last_day + timedelta(1)
    return found


# ── Absurd records ──────────────────────────────────────────────────────────────────────────────────

absurd_dates = st.sampled_from(["0001-01-01", "0001-01-02", "9999-12-30", "9999-12-31", "1900-02-28", "2022-06-30"])
near_dates = st.dates(date(2025, 12, 1), date(2026, 7, 31)).map(date.isoformat)
counts = st.sampled_from([-1, 0, 1, 2, 7, 28, 366, 10**9, 10**15])


def _values(kind: Type) -> st.SearchStrategy[Any]:
    match kind:
        case YesNo():
            return st.booleans()
        case Date():
            return absurd_dates | near_dates
        case Choice():
            return st.sampled_from(list(kind.options))
        case Choices():
            return st.lists(st.sampled_from(list(kind.options)), max_size=4)
        case Number():
            return counts
        case Text():
            return st.sampled_from(["", " ", "a", "7654321", "OT12345"])
        case Record():
            return _records(kind)
    raise AssertionError(kind)


def _records(kind: Record, **fixed: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    required: dict[str, st.SearchStrategy[Any]] = dict(fixed)
    optional: dict[str, st.SearchStrategy[Any]] = {}
    for field in kind:
        if field.name in fixed:
            continue
        (required if field.required else optional)[field.name] = _values(field.type)
    return st.fixed_dictionaries(required, optional=optional)


def _items(name: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    kind = our_editions().record.evidence[name].type
    assert isinstance(kind, ListOf)
    left_to_others = {"status", "rejected_because", "assessed_by"} & set(kind.item.fields)
    item = _records(kind.item, person=st.just(PERSON))
    return st.lists(item.map(lambda raw: {k: v for k, v in raw.items() if k not in left_to_others}), max_size=3)


@slow
@given(st.data())
def test_no_record_of_any_shape_is_too_much(data: st.DataObject) -> None:
    ours = our_editions()
    record = record_of(
        ours.record,
        spells=data.draw(_items("absence_spells")),
        notes=data.draw(_items("fit_notes")),
        reports=data.draw(_items("health_and_work_reports")),
        self_certificates=data.draw(_items("self_certificates")),
        other_evidence=data.draw(_items("other_evidence")),
    )
    checks = check_record(ours.papers, record, ON)
    assert [check.paper for check in checks] == list(record.papers)
    whole = timeline(ours.record, record, checks, ON)
    for _, spell in whole.spells:
        assert spell.runs[0].first_day == spell.spell.first_day
        assert spell.runs[-1].last_day == spell.last_day
        assert sum(run.days for run in spell.runs) == spell.days
        for before, after in zip(spell.runs, spell.runs[1:], strict=False):
            assert (after.first_day - before.last_day).days == 1
    for each in check_spells(ours.record, whole, ON):
        assert each.verdict.name in ("valid", "query", "not_valid")


# ── Ordinary records ────────────────────────────────────────────────────────────────────────────────


def _day(number: int) -> str:
    return (START + timedelta(number)).isoformat()


days = st.integers(0, 120)


@st.composite
def notes(draw: st.DrawFn, number: int) -> dict[str, Any]:
    assessed = draw(days)
    first = assessed + draw(st.sampled_from([0, 0, 0, -3, 5]))
    length = draw(st.sampled_from([1, 5, 7, 14, 28, 60, 100]))
    period = draw(
        st.sampled_from(
            [
                {"given_as": "dates", "first_day": _day(first), "last_day": _day(first + length - 1)},
                {"given_as": "days", "length": length},
            ]
            * 4
            + [{"given_as": "indefinite"}, {"given_as": "start-only", "first_day": _day(first)}]
        )
    )
    says = draw(st.sampled_from([["not-fit"]] * 5 + [["may-be-fit"]] * 3 + [["fit"]]))
    profession = draw(st.sampled_from(["doctor"] * 6 + ["student"]))
    return full_note(
        id=f"n{number}",
        assessed_on=_day(assessed),
        issued_on=_day(assessed + draw(st.sampled_from([0, 0, 4]))),
        period=period,
        says=says,
        comments=["reasons"],
        marked_duplicate=draw(st.sampled_from([False, False, True])),
        issuer={"profession": profession, "signature": "none"},
    )


@st.composite
def stretches(draw: st.DrawFn, /, **more: st.SearchStrategy[Any]) -> dict[str, Any]:
    first = draw(days)
    drawn = {name: draw(value) for name, value in more.items()}
    item = {"first_day": _day(first), "last_day": _day(first + draw(st.integers(0, 40))), **drawn}
    return {name: value for name, value in item.items() if value is not None}


@st.composite
def ordinary(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    """A person with one or two spells that do not touch, and a few papers."""
    cuts = sorted(draw(st.lists(days, min_size=2, max_size=4, unique=True)))
    spells = [
        {"id": f"s{first}", "first_day": _day(first), "last_day": _day(last)}
        for first, last in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    since = draw(st.none() | days)
    if since is not None:
        spells[0]["on_advice_since"] = _day(since)
    return {
        "spells": spells,
        "notes": [draw(notes(number)) for number in range(draw(st.integers(0, 4)))],
        "self_certificates": draw(st.lists(stretches(), max_size=2)),
        "other_evidence": draw(
            st.lists(stretches(accepted=st.sampled_from([True, False, None]), kind=st.just("private-note")), max_size=2)
        ),
    }


def _naive(
    day: date, spell: SpellTimeline, checks: tuple[PaperCheck, ...], record: AbsenceRecord, absent: set[date]
) -> str:
    """The state of one day, straight from its description, without regard to what the others are.

    `absent` is every day of absence: a spell has its first days once, however the record cuts it.
    """

    def speaks(of: Certificate) -> bool:
        return of.first_day <= day <= of.last_day

    covering, undecided, beyond = [], False, False
    for check in checks:
        content = check.paper.content
        if check.first_day is None or day < check.first_day or content["says"] == ["fit"]:
            continue
        indefinite = content["period"]["given_as"] == "indefinite"
        endless = check.last_day is None
        over = check.last_day is not None and day > check.last_day
        if check.verdict.name == "not_valid" or (endless and not indefinite):
            capped = endless and not indefinite and check.cap_last_day is not None and day > check.cap_last_day
            undecided |= not over and not capped
        elif not over and check.covers_until is not None and day > check.covers_until:
            beyond = True
        elif not over:
            covering.append(check)
    if covering:
        last = max((c.paper.content["assessed_on"], c.paper.content["issued_on"]) for c in covering)
        tied = [c for c in covering if (c.paper.content["assessed_on"], c.paper.content["issued_on"]) == last]
        return "may_be_fit" if all(c.paper.content["says"] == ["may-be-fit"] for c in tied) else "not_fit"
    if any(speaks(each) and each.accepted for each in record.other_evidence):
        return "other_accepted"
    since = spell.spell.content.get("on_advice_since")
    by_assessment = sorted(
        (c.paper.content["assessed_on"], c.paper.content["issued_on"], c.first_day.isoformat())
        for c in checks
        if c.first_day is not None
        and c.verdict.name != "not_valid"
        and c.paper.content["says"] != ["fit"]
        and (c.last_day is not None or c.paper.content["period"]["given_as"] == "indefinite")
        and spell.spell.last_day is not None
        and c.first_day <= spell.spell.last_day
        and (c.covers_until or date.max) >= max(spell.spell.first_day, date.fromisoformat(since or _day(0)))
        and (c.covers_until or date.max) >= c.first_day
    )
    ties = {first for assessed, issued, first in by_assessment if (assessed, issued) == by_assessment[0][:2]}
    if since is not None and since <= day.isoformat() and len(ties) > 1:
        return "?"  # which of two notes of one moment is the first, their content settles
    if since is not None and by_assessment and since <= day.isoformat() < by_assessment[0][2]:
        return "stated_on_advice"
    certified = any(speaks(each) for each in record.self_certificates)
    if any(day - timedelta(days=back) not in absent for back in range(1, 8)):
        return "self_certified" if certified else "self_certifiable"
    if certified or undecided or any(speaks(each) and each.accepted is None for each in record.other_evidence):
        return "other_undecided"
    return "beyond_cap" if beyond else "uncovered"


@slow
@given(ordinary())
def test_every_day_has_the_state_that_a_day_by_day_look_gives(raw: Mapping[str, Any]) -> None:
    record = record_of(our_editions().record, **raw)
    checks, person = _drawn(record)
    absent = {day for spell in person.spells for day in _days_of(spell)}
    for spell in person.spells:
        for day, state in _days_of(spell).items():
            wanted = _naive(day, spell, checks, record, absent)
            assert wanted in ("?", state)


@slow
@given(ordinary(), st.randoms(use_true_random=False))
def test_order_changes_nothing(raw: Mapping[str, Any], shuffler: random.Random) -> None:
    def shuffled(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        keys = [shuffler.sample(sorted(item), len(item)) for item in items]
        mixed = [{name: item[name] for name in names} for item, names in zip(items, keys, strict=True)]
        return shuffler.sample(mixed, len(mixed))

    edition = our_editions().record
    shuffled_raw: dict[str, Any] = {name: shuffled(items) for name, items in raw.items()}
    checks, person = _drawn(record_of(edition, **raw))
    other_checks, other_person = _drawn(record_of(edition, **shuffled_raw))

    def told(found: tuple[PaperCheck, ...]) -> dict[str, Any]:
        return {check.paper.id: (check.verdict.name, check.context, check.covers_until) for check in found}

    def drawn(person: PersonTimeline) -> list[Any]:
        return [(s.spell.id, s.runs, s.due, s.gaps, s.overlaps, s.conflicts, s.linked) for s in person.spells]

    assert told(checks) == told(other_checks)
    assert drawn(person) == drawn(other_person)
    assert person.episodes == other_person.episodes


@slow
@given(ordinary(), st.integers(0, 60), st.sampled_from([3, 14, 60]), st.sampled_from(["not-fit", "may-be-fit"]))
def test_a_valid_later_note_uncovers_no_day(raw: Mapping[str, Any], back: int, length: int, says: str) -> None:
    edition = our_editions().record
    later = full_note(
        id="later",
        assessed_on=_day(200),
        says=[says],
        comments=["reasons", "earlier-assessment"],
        period={"given_as": "dates", "first_day": _day(140 - 2 * back), "last_day": _day(140 - 2 * back + length)},
    )
    _, before = _drawn(record_of(edition, **raw))
    checks, after = _drawn(record_of(edition, **{**raw, "notes": [*raw["notes"], later]}))
    assert next(check for check in checks if check.paper.id == "later").verdict.name != "not_valid"
    for old, new in zip(before.spells, after.spells, strict=True):
        states = _days_of(new)
        for day, state in _days_of(old).items():
            assert state not in COVERED or states[day] in COVERED
