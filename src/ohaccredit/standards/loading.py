"""Loading an edition: all its files read and checked as one.

Reading an edition finds every problem in all its files before anything is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from ohaccredit.language import tree as t
from ohaccredit.language.parse import Reading, nearest, read_condition
from ohaccredit.language.problems import Place, Problem, ProblemsFound, json_pointer
from ohaccredit.language.source import Source
from ohaccredit.language.types import Field, Record, Words
from ohaccredit.language.walk import evidence_named, walk
from ohaccredit.standards.adopting import (
    check_cases,
    check_names,
    check_places,
    check_redefined,
    moved,
    set_aside,
    takes_rule,
)
from ohaccredit.standards.definitions import DefinitionsReader
from ohaccredit.standards.edition import Criterion, Edition, Notice, Notices, Tier
from ohaccredit.standards.evidence import EvidenceReader, EvidenceType
from ohaccredit.standards.files import (
    ChecksOf,
    CriteriaFile,
    CriterionOf,
    EvidenceFile,
    ForceOf,
    NoticeOf,
    NoticesOf,
    ReasonsFile,
    RefusedFile,
    RuleFile,
    StandardFile,
    TierOf,
    VerdictOf,
)
from ohaccredit.standards.home import Home
from ohaccredit.standards.publication import (
    Publication,
    published_home,
    read_publication,
    rests_on_problems,
    sha256_of,
)
from ohaccredit.standards.reading import Model, read_file
from ohaccredit.standards.verdict_standards import (
    check_decided_as_of,
    check_kind_of_criterion,
    check_kind_of_standard,
    check_notices,
)

FilePath = tuple[str | int, ...]

JUDGEMENTS = "judgements"
"""The evidence type in which assessors' judgements are recorded."""
EVERY_ITEM = "every_item"
_UNKNOWN = ForceOf.model_validate({"from": "9999-12-31"})
REFUSED = "refused.yaml"


def list_editions(home: Home) -> list[tuple[str, str]]:
    """Every (standard, edition) that has a standard.yaml, in order."""
    found = home.standards.glob("*/*/standard.yaml")
    return sorted((path.parent.parent.name, path.parent.name) for path in found)


def load_edition(
    home: Home,
    standard: str,
    edition: str | None = None,
    *,
    on: date | None = None,
    known: dict[str, Edition] | None = None,
) -> Edition:
    """An edition by name; without `edition`, the one in force on a date, else the latest.

    Drafts are taken only by name, and so are editions that are withdrawn by then. A published edition is read
    as it was published. Editions that are `known` by id are not read again, and what is read without a problem
    becomes known. Raises ProblemsFound with every problem of its files.
    """
    problems: list[Problem] = []
    editions = [name for each, name in list_editions(home) if each == standard]
    if not editions:
        standards = tuple(sorted({each for each, _ in list_editions(home)}))
        raise ProblemsFound([Problem(f'There is no standard "{standard}".', hint=nearest(standard, standards))])
    if edition is None:
        edition = _choose(home, standard, editions, on, problems)
    if edition not in editions:
        raise ProblemsFound([Problem(f'"{standard}" has no edition "{edition}".', hint=nearest(edition, editions))])
    read = dict(known or {})
    loaded = read.get(f"{standard}/{edition}") or _Loader(home, problems, known=read).edition(standard, edition)
    if problems or loaded is None:
        raise ProblemsFound(problems)
    if known is not None:
        known.update({**read, loaded.id: loaded})
    return loaded


def _choose(home: Home, standard: str, editions: list[str], on: date | None, problems: list[Problem]) -> str:
    """The last edition in force on a date, else the latest; never a draft or one that is withdrawn by then."""
    known: list[tuple[str, ForceOf]] = []
    for name in editions:
        read = read_file(home.standards / standard / name / "standard.yaml", name, StandardFile, [])
        if read is None:
            known.append((name, _UNKNOWN))  # its problems are said when it is loaded
            continue
        publication = read_publication(home, standard, name, problems)
        gone = None if publication is None else publication.withdrawn
        if not read[0].draft and (gone is None or (on is not None and on < gone.on)):
            known.append((name, read[0].in_force))
    if problems:
        raise ProblemsFound(problems)
    if not known:
        message = f'"{standard}" has no edition that is neither a draft nor withdrawn.'
        raise ProblemsFound([Problem(message, hint=f"One of these can be asked for by name: {', '.join(editions)}.")])
    in_force = [name for name, force in known if on is not None and force.holds(on)]
    return in_force[-1] if in_force else known[-1][0]


