"""What a person reads of an assessment, as plain values: the model behind the terminal, HTML and PDF.

Everything is words here; nothing is decided. Values that must not be shown (small groups) never get this far.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from ohaccredit.assessment.assess import Assessment, Finding, TierResult, engine_digest
from ohaccredit.assessment.record import shown
from ohaccredit.language import tree as t
from ohaccredit.language.encode import Encoded
from ohaccredit.language.outcome import Outcome, Verdict
from ohaccredit.language.problems import json_pointer
from ohaccredit.language.series import comparable, estimate, level
from ohaccredit.language.trace import Path, Reading, Trace
from ohaccredit.language.types import Date, Keyed, ListOf, Record, Series, Type, Words
from ohaccredit.language.walk import walk
from ohaccredit.language.words import Clause, Speaker
from ohaccredit.reports import charts
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.sources import Statement
from ohaccredit.standards.standing import standing_of

MOST_ITEMS = 5
"""How many items of a list an explanation shows before it says how many more there are."""

OBLIGATIONS = {"must": "required", "expected": "expected: met, or explained", "credit": "counts for, never against"}
ASSURANCE = {
    "declared": "Declared by the {subject}. Nothing in it has been verified.",
    "verified": "Verified: only evidence that an assessor accepted counts.",
}


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """One piece of evidence that a rule read."""

    what: str
    value: str
    pointer: str


@dataclass(frozen=True, slots=True)
class StepView:
    """One part of a rule with what became of it."""

    text: str
    verdict: Verdict
    note: str
    evidence: tuple[EvidenceView, ...]
    parts: tuple[StepView, ...]
    more: int = 0
    """How many further list items are not shown."""


@dataclass(frozen=True, slots=True)
class MissingView:
    """A piece of evidence that is missing."""

    what: str
    pointer: str


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding."""

    criterion: str
    title: str
    tier: str
    obligation: str
    outcome: Outcome
    outcome_words: str
    reason: str
    requirement: str
    rule: str
    step: StepView | None
    evidence: tuple[EvidenceView, ...]
    evidence_words: tuple[str, ...]
    """The same, shorter: of a requirement that is met, list items are only named."""
    missing: tuple[MissingView, ...]
    missing_words: tuple[str, ...]
    """The same, shorter: what is missing of several items of a list is said once."""
    explanation: str
    next_step: str
    effort: str
    """Estimated days to put the evidence together; "" if nothing is asked for."""
    satisfied: bool
    sources: tuple[str, ...]
    parameters: tuple[ParameterView, ...]


@dataclass(frozen=True, slots=True)
class ParameterView:
    """A dated figure that a rule uses."""

    name: str
    words: str
    value: str
    proposal: bool
    reference: str
    reviewed_on: str


@dataclass(frozen=True, slots=True)
class TierView:
    """A tier, or a foundation, with its findings."""

    id: str
    name: str
    about: str
    foundation: bool
    reached: bool
    counts: charts.TierCounts
    open: int
    findings: tuple[FindingView, ...]
    later: bool
    """Beyond the next tier: what can wait."""


@dataclass(frozen=True, slots=True)
class SeriesView:
    """A series as a chart and as a table."""

    series: charts.Series
    chart_id: str


@dataclass(frozen=True, slots=True)
class LinkedView:
    """The assessment of embedded evidence for another standard."""

    at: str
    title: str
    result: str
    open: tuple[FindingView, ...]


@dataclass(frozen=True, slots=True)
class AssessmentView:
    """The whole assessment."""

    name: str
    standard: str
    edition: str
    notice: str
    standing: str
    """Why no award can rest on the edition; "" if one can."""
    on: str
    assurance: str
    assurance_words: str
    subject: str
    """Who hands in: employer, occupational health provider."""
    tier: str
    next_tier: str
    summary: str
    tiers: tuple[TierView, ...]
    blocking: tuple[FindingView, ...]
    series: tuple[SeriesView, ...]
    flags: tuple[tuple[str, str, str], ...]
    """What looks wrong: where in words, the pointer, and the message."""
    linked: tuple[LinkedView, ...]
    parameters: tuple[ParameterView, ...]
    sources: tuple[tuple[str, tuple[Statement, ...]], ...]
    """The statements cited, by the title of the document they stand in."""
    digests: tuple[tuple[str, str], ...]


