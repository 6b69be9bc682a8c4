"""What the files of standards and rules look like: one pydantic model for each kind of file.

The models check shape and spelling; `edition` checks how the files hang together. Each kind of file is
described for authors at the head of an example in docs/adding-a-criterion.md.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from ohaccredit.language.months import read_day

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")]
StatementId = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]+-[A-Z0-9]+$")]


def _day(raw: object) -> date:
    day = read_day(raw)
    if day is None:
        raise PydanticCustomError("day", "not a date")
    return day


Day = Annotated[date, BeforeValidator(_day)]
Severity = Literal["info", "warn", "query", "invalid"]
Obligation = Literal["must", "expected", "credit"]
Nature = Literal["fact", "achieved", "shown"]
Pair = Annotated[list[str], Field(min_length=2, max_length=2)]


class File(BaseModel):
    """Unknown keys are mistakes; nothing is converted silently."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class WordsOf(File):
    """The same words by language. English is always given; Welsh may follow later."""

    en: str = Field(min_length=1)
    cy: str | None = None

    def plain(self) -> dict[str, str]:
        """The words as a mapping from language to text."""
        return {language: text for language, text in (("en", self.en), ("cy", self.cy)) if text}


# ── Evidence types ──────────────────────────────────────────────────────────────────────────────────


class MeasureOf(File):
    """How the points of a series are read (see ohaccredit.language.types.Measure)."""

    kind: Literal["share", "rate", "mean"]
    of: Name
    base: Name | None = None
    spread: Name | None = None
    people: Name | None = None
    better: Literal["higher", "lower", "neither"] = "higher"


class FieldOf(File):
    """One field of an evidence type."""

    type: Literal[
        "text", "yes_no", "date", "count", "number", "percent", "money", "choice", "choices",
        "record", "list", "series", "assessment", "judged_criterion",
    ]  # fmt: skip
    words: WordsOf
    about: WordsOf | None = None
    required: bool = False
    unit: str = ""
    minimum: int | None = None
    maximum: int | None = None
    options: dict[str, WordsOf] | None = None
    fields: dict[Name, FieldOf] | None = None
    at: Name | None = None
    same: Name | None = None
    measure: MeasureOf | None = None
    of: Id | None = None
    small_cell: Literal["", "characteristics", "other"] = ""
    better: Literal["higher", "lower", "later", "earlier", "yes", "no"] | None = None
    """Which direction is better, whatever a rule asks; left out where that depends on the rule."""
    share_of: Name | None = None
    """For a percentage: the field beside it that counts the people it is a share of."""
    nature: Nature | None = None
    """What it takes to fill or change the field; else that of the evidence type, or of the type of field."""


class KeyOf(File):
    """One key of an evidence type that is given once per key."""

    words: WordsOf
    about: WordsOf | None = None
    measure: MeasureOf | None = None
    field_words: dict[Name, WordsOf] = {}
    """What fields mean for this key, where that can be said more plainly than for all."""


class ChecksOf(File):
    """What must be plausible about an item; a breach is a flag, never a verdict."""

    dates_in_order: list[Pair] = []
    part_of_whole: list[Pair] = []


class EvidenceFile(File):
    """standards/evidence/<type>.yaml: one kind of thing that is asked for."""

    evidence: Name
    words: WordsOf
    about: WordsOf
    collects: Literal["one", "many", "one_per_key", "every_item"]
    computed: bool = False
    """Worked out by the program from the rest, never handed in."""
    same_fields_as: Name | None = None
    """Another evidence type whose fields this one has too."""
    identified_by: list[Name] = []
    """The fields that say what an item is: they stay known when the item does not count."""
    privacy: Literal["open", "organisation", "staff", "aggregate"]
    effort: int = Field(ge=0)
    nature: Nature | None = None
    """The nature of the fields that state none of their own."""
    keys: dict[Name, KeyOf] | None = None
    fields: dict[Name, FieldOf] = {}
    checks: ChecksOf = ChecksOf()


class RefusedField(File):
    """A name that people may use for what is never accepted, and why it is refused."""

    names: list[Name]
    because: WordsOf


class RefusedFile(File):
    """standards/evidence/refused.yaml: what must not be handed in at all."""

    refused: list[RefusedField]


class ReasonsFile(File):
    """standards/reasons.yaml: the reason codes of rules in words."""

    reasons: dict[Annotated[str, StringConstraints(pattern=r"^[a-z]+(_[a-z]+)*$")], WordsOf]


# ── Sources ─────────────────────────────────────────────────────────────────────────────────────────