class _Loader:
    """Reads the files of one edition; problems gather as it goes."""

    def __init__(
        self,
        home: Home,
        problems: list[Problem],
        adopting: tuple[str, ...] = (),
        against: Mapping[str, EvidenceType] | None = None,
        known: dict[str, Edition] | None = None,
    ) -> None:
        self._whole = home
        self._home = home
        """What the edition is read from: for a published one, only what it was published with."""
        self._problems = problems
        self._adopting = adopting
        self._against = against or {}
        """Evidence types of the adopting edition, which adopted rules are read against instead of their own."""
        self._known: dict[str, Edition] = {} if known is None else known
        """The other editions that were read on the way: several can rest on the same one."""
        self._files: dict[str, str] = {}
        self._rests_on: dict[str, Edition] = {}

    def _read(self, path: Path, model: type[Model]) -> tuple[Model, Source] | None:
        name = self._home.name(path)
        read = read_file(self._home.at(path), name, model, self._problems)
        if read is not None:
            self._files[name] = read[1].digest
        return read

    def edition(self, standard: str, edition: str) -> Edition | None:
        folder, rules = self._whole.standards / standard / edition, self._whole.rules / standard / edition
        before = len(self._problems)
        publication = read_publication(self._whole, standard, edition, self._problems)
        if publication is not None:
            self._home = published_home(self._whole, publication, self._problems)
        if len(self._problems) > before:
            return None  # what is not as it was published is not read at all
        read = self._read(folder / "standard.yaml", StandardFile)
        if read is None:
            return None
        file, source = read
        for key, expected in (("standard", standard), ("edition", edition)):
            if getattr(file, key) != expected:
                self._note(source, (key,), f'The folder says "{expected}", the file "{getattr(file, key)}".')
        self._problems += check_kind_of_standard(file, source)
        tiers = [_tier(each, True) for each in (*file.foundations, *file.parts)] + [
            _tier(each, False) for each in file.tiers
        ]
        criteria = self._criteria(folder, file, f"{standard}/{edition}", {tier.id for tier in tiers})
        adopted = self._adopted(file, source, {tier.id for tier in tiers}, criteria)
        if len(adopted) < len(file.adopts):
            return None  # what is wrong there has been said, and would only be said again of what rests on it
        judged = tuple(
            c.id for c in (*criteria.values(), *(c for e in adopted for c in e.criteria.values())) if c.judged
        )
        evidence = self._evidence(file, source, judged)
        if len(evidence) < len(file.evidence):
            return None  # rules read against half the evidence would only add misleading problems
        evidence.update({name: kind for name, kind in self._against.items() if name in evidence})
        adopted = [self._read_against(each, evidence) for each in adopted]
        record = Record({name: kind.field for name, kind in evidence.items()})
        definitions = t.Definitions({}, {})
        shared = DefinitionsReader(self._read, self._problems, self._home.files)
        for origin in adopted:
            self._take_over(origin.definitions, definitions, source)
        replaced = set_aside({name for adopt in file.adopts for name in adopt.redefined}, definitions)
        if file.shares and not any(origin.shares == file.shares for origin in adopted):
            if not self._home.has_folder(self._home.rules / file.shares):
                self._note(source, ("shares",), f'There is no folder "rules/{file.shares}".')
            shared.add(self._home.rules / file.shares, record, definitions)
        if self._home.has_folder(rules):
            shared.add(rules, record, definitions)
        self._problems += check_redefined(file, source, replaced, definitions)
        shared.check_circles(definitions, source)
        found, written = self._rules(rules, criteria, record, definitions)
        for origin in adopted:
            taken = {id_: rule for id_, rule in origin.rules.items() if takes_rule(file, origin, criteria, id_)}
            found.update(taken)
            written |= set(taken)
            for id_, rule in taken.items():
                for name in sorted(evidence_named(rule, definitions) - set(evidence)):
                    self._note(
                        source, ("evidence",), f'The adopted criterion "{id_}" reads "{name}", which is not listed.'
                    )
            self._problems += check_cases(file, source, origin, taken, self._home, definitions)
        self._judged(criteria, found, record, definitions, source)
        self._problems += check_notices(file, criteria, found, definitions)
        self._problems += check_decided_as_of(file, source, record)
        for id_, criterion in criteria.items():
            if (
                id_ not in found
                and id_ not in written
                and criterion.judged is None
                and criterion.origin == f"{standard}/{edition}"
            ):
                where = self._home.name(rules / id_ / "rule.yaml")
                self._problems.append(
                    Problem(
                        f'The criterion "{id_}" has no rule.',
                        criterion.place,
                        hint=f"Write {where}, or give it a rubric.",
                    )
                )
        ordered = {tier.id: index for index, tier in enumerate(tiers)}
        reasons, linked = self._reasons(found), self._linked(evidence, f"{standard}/{edition}", publication)
        self._problems += rests_on_problems(publication, self._digests(), source.place(()))
        return Edition(
            standard=standard,
            edition=edition,
            title=file.title.plain(),
            about=file.about.plain(),
            notice=file.notice.plain(),
            subject=file.subject.plain(),
            in_force=file.in_force,
            dry_run=file.dry_run,
            draft=file.draft,
            publication=publication,
            tiers=tuple(tiers),
            verdicts=_verdicts(file.verdict),
            actions={id_: words.plain() for id_, words in file.actions.items()},
            decided_as_of=() if file.decided_as_of is None else tuple(file.decided_as_of.split(".")),
            modules={module.id: module.words.plain() for module in file.modules},
            criteria=dict(sorted(criteria.items(), key=lambda pair: ordered.get(pair[1].tier, 0))),
            rules={id_: found[id_] for id_ in criteria if id_ in found},
            definitions=definitions,
            shares=file.shares or "",
            evidence=evidence,
            refused=self._refused(),
            reasons=reasons,
            linked=linked,
            rests_on=self._rests_on,
            files=self._files,
        )

    def _note(self, source: Source, path: FilePath, message: str, hint: str = "") -> None:
        self._problems.append(Problem(message, source.place(path), json_pointer(path), hint))

    # ── Criteria ──

    def _criteria(self, folder: Path, standard: StandardFile, origin: str, tiers: set[str]) -> dict[str, Criterion]:
        criteria: dict[str, Criterion] = {}
        modules = {module.id for module in standard.modules}
        for path in self._home.files(folder / "criteria"):
            read = self._read(path, CriteriaFile)
            if read is None:
                continue
            file, source = read
            if file.tier not in tiers:
                self._note(
                    source,
                    ("tier",),
                    f'The standard has no tier "{file.tier}".',
                    nearest(file.tier, tuple(tiers)),
                )
            for index, each in enumerate(file.criteria):
                where: FilePath = ("criteria", index)
                if each.id in criteria:
                    self._note(source, (*where, "id"), f'The criterion "{each.id}" is there twice.')
                if each.module is not None and each.module not in modules:
                    self._note(source, (*where, "module"), f'The standard has no module "{each.module}".')
                self._problems += check_kind_of_criterion(each, standard, source, where)
                criteria[each.id] = _criterion(each, file.tier, standard.in_force, origin, source.place((*where, "id")))
        return criteria

    def _adopted(
        self, file: StandardFile, source: Source, tiers: set[str], criteria: dict[str, Criterion]
    ) -> list[Edition]:
        """The editions whose criteria this one takes over; their criteria are added to `criteria`."""
        editions: list[Edition] = []
        for index, adopt in enumerate(file.adopts):
            where: FilePath = ("adopts", index)
            name = f"{adopt.standard}/{adopt.edition}"
            if name in self._adopting:
                self._note(source, where, f'"{name}" is adopted in a circle.')
                continue
            edition = self._other(adopt.standard, adopt.edition, f"{file.standard}/{file.edition}")
            if edition is None:
                continue
            editions.append(edition)
            self._problems += check_names(adopt, edition, source, where, criteria)
            for tier, ids in adopt.into.items():
                if tier not in tiers:
                    self._note(
                        source,
                        (*where, "into", tier),
                        f'The standard has no tier "{tier}".',
                        nearest(tier, tuple(tiers)),
                    )
                for position, id_ in enumerate(ids):
                    here = (*where, "into", tier, position)
                    if id_ not in edition.criteria:
                        self._note(
                            source,
                            here,
                            f'"{name}" has no criterion "{id_}".',
                            nearest(id_, tuple(edition.criteria)),
                        )
                    elif id_ in criteria:
                        self._note(source, here, f'The criterion "{id_}" is there twice.')
                    else:
                        criteria[id_] = moved(edition.criteria[id_], tier, adopt, edition, file.in_force)
            if adopt.everything_else:
                rest = [each for id_, each in edition.criteria.items() if id_ not in {*criteria, *adopt.leave_out}]
                self._problems += check_places(rest, file, source, where)
                criteria.update((each.id, moved(each, each.tier, adopt, edition, file.in_force)) for each in rest)
            for id_ in adopt.rules_of:
                if id_ in criteria and id_ in edition.criteria:
                    criteria[id_] = replace(criteria[id_], decided_by=edition.criteria[id_].decided_by)
        return editions

    def _other(self, standard: str, edition: str, own: str) -> Edition | None:
        """An edition that this one adopts or links to; a published one counts by its digest, not by its files."""
        found = self._known.get(f"{standard}/{edition}")
        if found is None:
            loader = _Loader(self._whole, self._problems, (*self._adopting, own), known=self._known)
            found = loader.edition(standard, edition)
        if found is not None:
            self._known[found.id] = self._rests_on[found.id] = found
            self._files.update(found.files if found.publication is None else {found.id: found.digest})
        return found

    def _digests(self) -> dict[str, str]:
        return {id_: edition.digest for id_, edition in self._rests_on.items()}

    def _read_against(self, adopted: Edition, evidence: Mapping[str, EvidenceType]) -> Edition:
        """The adopted edition with its rules read against our evidence types, where these are other than its own."""
        names = [f"standards/evidence/{name}.yaml" for name in (*evidence, EVERY_ITEM)]
        published = {} if adopted.publication is None else adopted.publication.files
        if all(published.get(name, self._files.get(name)) == self._files.get(name) for name in names):
            return adopted
        loader = _Loader(self._whole, self._problems, self._adopting, evidence)
        return loader.edition(adopted.standard, adopted.edition) or adopted

    def _judged(
        self,
        criteria: Mapping[str, Criterion],
        rules: dict[str, t.Rule],
        record: Record,
        definitions: t.Definitions,
        source: Source,
    ) -> None:
        """A judged criterion is decided by the judgements recorded for it: all must reach the level."""
        for criterion in criteria.values():
            if criterion.judged is None:
                continue
            if criterion.id in rules:
                self._problems.append(
                    Problem(f'The criterion "{criterion.id}" has both a rule and a rubric.', criterion.place)
                )
                continue
            raw = {
                "every": JUDGEMENTS,
                "where": {"field": "criterion", "is": criterion.id},
                "satisfying": {"field": "level", "at_least": criterion.judged.met_from},
                "if_list_empty": "not evidenced",
            }
            condition = read_condition(Reading(source, record, definitions, self._problems), raw, ("evidence",))
            if condition is not None:
                rules[criterion.id] = t.Rule(criterion.id, None, condition, criterion.place)

    # ── Evidence ──

    def _evidence(self, file: StandardFile, source: Source, judged: tuple[str, ...]) -> dict[str, EvidenceType]:
        folder = self._whole.standards / "evidence"
        every: dict[str, Field] = {}
        read = self._read(folder / f"{EVERY_ITEM}.yaml", EvidenceFile)
        if read is not None:
            every = EvidenceReader(read[0], read[1], judged, self._problems).every_item()
        types: dict[str, EvidenceType] = {}
        names = list(file.evidence)
        if judged and JUDGEMENTS not in names:
            names.append(JUDGEMENTS)
        known = tuple(
            path.stem for path in self._home.files(folder) if path.stem != EVERY_ITEM and path.name != REFUSED
        )
        for index, name in enumerate(names):
            if name not in known:
                self._note(source, ("evidence", index), f'There is no evidence type "{name}".', nearest(name, known))
                continue
            read = self._read(folder / f"{name}.yaml", EvidenceFile)
            if read is None:
                continue
            if read[0].same_fields_as is not None:
                read = self._with_fields(read[0], read[1], folder, known)
            if read[0].evidence != name:
                self._note(read[1], ("evidence",), f'The file is called "{name}".')
            types[name] = EvidenceReader(read[0], read[1], judged, self._problems).type(every)
        return types

    def _with_fields(
        self, file: EvidenceFile, source: Source, folder: Path, known: tuple[str, ...]
    ) -> tuple[EvidenceFile, Source]:
        """The file with the fields and checks of the evidence type that it says it shares them with."""
        name = file.same_fields_as or ""
        if name not in known or name == file.evidence:
            self._note(source, ("same_fields_as",), f'There is no evidence type "{name}".', nearest(name, known))
            return file, source
        other = self._read(folder / f"{name}.yaml", EvidenceFile)
        if other is None:
            return file, source
        pairs = {key: [*getattr(other[0].checks, key), *getattr(file.checks, key)] for key in ChecksOf.model_fields}
        fields = {**file.fields, **other[0].fields}
        return file.model_copy(update={"fields": fields, "checks": ChecksOf(**pairs)}), source

    def _linked(
        self, evidence: Mapping[str, EvidenceType], own: str, publication: Publication | None
    ) -> dict[str, Edition]:
        """The editions that embedded assessments are of: the one of the same name, else the latest.

        For a published edition it is the one it was published with.
        """
        linked: dict[str, Edition] = {}
        for standard in sorted({name for kind in evidence.values() for name in kind.linked.values()}):
            editions = [edition for each, edition in list_editions(self._whole) if each == standard]
            name = own.partition("/")[2]
            if not editions:
                self._problems.append(Problem(f'{own} links to "{standard}", which has no edition.'))
                continue
            if any(each.partition("/")[0] == standard for each in (*self._adopting, own)):
                self._problems.append(Problem(f'{own} links to "{standard}", which links back to it.'))
                continue
            pinned = [id_ for id_ in (publication.rests_on if publication else ()) if id_.startswith(f"{standard}/")]
            chosen = name if name in editions else self._latest(standard, editions)
            edition = self._other(standard, pinned[0].partition("/")[2] if pinned else chosen, own)
            if edition is not None:
                linked[standard] = edition
        return linked

    def _latest(self, standard: str, editions: list[str]) -> str:
        """The latest edition that is no draft, else the latest."""
        for name in reversed(editions):
            read = read_file(self._whole.standards / standard / name / "standard.yaml", name, StandardFile, [])
            if read is not None and not read[0].draft:
                return name
        return editions[-1]

    def _reasons(self, rules: Mapping[str, t.Rule]) -> dict[str, Words]:
        path = self._whole.standards / "reasons.yaml"
        there = self._home.has(path)
        read = self._read(path, ReasonsFile) if there else None
        reasons: dict[str, Words] = {}
        if read is not None:
            reasons.update((code, words.plain()) for code, words in read[0].reasons.items())
        if there:
            for rule in rules.values():
                for remark in walk(rule.applies_when, rule.met_when):
                    if not isinstance(remark, t.Remark):
                        continue
                    for code in (remark.reason_if_met, remark.reason_if_not_met):
                        if code and code not in reasons:
                            hint = nearest(code, tuple(reasons)) or "Add it to standards/reasons.yaml."
                            self._problems.append(
                                Problem(f'The reason "{code}" has no words.', remark.place, hint=hint)
                            )
        return reasons

    def _refused(self) -> dict[str, Words]:
        read = self._read(self._home.standards / "evidence" / REFUSED, RefusedFile)
        if read is None:
            return {}
        return {name: entry.because.plain() for entry in read[0].refused for name in entry.names}

    # ── Rules ──

    def _rules(
        self, folder: Path, criteria: Mapping[str, Criterion], record: Record, definitions: t.Definitions
    ) -> tuple[dict[str, t.Rule], set[str]]:
        """The rules that can be read, and the criteria for which one is written at all."""
        rules: dict[str, t.Rule] = {}
        written: set[str] = set()
        for path in self._home.files(folder, "*/cases.yaml"):
            self._files[self._home.name(path)] = sha256_of(self._home.at(path))
        for path in self._home.files(folder, "*/rule.yaml"):
            written.add(path.parent.name)
            read = self._read(path, RuleFile)
            if read is None:
                continue
            file, source = read
            if file.criterion != path.parent.name:
                self._note(source, ("criterion",), f'The folder is called "{path.parent.name}".')
            if file.criterion not in criteria:
                known = tuple(criteria)
                self._note(
                    source,
                    ("criterion",),
                    f'There is no criterion "{file.criterion}".',
                    nearest(file.criterion, known),
                )
            reading = Reading(source, record, definitions, self._problems)
            applies = None
            if file.applies_when is not None:
                applies = read_condition(reading, file.applies_when, ("applies_when",))
            met = read_condition(reading, file.met_when, ("met_when",))
            if met is not None:
                rules[file.criterion] = t.Rule(file.criterion, applies, met, source.place(("met_when",)))
        return rules, written

    def _take_over(self, adopted: t.Definitions, own: t.Definitions, source: Source) -> None:
        """Add an adopted edition's figures; a name must not mean two things."""
        for name, parameter in adopted.parameters.items():
            if own.parameters.setdefault(name, parameter) != parameter:
                self._note(
                    source, ("adopts",), f'Two adopted editions mean different things by the parameter "{name}".'
                )
        for name, derived in adopted.derived.items():
            if own.derived.setdefault(name, derived) != derived:
                self._note(source, ("adopts",), f'Two adopted editions mean different things by "{name}".')