def assessment_view(
    assessment: Assessment, statements: Mapping[str, Statement], language: str = "en"
) -> AssessmentView:
    """The view of an assessment."""
    viewer = _Viewer(assessment, statements, language)
    edition = assessment.edition
    tiers = tuple(viewer.tier(result) for result in assessment.tiers)
    by_id = {finding.criterion: finding for tier in tiers for finding in tier.findings}
    parameters = {
        p.name: p for tier in tiers if not tier.later for finding in tier.findings for p in finding.parameters
    }
    cited = {
        id_: statements[id_]
        for result, tier in zip(assessment.tiers, tiers, strict=True)
        if not tier.later
        for finding in result.findings
        for id_ in finding.criterion.statements
        if id_ in statements
    }
    reached, following = assessment.tier, assessment.next_tier
    return AssessmentView(
        name=assessment.submission.name,
        standard=say(edition.title, language),
        edition=edition.edition,
        notice=say(edition.notice, language),
        standing=standing_of(edition, assessment.on).says(language),
        on=viewer.speaker.plain(assessment.on, Date()),
        assurance=assessment.assurance,
        assurance_words=ASSURANCE[assessment.assurance].format(subject=say(edition.subject, language)),
        subject=say(edition.subject, language),
        tier=say(reached.words, language) if reached else "",
        next_tier=say(following.words, language) if following else "",
        summary=_summary(assessment, language),
        tiers=tiers,
        blocking=tuple(by_id[finding.criterion.id] for finding in assessment.blocking),
        series=tuple(viewer.all_series()),
        flags=tuple((viewer.where(flag.path), json_pointer(flag.path), flag.message) for flag in assessment.flags),
        linked=tuple(_linked(assessment, statements, language)),
        parameters=tuple(parameters[name] for name in sorted(parameters)),
        sources=_by_document(cited.values()),
        digests=(
            ("Submission", assessment.submission.digest),
            ("Edition", edition.digest),
            ("Engine", engine_digest()),
        ),
    )


def finding_view(
    assessment: Assessment, finding: Finding, statements: Mapping[str, Statement], language: str = "en"
) -> FindingView:
    """The view of one finding."""
    return _Viewer(assessment, statements, language).finding(finding)


def say(words: Words, language: str) -> str:
    """Words in a language, or in English where the language is still missing."""
    return words.get(language) or words.get("en") or ""


def path_words(
    edition: Edition, path: Sequence[str | int], language: str = "en", evidence: Encoded | None = None
) -> str:
    """A path into a submission in words: "practitioners, item 4 (p-04): last day of the registration".

    With the evidence at hand an item is also called by the identifier it was given.
    """
    names = list(path[1:] if path and path[0] == "evidence" else path)
    kind: Type = edition.record
    said: list[str] = []
    for index, name in enumerate(names):
        if isinstance(kind, Keyed) and name in kind.records:
            said.append(say(kind.words.get(str(name), {}), language) or str(name))
            kind = kind.records[str(name)]
        elif isinstance(kind, (ListOf, Series)) and isinstance(name, int):
            item = None if evidence is None else _at(evidence, tuple(names[: index + 1]))
            id_ = item.get("id") if isinstance(item, dict) else None
            said[-1] += f", item {name + 1}" + (f" ({id_})" if isinstance(id_, str) and len(id_) <= 40 else "")
            kind = kind.item
        elif isinstance(kind, Record) and name in kind.fields:
            each = kind.fields[str(name)]
            said.append(say(each.words, language) or each.name)
            kind = each.type
        else:
            said.append(str(name))
    return ": ".join(said)