class StatementOf(File):
    """One statement of a source document, in our words."""

    id: StatementId
    place: str
    says: str
    binds: list[Literal["employer", "employee", "provider", "issuer", "scheme", "government", "profession"]]
    kind: Literal["criterion", "process", "factor", "incentive", "offer", "metric", "context"]
    in_force: ForceOf | None = None
    """For law and guidance: the dates between which it holds."""
    nation: Literal["great-britain", "northern-ireland"] | None = None
    """Where it holds; everywhere if left out."""
    address: str | None = None
    """Where it can be read."""
    to_confirm: str | None = None
    """What was not read in the text itself and has to be confirmed there before anybody relies on it."""
    tier: str | list[str] | None = None
    same_as: list[StatementId] = []
    unclear: str | None = None


class SourceFile(File):
    """standards/sources/<source>.yaml: the register of a document's statements."""

    source: Id
    title: str
    publisher: str
    nature: Literal["document", "law", "guidance", "design"] = "document"
    """law: a statutory rule; guidance: official advice on it; design: our own choice; document: anything else."""
    published: str | None = None
    nation: Literal["great-britain", "northern-ireland"] | None = None
    address: str | None = None
    note: str | None = None
    statements: list[StatementOf]


# ── Standards ───────────────────────────────────────────────────────────────────────────────────────


class TierOf(File):
    """A rung of the ladder, or a foundation that holds for all of them."""

    id: Id
    words: WordsOf
    about: WordsOf | None = None


class AdoptOf(File):
    """Criteria taken over from another edition, with their rules.

    That can be an edition of another standard, or an earlier one of the same: a new edition then holds only
    what changes.
    """

    standard: Id
    edition: str
    into: dict[Id, list[Id]] = {}
    """Criteria by the tier they take here."""
    everything_else: bool = False
    """Take over every criterion that is not named here and not written here, each in the tier it has there."""
    leave_out: list[Id] = []
    """Criteria that `everything_else` does not mean."""
    obligations: dict[Id, Obligation] = {}
    """Criteria whose obligation is another one here."""
    rules_of: list[Id] = []
    """Criteria whose text is written here, and whose rule stays the one over there."""
    redefined: list[Id] = []
    """Parameters and derived values that this edition gives anew; adopted rules then read ours."""


class ForceOf(File):
    """The dates between which something is in force; `until` is its last day."""

    start: Day = Field(alias="from")
    until: Day | None = None

    def holds(self, on: date) -> bool:
        """Is it in force on that day?"""
        return self.start <= on and (self.until is None or on <= self.until)


class ModuleOf(File):
    """Optional criteria, off unless asked for."""

    id: Id
    words: WordsOf
    about: WordsOf


class VerdictOf(File):
    """What the three verdicts are called in a standard that gives a verdict and no tier."""

    valid: WordsOf
    query: WordsOf
    not_valid: WordsOf


class StandardFile(File):
    """standards/<standard>/<edition>/standard.yaml."""

    standard: Id
    edition: str
    title: WordsOf
    about: WordsOf
    notice: WordsOf
    subject: WordsOf
    in_force: ForceOf
    draft: bool = False
    """Nobody has decided on this edition: it is taken only if it is named, and no award can rest on it."""
    dry_run: ForceOf | None = None
    """The days, before it is in force, on which it can be tried out."""
    shares: str | None = None
    decided_as_of: str | None = None
    """The field whose date says which day's rules apply; without it, the date of assessment does."""
    foundations: list[TierOf] = []
    tiers: list[TierOf] = []
    verdict: VerdictOf | None = None
    parts: list[TierOf] = []
    """The groups of criteria of a standard that gives a verdict and no tier."""
    actions: dict[Id, WordsOf] = {}
    """What is to be done about a finding of a standard that gives a verdict."""
    modules: list[ModuleOf] = []
    adopts: list[AdoptOf] = []
    evidence: list[Name] = Field(min_length=1)


class LevelOf(File):
    """One level of a rubric."""

    level: int
    words: WordsOf


class JudgedOf(File):
    """How a person judges a criterion that no rule can decide."""

    question: WordsOf
    levels: list[LevelOf] = Field(min_length=2)
    met_from: int


class NoticeOf(File):
    """What a finding says in a standard that gives a verdict. {name} in the text is a derived value's."""

    severity: Severity
    says: WordsOf
    next: list[Id] = []


class NoticesOf(File):
    """What is said of each outcome; by reason goes first. An outcome without a notice is not worth one."""

    met: NoticeOf | None = None
    not_met: NoticeOf | None = None
    not_evidenced: NoticeOf | None = None
    by_reason: dict[str, NoticeOf] = {}