def _verdicts(file: VerdictOf | None) -> dict[str, Words]:
    if file is None:
        return {}
    return {"valid": file.valid.plain(), "query": file.query.plain(), "not_valid": file.not_valid.plain()}


def _tier(file: TierOf, foundation: bool) -> Tier:
    return Tier(file.id, file.words.plain(), file.about.plain() if file.about else {}, foundation)


def _criterion(file: CriterionOf, tier: str, force: ForceOf, origin: str, place: Place) -> Criterion:
    return Criterion(
        id=file.id,
        tier=tier,
        obligation=file.obligation or "must",
        title=file.title.plain(),
        requirement=file.requirement.plain(),
        statements=tuple(file.statements),
        next_step=file.next_step.plain() if file.next_step else {},
        effective=file.effective or force,
        module=file.module or "",
        may_claim_not_applicable=file.may_claim_not_applicable,
        judged=file.judged,
        code=file.code or "",
        notices=None if file.notices is None else _said(file.notices),
        origin=origin,
        decided_by=origin,
        place=place,
    )


def _said(file: NoticesOf) -> Notices:
    def notice(each: NoticeOf) -> Notice:
        return Notice(each.severity, each.says.plain(), tuple(each.next))

    by_outcome = {name: getattr(file, name) for name in ("met", "not_met", "not_evidenced")}
    return Notices(
        {reason: notice(each) for reason, each in file.by_reason.items()},
        {name: notice(each) for name, each in by_outcome.items() if each is not None},
    )
