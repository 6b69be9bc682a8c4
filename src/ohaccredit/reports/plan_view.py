"""The gap plan in words: what to provide, where it goes, what it closes, and by when it falls due again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ohaccredit.assessment.prepare import Path
from ohaccredit.language.problems import json_pointer
from ohaccredit.language.tree import FieldValue
from ohaccredit.language.types import (
    Choice,
    Choices,
    Date,
    Field,
    Keyed,
    ListOf,
    Number,
    Record,
    Series,
    Text,
    Type,
    YesNo,
)
from ohaccredit.language.walk import walk
from ohaccredit.policy.plan import Plan, Route, Step
from ohaccredit.policy.plan_search import Done
from ohaccredit.policy.renewals import Renewal
from ohaccredit.reports.page import make_page, page_html, page_pdf
from ohaccredit.standards.edition import Criterion, Edition
from ohaccredit.standards.home import Home

TEMPLATE = "report/plan.html.j2"

RESULTS = {
    "found": "This reaches {tier}.",
    "reached": "Nothing is open: {tier} is reached.",
    "none": "No evidence alone reaches {tier}: something has to change first.",
    "facts": "What {tier} asks for depends on facts that are not stated: state them, and plan again.",
    "not decided": "No whole way to {tier} was found: some of it is not decided.",
}


PARTS = {
    "say": ("Say what is so", "This costs little more than saying it, wherever it is so."),
    "provide": ("Write, agree or renew", "The days are examples."),
    "count": ("Count", "Figures are what they are; those named here would serve, and so would others."),
    "achieve": ("Achieve", "What was handed in says otherwise: this has to become so before it can be stated."),
}
"""The parts of a way in the order in which they are best done: by the hardest step for each piece of evidence."""


@dataclass(frozen=True, slots=True)
class StepView:
    """One thing to provide."""

    says: str
    pointer: str
    must_be_achieved: bool
    part: str = "say"


@dataclass(frozen=True, slots=True)
class GroupView:
    """What is to be done to one piece of evidence."""

    evidence: str
    item: str
    pointer: str
    steps: tuple[StepView, ...]
    closes: tuple[tuple[str, str], ...]
    """The criteria that need it: id and title."""
    part: str
    """Which of PARTS it belongs to."""


@dataclass(frozen=True, slots=True)
class RouteView:
    """One way to the tier."""

    title: str
    days: str
    half_days: str
    cheapest: bool
    """Was it shown that nothing cheaper exists within the scope?"""
    evidence: tuple[str, ...]
    groups: tuple[GroupView, ...]
    first: tuple[str, ...]
    """Facts that were not stated and that could make steps needless."""

    @property
    def parts(self) -> list[tuple[str, str, list[GroupView]]]:
        """The pieces of evidence by part: its title, what is to be known of it, and the pieces."""
        found = [(*PARTS[part], [group for group in self.groups if group.part == part]) for part in PARTS]
        return [(title, about, groups) for title, about, groups in found if groups]

    @property
    def achieved(self) -> int:
        """How many steps have to be achieved, not only shown."""
        return sum(step.must_be_achieved for group in self.groups for step in group.steps)


@dataclass(frozen=True, slots=True)
class ClosingView:
    """The smallest evidence that closes one criterion by itself."""

    criterion: str
    title: str
    result: str
    days: str
    steps: tuple[StepView, ...]
    facts: tuple[str, ...]
    next_step: str


@dataclass(frozen=True, slots=True)
class RenewalView:
    """Something that falls due."""

    criterion: str
    title: str
    until: str
    day: str
    pieces: tuple[tuple[str, str], ...]
    """What it rests on, and where that stands."""


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan as people read it."""

    name: str
    standard: str
    edition: str
    on: str
    tier: str
    target: str
    result: str
    summary: str
    routes: tuple[RouteView, ...]
    partial: RouteView | None
    closings: tuple[ClosingView, ...]
    renewals: tuple[RenewalView, ...]
    waiting: tuple[str, ...]
    assumptions: tuple[str, ...]
    scope: tuple[str, ...]


def plan_view(plan: Plan) -> PlanView:
    """The plan in words."""
    edition, assessment = plan.assessment.edition, plan.assessment
    target = "" if plan.target is None else plan.target.words["en"]
    reached = assessment.tier
    stuck = [each for each in plan.closings if each.way.result != "found"]
    result = "facts" if plan.result == "none" and stuck and all(each.facts for each in stuck) else plan.result
    summary = RESULTS[result].format(tier=target or "the highest tier")
    routes = tuple(_route(plan, route, index) for index, route in enumerate(plan.routes))
    return PlanView(
        assessment.submission.name,
        edition.title["en"],
        edition.edition,
        _day(assessment.on),
        "" if reached is None else reached.words["en"],
        target,
        plan.result,
        summary,
        routes,
        None if plan.partial is None else _route(plan, plan.partial, 0),
        tuple(_closings(plan)),
        tuple(_renewal(each, edition) for each in plan.renewals),
        tuple(json_pointer(path) for path in plan.waiting),
        tuple(_assumptions(plan)),
        plan.scope,
    )


