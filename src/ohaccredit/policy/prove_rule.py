"""What is proved of one rule on one day: it can be met and not met, empty lists do not meet it, more is not worse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import partial
from typing import Any

from ohaccredit.language import tree as t
from ohaccredit.language.outcome import Outcome
from ohaccredit.language.solve import NotEncodable, Outcomes
from ohaccredit.language.solve_evidence import Fields, NumberField, Part
from ohaccredit.language.solve_find import ONE_ATTEMPT, Finder, Search
from ohaccredit.language.solve_logic import Truth, all_of, both, either, no
from ohaccredit.language.types import Number
from ohaccredit.language.walk import walk
from ohaccredit.policy.properties import Answer
from ohaccredit.policy.prove_beside import Bettered, FilledIn
from ohaccredit.policy.prove_confirm import decided
from ohaccredit.policy.prove_items import added_items
from ohaccredit.policy.prove_kept import Kept
from ohaccredit.policy.prove_worlds import Ground, TwoWorlds, lists_read
from ohaccredit.standards.edition import Edition

RANK = {Outcome.NOT_MET: 0, Outcome.NOT_EVIDENCED: 1, Outcome.MET: 2}
EFFORT = 20_000_000
EFFORT_OF_TWO = 80_000_000
EFFORT_OF_FILLING_IN = 2_000_000
"""Less, because its parts can be asked instead."""


@dataclass(frozen=True)
class _Asking:
    edition: Edition
    criterion: str
    on: date
    ground: Ground

    def answer(self, property_: str, result: Any, says: str, **more: Any) -> Answer:
        return Answer(
            property_, self.criterion, result, says, self.on.isoformat(), scope=tuple(self.ground.scope.said()), **more
        )

    def outcome(self, evidence: Mapping[str, Any]) -> Outcome | None:
        return decided(self.edition, self.criterion, evidence, self.on)

    @property
    def outcomes(self) -> Outcomes:
        return self.ground.outcomes[self.criterion]


def prove_rule(edition: Edition, criterion: str, on: date) -> list[Answer]:
    """The answers for one criterion on a day."""
    try:
        ground = Ground(edition, [criterion], on)
    except NotEncodable as reason:
        names = ("can-be-met", "can-fail", "no-gap", "empty-lists", "filled-in", "better", "one-more-item")
        why = f"The solver cannot be asked: {reason}."
        return [Answer(name, criterion, "not decided", why, on.isoformat()) for name in names]
    rule = edition.rules[criterion]
    asking = _Asking(edition, criterion, on, ground)
    emptied = lists_read(ground, rule)
    finder = ground.finder(effort=EFFORT)
    answers = [_can(asking, finder, Outcome.MET), _can(asking, finder, Outcome.NOT_MET)]
    answers.append(_empty(asking, finder, emptied))
    answers += _gaps(asking, finder, rule)
    answers.append(_filled_in(asking))
    answers.append(_better(asking))
    answers += _one_more(asking, rule)
    return answers


# ── Can it come out so? ─────────────────────────────────────────────────────────────────────────────


def _can(asking: _Asking, finder: Finder, outcome: Outcome) -> Answer:
    name, what = ("can-be-met", "never met") if outcome is Outcome.MET else ("can-fail", "never not met")
    search = finder.find(asking.outcomes.of(outcome))
    say = partial(asking.answer, name, what=what)
    if search.result == "not decided":
        return say("not decided", f"Whether it can come out as {outcome.words}: {search.why}.")
    if search.result == "none":
        return say("refuted", f"Nothing that could be handed in makes it come out as {outcome.words}.")
    if asking.outcome(search.evidence) is not outcome:
        return say("fault", _disagree(outcome), evidence=search.evidence)
    if not search.believable and outcome is Outcome.NOT_MET:
        says = "It can come out as not met, by evidence that is flagged because it cannot be believed."
        return say("proved", says, evidence=search.evidence)
    if not search.believable:
        says = f"Only evidence that cannot be believed makes it come out as {outcome.words}."
        return say("refuted", says, evidence=search.evidence)
    return say("proved", f"It can come out as {outcome.words}.", evidence=search.evidence)


def _disagree(outcome: Outcome) -> str:
    return f"The solver found evidence for {outcome.words}, but the evaluator decides otherwise."


def _empty(asking: _Asking, finder: Finder, emptied: list[Truth]) -> Answer:
    say = partial(asking.answer, "empty-lists", what="empty lists")
    if not emptied:
        return say("proved", "It reads no list.")
    search = finder.rule_out(asking.outcomes.met, *emptied)
    if search.result == "none":
        return say("proved", "It is not met while every list that it reads is empty.")
    if search.result == "not decided":
        return say("not decided", f"Whether empty lists meet it: {search.why}.")
    if asking.outcome(search.evidence) is not Outcome.MET:
        return say("fault", _disagree(Outcome.MET), evidence=search.evidence)
    return say("refuted", "It is met although every list that it reads is empty.", evidence=search.evidence)


# ── Gaps between thresholds ─────────────────────────────────────────────────────────────────────────


def _gaps(asking: _Asking, finder: Finder, rule: t.Rule) -> Iterator[Answer]:
    """A number around which the rule can be met on either side, but not at the number itself, fell between lines."""
    figures = _thresholds(asking.edition.definitions, rule, asking.on)
    fine = either(asking.outcomes.met, asking.outcomes.not_applicable)
    for names, values in figures.items():
        part = _at(asking.ground.evidence, names)
        if part is None:
            continue
        tried = sorted({v + step for v in values for step in (-1, 0, 1) if _possible(v + step, part.number)})
        searches = {value: finder.find(fine, part.given, part.held == value) for value in tried}
        if any(search.result == "not decided" for search in searches.values()):
            yield asking.answer("no-gap", "not decided", f"Whether there is a gap in {'.'.join(names)}.", what="gap")
            continue
        can = [value for value in tried if searches[value].result == "found"]
        holes = [value for value in tried if value not in can and can and can[0] < value < can[-1]]
        path = ".".join(names)
        if not holes:
            tested = ", ".join(map(str, tried))
            says = f"There is no gap in {path}, tried at {tested}."
            yield asking.answer("no-gap", "proved", says, what="gap")
            continue
        below = max(value for value in can if value < holes[0])
        wrong = [v for v in can if asking.outcome(searches[v].evidence) not in (Outcome.MET, Outcome.NOT_APPLICABLE)]
        if wrong:
            yield asking.answer("no-gap", "fault", _disagree(Outcome.MET), evidence=searches[wrong[0]].evidence)
            continue
        says = f"It cannot be met where {path} is {', '.join(map(str, holes))}, but can below and above."
        yield asking.answer("no-gap", "refuted", says, what="gap", evidence=searches[below].evidence)


def _thresholds(definitions: t.Definitions, rule: t.Rule, on: date) -> dict[tuple[str, ...], set[int]]:
    """What whole numbers of the submission are compared with."""
    found: dict[tuple[str, ...], set[int]] = {}
    for node in walk(rule.applies_when, rule.met_when, definitions=definitions):
        if not isinstance(node, t.Compare):
            continue
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if (
                isinstance(one, t.FieldValue)
                and one.path.scope == t.SUBMISSION
                and isinstance(one.type, Number)
                and one.type.whole
            ):
                found.setdefault(one.path.names, set()).update(_numbers(other, definitions, on))
    return {names: values for names, values in found.items() if values}


def _numbers(node: t.Value, definitions: t.Definitions, on: date) -> Iterator[int]:
    values: list[Any] = []
    if isinstance(node, t.Constant):
        values = [node.value]
    elif isinstance(node, t.ParameterValue):
        dated = definitions.parameters[node.name].on(on)
        values = [] if dated is None else [dated.value, *dated.by_factor.values()]
    yield from (int(value) for value in values if isinstance(value, (int, Fraction)) and not isinstance(value, bool))


def _at(evidence: Fields, names: tuple[str, ...]) -> NumberField | None:
    part: Part | None = evidence
    for name in names:
        part = part.made.get(name) if isinstance(part, Fields) else None
    return part if isinstance(part, NumberField) else None


def _possible(value: int, kind: Number) -> bool:
    return (kind.minimum is None or value >= kind.minimum) and (kind.maximum is None or value <= kind.maximum)


# ── More is not worse ───────────────────────────────────────────────────────────────────────────────


def _filled_in(asking: _Asking) -> Answer:
    """Kleene: what the evidence decides stays decided when more of it is known."""
    worlds = asking.ground.beside_changed(FilledIn(asking.ground.scope))
    rule = asking.edition.rules[asking.criterion]
    before, after = asking.outcomes, worlds.after.outcome(rule)
    turned = either(both(before.met, after.not_met), both(before.not_met, after.met))
    search = worlds.rule_out(turned, effort=EFFORT_OF_FILLING_IN, seeds=ONE_ATTEMPT)
    if search.result == "not decided":
        kept = Kept(worlds)
        if kept.rule(rule):
            says = (
                f"Filling in what was missing never turns the outcome: nothing in it does, in {kept.asked} questions."
            )
            return asking.answer("filled-in", "proved", says, what="filled in")
    return _compared(asking, "filled-in", "filled in", search, "Filling in what was missing", turned=True)


def _better(asking: _Asking) -> Answer:
    change = Bettered(asking.ground.scope)
    worlds = asking.ground.beside_changed(change)
    after = worlds.after.outcome(asking.edition.rules[asking.criterion])
    search = _plainest(worlds, asking.outcomes, _lowered(asking.outcomes, after))
    return _compared(asking, "better", "better", search, "Better evidence")


def _plainest(worlds: TwoWorlds, before: Outcomes, *wanted: Truth) -> Search:
    """What lowers an outcome; such as was met before, if there is any."""
    search = worlds.rule_out(*wanted, effort=EFFORT_OF_TWO)
    if search.result != "found":
        return search
    plainer = worlds.rule_out(*wanted, before.met, effort=EFFORT_OF_TWO)
    return plainer if plainer.result == "found" else search


def _lowered(before: Outcomes, after: Outcomes) -> Truth:
    return either(
        both(before.met, either(after.not_met, after.not_evidenced)), both(before.not_evidenced, after.not_met)
    )


def _one_more(asking: _Asking, rule: t.Rule) -> Iterator[Answer]:
    added = False
    for path, change, good in added_items(asking.ground, rule):
        added = True
        worlds = asking.ground.beside_changed(change)
        after = worlds.after.outcome(rule)
        applies = _applies(after, asking.outcomes)
        conditions = good(worlds.after)
        if conditions is None:
            says = f"What a good item of {path} is cannot be read from the rule."
            yield asking.answer("one-more-item", "not decided", says, what="one more item")
            continue
        search = _plainest(worlds, asking.outcomes, _lowered(asking.outcomes, after), applies, all_of(conditions))
        yield _compared(asking, "one-more-item", "one more item", search, f"One more good item in {path}")
    if not added:
        yield asking.answer("one-more-item", "proved", "It reads no list of the submission.", what="one more item")


def _applies(*outcomes: Outcomes) -> Truth:
    return all_of(no(each.not_applicable) for each in outcomes)


def _compared(asking: _Asking, name: str, what: str, search: Search, change: str, *, turned: bool = False) -> Answer:
    say = partial(asking.answer, name, what=what)
    if search.result == "none":
        return say("proved", f"{change} never {'turns' if turned else 'lowers'} the outcome.")
    if search.result == "not decided":
        return say("not decided", f"{change}: {search.why}.")
    before, after = (search.evidence[key] for key in ("before", "after"))
    was, now = asking.outcome(before), asking.outcome(after)
    more = {"evidence": before, "after": after}
    worse = was in RANK and now in RANK and (RANK[now] < RANK[was] or (turned and RANK[now] != RANK[was]))
    if was is None or now is None or not worse:
        return say("fault", "The solver found a lower outcome, but the evaluator does not.", **more)
    return say("refuted", f"{change} makes {was.words} into {now.words}.", **more)
