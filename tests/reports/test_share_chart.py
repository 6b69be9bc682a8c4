"""Shares beside a published range: every bar inside the picture, its number where it can be read."""

from __future__ import annotations

from fractions import Fraction
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ohaccredit.reports.share_chart import LEFT, WIDTH, ShareBar, share_chart

SVG = "{http://www.w3.org/2000/svg}"
HALF = Fraction(1, 2)


def drawn(*bars: ShareBar) -> ElementTree.Element:
    return ElementTree.fromstring(share_chart(bars, chart_id="c", title="T", description="D."))


def texts(root: ElementTree.Element) -> list[tuple[float, str, str, str]]:
    return [
        (float(each.attrib["x"]), each.attrib["text-anchor"], each.attrib["fill"], each.text or "")
        for each in root.iter(f"{SVG}text")
    ]


def bar_of(root: ElementTree.Element) -> tuple[float, float]:
    """Where the only bar begins and ends; the sign in the legend stands at 0."""
    (rect,) = (each for each in root.iter(f"{SVG}rect") if each.get("fill") == "#0b4f8a" and each.get("x") != "0")
    x = float(rect.attrib["x"])
    return x, x + float(rect.attrib["width"])


shares = st.fractions(0, 1, max_denominator=1000)
some = st.builds(
    ShareBar,
    label=st.sampled_from(["Short", "A label of several words that needs two lines", "W" * 200, ""]),
    value=st.none() | shares,
    said=st.sampled_from(["0%", "93.6% (of 1,296)"]),
    published=st.none() | shares,
    band=st.none() | st.tuples(shares, shares).map(lambda pair: (min(pair), max(pair))),
)


@settings(deadline=None)
@given(st.lists(some, max_size=8))
def test_every_bar_band_and_word_lies_inside_the_picture(bars: list[ShareBar]) -> None:
    root = drawn(*bars)
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    for rect in root.iter(f"{SVG}rect"):
        x, y, wide, high = (float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
        assert x >= 0
        assert x + wide <= width + 4  # the white ground of a number may reach a little further than the number
        assert y >= 0
        assert y + high <= height
    for x, anchor, _, text in texts(root):
        wide = 6.2 * len(text)
        start = {"start": x, "middle": x - wide / 2, "end": x - wide}[anchor]
        assert start >= -8
        assert anchor != "start" or x + wide <= width + 1


@settings(deadline=None)
@given(shares, shares)
def test_a_number_never_stands_on_a_label_or_white_on_white(value: Fraction, published: Fraction) -> None:
    said = "93.6% (of 1,296)"
    root = drawn(ShareBar("Label", value, said, published))
    ((x, anchor, fill, _),) = (each for each in texts(root) if each[3] == said)
    start = x if anchor == "start" else x - 6.6 * len(said)
    begin, end = bar_of(root)
    assert start >= LEFT - 1
    if fill == "#ffffff":
        assert begin - 1 <= start
        assert x <= end


@pytest.mark.parametrize(
    ("value", "most"), [("0", "10%"), ("0.04", "10%"), ("0.1", "10%"), ("0.11", "20%"), ("1", "100%")]
)
def test_the_axis_ends_at_the_next_tenth(value: str, most: str) -> None:
    said = [text for *_, text in texts(drawn(ShareBar("a", Fraction(value), "x"))) if text.endswith("%")]
    assert (said[0], said[-1]) == ("0%", most)


def test_the_length_of_a_bar_is_its_share() -> None:
    # An axis to 100%, as a published 100% asks for it; a half of it is the middle.
    hundred = Fraction(1)
    begin, whole = bar_of(drawn(ShareBar("a", hundred, "x", hundred)))
    _, half = bar_of(drawn(ShareBar("a", HALF, "x", hundred)))
    assert half - begin == pytest.approx((whole - begin) / 2, abs=0.02)
    assert bar_of(drawn(ShareBar("a", Fraction(0), "x")))[1] - begin < 1  # nothing, but a line to see where


def test_a_share_that_is_not_known_has_no_bar() -> None:
    root = drawn(ShareBar("a", None, "not shown"))
    assert not [each for each in root.iter(f"{SVG}rect") if each.get("fill") == "#0b4f8a" and each.get("x") != "0"]
    assert "not shown" in [text for *_, text in texts(root)]


def test_the_published_figure_is_a_dashed_line_and_the_range_a_box() -> None:
    plain = drawn(ShareBar("a", HALF, "x"))
    beside = drawn(ShareBar("a", HALF, "x", HALF, (Fraction(2, 5), Fraction(3, 5))))

    def dashed(root: ElementTree.Element) -> int:
        return sum(1 for path in root.iter(f"{SVG}path") if path.get("stroke-dasharray"))

    def grey(root: ElementTree.Element) -> int:
        return sum(1 for rect in root.iter(f"{SVG}rect") if rect.get("fill") == "#d5dade")

    assert (dashed(plain), grey(plain)) == (0, 0)
    assert (dashed(beside), grey(beside)) == (2, 2)  # in the legend and in the row


def test_the_legend_names_what_is_drawn_and_nothing_else() -> None:
    def named(bar: ShareBar) -> list[str]:
        said = [text for *_, text in texts(drawn(bar))]
        return [text for text in said if text in ("this employer", "published figure") or text.startswith("range")]

    band = (Fraction(2, 5), Fraction(3, 5))
    assert named(ShareBar("a", HALF, "x")) == []
    assert named(ShareBar("a", HALF, "x", HALF)) == ["this employer", "published figure"]
    assert [text[:5] for text in named(ShareBar("a", HALF, "x", None, band))] == ["this ", "range"]
    assert len(named(ShareBar("a", HALF, "x", HALF, band))) == 3


def test_text_is_escaped_long_labels_are_cut_and_the_characters_are_the_same_twice() -> None:
    hostile = "<script>x</script> &"
    root = drawn(ShareBar(hostile, HALF, hostile))
    assert [text for *_, text in texts(root)].count(hostile) == 2
    assert not list(root.iter(f"{SVG}script"))
    long = [text for *_, text in texts(drawn(ShareBar("word " * 60, HALF, "x"))) if text.startswith("word")]
    assert len(long) == 2
    assert long[1].endswith("…")
    one, two = (share_chart([ShareBar("a", HALF, "x")], chart_id="c", title="T", description="D") for _ in range(2))
    assert one == two
    assert WIDTH == 640


def test_an_id_that_cannot_be_one_is_refused() -> None:
    with pytest.raises(ValueError, match="id"):
        share_chart([], chart_id="a b", title="T", description="D")
