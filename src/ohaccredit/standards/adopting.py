"""Adopting: what an edition takes over from another, and what it changes of it.

An edition can take criteria over from an edition of another standard, or from an earlier one of the same: a new
edition then holds only what changes. A change is said in one of five ways: another tier (`into`), another
obligation (`obligations`), other words for the same rule (`rules_of`), another figure or derived value behind
the same rules (`redefined`), or a criterion of the same name written here with a rule of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from ohaccredit.language import tree as t
from ohaccredit.language.parse import nearest
from ohaccredit.language.problems import Problem, json_pointer
from ohaccredit.language.source import Source
from ohaccredit.language.walk import walk
from ohaccredit.standards.edition import Criterion, Edition
from ohaccredit.standards.files import AdoptOf, ForceOf, StandardFile
from ohaccredit.standards.home import Home

FilePath = tuple[str | int, ...]


def moved(criterion: Criterion, tier: str, adopt: AdoptOf, edition: Edition, force: ForceOf) -> Criterion:
    """An adopted criterion in its place here; where it has no dates of its own, it takes those of this edition."""
    return replace(
        criterion,
        tier=tier,
        obligation=adopt.obligations.get(criterion.id, criterion.obligation),
        effective=force if criterion.effective == edition.in_force else criterion.effective,
    )


def takes_rule(file: StandardFile, origin: Edition, criteria: Mapping[str, Criterion], id_: str) -> bool:
    """Is a criterion of this edition decided by the rule of the adopted one?"""
    own, theirs = f"{file.standard}/{file.edition}", origin.criteria.get(id_)
    return id_ in criteria and theirs is not None and own != criteria[id_].decided_by == theirs.decided_by


def set_aside(names: set[str], definitions: t.Definitions) -> t.Definitions:
    """Take out the adopted definitions that are given anew, and return them."""
    return t.Definitions(
        {name: definitions.parameters.pop(name) for name in sorted(names & set(definitions.parameters))},
        {name: definitions.derived.pop(name) for name in sorted(names & set(definitions.derived))},
    )


def names_read(rule: t.Rule, definitions: t.Definitions) -> set[str]:
    """The parameters and derived values that a rule reads, directly or by way of others."""
    named: set[str] = set()
    for node in walk(rule.applies_when, rule.met_when, definitions=definitions):
        if isinstance(node, (t.ParameterValue, t.DerivedValue, t.DerivedCondition)):
            named.add(node.name)
        if isinstance(node, t.ParameterValue) and node.name in definitions.parameters:
            named.add(definitions.parameters[node.name].by)
    return named - {""}


# ── What an adoption must have right ──


def check_names(
    adopt: AdoptOf, edition: Edition, source: Source, where: FilePath, own: Mapping[str, Criterion]
) -> Iterator[Problem]:
    """What an adoption names must be there, and must mean something."""
    for key in ("leave_out", "rules_of", "obligations"):
        for position, id_ in enumerate(getattr(adopt, key)):
            here = (*where, key, id_ if key == "obligations" else position)
            if id_ not in edition.criteria:
                known = nearest(id_, tuple(edition.criteria))
                yield _problem(source, here, f'"{edition.id}" has no criterion "{id_}".', known)
            elif key == "rules_of" and id_ not in own:
                hint = "Write them in criteria/, or take the criterion over as it is."
                yield _problem(source, here, f'The words of "{id_}" are not written here.', hint)
            elif key != "rules_of" and id_ in own:
                yield _problem(source, here, f'"{id_}" is written here, so this changes nothing.', "Take it out.")
    if adopt.leave_out and not adopt.everything_else:
        said = '"leave_out" says something only beside "everything_else: true".'
        yield _problem(source, (*where, "leave_out"), said)


def check_places(
    criteria: Iterable[Criterion], file: StandardFile, source: Source, where: FilePath
) -> Iterator[Problem]:
    """An adopted criterion needs its tier, and its module if it has one, in the adopting edition."""
    tiers, modules = {each.id for each in (*file.foundations, *file.tiers)}, {each.id for each in file.modules}
    hint = 'Name a tier for it in "into", or leave it out in "leave_out".'
    for each in criteria:
        if each.tier not in tiers:
            yield _problem(source, where, f'There is no tier "{each.tier}" here, where "{each.id}" stands.', hint)
        if each.module and each.module not in modules:
            yield _problem(source, where, f'There is no module "{each.module}" here, where "{each.id}" stands.', hint)


def check_redefined(
    file: StandardFile, source: Source, replaced: t.Definitions, definitions: t.Definitions
) -> Iterator[Problem]:
    """What is given anew was there, is given, and is of the same kind as before."""
    before: dict[str, object] = {name: each.type for name, each in replaced.parameters.items()}
    before |= {name: each.type for name, each in replaced.derived.items()}
    after: dict[str, object] = {name: each.type for name, each in definitions.parameters.items()}
    after |= {name: each.type for name, each in definitions.derived.items()}
    for index, adopt in enumerate(file.adopts):
        for position, name in enumerate(adopt.redefined):
            here = ("adopts", index, "redefined", position)
            if name not in before:
                message = f'The adopted edition has no figure or derived value "{name}".'
                yield _problem(source, here, message, nearest(name, tuple(after)))
            elif name not in after:
                yield _problem(source, here, f'"{name}" is not given anew in this edition.')
            elif before[name] != after[name]:
                message = f'"{name}" is of another kind here than in the adopted edition.'
                yield _problem(source, here, message, "Give the new kind a name of its own.")


def check_cases(
    file: StandardFile,
    source: Source,
    origin: Edition,
    taken: Mapping[str, t.Rule],
    home: Home,
    definitions: t.Definitions,
) -> Iterator[Problem]:
    """An adopted rule that reads what is given anew decides otherwise than before: it has cases here."""
    for index, adopt in enumerate(file.adopts):
        if f"{adopt.standard}/{adopt.edition}" != origin.id or not adopt.redefined:
            continue
        for id_, rule in taken.items():
            read = names_read(rule, definitions) & set(adopt.redefined)
            cases = home.rules / file.standard / file.edition / id_ / "cases.yaml"
            if read and not home.has(cases):
                message = f'The adopted rule "{id_}" reads "{min(read)}", which is given anew.'
                hint = f"Work its cases out again in {home.name(cases)}."
                yield _problem(source, ("adopts", index, "redefined"), message, hint)


def _problem(source: Source, path: FilePath, message: str, hint: str = "") -> Problem:
    return Problem(message, source.place(path), json_pointer(path), hint)
