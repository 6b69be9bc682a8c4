"""Three calendar months, over every start date of four years that hold one leap year.

The counts were worked out from the calendar alone: the corresponding date three months on (the last day of
a month where it has none), less one day. 87 starts give 89 days, 216 give 90, 313 give 91 and 845 give 92.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from ohaccredit.fitnotes.check import CAP, LAST_DAY
from ohaccredit.language import tree as t
from ohaccredit.language.encode import encode
from ohaccredit.language.problems import Place
from ohaccredit.language.trace import Tracer
from ohaccredit.standards.home import Home
from ohaccredit.standards.loading import load_edition

FIRST, LAST = date(2025, 1, 1), date(2028, 12, 31)


@pytest.fixture(scope="module")
def notes(home: Home) -> list[tuple[date, date, date]]:
    """For a note of 91 days from each day: that day, the note's last day, and the last day that the cap allows."""
    edition = load_edition(home, "fit-note", on=LAST)

    def worked_out() -> Iterator[tuple[date, date, date]]:
        for offset in range((LAST - FIRST).days + 1):
            start = FIRST + timedelta(days=offset)
            note = {
                "issued_on": start.isoformat(),
                "assessed_on": start.isoformat(),
                "period": {"given_as": "days", "length": 91},
            }
            tracer = Tracer(edition.definitions, encode({"fit_note": note}, edition.record), start)
            last, cap = (_day(tracer, edition.definitions, name) for name in (LAST_DAY, CAP))
            yield start, last, cap

    return list(worked_out())


def _day(tracer: Tracer, definitions: t.Definitions, name: str) -> date:
    kind = definitions.derived[name].type
    assert kind is not None
    value, _ = tracer.value(t.DerivedValue(name, kind, Place("", 0, 0)))
    assert isinstance(value, date)
    return value


def test_how_many_days_three_months_have(notes: list[tuple[date, date, date]]) -> None:
    days = Counter((cap - start).days + 1 for start, _, cap in notes)
    assert days == {89: 87, 90: 216, 91: 313, 92: 845}
    assert days.total() == 1461


def test_ninety_one_days_are_over_the_cap_on_303_starts(notes: list[tuple[date, date, date]]) -> None:
    assert all((last - start).days == 90 for start, last, _ in notes)
    assert sum(last > cap for _, last, cap in notes) == 303