def _summary(assessment: Assessment, language: str) -> str:
    reached, following, blocking = assessment.tier, assessment.next_tier, assessment.blocking
    first = f"The tier reached is {say(reached.words, language)}." if reached else "No tier is reached yet."
    if following is None:
        return f"{first} There is no higher one."
    number = len(blocking)
    if not number:
        return f"{first} {say(following.words, language)} has no requirement that applies and is met."
    things = "requirement stands" if number == 1 else "requirements stand"
    return f"{first} {number} {things} in the way of {say(following.words, language)}."


class _Viewer:
    def __init__(self, assessment: Assessment, statements: Mapping[str, Statement], language: str) -> None:
        self.assessment = assessment
        self.edition = assessment.edition
        self.statements = statements
        self.language = language
        self.speaker = Speaker(self.edition.definitions, assessment.rules_of, language, assessment.factors)

    def tier(self, result: TierResult) -> TierView:
        name = say(result.tier.words, self.language)
        counts = charts.TierCounts(name, *(result.count(outcome) for outcome in Outcome))
        return TierView(
            id=result.tier.id,
            name=name,
            about=say(result.tier.about, self.language),
            foundation=result.tier.foundation,
            reached=result.reached,
            counts=counts,
            open=len(result.open),
            findings=tuple(self.finding(finding) for finding in result.findings),
            later=self._later(result),
        )

    def _later(self, result: TierResult) -> bool:
        ladder = [tier.id for tier in self.edition.ladder]
        following = self.assessment.next_tier
        if following is None or result.tier.foundation:
            return False
        return ladder.index(result.tier.id) > ladder.index(following.id)

    def finding(self, finding: Finding) -> FindingView:
        criterion = finding.criterion
        rule = self.edition.rules[criterion.id]
        trace = finding.decision.deciding
        cited = [self.statements[id_] for id_ in criterion.statements if id_ in self.statements]
        evidence = {view.pointer: view for view in (self.evidence(r) for r in _readings(trace)) if view is not None}
        missing = tuple(
            MissingView(path_words(self.edition, _parts(pointer), self.language), pointer)
            for pointer in finding.missing
        )
        return FindingView(
            criterion=criterion.id,
            title=say(criterion.title, self.language),
            tier=say(self.edition.tier(criterion.tier).words, self.language),
            obligation=OBLIGATIONS[criterion.obligation],
            outcome=finding.outcome,
            outcome_words=finding.outcome.words.capitalize(),
            reason=self._reason(finding.reason),
            requirement=say(criterion.requirement, self.language),
            rule=self._rule(rule),
            step=None if trace is None else self.step(trace),
            evidence=tuple(evidence.values()),
            evidence_words=self._evidence_words(tuple(evidence.values()), finding.outcome),
            missing=missing,
            missing_words=self._missing_words(finding.missing),
            explanation=finding.explanation.text if finding.explanation else "",
            next_step=say(criterion.next_step, self.language),
            effort=_days(finding.effort),
            satisfied=finding.satisfied,
            sources=tuple(
                f"{title}: " + ", ".join(f"{each.file.id} ({each.file.place})" for each in group)
                for title, group in _by_document(cited)
            ),
            parameters=tuple(self.parameters(rule)),
        )

    def _evidence_words(self, evidence: Sequence[EvidenceView], outcome: Outcome) -> tuple[str, ...]:
        if outcome is not Outcome.MET:
            return tuple(f"{each.what}: {each.value}" for each in evidence)
        groups: dict[str, dict[int, None]] = {}
        for each in evidence:
            parts = _parts(each.pointer)
            at = next((index for index, part in enumerate(parts) if isinstance(part, int)), None)
            if at is None:
                groups.setdefault(f"{each.what}: {each.value}", {})
            else:
                listed = path_words(self.edition, parts[:at], self.language)
                groups.setdefault(listed, {})[int(parts[at]) + 1] = None
        return tuple(_item_words(listed, "", tuple(items)) for listed, items in groups.items())

    def where(self, path: Sequence[str | int]) -> str:
        """A path in words, with the identifiers of items."""
        return path_words(self.edition, path, self.language, self.assessment.prepared.evidence)

    def _reason(self, code: str) -> str:
        return say(self.edition.reasons.get(code, {}), self.language) or code.replace("_", " ")

    def _missing_words(self, pointers: Sequence[str]) -> tuple[str, ...]:
        groups: dict[tuple[str, str], list[int]] = {}
        said: dict[str, None] = {}
        for pointer in pointers:
            parts = _parts(pointer)
            apart = self._not_simply_missing(tuple(parts)) or self._nothing_given(parts)
            if apart:
                said[apart] = None
                continue
            at = next((index for index, part in enumerate(parts) if isinstance(part, int)), None)
            whole = path_words(self.edition, parts, self.language)
            if at is None:
                groups.setdefault((whole, ""), [])
                continue
            listed = path_words(self.edition, parts[:at], self.language)
            inside = whole.removeprefix(path_words(self.edition, parts[: at + 1], self.language)).removeprefix(": ")
            groups.setdefault((listed, inside), []).append(int(parts[at]) + 1)
        return (*said, *(_item_words(listed, inside, items) for (listed, inside), items in groups.items()))

    def _nothing_given(self, path: Sequence[str | int]) -> str:
        """One line for a key of which nothing at all was handed in; "" otherwise."""
        if len(path) < 4 or path[0] != "evidence":
            return ""
        kind = self.edition.evidence.get(str(path[1]))
        given = self.assessment.submission.evidence.get(str(path[1]))
        if kind is None or not isinstance(kind.type, Keyed) or not isinstance(given, Mapping) or path[2] in given:
            return ""
        return f"{path_words(self.edition, path[:3], self.language)} (nothing was handed in)"

    def _not_simply_missing(self, path: Path) -> str:
        """Why something that was handed in is nevertheless asked for; "" if it was not handed in."""
        prepared = self.assessment.prepared
        for item, why in prepared.uncounted.items():
            if path[: len(item)] == item:
                return f"{self.where(item)}, {why}"
        where = self.where(path)
        if path in prepared.suppressed:
            return f"{where}, refused because so few people are concerned"
        if any(flag.path == path and flag.kind == "impossible_value" for flag in prepared.flags):
            return f"{where}, not counted because the figure is not possible"
        if path[0] == "evidence" and _at(prepared.evidence, path[1:]) is not None:
            return f"more of: {where}"
        return ""

    def _rule(self, rule: t.Rule) -> str:
        met = self.speaker.condition(rule.met_when).line()
        if rule.applies_when is None:
            return f"Met when {met}."
        return f"Applies when {self.speaker.condition(rule.applies_when).line()}. Met when {met}."

    def step(self, trace: Trace) -> StepView:
        """A trace as nested sentences; of a list, only the items that decide it or are in doubt."""
        clause = self.speaker.condition(trace.node)
        evidence = tuple(view for view in map(self.evidence, trace.readings) if view is not None)
        node = trace.node
        while isinstance(node, t.Remark):
            trace, node = trace.parts[0], trace.parts[0].node
            evidence += tuple(view for view in map(self.evidence, trace.readings) if view is not None)
        if isinstance(node, t.Quantified):
            said = self._head(clause) + _counted(trace, clause)
            chosen = [part for part in trace.parts if part.verdict is not True or node.kind == "none"]
            if trace.verdict is True:
                chosen = []
            parts = tuple(self._item(part) for part in chosen[:MOST_ITEMS])
            return StepView(said, trace.verdict, "", evidence, parts, len(chosen) - len(parts))
        text = clause.text if trace.parts else clause.line()
        return StepView(
            text, trace.verdict, clause.note if trace.parts else "", evidence, tuple(map(self.step, trace.parts))
        )

    def _head(self, clause: Clause) -> str:
        """A list test without its parts, which follow item by item; a single short part stays."""
        if len(clause.parts) == 1 and not clause.parts[0].parts:
            return f"{clause.text}: {clause.parts[0].text}"
        return clause.text

    def _item(self, trace: Trace) -> StepView:
        step = self.step(trace)
        where = self.where(trace.at)
        return StepView(
            f"{where}: {step.text}" if where else step.text, step.verdict, step.note, step.evidence, step.parts
        )

    def evidence(self, reading: Reading) -> EvidenceView | None:
        """What was read, for people; None for what is not evidence."""
        if reading.node is None or reading.value is None or not reading.path:
            return None
        said = shown(reading.path, self.speaker.plain(reading.value, reading.node.type), self.assessment.prepared)
        what = self.where(reading.path)
        if isinstance(reading.node, (t.SeriesChange, t.SeriesCount, t.SeriesLevel)):
            what = self.speaker.value(reading.node)
        return EvidenceView(what, said, json_pointer(reading.path))

    def parameters(self, rule: t.Rule) -> Iterator[ParameterView]:
        """The parameters that a rule uses, with their values on the assessment date."""
        seen: set[str] = set()
        for node in walk(rule.applies_when, rule.met_when, definitions=self.edition.definitions):
            if isinstance(node, t.ParameterValue) and node.name not in seen:
                seen.add(node.name)
                parameter = self.edition.definitions.parameters[node.name]
                dated = parameter.on(self.assessment.rules_of)
                if dated is None:
                    continue
                figures = dated.by_factor or {"": dated.value}
                factor = self.edition.definitions.derived[parameter.by].type if parameter.by else None
                value = ", ".join(
                    " ".join(
                        part
                        for part in (
                            self.speaker.option(option, factor) if factor else "",
                            self.speaker.plain(figure, parameter.type),
                        )
                        if part
                    )
                    for option, figure in figures.items()
                )
                yield ParameterView(
                    name=node.name,
                    words=say(parameter.words, self.language),
                    value=value,
                    proposal=parameter.proposal,
                    reference=dated.reference,
                    reviewed_on=self.speaker.plain(dated.reviewed_on, Date()),
                )

    # ── Series ──

    def all_series(self) -> Iterator[SeriesView]:
        """Every series with at least two dated points, wherever the evidence holds one."""
        for name, kind in self.edition.evidence.items():
            found = self.assessment.prepared.evidence.get(name)
            if found is not None:
                yield from self._series_in(found, kind.type, (name,), say(kind.words, self.language))

    def _series_in(self, value: Encoded, kind: Type, path: tuple[str, ...], title: str) -> Iterator[SeriesView]:
        if isinstance(kind, Series) and isinstance(value, list):
            view = self._series(value, kind, title)
            if view is not None:
                yield SeriesView(view, "chart-" + "-".join(path).replace("_", "-"))
        elif isinstance(kind, Keyed) and isinstance(value, dict):
            for key in kind.keys:
                if key in value:
                    said = say(kind.words.get(key, {}), self.language) or key
                    yield from self._series_in(value[key], kind.records[key], (*path, key), said)
        elif isinstance(kind, Record) and isinstance(value, dict):
            for each in kind:
                if each.name in value:
                    yield from self._series_in(value[each.name], each.type, (*path, each.name), title)

    def _series(self, points: Sequence[Encoded], kind: Series, title: str) -> charts.Series | None:
        records = [point for point in points if isinstance(point, dict) and isinstance(point.get(kind.at), int)]
        run = comparable(records, kind.at, kind.same)
        same = set(run.places if run else ())
        drawn: dict[date, charts.Point] = {}
        scale = 1 if kind.measure.kind == "mean" else 100
        for index, record in enumerate(records):
            value = level(record, kind)
            if value is None or (kind.measure.kind == "share" and value > 1):
                continue
            on = date.fromordinal(int(str(record[kind.at])))
            about = estimate(record, kind)
            low = high = None
            if about is not None:
                half = 196 * _root(about.variance) / 100
                low, high = value - half, value + half
                if kind.measure.kind != "mean":
                    low = max(low, Fraction(0))
                if kind.measure.kind == "share":
                    high = min(high, Fraction(1))
            exact = _decimal(value, scale)
            below = None if low is None else _decimal(low, scale)
            above = None if high is None else _decimal(high, scale)
            drawn[on] = charts.Point(on, exact, below, above, comparable=index in same)
        if len(drawn) < 2:
            return None
        better = charts.Better(kind.measure.better)
        unit = "%" if kind.measure.kind == "share" else ""
        title += ", per 100 people" if kind.measure.kind == "rate" else ""
        baseline = min((on for on, point in drawn.items() if point.comparable), default=None)
        return charts.Series(title[:1].upper() + title[1:], unit, tuple(drawn.values()), better, baseline)