def plan_json(plan: Plan) -> dict[str, Any]:
    """The plan as one JSON document."""
    view = asdict(plan_view(plan))
    return {
        "standard": plan.assessment.edition.standard,
        "edition": plan.assessment.edition.edition,
        "on": plan.assessment.on.isoformat(),
        "assurance": plan.assessment.assurance,
        "tier": plan.assessment.tier.id if plan.assessment.tier else None,
        "to": plan.target.id if plan.target else None,
        "result": plan.result.replace(" ", "_"),
        **{
            key: view[key]
            for key in ("summary", "routes", "partial", "closings", "renewals", "waiting", "assumptions", "scope")
        },
    }


def plan_html(view: PlanView, home: Home) -> str:
    """The plan as one self-contained page for the screen."""
    return page_html(make_page(home, TEMPLATE, {}, view=view), home)


def plan_pdf(plan: Plan, view: PlanView, home: Home) -> bytes:
    """The plan as PDF/UA-1 and PDF/A-3a. Raises what `page_pdf` raises."""
    page = make_page(home, TEMPLATE, {}, view=view)
    return page_pdf(page, home, plan.assessment.on, record=plan_json(plan), name="plan.json", about="The gap plan")


# ── Routes ──────────────────────────────────────────────────────────────────────────────────────────


def _route(plan: Plan, route: Route, index: int) -> RouteView:
    evidence = plan.assessment.edition.evidence
    without = ", ".join(evidence[kind].words["en"] for kind in route.instead_of)
    title = "The cheapest way" if not index else f"Another way: without {without}"
    half_days = plan.half_days(route.price)
    groups = _alike([_group(group, plan) for group in _worth_saying(route.groups)])
    order, names = list(PARTS), list(evidence)
    kinds = {evidence[name].words["en"]: place for place, name in enumerate(names)}
    return RouteView(
        title,
        say_days(half_days),
        str(_decimal(half_days)),
        route.proved,
        tuple(evidence[kind].words["en"] for kind in route.kinds),
        tuple(sorted(groups, key=lambda group: (order.index(group.part), kinds[group.evidence]))),
        tuple(dict.fromkeys(fact for group in route.groups for fact in _facts_first(group, plan))),
    )


def _facts_first(group: Step, plan: Plan) -> Iterator[str]:
    """Facts of a piece of evidence that were not stated though the rules that it serves ask for them."""
    edition = plan.assessment.edition
    kind = edition.evidence[str(group.at[1])]
    if not isinstance(kind.type, Keyed) or len(group.at) < 3:
        return
    now = _given(plan, group.at) or {}
    asked = {
        node.path.names[-1]
        for criterion in group.closes
        for node in walk(edition.rules[criterion.id].met_when, definitions=edition.definitions)
        if isinstance(node, FieldValue)
    }
    for field in kind.type.records[str(group.at[2])]:
        is_fact = isinstance(field.type, YesNo) and kind.nature_of((field.name,), field.type) == "fact"
        if is_fact and field.name in asked and field.name not in now:
            yield f"{_capital(kind.words['en'])}: {_item(group, plan)}: {_words(field)}."


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _worth_saying(steps: Sequence[Step]) -> Iterator[Step]:
    """The steps without those that a list be handed in, where other steps say what it is to hold."""
    held = {step.at[1] for step in steps if any(done.change.kind != "hand in" for done in step.done)}
    for step in steps:
        if step.at[1] not in held or any(done.change.kind != "hand in" for done in step.done):
            yield step


def _alike(groups: Sequence[GroupView]) -> Iterator[GroupView]:
    """Items of one kind that need the same are said together: "for 2 practitioners"."""
    together: dict[tuple[object, ...], list[GroupView]] = {}
    for group in groups:
        key = (group.evidence, tuple((step.says, step.must_be_achieved) for step in group.steps), group.closes)
        together.setdefault(key, []).append(group)
    for alike in together.values():
        items = ", ".join(dict.fromkeys(group.item for group in alike if group.item))
        item = items if len(alike) == 1 else f"{items} (for {len(alike)} of them)"
        yield replace(alike[0], item=item, pointer=", ".join(group.pointer for group in alike))


