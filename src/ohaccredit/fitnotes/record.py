"""Absence records: people by number, their spells of absence, and the papers that cover them.

What an employer hands in for the standard `absence-record` (or a roster of notes), as plain objects with
dates read. The schema has been checked before; nothing here judges anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from ohaccredit.language.months import read_day

FIT_NOTE, REPORT = "fit_note", "health_and_work_report"
PAPERS: Mapping[str, str] = {"fit_notes": FIT_NOTE, "health_and_work_reports": REPORT}
"""The lists of papers in a record, with the evidence type that each item is for its own standard."""
STANDARDS: Mapping[str, str] = {FIT_NOTE: "fit-note", REPORT: "health-and-work-report"}
"""The standard that decides each kind of paper."""
RECORD_STANDARD = "absence-record"

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

PaperKind = Literal["fit_note", "health_and_work_report"]


@dataclass(frozen=True, slots=True)
class Paper:
    """One fit note or health and work report, as it was handed in."""

    id: str
    kind: PaperKind
    person: str
    """The employer's number for the person; "" for a paper that stands alone."""
    content: Mapping[str, Any]
    """The evidence as the paper's own standard asks for it."""
    place: tuple[str | int, ...]
    """Where it stands in what was handed in."""

    def day(self, name: str) -> date | None:
        """A date on the paper; None if it is not stated."""
        return read_day(self.content.get(name))


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a spell or a paper. `qualifying_days` are weekdays, Monday 0."""

    id: str
    nation: str
    weekly_earnings: Decimal | None
    qualifying_days: frozenset[int]


@dataclass(frozen=True, slots=True)
class Spell:
    """An unbroken run of calendar days of absence. `last_day` is None while it goes on or is not stated."""

    id: str
    person: str
    first_day: date
    last_day: date | None
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Certificate:
    """Days that somebody else's or the person's own paper speaks of: a self-certificate or other evidence."""

    person: str
    first_day: date
    last_day: date
    kind: str
    """self-certificate, or the kind of other evidence."""
    accepted: bool | None
    """Has the employer accepted it as sufficient? None: not said. A self-certificate needs no acceptance."""


@dataclass(frozen=True)
class AbsenceRecord:
    """Everything in one absence record."""

    name: str
    profile: Mapping[str, Any]
    people: Mapping[str, Person]
    spells: tuple[Spell, ...]
    papers: tuple[Paper, ...]
    self_certificates: tuple[Certificate, ...]
    other_evidence: tuple[Certificate, ...]
    digest: str = field(default="")

    def of_person(self, person: str) -> AbsenceRecord:
        """The part of the record that is about one person."""
        return AbsenceRecord(
            self.name,
            self.profile,
            {person: self.people[person]},
            tuple(each for each in self.spells if each.person == person),
            tuple(each for each in self.papers if each.person == person),
            tuple(each for each in self.self_certificates if each.person == person),
            tuple(each for each in self.other_evidence if each.person == person),
            self.digest,
        )


def read_record(evidence: Mapping[str, Any], name: str = "", digest: str = "") -> AbsenceRecord:
    """A record from the evidence of a submission that has passed its schema."""
    spells = tuple(_spells(evidence.get("absence_spells", ())))
    papers = tuple(
        Paper(
            str(raw.get("id") or f"{what}/{index + 1}"),
            kind,  # type: ignore[arg-type]
            raw["person"],
            {key: value for key, value in raw.items() if key != "person"},
            ("evidence", what, index),
        )
        for what, kind in PAPERS.items()
        for index, raw in enumerate(evidence.get(what, ()))
    )
    own = tuple(_certificates(evidence.get("self_certificates", ())))
    other = tuple(_certificates(evidence.get("other_evidence", ())))
    stated = {str(raw["id"]): raw for raw in evidence.get("absent_people", ()) if raw.get("id")}
    named = [*stated, *(each.person for group in (spells, papers, own, other) for each in group)]
    profile = evidence.get("absence_profile", {})
    people = {id_: _person(id_, stated.get(id_, {}), profile) for id_ in dict.fromkeys(named)}
    return AbsenceRecord(name, profile, people, spells, papers, own, other, digest)


def _person(id_: str, raw: Mapping[str, Any], profile: Mapping[str, Any]) -> Person:
    earnings = raw.get("weekly_earnings")
    days = frozenset(WEEKDAYS.index(day) for day in raw.get("qualifying_days", ()))
    nation = raw.get("nation") or profile.get("nation") or ""
    return Person(id_, nation, None if earnings is None else Decimal(earnings), days)


def _spells(raws: Sequence[Mapping[str, Any]]) -> list[Spell]:
    found = []
    for index, raw in enumerate(raws):
        first, last = read_day(raw["first_day"]), read_day(raw.get("last_day"))
        assert first is not None, "the schema asks for it"
        goes_on = raw.get("continues") is True
        found.append(
            Spell(
                str(raw.get("id") or f"absence_spells/{index + 1}"),
                raw["person"],
                first,
                None if goes_on else last,
                raw,
            )
        )
    return found


def _certificates(raws: Sequence[Mapping[str, Any]]) -> list[Certificate]:
    found = []
    for raw in raws:
        first, last = read_day(raw["first_day"]), read_day(raw["last_day"])
        assert first is not None, "the schema asks for it"
        assert last is not None, "the schema asks for it"
        found.append(Certificate(raw["person"], first, last, raw.get("kind", "self-certificate"), raw.get("accepted")))
    return found
