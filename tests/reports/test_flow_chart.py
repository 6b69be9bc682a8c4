"""The picture of employers who move between tiers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

import pytest

from ohaccredit.reports.flow_chart import flow_chart

TIERS = ("no tier", "Low", "High")
SVG = "{http://www.w3.org/2000/svg}"


def drawn(flows: Mapping[tuple[int, int], int], **more: Any) -> ElementTree.Element:
    return ElementTree.fromstring(chart(flows, **more))


def chart(flows: Mapping[tuple[int, int], int], **more: Any) -> str:
    given = {"chart_id": "flows", "title": "T", "before": "1", "after": "2", "description": "D", **more}
    return str(flow_chart(TIERS, flows, **given))


def labels(svg: ElementTree.Element) -> list[str]:
    return [each.text or "" for each in svg.iter(f"{SVG}text")]


def test_each_tier_stands_on_both_sides_with_its_number_the_highest_on_top() -> None:
    found = labels(drawn({(2, 1): 10, (1, 1): 30, (1, 2): 5, (1, 0): 7}))
    assert found[:2] == ["1", "2"]
    assert found[2:8] == ["High", "10", "Low", "42", "no tier", "0"]
    assert found[8:14] == ["High", "5", "Low", "40", "no tier", "7"]
    assert found[14:] == ["rises", "stays", "falls"]


def test_a_tier_of_which_not_all_are_drawn_says_so() -> None:
    found = labels(drawn({(2, 2): 10, (1, 1): 30}, partly={(0, 1), (1, 0)}))
    assert found[2:14] == [
        *("High", "10", "Low", "at least 30", "no tier", "0"),
        *("High", "10", "Low", "30", "no tier", "not shown"),
    ]


def test_who_stays_lies_below_who_moves() -> None:
    svg = drawn({(2, 1): 10, (2, 2): 5, (1, 1): 30, (1, 2): 5})
    ribbons = [path.get("fill") for path in svg.iter(f"{SVG}path") if path.get("fill") not in (None, "none")]
    assert ribbons[:2] == ["#d5dade", "#d5dade"]
    assert len(ribbons) == 4


def test_falls_are_told_from_rises_without_colour() -> None:
    fall, rise = (chart(flows) for flows in ({(2, 1): 10}, {(1, 2): 10}))
    assert fall.count("stroke-dasharray") == rise.count("stroke-dasharray") + 1


def test_words_are_escaped_and_heard() -> None:
    svg = drawn({(1, 1): 5}, title="a<b", description='c & "d"', before="<1>")
    assert svg.find(f"{SVG}title").text == "a<b"  # type: ignore[union-attr]
    assert svg.find(f"{SVG}desc").text == 'c & "d"'  # type: ignore[union-attr]
    assert "<1>" in labels(svg)


@pytest.mark.parametrize("flows", [{(0, 3): 1}, {(-1, 0): 1}, {(0, 0): -1}])
def test_flows_that_cannot_be_are_refused(flows: dict[tuple[int, int], int]) -> None:
    with pytest.raises(ValueError, match="counts employers"):
        chart(flows)
