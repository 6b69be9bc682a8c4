"""What the cases do not show yet, in words: the gap, what a case would need, and a case to begin with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ohaccredit.language import tree as t
from ohaccredit.language.problems import Place
from ohaccredit.language.walk import walk
from ohaccredit.language.words import Speaker
from ohaccredit.policy.coverage import Asked, Observer
from ohaccredit.policy.leaves import SHOWN_IN_WORDS, Leaf, is_whole
from ohaccredit.policy.suggest import LEFT_OUT, Suggestion

LONGEST_SENTENCE = 140
WIDTH = 120
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 ._/-]*|\d{4}-\d{2}-\d{2}")
_NOT_TEXT = ("true", "false", "null")


@dataclass(frozen=True, slots=True)
class GapInWords:
    """One thing that no case shows, as people and machines are told of it."""

    place: Place
    pointer: str
    shown: str
    """met, not met, not evidenced, at the boundary, beyond the boundary."""
    test: str
    """The test in words."""
    says: str
    how: str
    """What a case that shows it would have."""


class Gaps:
    """Puts what is missing into words, in the names of an edition."""

    def __init__(self, observer: Observer, language: str = "en") -> None:
        self._speaker = Speaker(observer.edition.definitions, None, language)

    def say(self, asked: Asked, suggestion: Suggestion | None = None) -> GapInWords:
        """One gap in words; with a suggestion, how an existing case would show it."""
        leaf, shown = asked
        test = self.test(leaf)
        says = f"No case shows “{test}” {SHOWN_IN_WORDS[shown]}."
        if isinstance(shown, str):
            says = f"No case stands {'exactly at' if shown == 'at' else self._beyond(leaf)} the boundary of “{test}”."
        how = self._how(asked) if suggestion is None else f"Write one {change_in_words(suggestion)}."
        return GapInWords(leaf.node.place, leaf.pointer, SHOWN_IN_WORDS[shown], test, says, how)

    def test(self, leaf: Leaf) -> str:
        """A leaf in words; of a test over a list, only what it says of the list."""
        clause = self._speaker.condition(leaf.node)
        text = clause.text if isinstance(leaf.node, (t.Quantified, t.AtLeast)) else clause.line()
        more = "…" if clause.parts and isinstance(leaf.node, (t.Quantified, t.AtLeast)) else ""
        if len(text) > LONGEST_SENTENCE:
            text, more = text[:LONGEST_SENTENCE].rsplit(" ", 1)[0], " …"
        return text + more

    def _beyond(self, leaf: Leaf) -> str:
        return "just beyond" if _moves_in_steps(leaf) else "beyond"

    def _how(self, asked: Asked) -> str:
        leaf, shown = asked
        node = leaf.node
        match shown:
            case None if isinstance(node, t.Quantified):
                what = f"the {self._speaker.items(node.over)} are not handed in, or what is asked of one is left out"
            case None:
                fields = [self._speaker.path(each) for each in walk(*leaf.values) if isinstance(each, t.PathTo)]
                named = " or ".join(f"“{each}”" for each in dict.fromkeys(fields))
                what = f"{named} is left out" if named else "what it rests on is left out"
            case "at" if isinstance(node, t.Compare):
                what = f"{self._speaker.value(node.left)} is exactly {self._speaker.value(node.right)}"
            case "at":
                what = "exactly as many count as it asks for"
            case "beyond":
                step = "by one day or one count" if _moves_in_steps(leaf) else "by however little"
                what = f"the value lies on the other side, {step}"
            case _:
                what = f"it is {'so' if shown else 'not so'}"
        return f"Write one where {what}, and the outcome turns on it."


def change_in_words(suggestion: Suggestion) -> str:
    """What to change in which case: `like "…" with /practitioners/0/role left out`."""
    like = f"like “{suggestion.situation.case.file.name}” with {suggestion.pointer}"
    return f"{like} left out" if suggestion.value is LEFT_OUT else f"{like}: {written(suggestion.value)}"


def case_to_paste(suggestion: Suggestion) -> str:
    """The changed case as its file writes one; what it has to come out as is for the author to work out."""
    case = suggestion.situation.case
    lines = [f"  - name: {written('TODO ' + case.file.name)}"]
    if case.file.on is not None:
        lines.append(f"    on: {case.file.on.isoformat()}")
    given = written(dict(suggestion.given))
    if len(given) <= WIDTH - len("    given: "):
        lines.append(f"    given: {given}")
    else:
        lines.append("    given:")
        lines += [f"      {name}: {written(each)}" for name, each in suggestion.given.items()]
    return "\n".join([*lines, "    expect: TODO", "    because: TODO"])


def written(value: object) -> str:
    """A value as rule files write it, on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {written(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, Decimal)):
        return str(value)
    if value is None:
        return "null"
    text = str(value)
    if _PLAIN.fullmatch(text) and text == text.strip() and text.lower() not in _NOT_TEXT:
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _moves_in_steps(leaf: Leaf) -> bool:
    node = leaf.node
    if isinstance(node, t.Compare):
        return is_whole(node.left.type)
    return not (isinstance(node, t.Quantified) and node.kind == "share")