def say_days(half_days: Fraction) -> str:
    """Half days as people say them: "about 2½ days"."""
    halves = max(1, round(half_days))
    whole, half = divmod(halves, 2)
    number = f"{whole or ''}{'½' if half else ''}"
    return f"about {number} day{'' if halves <= 2 else 's'}"


def _decimal(number: Fraction) -> Decimal:
    return (Decimal(number.numerator) / Decimal(number.denominator)).quantize(Decimal("0.01")).normalize() + 0


def _group(group: Step, plan: Plan) -> GroupView:
    edition = plan.assessment.edition
    kind = edition.evidence[str(group.at[1])]
    steps = tuple(step for done in group.done for step in _steps(done, plan))
    parts = [step.part for step in steps] + ["provide" for done in group.done if done.change.kind in ("add", "reach")]
    return GroupView(
        kind.words["en"],
        _item(group, plan),
        json_pointer(group.at),
        steps,
        tuple((each.id, each.title["en"]) for each in group.closes),
        max(parts, key=list(PARTS).index, default="say"),
    )


def _item(group: Step, plan: Plan) -> str:
    """Which item it is: a new one, or one that is there, by what it says of itself."""
    kind = plan.assessment.edition.evidence[str(group.at[1])]
    if len(group.at) < 3:
        return ""
    step = group.at[2]
    if isinstance(kind.type, Keyed):
        return kind.type.words.get(str(step), {}).get("en", str(step))
    now = plan.assessment.submission.evidence.get(str(group.at[1]))
    if not isinstance(step, int) or not isinstance(now, list) or step >= len(now):
        added: Any = next((done.value for done in group.done if done.change.path == group.at), {})
        named = [_value(value, kind.type.item.fields[name].type) for name, value in added.items()]  # type: ignore[union-attr]
        return f"new, {named[0]}" if named else "new"
    said = next((str(now[step][name]) for name in ("title", "name", "what", "id") if name in now[step]), "")
    return said or f"item {step + 1}"


def _steps(done: Done, plan: Plan) -> Iterator[StepView]:
    change, value = done.change, done.value
    pointer = json_pointer(change.path)
    words = _words(change.field)
    now = _given(plan, change.path)
    part = _part(done, now)
    match change.kind:
        case "add":
            if change.field is not None and len(change.path) > 3:
                yield StepView(f"Add an item to {words}.", pointer, False, part)
        case "hand in":
            yield StepView(f"Hand in {words}." if words else "Hand it in.", pointer, False, part)
        case "extend":
            says = _extended(change.field, value, now, change.achieved)
            yield StepView(says, pointer, change.achieved, part)
        case "reach":
            inner = plan.linked[change.path]
            says = f"Bring {words} to met: {len(inner.routes[0].done)} changes in the evidence that is embedded."
            yield StepView(says, pointer, False, part)
            for group in inner.routes[0].groups:
                for each in group.done:
                    for step in _steps(each, inner):
                        yield replace(step, pointer=json_pointer((*change.path, *each.change.path)))
        case _:
            says = _field_step(change.kind, change.field, value, now, part)
            yield StepView(says, pointer, part == "achieve", part)


def _part(done: Done, now: Any) -> str:
    """Which of PARTS a step belongs to."""
    change = done.change
    if change.achieved and (now is not None or change.kind == "extend"):
        return "achieve"
    if isinstance(done.value, (int, float, Decimal)) and not isinstance(done.value, bool):
        return "count"
    if change.kind == "extend":
        return "count"
    return "provide" if change.kind == "renew" else "say"


def _field_step(kind: str, field: Field | None, value: Any, now: Any, part: str) -> str:
    assert field is not None
    words = _words(field)
    said = _value(value, field.type)
    before = "" if now is None else f" (now {_value(now, field.type)})"
    if kind == "renew":
        return f"Renew: {words}{before}, for example {said}."
    if isinstance(field.type, Date):
        return f"Give {_the(words)}, for example {said}."
    if isinstance(value, bool):
        verb = "Make it so" if part == "achieve" else "State, if it is so"
        return f"{verb}: {words}." if value else f"{verb}: it is not so that {words}."
    if isinstance(field.type, Text):
        return f"Give {_the(words)}{before}."
    if isinstance(field.type, Number) and now is not None:
        return f"Bring {_the(words)}{before} to {said}, or to another figure that serves."
    if isinstance(field.type, Number):
        return f"Give {_the(words)}; {said} would serve."
    verb = "Change" if now is not None else "Give"
    return f"{verb} {_the(words)}{before}: {said}, if that is so."


