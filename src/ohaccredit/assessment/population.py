"""Populations: the outcomes and tiers of many submissions at once, the same as `assess` gives one by one.

Each submission is read and checked as a single one is. What is in order goes into columns (`tables`), where what
counts (`prepare_columns`) and the rules (`vectorise`) are worked out for all of them together. What is not in order
becomes a row with its errors. A few submissions are assessed one by one: those with evidence for another standard
inside them, those with a figure too large for a column, and all of an edition whose rules go by a date in the evidence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from ohaccredit.assessment.assess import Assessment, assess, explanation_for
from ohaccredit.assessment.population_columns import ColumnReader
from ohaccredit.assessment.prepare import ROOT, Assurance, prepare
from ohaccredit.assessment.prepare_columns import Preparation
from ohaccredit.assessment.submission import canonical, read_explanation, read_submission
from ohaccredit.assessment.well_formed import quick_check
from ohaccredit.language.encode import Encoded
from ohaccredit.language.json_source import read_json
from ohaccredit.language.months import read_day
from ohaccredit.language.numbers import MILLIONTHS
from ohaccredit.language.outcome import Outcome
from ohaccredit.language.problems import Problem, ProblemsFound
from ohaccredit.language.tables import Gatherer, Hold, Needs, Tables, as_it_is
from ohaccredit.language.types import Date, Number, Text, Type
from ohaccredit.language.vector_numbers import LARGEST
from ohaccredit.language.vectorise import OUTCOME, OUTCOMES, Road, VectorRules
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.schema import submission_schema

ROW, NAME, TIER, IN_THE_WAY, EXPLAINED, ERRORS, JSON = (
    "row",
    "name",
    "tier",
    "in_the_way",
    "explained",
    "errors",
    "json",
)
_NAMED = ("organisation", "name")
"""Where the profile says what an organisation is called, as for a single submission."""
ERROR = pa.struct([("message", pa.string()), ("pointer", pa.string()), ("column", pa.int32()), ("hint", pa.string())])
_WORDS = [outcome.value for outcome in OUTCOMES]


@dataclass(frozen=True, slots=True)
class Line:
    """One submission of a population as it was handed in, with the number of its line or row."""

    number: int
    text: bytes | None = None
    """The submission as JSON."""
    content: Any = None
    """The submission as it stood in columns, if it did: exact numbers, and nothing for what is missing."""

    def json(self) -> bytes:
        """The submission as JSON text."""
        return canonical(self.content).encode() if self.text is None else self.text


@dataclass
class _Batch:
    """What is known of the rows so far."""

    numbers: list[int] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    columnar: list[int] = field(default_factory=list)
    """The places of the rows that are decided in columns."""
    alone: dict[int, Assessment] = field(default_factory=dict)
    errors: dict[int, list[Problem]] = field(default_factory=dict)
    modules: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    claims: dict[str, dict[int, str]] = field(default_factory=lambda: defaultdict(dict))
    """By criterion, the rows of those decided in columns that have an explanation for it, and what it claims."""
    evidence: list[Mapping[str, Any]] = field(default_factory=list)
    """What was handed in, kept only if a rule is decided row by row."""


class Population:
    """Assesses batches of submissions against one edition, on one date and at one level of assurance."""

    def __init__(
        self, edition: Edition, on: date, *, assurance: Assurance = "declared", modules: Sequence[str] = ()
    ) -> None:
        self.edition = edition
        self.on = on
        self.assurance: Assurance = assurance
        self.modules = tuple(modules)
        self._criteria = [each for each in edition.criteria.values() if edition.decided_as_of or each.in_force(on)]
        self._quick = quick_check(submission_schema(edition))
        self._one_by_one = bool(edition.decided_as_of)
        self._rules = VectorRules(
            edition.definitions,
            [] if self._one_by_one else [edition.rules[each.id] for each in self._criteria],
            edition.record,
            on,
        )
        self._preparation = Preparation(edition, on, assurance, self._rules.needs)
        self._keeps = any(not road.as_expression for road in self._rules.roads)
        self._too_large = False
        self._seen: dict[tuple[tuple[str, str], ...], bool] = {}
        self._gatherer = Gatherer(edition.record, self._preparation.needs, self._hold)
        self._columns = ColumnReader(edition, self._preparation.needs)
        self._linked = [
            (name, path) for name, kind in edition.evidence.items() for path in kind.linked if kind.linked[path]
        ]

    @property
    def roads(self) -> tuple[Road, ...]:
        """How each criterion is decided: as an expression over columns, or row by row and why."""
        if self._one_by_one:
            why = "the edition's rules go by a date in the evidence"
            return tuple(Road(each.id, False, why) for each in self._criteria)
        return self._rules.roads

    @property
    def needs(self) -> Needs:
        """The columns that the rules read, and what it takes to tell whether they count."""
        return self._preparation.needs

    @cached_property
    def schema(self) -> pa.Schema:
        """The columns of the result."""
        return pa.schema(
            [
                (ROW, pa.int64()),
                (NAME, pa.string()),
                (TIER, pa.dictionary(pa.int8(), pa.string())),
                (IN_THE_WAY, pa.int32()),
                *((each.id, pa.dictionary(pa.int8(), pa.string())) for each in self._criteria),
                (EXPLAINED, pa.list_(pa.string())),
                (ERRORS, pa.list_(ERROR)),
            ]
        )

    def assess_batch(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The kernel for engines that hand over Arrow: the columns `row` and `json` in, those of `schema` out."""
        numbers, texts = batch.column(ROW).to_pylist(), batch.column(JSON).to_pylist()
        return self.assess_lines(
            Line(number, text.encode() if isinstance(text, str) else text or b"")
            for number, text in zip(numbers, texts, strict=True)
        )

    def assess_lines(self, lines: Iterable[Line]) -> pa.RecordBatch:
        """One row of the result for each line, in their order."""
        batch = _Batch()
        for line in lines:
            self._take(line, batch)
        return self._result(batch, self._gatherer.tables())

    def assess_columns(self, first_row: int, given: pa.RecordBatch) -> pa.RecordBatch:
        """One row of the result for each submission of a batch that holds them as nested columns."""
        tables, doubtful = self._columns.read(given.column(ROOT))
        batch = _Batch(numbers=list(range(first_row, first_row + given.num_rows)), columnar=list(range(given.num_rows)))
        batch.names = self._names(given.column(ROOT))
        alone = set(range(given.num_rows)) if self._one_by_one or self._keeps else set(doubtful)
        about = [name for name in given.schema.names if name != ROOT]
        for at, content in enumerate(given.select(about).to_pylist() if about else ()):
            content = {name: value for name, value in content.items() if value is not None}
            batch.names[at] = content.get("name") or batch.names[at]
            if at in alone or not content:
                continue
            if self._fits_beside(content):
                self._say(content, batch, at)
            else:
                alone.add(at)
        for at in sorted(alone):
            line = Line(first_row + at, content=as_json(given.slice(at, 1).to_pylist()[0]))
            try:
                batch.alone[at] = self._alone(line)
            except ProblemsFound as found:
                batch.errors[at] = list(found.problems)
        return self._result(batch, tables)

    def _fits_beside(self, content: Mapping[str, Any]) -> bool:
        """Is what a submission says beside its evidence in order? In most rows it is the same, but for the name."""
        if any(not isinstance(value, str) for value in content.values()):
            return self._fits(as_json({**content, ROOT: {}}))
        same = tuple((name, value) for name, value in content.items() if name != "name" or not value)
        if same not in self._seen:
            self._seen[same] = self._fits({"name": "a name", **dict(same), ROOT: {}})
        return self._seen[same]

    def _names(self, evidence: pa.StructArray) -> list[str | None]:
        """What each organisation calls itself."""
        for name in _NAMED:
            number = evidence.type.get_field_index(name) if pa.types.is_struct(evidence.type) else -1
            if number < 0:
                return [None] * len(evidence)
            evidence = pc.struct_field(evidence, number)
        names: list[str | None] = evidence.to_pylist()
        return names

    # ── Reading ──

    def _take(self, line: Line, batch: _Batch) -> None:
        """Read one submission, and put it where it is decided."""
        at = len(batch.numbers)
        batch.numbers.append(line.number)
        batch.names.append(None)
        try:
            content = line.content
            if content is None or not self._fits(content):
                source = read_json(line.json(), f"row {line.number}")
                content = source.value
                if not self._fits(content):
                    read_submission(source, self.edition)
            batch.names[at] = content.get("name") or _follow(content[ROOT], _NAMED)
            if self._one_by_one or self._embeds(content[ROOT]) or not self._gather(content, batch, at):
                batch.alone[at] = self._alone(line)
        except ProblemsFound as found:
            batch.errors[at] = list(found.problems)

    def _fits(self, content: Any) -> bool:
        return self._quick is not None and self._quick(content)

    def _alone(self, line: Line) -> Assessment:
        submission = read_submission(read_json(line.json(), f"row {line.number}"), self.edition)
        return assess(self.edition, submission, self.on, assurance=self.assurance, modules=self.modules)

    def _gather(self, content: Mapping[str, Any], batch: _Batch, at: int) -> bool:
        """Put a submission into columns. False if a figure is too large; the row is then not used."""
        self._too_large = False
        self._gatherer.add(content[ROOT])
        here = len(batch.columnar)
        batch.columnar.append(at)
        if self._keeps:
            batch.evidence.append(content[ROOT])
        if self._too_large:
            return False
        self._say(content, batch, here)
        return True

    def _say(self, content: Mapping[str, Any], batch: _Batch, here: int) -> None:
        """Note what a submission says of itself beside its evidence."""
        for module in content.get("modules", ()):
            batch.modules[module].append(here)
        said = [read_explanation(as_json(each)) for each in content.get("explanations", ())]
        for name in {each.criterion for each in said}:
            explanation = explanation_for(self.edition.criteria[name], said, self.assurance)
            if explanation is not None:
                batch.claims[name][here] = explanation.claim

    def _embeds(self, evidence: Mapping[str, Any]) -> bool:
        """Does the submission hold evidence for another standard?"""
        return any(name in evidence and _holds_evidence(evidence[name], path) for name, path in self._linked)

    def _hold(self, kind: Type) -> Hold:
        """What a column holds of a value that fits the schema (`encode` says it for any value)."""
        match kind:
            case Date():
                return _Days().__getitem__
            case Text():
                return lambda raw: raw if raw.strip() else None
            case Number():
                return self._figure(kind)
            case _:
                return as_it_is(kind)

    def _figure(self, kind: Number) -> Hold:
        scale = 1 if kind.whole else MILLIONTHS // 100 if kind.percent else MILLIONTHS

        def hold(raw: int | Decimal) -> int:
            if not -LARGEST <= raw <= LARGEST:
                self._too_large = True
                return 0
            return int(raw * scale)  # exact: no figure has more decimals than the scale

        return hold

    # ── The result ──

    def _result(self, batch: _Batch, tables: Tables) -> pa.RecordBatch:
        """The rows decided in columns, in their places; over them those that were assessed alone."""
        height = len(batch.numbers)
        places: list[int | None] = [None] * height
        for here, at in enumerate(batch.columnar):
            places[at] = None if at in batch.errors else here
        decided = self._decided(batch, tables)
        if decided.is_empty():
            decided = self._undecided(height)
        elif places != list(range(height)):
            decided = decided.select(pl.all().gather(pl.Series(places, dtype=pl.UInt32)))
        if batch.alone:
            decided = self._with_those_alone(decided, batch.alone)
        errors = [_errors(batch.errors[at]) if at in batch.errors else None for at in range(height)]
        columns = [
            pa.array(batch.numbers, pa.int64()),
            pa.array(batch.names, pa.string()),
            _dictionary(decided[TIER], [tier.id for tier in self.edition.tiers]),
            decided[IN_THE_WAY].cast(pl.Int32).to_arrow(),
            *(_dictionary(decided[each.id], _WORDS) for each in self._criteria),
            decided[EXPLAINED].to_arrow().cast(pa.list_(pa.string())),
            pa.array(errors, pa.list_(ERROR)),
        ]
        return pa.RecordBatch.from_arrays(columns, schema=self.schema)

    def _undecided(self, height: int) -> pl.DataFrame:
        kinds: dict[str, Any] = {TIER: pl.String, IN_THE_WAY: pl.Int32, EXPLAINED: pl.List(pl.String)}
        kinds |= {each.id: OUTCOME for each in self._criteria}
        return pl.DataFrame({name: pl.Series([None] * height, dtype=kind) for name, kind in kinds.items()})

    def _with_those_alone(self, decided: pl.DataFrame, alone: Mapping[int, Assessment]) -> pl.DataFrame:
        rows: dict[str, list[Any]] = {TIER: [], IN_THE_WAY: [], EXPLAINED: [], **{c.id: [] for c in self._criteria}}
        for assessment in alone.values():
            rows[TIER].append(assessment.tier.id if assessment.tier else None)
            rows[IN_THE_WAY].append(_in_the_way(assessment))
            explained = [each.criterion.id for each in assessment.findings if each.explanation is not None]
            rows[EXPLAINED].append(explained)
            for each in self._criteria:
                finding = assessment.finding(each.id)
                rows[each.id].append(None if finding is None else finding.outcome.value)
        place = dict(zip(alone, range(decided.height, decided.height + len(alone)), strict=True))
        under = pl.DataFrame({name: pl.Series(rows[name], dtype=decided.schema[name]) for name in rows})
        order = pl.Series([place.get(at, at) for at in range(decided.height)], dtype=pl.UInt32)
        return pl.concat([decided.select(list(rows)), under]).select(pl.all().gather(order))

    def _decided(self, batch: _Batch, tables: Tables) -> pl.DataFrame:
        """Outcomes, tier and what is in the way, for the rows in columns."""
        if not batch.columnar or self._one_by_one:
            return pl.DataFrame()
        frame = self._rules.decide(
            self._preparation.apply(tables), lambda: [self._encoded(each) for each in batch.evidence]
        )
        height = len(batch.columnar)
        outcomes, satisfied, explained = [], [], []
        for criterion in self._criteria:
            outcome, claim = pl.col(criterion.id), _sparse(batch.claims.get(criterion.id, {}), height)
            if criterion.module and criterion.module not in self.modules:
                named = _sparse(dict.fromkeys(batch.modules.get(criterion.module, ()), "named"), height)
                outcome = pl.when(pl.lit(False) if named is None else named.is_not_null()).then(outcome)
            fine = outcome.is_null() | outcome.is_in([Outcome.MET.value, Outcome.NOT_APPLICABLE.value])
            if claim is not None:
                said = claim.is_not_null() & (outcome != Outcome.MET.value).fill_null(False)
                explained.append(pl.when(said).then(pl.lit(criterion.id)))
                not_applicable = pl.lit(Outcome.NOT_APPLICABLE.value, dtype=OUTCOME)
                claimed = said & (claim == "not-applicable")
                outcome = pl.when(claimed).then(not_applicable).otherwise(outcome)
                fine = fine | claimed | said if criterion.obligation == "expected" else fine | claimed
            outcomes.append(outcome.alias(criterion.id))
            satisfied.append((pl.lit(True) if criterion.obligation == "credit" else fine).alias(f"{criterion.id}?"))
        listed = pl.concat_list(explained).list.drop_nulls() if explained else pl.lit([], dtype=pl.List(pl.String))
        return frame.with_columns(*outcomes, *satisfied, listed.alias(EXPLAINED)).with_columns(*self._roll_up())

    def _roll_up(self) -> Iterable[pl.Expr]:
        """Cumulative gates, as `assess` has them."""
        standing, open_ = pl.lit(True), pl.lit(0, dtype=pl.Int32)
        tier = pl.lit(None, dtype=pl.String)
        in_the_way: list[tuple[pl.Expr, pl.Expr]] = []
        for each in self.edition.tiers:
            own = [criterion for criterion in self._criteria if criterion.tier == each.id]
            satisfied = [pl.col(f"{criterion.id}?") for criterion in own]
            standing = pl.all_horizontal(standing, *satisfied)
            open_ = open_ + pl.sum_horizontal(pl.lit(0, dtype=pl.Int32), *((~one).cast(pl.Int32) for one in satisfied))
            if not each.foundation:
                gates = [pl.col(criterion.id) for criterion in own if criterion.obligation == "must"]
                met = [(gate == Outcome.MET.value).fill_null(False) for gate in gates]
                standing = standing & pl.any_horizontal(pl.lit(False), *met)
                tier = pl.when(standing).then(pl.lit(each.id)).otherwise(tier)
                in_the_way.append((standing, open_))
        result = open_
        for reached, so_far in reversed(in_the_way):
            result = pl.when(~reached).then(so_far).otherwise(result)
        return tier.alias(TIER), result.alias(IN_THE_WAY)

    def _encoded(self, evidence: Mapping[str, Any]) -> Mapping[str, Encoded]:
        return prepare(self.edition, evidence, self.on, self.assurance, _never_linked).evidence