def _at(value: Encoded, path: Path) -> Encoded | None:
    found: Encoded | None = value
    for part in path:
        if isinstance(found, dict):
            found = found.get(str(part))
        elif isinstance(found, list) and isinstance(part, int) and part < len(found):
            found = found[part]
        else:
            return None
    return found


def _item_words(listed: str, inside: str, items: Sequence[int]) -> str:
    if not items:
        return listed
    shown = ", ".join(map(str, items[:MOST_ITEMS])) + (
        f" and {len(items) - MOST_ITEMS} more" if len(items) > MOST_ITEMS else ""
    )
    number = f"item{'s' if len(items) > 1 else ''} {shown}"
    return f"{listed}: {inside} ({number})" if inside else f"{listed} ({number})"


def _by_document(statements: Iterable[Statement]) -> tuple[tuple[str, tuple[Statement, ...]], ...]:
    """Statements grouped by the document they stand in, in order of id."""
    groups: dict[str, list[Statement]] = {}
    for statement in sorted(statements, key=lambda each: (each.source, each.file.id)):
        groups.setdefault(statement.title, []).append(statement)
    return tuple((title, tuple(group)) for title, group in groups.items())


def _days(half_days: int) -> str:
    whole, half = divmod(half_days, 2)
    return (str(whole) if whole else "") + ("½" if half else "")


