"""Words and numbers that stand in a JSON file without quotes, and what was probably meant."""

from __future__ import annotations

import re

LOST_OPENING_QUOTE = re.compile(r'"(?=\s*+(?:[,:}\]]|\Z))')

_PLAIN = re.compile(
    r"(?:true|false|null|-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?)"
    r"(?=\Z|[\s,:\[\]{}\"'#;]|/[/*])"
)
_TIME_OR_ADDRESS = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?(?![^\s,\]}])|[A-Za-z]{2,10}://[^\s,\"\]}]++")
# Bounded, so that long runs of junk are not read again and again.
_WORDS = re.compile(r"[^,:\[\]{}\"\n\r]{1,2000}+")
_NAME_WORDS = re.compile(r"[^,:=\[\]{}\"\n\r]{1,2000}+")
_COMMENT_BEGINS = re.compile(r"//|/\*|\s#")
_CONSTANTS = {
    "true": "true",
    "yes": "true",
    "false": "false",
    "no": "false",
    "null": "null",
    "none": "null",
    "nil": "null",
    "undefined": "null",
}
_NOT_A_NUMBER = re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE)
_TIME = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}\S*|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}")
_LEADING_ZEROS = re.compile(r"-?0[0-9]+(?:\.[0-9]+)?")
_BARE_POINT = re.compile(r"(-?)([0-9]*)\.([0-9]*)")
_LONGEST_SHOWN = 40


def constant_or_number(text: str, at: int, *, in_list: bool) -> str | None:
    """The well-written number, or true, false or null, at `at`; None if something else stands there.

    More words on the line make it a text without quotes, as in `5 days`. Other numbers after it in a
    list, or a name after it in an object, rather mean that a comma is missing.
    """
    plain = None if _TIME_OR_ADDRESS.match(text, at) else _PLAIN.match(text, at)
    if plain is None:
        return None
    end = plain.end()
    if text[end : end + 1] in (" ", "\t") and (following := _WORDS.match(text, end)):
        words = _without_comment(following.group()).split()
        if in_list:
            goes_on = not all(_PLAIN.fullmatch(word) for word in words)
        else:
            goes_on = bool(words) and text[following.end() : following.end() + 1] not in (":", '"')
        if goes_on and words[0][0] not in "'“‘«#;":
            return None
    return plain.group()


def bare_value(text: str, at: int) -> str:
    """What stands without quotes where a value should be; at least one character."""
    whole = _TIME_OR_ADDRESS.match(text, at)
    return whole.group() if whole else _bare(_WORDS, text, at)


def bare_name(text: str, at: int) -> str:
    """What stands without quotes where a name should be; at least one character."""
    return _bare(_NAME_WORDS, text, at)


def _bare(words: re.Pattern[str], text: str, at: int) -> str:
    found = words.match(text, at)
    if found is None:
        return text[at]
    bare = _without_comment(found.group())
    return bare.rstrip() or bare


def _without_comment(words: str) -> str:
    comment = _COMMENT_BEGINS.search(words, 1)
    return words[: comment.start()] if comment else words


def shown(written: str) -> str:
    """A piece of the file as a message may show it: short, and with nothing a screen cannot print."""
    clean = "".join(character if character.isprintable() else "�" for character in written[: _LONGEST_SHOWN + 1])
    return clean if len(clean) <= _LONGEST_SHOWN else clean[:_LONGEST_SHOWN] + "…"


def unquoted(written: str) -> tuple[str, str]:
    """The sentence and the hint for something that is neither a JSON number nor true, false or null."""
    quoted = f'"{shown(written)}"'
    constant = _CONSTANTS.get(written.lower())
    if constant is not None:
        return (
            f"{written} is not a word of JSON.",
            f"Write {constant}, in small letters and without quotes; as a text, write {quoted}.",
        )
    if _NOT_A_NUMBER.fullmatch(written):
        return (
            f"{written} is not a number that can be used.",
            "Write the number itself, or null if it is not known.",
        )
    if _DATE.fullmatch(written):
        return (
            f"The date {shown(written)} has no quotes.",
            f"Write {quoted}: year-month-day, in double quotes.",
        )
    if _TIME.fullmatch(written):
        return (f"The time {written} has no quotes.", f"Write {quoted}.")
    if _LEADING_ZEROS.fullmatch(written):
        sign, digits = ("-", written[1:]) if written[0] == "-" else ("", written)
        plain = digits.lstrip("0")
        number = sign + (plain if plain[:1].isdigit() else "0" + plain)
        return (
            f"The number {shown(written)} begins with a zero.",
            f"Write {shown(number)}; if the zeros matter, as in a reference, write {quoted}.",
        )
    point = _BARE_POINT.fullmatch(written)
    if point and (point[2] or point[3]):
        number = point[1] + (point[2] or "0") + ("." + point[3] if point[3] else "")
        return (f"{shown(written)} needs a digit on both sides of the point.", f"Write {shown(number)}.")
    if written[0].isdigit() or written[0] in "+-.£$€":
        return (
            f"{shown(written)} is not a number.",
            f"Write digits only, with a point before decimals and no other sign; as a text, write {quoted}.",
        )
    return (f"The text {shown(written)} has no quotes.", f"Write {quoted}.")