def _never_linked(*_: object) -> Mapping[str, Any]:
    raise AssertionError("submissions with evidence for another standard are assessed alone")


def as_json(value: Any) -> Any:
    """A row of columns as JSON would say it: what is null is left out, dates are texts, numbers exact."""
    if isinstance(value, dict):
        return {name: as_json(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [as_json(inner) for inner in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):  # the decimal number that is written for it
        return Decimal(repr(value))
    return value


class _Days(dict[str, int]):
    """The ordinals of days, each worked out once."""

    def __missing__(self, raw: str) -> int:
        day = read_day(raw)
        assert day is not None, "the schema lets only dates through"
        self[raw] = day.toordinal()
        return self[raw]


def _holds_evidence(value: Any, path: tuple[str, ...]) -> bool:
    """Does an assessment at a path hold the evidence that it is to be made from?"""
    if isinstance(value, list):
        return any(_holds_evidence(each, path) for each in value)
    if not isinstance(value, Mapping):
        return False
    return _holds_evidence(value.get(path[0]), path[1:]) if path else isinstance(value.get(ROOT), Mapping)


def _follow(value: Any, names: Sequence[str]) -> Any:
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _in_the_way(assessment: Assessment) -> int:
    """How many findings stand between the tier reached and the next one."""
    number, target = 0, assessment.next_tier
    for result in assessment.tiers:
        number += len(result.open)
        if result.tier == target:
            break
    return number


def _sparse(values: Mapping[int, str], height: int) -> pl.Expr | None:
    """A column of a few values; None if there are none."""
    if not values:
        return None
    return pl.lit(pl.Series([values.get(row) for row in range(height)], dtype=pl.String))


def _dictionary(values: pl.Series, words: Sequence[str]) -> pa.DictionaryArray:
    codes = values.cast(pl.Enum(list(words))).to_physical().cast(pl.Int8)
    return pa.DictionaryArray.from_arrays(codes.to_arrow(), pa.array(words, pa.string()))


def _errors(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    return [
        {
            "message": problem.message,
            "pointer": problem.pointer,
            "column": problem.place.column if problem.place else None,
            "hint": problem.hint or None,
        }
        for problem in problems
    ]
