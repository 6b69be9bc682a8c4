"""The same sixty criteria for other engines, and how each is called.

Other engines have no calendar months and know nothing of missing evidence. The host (this module) works out
each cut-off date and writes it into their rules as a day number, and gives them evidence with plain numbers
and day numbers: the form that suits them best.
"""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from benchmarks.criteria import DEFINITIONS, EVIDENCE, ON, Raw, descriptions, rules
from ohaccredit.language.compile import CompiledRules
from ohaccredit.language.encode import Encoded, encode
from ohaccredit.language.outcome import Outcome
from ohaccredit.language.trace_values import shifted
from ohaccredit.language.types import Date, ListOf, Record, Type

Document = dict[str, Any]
Evaluate = Callable[[Any], Sequence[Any]]
"""From an engine's own document to its sixty answers."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Another engine: what is done with a document beforehand, and what is measured."""

    evaluate: Evaluate
    prepare: Callable[[Document], Any] = lambda document: document


# ── Documents ───────────────────────────────────────────────────────────────────────────────────────


def encoded(submission: Raw) -> dict[str, Encoded]:
    """The document for our evaluator."""
    return encode(submission, EVIDENCE)


def plain(value: Any, kind: Type = EVIDENCE) -> Any:
    """The document for the others: dates as day numbers, decimals as floats."""
    match kind:
        case Record():
            return {name: plain(each, kind.fields[name].type) for name, each in value.items()}
        case ListOf():
            return [plain(each, kind.item) for each in value]
        case Date():
            return date.fromisoformat(value).toordinal()
        case _:
            return float(value) if isinstance(value, Decimal) else value


# ── Translation ─────────────────────────────────────────────────────────────────────────────────────

_OPERATORS = {
    "is": "==", "at_least": ">=", "at_most": "<=", "more_than": ">", "less_than": "<",
    "on_or_after": ">=", "on_or_before": "<=",
}  # fmt: skip
_LISTS = ("some", "every", "none", "count_of", "share_of")
_MONTHS = re.compile(r"(\d+) months before assessment date")


def _operand(raw: object) -> object:
    """A value as the others see it: a number, an option, a path (as a one-entry tuple)."""
    if isinstance(raw, Decimal):
        return float(raw)
    if not isinstance(raw, str):
        return raw
    if raw == "assessment date":
        return ON.toordinal()
    if months := _MONTHS.fullmatch(raw):
        moved = shifted(ON, int(months[1]), "months", "before")
        assert moved is not None
        return moved.toordinal()
    if raw.startswith("field "):
        return (raw.removeprefix("field "),)
    return {"yes": True, "no": False}.get(raw, raw)


def _bound(raw: Raw) -> tuple[str, Any]:
    word = next(word for word in raw if word in _OPERATORS)
    return _OPERATORS[word], raw[word]


def json_logic(raw: Raw) -> Any:
    """A rule in JSON Logic."""
    if "all" in raw:
        return {"and": [json_logic(part) for part in raw["all"]]}
    if "either" in raw:
        return {"or": [json_logic(part) for part in raw["either"]]}
    if "not" in raw:
        return {"!": [json_logic(raw["not"])]}
    if "of_these" in raw:
        met = [{"if": [json_logic(part), 1, 0]} for part in raw["of_these"]]
        return {">=": [{"+": met}, raw["at_least"]]}
    kind = next((word for word in _LISTS if word in raw), None)
    if kind is None:
        sign, right = _bound(raw)
        value = _operand(right)
        other = {"var": value[0]} if isinstance(value, tuple) else value
        return {sign: [{"var": raw["field"]}, other]}
    over: Any = {"var": raw[kind]}
    test, where = json_logic(raw["satisfying"]), raw.get("where")
    member = json_logic(where) if where else None
    both = {"and": [member, test]} if member else test
    match kind:
        case "some" | "none":
            return {kind: [over, both]}
        case "every":
            return {"all": [over, {"or": [{"!": [member]}, test]} if member else test]}
        case "count_of":
            sign, bound = _bound(raw)
            return {sign: [{"length": {"filter": [over, both]}}, bound]}
        case _:
            sign, bound = _bound(raw)
            of = {"filter": [over, member]} if member else over
            yes = {"*": [{"length": {"filter": [over, both]}}, 100]}
            return {sign: [yes, {"*": [{"length": of}, int(bound.removesuffix("%"))]}]}