_BARE = ("what", "who", "which", "how", "whether", "the", "those", "where", "when", "why")


def _the(words: str) -> str:
    """ "the day of approval", but "what it covers"."""
    bare = words.split(" ")[0] in _BARE
    return words if bare else f"the {words}"


def _extended(field: Field | None, points: Any, now: Any, achieved: bool) -> str:
    words = _words(field)
    new = points[len(now or ()) :]
    if not isinstance(getattr(field, "type", None), Series) or field is None:
        return f"Give {words}."
    assert isinstance(field.type, Series)
    days = sorted(str(point[field.type.at]) for point in new if field.type.at in point)
    spoken = ", ".join(_day(date.fromisoformat(day)) for day in days)
    parts = [f"Give {len(new)} more point{'s' if len(new) != 1 else ''} of {words}"] if new else [f"Complete {words}"]
    if spoken:
        parts.append(f", for example as of {spoken}, counted in the same way")
    said = "".join(parts) + "."
    return said + (" The latest figure has to be better." if achieved else " The figures are what they are.")


def _words(field: Field | None) -> str:
    return "" if field is None else field.words.get("en", field.name.replace("_", " "))


def _value(value: Any, kind: Type) -> str:
    match kind:
        case Date():
            return _day(date.fromisoformat(str(value)))
        case Choice(words=words):
            return words.get(str(value), {}).get("en", str(value))
        case Choices(words=words):
            return ", ".join(words.get(each, {}).get("en", each) for each in value) or "none"
        case Number(percent=True):
            return f"{value}%"
        case Number():
            return f"{value:,}"
        case _:
            return {True: "yes", False: "no"}.get(value, str(value))


def _given(plan: Plan, path: Path) -> Any:
    current: Any = plan.assessment.submission.evidence
    for step in path[1:]:
        try:
            current = current[step]
        except (KeyError, IndexError, TypeError):
            return None
    return current


def _day(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


# ── Criteria by themselves, and what falls due ──────────────────────────────────────────────────────


def _closings(plan: Plan) -> Iterator[ClosingView]:
    for each in plan.closings:
        way = each.way
        result = {"found": "", "none": "no evidence alone closes it", "not decided": "not decided"}[way.result]
        if each.facts:
            result = "first state the facts on which it depends"
        elif way.result == "found" and not way.proved:
            result = "a way was found; that it is the smallest is not decided"
        steps = tuple(step for done in way.done for step in _steps(done, plan))
        yield ClosingView(
            each.criterion.id,
            each.criterion.title["en"],
            result,
            say_days(plan.half_days(way.price)) if way.result == "found" else "",
            steps,
            tuple(_called(path, plan.assessment.edition) for path in each.facts),
            each.criterion.next_step["en"],
        )


def _renewal(renewal: Renewal, edition: Edition) -> RenewalView:
    criterion: Criterion = renewal.criterion
    pieces = tuple((_called(path, edition), json_pointer(path)) for path in renewal.paths)
    return RenewalView(criterion.id, criterion.title["en"], renewal.until.isoformat(), _day(renewal.until), pieces)


def _called(path: Path, edition: Edition) -> str:
    """A place in the submission in words: the kind of evidence, and the field."""
    if str(path[1]) not in edition.evidence:
        return json_pointer(path)
    kind: Type = edition.evidence[str(path[1])].type
    words = edition.evidence[str(path[1])].words["en"]
    said = ""
    for step in path[2:]:
        if isinstance(kind, Record) and step in kind.fields:
            said = _words(kind.fields[str(step)])
            kind = kind.fields[str(step)].type
        elif isinstance(kind, Keyed) and step in kind.records:
            kind = kind.records[str(step)]
        elif isinstance(kind, (ListOf, Series)):
            kind = kind.item
        else:
            return f"{words}: {json_pointer(path[2:])}"
    return f"{words}: {said}" if said else words


def _assumptions(plan: Plan) -> Sequence[str]:
    lines = [
        "The figures and dates are examples that would do; others may do as well.",
        "Facts, such as size, nation and what happened in the past, stay as they are.",
        "No explanation and no claim that a criterion does not apply is proposed.",
    ]
    if plan.routes and plan.routes[0].proved:
        lines.insert(
            0, "That no cheaper way exists was shown for evidence within the scope below, by our estimates of effort."
        )
    elif plan.routes:
        lines.insert(0, "That no cheaper way exists was not decided within the bound on the solver's work.")
    if plan.waiting:
        lines.append("An assessor has to accept what was handed in and what will be: the plan counts on that.")
    return lines
