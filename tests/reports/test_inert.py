import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment
from markupsafe import Markup

from ohaccredit.reports.inert import (
    CUT_NOTICE,
    LONGEST_RUN,
    LONGEST_TEXT,
    SOFT_BREAK,
    SUBSTITUTE,
    Printer,
    font_coverage,
    make_inert,
)
from tests.reports.report_sample import ASSETS

FONTS = font_coverage(ASSETS)


def shown(text: str) -> str:
    return make_inert(text, coverage=FONTS).text


def test_the_coverage_is_what_every_bundled_font_has() -> None:
    ttlib = pytest.importorskip("fontTools.ttLib")
    fonts = sorted((ASSETS / "fonts").glob("*.ttf"))
    assert len(fonts) == 4
    assert frozenset.intersection(*(frozenset(ttlib.TTFont(font).getBestCmap()) for font in fonts)) == FONTS


def test_the_fonts_have_all_that_reports_in_english_and_welsh_need() -> None:
    needed = "âêîôûŵŷÂÊÎÔÛŴŶáéíóúẃýàèìòùẁỳäëïöüẅÿ£€–—‘’“”•→←✓✗✘□○●≥≤×±½¼°…†§™©−\u00a0\u202f\u200b\u2011"
    assert [c for c in needed if ord(c) not in FONTS] == []
    assert ord(SUBSTITUTE) in FONTS


@pytest.mark.parametrize(
    "text",
    ["Plain words, 2026: £1,200 – “quoted”.", "Ŵyr tŷ dŵr ŷd", "line\nline", "naïve café", "x" * 30, ""],
)
def test_ordinary_text_is_not_touched(text: str) -> None:
    inert = make_inert(text, coverage=FONTS)
    assert (inert.text, inert.substituted, inert.removed, inert.cut) == (text, frozenset(), frozenset(), 0)


@pytest.mark.parametrize(
    ("text", "expected", "removed"),
    [
        ("a\x00b\x07c\x1b[31m", "abc[31m", {"\x00", "\x07", "\x1b"}),
        ("a\x80b\x9fc", "abc", {"\x80", "\x9f"}),
        ("invoice\u202egnp.exe\u202c", "invoicegnp.exe", {"\u202e", "\u202c"}),
        ("\u2066name\u2069 \u200fx\u200e", "name x", {"\u2066", "\u2069", "\u200f", "\u200e"}),
        ("a\u2028b\u2029c\r\nd\re\x85f\x0cg", "a\nb\nc\nd\ne\nf\ng", set()),
        ("a\tb\u3000c\u2003d", "a b c d", set()),
        ("soft\u00adhyphen zero\u200dwidth \ufeffmark \u2060join", "softhyphen zerowidth mark join", set()),
    ],
)
def test_what_hides_or_reorders_words_is_taken_out(text: str, expected: str, removed: set[str]) -> None:
    inert = make_inert(text, coverage=FONTS)
    assert inert.text == expected
    assert inert.removed == removed
    assert inert.substituted == frozenset()


def test_letters_are_composed_before_fonts_are_asked() -> None:
    assert shown("w\u0302y\u0302 W\u0302Y\u0302") == "ŵŷ ŴŶ"


def test_characters_without_a_glyph_are_shown_as_a_box_and_named() -> None:
    inert = make_inert("健康 ✅ \ue000 \ud800 \U000e0041", coverage=FONTS)
    assert inert.text == "□□ □ □ □ "
    assert inert.substituted == {"健", "康", "✅", "\ue000", "\ud800"}


def test_a_plain_form_is_preferred_to_a_box() -> None:
    assert shown("ＡＢＣ １２") == "ABC 12"


def test_without_a_list_of_fonts_only_what_is_no_character_is_replaced() -> None:
    assert make_inert("健康 ✅ \ud800").text == "健康 ✅ □"


def test_marks_piled_on_a_letter_are_thinned() -> None:
    inert = make_inert("o" + "\u0323" * 40 + "k", coverage=FONTS)
    assert sum(unicodedata.combining(c) > 0 for c in unicodedata.normalize("NFD", inert.text)) <= 4
    assert inert.removed == {"\u0323"}


def test_long_runs_get_places_to_break() -> None:
    text = shown("x" * 100 + " " + "y" * 31)
    assert text.replace(SOFT_BREAK, "") == "x" * 100 + " " + "y" * 31
    assert max(map(len, text.replace(SOFT_BREAK, " ").split())) == LONGEST_RUN


def test_a_break_never_parts_a_letter_from_its_mark() -> None:
    text = shown("m" * 29 + "m\u0323" * 10)
    assert not any(unicodedata.combining(piece[0]) for piece in text.split(SOFT_BREAK))


def test_a_very_long_text_is_cut_with_a_notice() -> None:
    inert = make_inert("word " * 10_000, coverage=FONTS)
    assert inert.cut == 50_000 - LONGEST_TEXT
    assert inert.text.endswith(
        "[Cut here: 4,000 of 50,000 characters are shown. The attached record has the whole text.]"
    )
    welsh = make_inert("gair " * 10, limit=20, notice=CUT_NOTICE["cy"])
    assert "dangosir 20 o 50 nod" in welsh.text


@pytest.mark.parametrize("unit", ["x", "\u0301", "\u202e", "健", "\u1e9b\u0323", "\ufdfa", "a\u0315\u0300"])
def test_hostile_length_takes_little_time(unit: str) -> None:
    start = time.process_time()
    make_inert(unit * 1_000_000, coverage=FONTS)
    assert time.process_time() - start < 1


@given(st.text(alphabet=st.characters(), max_size=200))
def test_whatever_comes_in_only_printable_text_comes_out(text: str) -> None:
    inert = make_inert(text, coverage=FONTS)
    for character in inert.text:
        assert character == "\n" or ord(character) in FONTS
        assert character == "\n" or unicodedata.category(character) not in ("Cc", "Cs", "Co", "Cn")
    inert.text.encode()
    assert make_inert(inert.text, coverage=FONTS, limit=10_000).text == inert.text


def test_a_printer_catches_every_expression_of_a_template() -> None:
    printer = Printer(coverage=FONTS)
    environment = Environment(autoescape=True, finalize=printer)
    page = environment.from_string("{{ text }}|{{ svg }}|{{ number }}|{% for t in texts %}{{ t|upper }}{% endfor %}")
    result = page.render(text="<b>\x00健</b>", svg=Markup("<svg/>"), number=3, texts=["a\u202eb"])
    assert result == "&lt;b&gt;□&lt;/b&gt;|<svg/>|3|AB"
    assert printer.substituted == {"健"}
    assert printer.removed == {"\x00", "\u202e"}
    assert printer.texts_cut == 0


def test_a_page_has_one_budget_for_all_its_texts() -> None:
    printer = Printer(limit=100, budget=250, limit_beyond=10)
    lengths = [len(str(printer("words " * 50)).partition(" [Cut")[0]) for _ in range(5)]
    assert lengths == [100, 100, 10, 10, 10]
    assert printer.texts_cut == 5
    assert printer("short") == "short"