def zen_text(raw: Raw, item: str = "") -> str:
    """A rule as an expression of zen-engine."""
    if "all" in raw:
        return "(" + " and ".join(zen_text(part, item) for part in raw["all"]) + ")"
    if "either" in raw:
        return "(" + " or ".join(zen_text(part, item) for part in raw["either"]) + ")"
    if "not" in raw:
        return f"(not {zen_text(raw['not'], item)})"
    if "of_these" in raw:
        met = " + ".join(f"({zen_text(part, item)} ? 1 : 0)" for part in raw["of_these"])
        return f"({met} >= {raw['at_least']})"
    kind = next((word for word in _LISTS if word in raw), None)
    if kind is None:
        sign, right = _bound(raw)
        value = _operand(right)
        other = f"{item}{value[0]}" if isinstance(value, tuple) else json.dumps(value)
        return f"({item}{raw['field']} {sign} {other})"
    over, test = item + raw[kind], zen_text(raw["satisfying"], "#.")
    member = zen_text(raw["where"], "#.") if "where" in raw else ""
    both = f"({member} and {test})" if member else test
    match kind:
        case "some" | "none":
            return f"{kind}({over}, {both})"
        case "every":
            return f"all({over}, {f'(not {member} or {test})' if member else test})"
        case "count_of":
            sign, bound = _bound(raw)
            return f"(count({over}, {both}) {sign} {bound})"
        case _:
            sign, bound = _bound(raw)
            of = f"count({over}, {member})" if member else f"len({over})"
            return f"(count({over}, {both}) * 100 {sign} {of} * {bound.removesuffix('%')})"


# ── Engines ─────────────────────────────────────────────────────────────────────────────────────────


def ours() -> Evaluate:
    """Outcomes only, from encoded evidence."""
    decide = tuple(CompiledRules(DEFINITIONS, rules()).on(ON).values())
    return lambda evidence: [each(evidence) for each in decide]


def others() -> tuple[dict[str, Engine], list[str]]:
    """The other engines that are installed, and the names of those that are not."""
    made: dict[str, Engine] = {}
    absent: list[str] = []
    for name, module, make in (("datalogic-py", "datalogic_py", _datalogic), ("zen-engine", "zen", _zen)):
        try:
            made |= make(importlib.import_module(module))
        except ImportError:
            absent.append(name)
    return made, absent


def _datalogic(module: Any) -> dict[str, Engine]:
    engine = module.Engine()
    written = [json_logic(raw) for raw in descriptions().values()]
    array, each = engine.compile(written), [engine.compile(rule) for rule in written]

    def parsed(document: Document) -> Any:
        return module.DataHandle(json.dumps(document))

    return {
        "datalogic-py, one array rule": Engine(array.evaluate),
        "datalogic-py, 60 rules": Engine(lambda document: [rule.evaluate(document) for rule in each]),
        "datalogic-py, one array rule, data parsed beforehand": Engine(array.evaluate_data, parsed),
        "datalogic-py, 60 rules, data parsed beforehand": Engine(
            lambda handle: [rule.evaluate_data(handle) for rule in each], parsed
        ),
    }


def _zen(module: Any) -> dict[str, Engine]:
    texts = {criterion: zen_text(raw) for criterion, raw in descriptions().items()}
    expressions = [{"id": key, "key": key, "value": text} for key, text in texts.items()]
    content = {
        "nodes": [
            {"id": "in", "type": "inputNode", "name": "in", "position": {"x": 0, "y": 0}},
            {
                "id": "rules",
                "type": "expressionNode",
                "name": "rules",
                "position": {"x": 1, "y": 0},
                "content": {"expressions": expressions},
            },
            {"id": "out", "type": "outputNode", "name": "out", "position": {"x": 2, "y": 0}},
        ],
        "edges": [
            {"id": "1", "type": "edge", "sourceId": "in", "targetId": "rules"},
            {"id": "2", "type": "edge", "sourceId": "rules", "targetId": "out"},
        ],
    }
    decision = module.ZenEngine().create_decision(json.dumps(content))
    listed = module.compile_expression("[" + ", ".join(texts.values()) + "]")

    def answers(document: Document) -> list[Any]:
        result: Mapping[str, Any] = decision.evaluate(document)["result"]
        return [result[key] for key in texts]

    return {"zen-engine, JDM": Engine(answers), "zen-engine, one list": Engine(listed.evaluate)}


def differences(submissions: Sequence[Raw]) -> list[str]:
    """Where the engines disagree over complete submissions; empty if nowhere."""
    names, mine = list(descriptions()), ours()
    engines, _ = others()
    found: list[str] = []
    for number, submission in enumerate(submissions):
        wanted = [outcome is Outcome.MET for outcome in mine(encoded(submission))]
        for label, engine in engines.items():
            answers = engine.evaluate(engine.prepare(plain(submission)))
            for name, expected, given in zip(names, wanted, answers, strict=True):
                if given is not expected:
                    found.append(f"submission {number}, {name}: {label} says {given!r}, ohaccredit {expected!r}")
    return found