def _counted(trace: Trace, clause: Clause) -> str:
    if not trace.counts:
        return ""
    of, yes, undecided = trace.counts
    if not of:
        return f" [there are none; {clause.note}]"
    said = f"{yes} of {of}" + (f", {undecided} undecided" if undecided else "")
    return f" [{said}]"


def _readings(trace: Trace | None) -> Iterator[Reading]:
    """The readings of the parts that decided, at most a few of each list."""
    if trace is None:
        return
    yield from trace.readings
    for part in trace.deciding()[:MOST_ITEMS] if isinstance(trace.node, t.Quantified) else trace.deciding():
        yield from _readings(part)


def _linked(assessment: Assessment, statements: Mapping[str, Statement], language: str) -> Iterator[LinkedView]:
    for path, inner in assessment.linked.items():
        viewer = _Viewer(inner, statements, language)
        open_ = tuple(viewer.finding(finding) for result in inner.tiers for finding in result.open)
        result = say(inner.tier.words, language) + " met" if inner.tier else "not met"
        title = f"{say(inner.edition.title, language)} {inner.edition.edition}"
        yield LinkedView(path_words(assessment.edition, path[:-2], language), title, result, open_)


def _parts(pointer: str) -> list[str | int]:
    names = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    return [int(name) if name.isdigit() else name for name in names]


def _root(value: Fraction) -> Fraction:
    """The square root to six places; it only draws an interval and decides nothing."""
    return Fraction((Decimal(value.numerator) / Decimal(value.denominator)).sqrt()).limit_denominator(1_000_000)


def _decimal(value: Fraction, scale: int) -> Decimal:
    return (Decimal(value.numerator) * scale / Decimal(value.denominator)).quantize(Decimal("0.0001"))
