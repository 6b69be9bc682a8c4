"""What two editions ask to be handed in, said side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ohaccredit.language.types import Choice, Choices, Field, Keyed, ListOf, Number, Record, Series, Type, name_of
from ohaccredit.policy.diff_change import Change, listed, words_changes
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.evidence import EvidenceType


def evidence_changes(before: Edition, after: Edition) -> Iterator[Change]:
    """Evidence types and their fields that are new, gone or changed."""
    for name in sorted({*before.evidence, *after.evidence}):
        was, now = before.evidence.get(name), after.evidence.get(name)
        if was is None and now is not None:
            yield Change("evidence", name, "added", f"New: {now.words['en']}.", now=now.about.get("en", ""))
        elif now is None and was is not None:
            says = f"No longer asked for: {was.words['en']}."
            yield Change("evidence", name, "removed", says, was.about.get("en", ""))
        elif was is not None and now is not None and was != now:
            yield from _type(was, now)


def _type(was: EvidenceType, now: EvidenceType) -> Iterator[Change]:
    name = now.name
    yield from words_changes("evidence", name, "words", "What it is called", was.words, now.words)
    yield from words_changes("evidence", name, "about", "What is said about it", was.about, now.about)
    old, new = dict(_fields(was.type, name)), dict(_fields(now.type, name))
    for path in dict.fromkeys([*old, *new]):
        if path not in old:
            yield Change("evidence", path, "field-added", "New field.", now=_said(new[path]))
        elif path not in new:
            yield Change("evidence", path, "field-removed", "Field gone.", _said(old[path]))
        else:
            one, other = old[path], new[path]
            yield from words_changes("evidence", path, "words", "What the field is called", one.words, other.words)
            if _said(one) != _said(other):
                says = "What the field accepts has changed."
                yield Change("evidence", path, "field", says, _said(one), _said(other))
    for key, what, one_said, other_said in (
        ("effort", "What it takes to provide, in half days,", str(was.effort), str(now.effort)),
        ("privacy", "Who it is about", was.privacy, now.privacy),
        ("identity", "What tells its items apart", listed(was.identified_by), listed(now.identified_by)),
    ):
        if one_said != other_said:
            yield Change("evidence", name, key, f"{what} has changed.", one_said, other_said)
    if was.checks != now.checks:
        yield Change("evidence", name, "checks", "The checks for what looks wrong have changed.")


def _fields(kind: Type, path: str) -> Iterator[tuple[str, Field]]:
    """Every field below a type, by its path without places in lists."""
    records: Mapping[str, Record] = {}
    match kind:
        case Record():
            records = {path: kind}
        case ListOf() | Series():
            records = {path: kind.item}
        case Keyed():
            records = {f"{path}.{key}": record for key, record in kind.records.items()}
    for start, record in records.items():
        for each in record:
            yield f"{start}.{each.name}", each
            yield from _fields(each.type, f"{start}.{each.name}")


def _said(field: Field) -> str:
    """What can be stated in a field."""
    kind = field.type
    said = [name_of(kind)]
    match kind:
        case Choice() | Choices():
            said = [f"{said[0]}: {', '.join(kind.options)}"]
        case Number():
            said += [f"at least {kind.minimum}"] if kind.minimum is not None else []
            said += [f"at most {kind.maximum}"] if kind.maximum is not None else []
            said += ["whole"] if kind.whole else []
        case Series():
            said = [f"a series: {kind.measure.kind}, {kind.measure.better} is better, compared by {kind.same}"]
    said += ["required"] if field.required else []
    said += [f"{field.better} is better"] if field.better else []
    said += [f"counts people: {field.small_cell}"] if field.small_cell else []
    return "; ".join(said)