class CriterionOf(File):
    """One requirement, in the words a lawyer reads.

    A criterion of a standard with tiers has an obligation and a next step; one of a standard that gives a
    verdict has notices instead.
    """

    id: Id
    code: Annotated[str, StringConstraints(pattern=r"^[A-Z]+[0-9]*-[0-9]+$")] | None = None
    title: WordsOf
    requirement: WordsOf
    obligation: Obligation | None = None
    statements: list[StatementId] = Field(min_length=1)
    next_step: WordsOf | None = None
    notices: NoticesOf | None = None
    effective: ForceOf | None = None
    module: Id | None = None
    may_claim_not_applicable: bool = False
    judged: JudgedOf | None = None


class CriteriaFile(File):
    """standards/<standard>/<edition>/criteria/<name>.yaml: the criteria of one tier or foundation."""

    tier: Id
    criteria: list[CriterionOf] = Field(min_length=1)


# ── Rules ───────────────────────────────────────────────────────────────────────────────────────────

Figure = int | Decimal | str | list[str]


class DatedOf(File):
    """A parameter's value from a date on."""

    start: Day = Field(alias="from")
    value: Figure | dict[str, Figure]
    reference: str
    reviewed_on: Day


class ParameterOf(File):
    """A dated figure. `origin` says whether a source gives it or we propose it."""

    words: WordsOf
    type: Literal["count", "number", "percent", "money", "months", "days", "choices"]
    unit: str = ""
    by: Id | None = None
    origin: Literal["source", "proposal"]
    why: str
    values: list[DatedOf] = Field(min_length=1)


class ParametersFile(File):
    """rules/<standard>/<edition>/parameters.yaml."""

    parameters: dict[Id, ParameterOf]


class BandOf(File):
    """One line of a derived value with cases; `then` is one of the options, or any value."""

    when: dict[str, Any] | None = None
    then: Any


class DerivedOf(File):
    """A value or condition that is defined once and used by name."""

    words: WordsOf
    why: str
    value: dict[str, Any] | str | None = None
    condition: dict[str, Any] | None = None
    options: dict[str, WordsOf] | None = None
    first_of: list[BandOf] | None = None


class DerivedFile(File):
    """rules/<standard>/<edition>/derived.yaml."""

    derived: dict[Id, DerivedOf]


class RuleFile(File):
    """rules/<standard>/<edition>/<criterion>/rule.yaml; the tests themselves are read by the language."""

    criterion: Id
    why: str | None = None
    applies_when: Any = None
    met_when: Any


class CaseOf(File):
    """One worked case: the smallest evidence that shows something, and the outcome the text demands."""

    name: str
    on: Day | None = None
    given: dict[str, Any]
    expect: Literal["met", "not met", "not evidenced", "not applicable", "not in force"]
    reason: str | None = None
    missing: list[str] | None = None
    because: str


class NotReachableOf(File):
    """Something that a test of the rule can never be seen to come to, and why no case can show it."""

    leaf: str
    """The test, as a JSON Pointer into rule.yaml, or from /derived/ on into the file of a derived value it names."""
    outcome: Literal["met", "not met", "not evidenced", "at the boundary", "beyond the boundary"]
    because: str


class CasesFile(File):
    """rules/<standard>/<edition>/<criterion>/cases.yaml."""

    criterion: Id
    on: Day
    background: dict[str, Any] = {}
    cases: list[CaseOf] = Field(min_length=1)
    not_reachable: list[NotReachableOf] = []


# ── What proofs may find ────────────────────────────────────────────────────────────────────────────


class OverlapOf(File):
    """A criterion that another one implies, and why both are asked all the same."""

    criterion: Id
    implied_by: Id
    because: str = Field(min_length=1)


class NotMonotoneOf(File):
    """A criterion that more or better evidence can make worse, and why that is right."""

    criterion: Id
    what: Literal["filled in", "better", "one more item"]
    because: str = Field(min_length=1)


class VacuousOf(File):
    """A criterion that can never come out in some way, or is met by empty lists, and why that is right."""

    criterion: Id
    what: Literal["never met", "never not met", "empty lists", "gap"]
    because: str = Field(min_length=1)


class AcceptedFile(File):
    """standards/<standard>/<edition>/accepted.yaml: what a proof finds against the rules and is right all the same."""

    overlaps: list[OverlapOf] = []
    not_monotone: list[NotMonotoneOf] = []
    vacuous: list[VacuousOf] = []
