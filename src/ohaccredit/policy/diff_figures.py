"""What two editions give as figures and derived values, said side by side."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ohaccredit.language import tree as t
from ohaccredit.language.types import Number, Scalar, name_of
from ohaccredit.language.words import Speaker
from ohaccredit.policy.diff_change import Change, day_said, words_changes
from ohaccredit.policy.diff_meaning import derived_meaning, figure_of


def figure_changes(before: t.Definitions, after: t.Definitions, on: date) -> Iterator[Change]:
    """Parameters that are new, gone or changed."""
    for name in _names(before.parameters, after.parameters):
        was, now = before.parameters.get(name), after.parameters.get(name)
        if was is None and now is not None:
            yield Change("figure", name, "added", f"New figure: {_called(now)}.", now=values_said(now, after))
        elif now is None and was is not None:
            yield Change("figure", name, "removed", f"Figure gone: {_called(was)}.", values_said(was, before))
        elif was is not None and now is not None:
            yield from _figure(was, now, before, after, on)


def _figure(
    was: t.Parameter, now: t.Parameter, before: t.Definitions, after: t.Definitions, on: date
) -> Iterator[Change]:
    name = now.name
    yield from words_changes("figure", name, "words", "What the figure is called", was.words, now.words)
    if was.type != now.type:
        yield Change("figure", name, "unit", "Its type or unit has changed.", kind_said(was.type), kind_said(now.type))
    if was.by != now.by:
        yield Change(
            "figure", name, "factor", "It depends on something else.", _factor(was, before), _factor(now, after)
        )
    if was.proposal != now.proposal:
        says = "It is our proposal now." if now.proposal else "It is no longer our proposal: a source gives it."
        yield Change("figure", name, "origin", says)
    earlier, later = was.on(on), now.on(on)
    if earlier is not None and later is not None:
        one, other = figure_of(earlier, by=was.by), figure_of(later, by=now.by)
        if one != other:
            says = f"The value on {day_said(on)} has changed: {_called(now)}."
            yield Change("figure", name, "value", says, _value(was, earlier, before), _value(now, later, after))
    if values_said(was, before) != values_said(now, after):
        says = "Its values by date have changed."
        yield Change("figure", name, "values-by-date", says, values_said(was, before), values_said(now, after))
    references = [" ".join(f"From {day_said(d.start)}: {d.reference}." for d in each.values) for each in (was, now)]
    if references[0] != references[1]:
        yield Change("figure", name, "reference", "Its reference has changed.", *references)


def values_said(parameter: t.Parameter, definitions: t.Definitions) -> str:
    """Every value with the day from which it holds."""
    said = (f"from {day_said(each.start)}: {_value(parameter, each, definitions)}" for each in parameter.values)
    return "; ".join(said)


def _value(parameter: t.Parameter, dated: t.Dated, definitions: t.Definitions) -> str:
    speaker = Speaker(definitions)
    if not parameter.by:
        return speaker.plain(dated.value, parameter.type)
    factor = definitions.derived[parameter.by].type
    said = (
        f"{speaker.option(key, factor) if factor else key} {speaker.plain(value, parameter.type)}"
        for key, value in dated.by_factor.items()
    )
    return ", ".join(said)


def kind_said(kind: Scalar) -> str:
    """A type with its unit."""
    decimals = ", with decimals" if isinstance(kind, Number) and not kind.whole and not kind.percent else ""
    return f"{name_of(kind)}{decimals}"


def _factor(parameter: t.Parameter, definitions: t.Definitions) -> str:
    return _called(definitions.derived[parameter.by]) if parameter.by else "nothing"


def _called(each: t.Parameter | t.Derived) -> str:
    return each.words.get("en") or each.name


# ── Derived values ──


def derived_changes(before: t.Definitions, after: t.Definitions, on: date) -> Iterator[Change]:
    """Derived values and conditions that are new, gone or changed."""
    for name in _names(before.derived, after.derived):
        was, now = before.derived.get(name), after.derived.get(name)
        if was is None and now is not None:
            said = derived_said(now, Speaker(after, on))
            yield Change("derived", name, "added", f"New derived value: {_called(now)}.", now=said)
        elif now is None and was is not None:
            said = derived_said(was, Speaker(before, on))
            yield Change("derived", name, "removed", f"Derived value gone: {_called(was)}.", said)
        elif was is not None and now is not None:
            what = "What the derived value is called"
            yield from words_changes("derived", name, "words", what, was.words, now.words)
            if derived_meaning(was) != derived_meaning(now):
                both = derived_said(was, Speaker(before, on)), derived_said(now, Speaker(after, on))
                says = f"{_called(now)[0].upper()}{_called(now)[1:]} is worked out differently."
                yield Change("derived", name, "meaning", says, *both)


def derived_said(derived: t.Derived, speaker: Speaker) -> str:
    """How a derived value is worked out."""
    if derived.condition is not None:
        return speaker.condition(derived.condition).line()
    if derived.value is not None:
        return speaker.value(derived.value)
    lines = [
        f"{speaker.value(each.then)} if {speaker.condition(each.when).line()}"
        if each.when is not None
        else f"otherwise {speaker.value(each.then)}"
        for each in derived.bands
    ]
    return "; ".join(lines)


def _names(one: dict[str, t.Parameter] | dict[str, t.Derived], other: object) -> list[str]:
    assert isinstance(other, dict)
    return sorted({*one, *other})
