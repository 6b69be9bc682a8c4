"""Populations: the outcomes and tiers of many submissions at once, the same as `assess` gives one by one.

Submissions are read into nested columns (`population_json`, if they are not in columns already), checked there and put
into tables (`population_columns`), where what counts (`prepare_columns`) and the rules (`vectorise`) are worked out
for all of them together. What may not be in order is read as a single submission is, and becomes a row with its errors
if it is none. A few submissions are assessed one by one: those with evidence for another standard inside them, those
with a figure too large for a column, and all of an edition whose rules go by a date in the evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from ohaccredit.assessment.assess import Assessment, assess, explanation_for
from ohaccredit.assessment.population_columns import ColumnReader, Piece
from ohaccredit.assessment.population_json import JsonReader
from ohaccredit.assessment.population_tiers import CODE, EXPLAINED, IN_THE_WAY, TIER, Said, results
from ohaccredit.assessment.prepare import ROOT, Assurance, prepare
from ohaccredit.assessment.prepare_columns import Preparation
from ohaccredit.assessment.submission import Explanation, canonical, read_explanation, read_submission
from ohaccredit.assessment.well_formed import quick_check
from ohaccredit.language.encode import Encoded
from ohaccredit.language.json_source import read_json
from ohaccredit.language.problems import Problem, ProblemsFound
from ohaccredit.language.tables import Needs
from ohaccredit.language.vectorise import OUTCOMES, Road, VectorRules
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.schema import submission_schema

ROW, NAME, ERRORS, JSON = "row", "name", "errors", "json"
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


class Population:
    """Assesses batches of submissions against one edition, on one date and at one level of assurance."""

    def __init__(
        self,
        edition: Edition,
        on: date,
        *,
        assurance: Assurance = "declared",
        modules: Sequence[str] = (),
        copies: Mapping[str, str] | None = None,
    ) -> None:
        """`copies` names criteria of the edition that no submission may name, each with the one it is a copy of: what
        is said of that one is said of its copy too.
        """
        self.edition = edition
        self.on = on
        self.assurance: Assurance = assurance
        self.modules = tuple(modules)
        self._criteria = [each for each in edition.criteria.values() if edition.decided_as_of or each.in_force(on)]
        self._copies = copies or {}
        named = {id_: each for id_, each in edition.criteria.items() if id_ not in self._copies}
        self._handed_in_for = replace(edition, criteria=named) if self._copies else edition
        self._fits = quick_check(submission_schema(self._handed_in_for))
        self._rules = VectorRules(
            edition.definitions,
            [] if edition.decided_as_of else [edition.rules[each.id] for each in self._criteria],
            edition.record,
            on,
        )
        self._one_by_one = bool(edition.decided_as_of)
        self._preparation = Preparation(edition, on, assurance, self._rules.needs)
        self._lines = JsonReader(edition, self._fits)
        self._columns = ColumnReader(edition, self._preparation.needs)

    @property
    def roads(self) -> tuple[Road, ...]:
        """How each criterion is decided: as an expression over columns, or row by row and why."""
        if self.edition.decided_as_of:
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
        rows = list(lines)
        pieces = () if self._one_by_one else self._lines.read([line.json() for line in rows])
        return self._assessed([line.number for line in rows], pieces, rows.__getitem__)

    def assess_columns(self, first_row: int, given: pa.RecordBatch) -> pa.RecordBatch:
        """One row of the result for each submission of a batch that holds them as nested columns."""

        def line(at: int) -> Line:
            return Line(first_row + at, content=as_json(given.slice(at, 1).to_pylist()[0]))

        here = range(given.num_rows)
        pieces = () if self._one_by_one else [(here, given)]
        return self._assessed(range(first_row, first_row + given.num_rows), pieces, line)

    def _assessed(
        self,
        numbers: Sequence[int],
        batches: Iterable[tuple[Sequence[int], pa.RecordBatch]],
        line: Callable[[int], Line],
    ) -> pa.RecordBatch:
        """The result, given the rows that stand in columns; the others, and those left in doubt, are read alone."""
        names: list[str | None] = [None] * len(numbers)
        said = Said()
        pieces: list[Piece] = []
        places: list[int] = []
        doubtful: set[int] = set()
        for here, given in batches:
            piece = self._columns.read(given.column(ROOT))
            wrong = self._note_beside(given, said, len(places))
            doubtful.update(here[row] for row in (*wrong, *piece.doubtful))
            for at, name in zip(here, _names(given), strict=True):
                names[at] = name
            pieces.append(piece)
            places += here
        decided = pl.DataFrame()
        if pieces:
            tables = self._preparation.apply(self._columns.together(pieces))
            outcomes = self._rules.decide(
                tables, lambda: [{} if at in doubtful else self._encoded(line(at)) for at in places]
            )
            decided = results(self.edition, self._criteria, self.modules, outcomes, said)
            if places != list(range(len(numbers))):
                where: list[int | None] = [None] * len(numbers)
                for row, at in enumerate(places):
                    where[at] = row
                decided = decided.select(pl.all().gather(pl.Series(where, dtype=pl.UInt32)))
        alone = doubtful | set(range(len(numbers))).difference(places)
        if decided.is_empty():
            decided = self._undecided(len(numbers))
        assessments: dict[int, Assessment] = {}
        errors: dict[int, list[Problem]] = {}
        for at in sorted(alone):
            names[at] = None
            try:
                names[at], assessments[at] = self._alone(line(at))
            except ProblemsFound as found:
                errors[at] = list(found.problems)
        return self._result(numbers, names, self._with_those_alone(decided, assessments, errors), errors)

    # ── Reading ──

    def _alone(self, line: Line) -> tuple[str | None, Assessment]:
        submission = read_submission(read_json(line.json(), f"row {line.number}", what="row"), self._handed_in_for)
        submission = replace(submission, explanations=tuple(self._of_copies_too(submission.explanations)))
        name = submission.content.get("name") or _follow(submission.content[ROOT], _NAMED)
        return name, assess(self.edition, submission, self.on, assurance=self.assurance, modules=self.modules)

    def _encoded(self, line: Line) -> Mapping[str, Encoded]:
        """What counts of a submission that is in order, for a rule that no expression decides."""
        content: Any = line.content if line.content is not None else read_json(line.json(), "").value
        return prepare(self.edition, content[ROOT], self.on, self.assurance, _never_linked).evidence

    def _note_beside(self, given: pa.RecordBatch, said: Said, first: int) -> set[int]:
        """Note what submissions say beside their evidence; the rows in which it may not be in order."""
        doubtful: set[int] = set()
        for name in given.schema.names:
            if name == NAME or pa.types.is_nested(given.schema.field(name).type):  # any text may be a name
                continue
            column = given.column(name)
            for value in column.unique().to_pylist():
                if value is not None and not self._is_fine({name: value, ROOT: {}}):
                    doubtful.update(pc.indices_nonzero(pc.equal(column, value)).to_pylist())
        lists = [name for name in given.schema.names if name in ("modules", "explanations")]
        for row, content in _rows_with(given.select(lists)):
            if self._is_fine({**content, ROOT: {}}):
                self._note(content, said, first + row)
            else:
                doubtful.add(row)
        return doubtful

    def _is_fine(self, content: Any) -> bool:
        return self._fits is not None and self._fits(content)

    def _note(self, content: Mapping[str, Any], said: Said, here: int) -> None:
        for module in content.get("modules", ()):
            said.modules[module].append(here)
        explanations = list(self._of_copies_too(map(read_explanation, content.get("explanations", ()))))
        for name in {each.criterion for each in explanations}:
            explanation = explanation_for(self.edition.criteria[name], explanations, self.assurance)
            if explanation is not None:
                said.claims[name][here] = explanation.claim

    def _of_copies_too(self, explanations: Iterable[Explanation]) -> Iterable[Explanation]:
        for each in explanations:
            yield each
            yield from (replace(each, criterion=copy) for copy, of in self._copies.items() if of == each.criterion)

    # ── The result ──

    def _result(
        self,
        numbers: Sequence[int],
        names: Sequence[str | None],
        decided: pl.DataFrame,
        errors: Mapping[int, Sequence[Problem]],
    ) -> pa.RecordBatch:
        tiers = [tier.id for tier in self.edition.tiers]
        wrong = [_errors(errors[at]) if at in errors else None for at in range(len(numbers))]
        columns = [
            pa.array(numbers, pa.int64()),
            pa.array(names, pa.string()),
            _dictionary(decided[TIER].cast(pl.Enum(tiers)).to_physical(), tiers),
            decided[IN_THE_WAY].cast(pl.Int32).to_arrow(),
            *(_dictionary(decided[each.id], _WORDS) for each in self._criteria),
            decided[EXPLAINED].to_arrow().cast(pa.list_(pa.string())),
            pa.array(wrong, pa.list_(ERROR)),
        ]
        return pa.RecordBatch.from_arrays(columns, schema=self.schema)

    def _undecided(self, height: int) -> pl.DataFrame:
        kinds: dict[str, Any] = {TIER: pl.String, IN_THE_WAY: pl.Int32, EXPLAINED: pl.List(pl.String)}
        kinds |= {each.id: CODE for each in self._criteria}
        return pl.DataFrame([pl.Series(name, [None], kind).new_from_index(0, height) for name, kind in kinds.items()])

    def _with_those_alone(
        self, decided: pl.DataFrame, alone: Mapping[int, Assessment], errors: Iterable[int]
    ) -> pl.DataFrame:
        """The rows that were assessed alone in their places, and nothing where there are errors."""
        places: list[int | None] = list(range(decided.height))
        for at in errors:
            places[at] = None
        rows: dict[str, list[Any]] = {TIER: [], IN_THE_WAY: [], EXPLAINED: [], **{c.id: [] for c in self._criteria}}
        for number, (at, assessment) in enumerate(alone.items(), decided.height):
            places[at] = number
            rows[TIER].append(assessment.tier.id if assessment.tier else None)
            rows[IN_THE_WAY].append(_in_the_way(assessment))
            explained = [each.criterion.id for each in assessment.findings if each.explanation is not None]
            rows[EXPLAINED].append(explained)
            for each in self._criteria:
                finding = assessment.finding(each.id)
                rows[each.id].append(None if finding is None else OUTCOMES.index(finding.outcome))
        if places == list(range(decided.height)):
            return decided
        under = pl.DataFrame({name: pl.Series(rows[name], dtype=decided.schema[name]) for name in rows})
        order = pl.Series(places, dtype=pl.UInt32)
        return pl.concat([decided.select(list(rows)), under]).select(pl.all().gather(order))


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


def _names(given: pa.RecordBatch) -> list[str | None]:
    """What each organisation is called: as the submission says, or else its profile."""
    names = given.column(ROOT)
    for part in _NAMED:
        number = names.type.get_field_index(part) if pa.types.is_struct(names.type) else -1
        names = pa.nulls(given.num_rows, pa.string()) if number < 0 else pc.struct_field(names, number)
    if NAME in given.schema.names:
        said = _texts(given.column(NAME))
        names = pc.coalesce(pc.if_else(pc.equal(said, ""), None, said), _texts(names))
    found: list[str | None] = names.to_pylist()
    return found


def _texts(given: pa.Array) -> pa.Array:
    return given.cast(pa.string())


def _rows_with(given: pa.RecordBatch) -> Iterable[tuple[int, dict[str, Any]]]:
    """The rows in which something stands, and what."""
    there = [pc.indices_nonzero(column.is_valid()).to_pylist() for column in given.columns]
    for at in sorted(set().union(*there)):
        yield at, as_json(given.slice(at, 1).to_pylist()[0])


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


def _dictionary(codes: pl.Series, words: Sequence[str]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(codes.cast(pl.Int8).to_arrow(), pa.array(words, pa.string()))


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
