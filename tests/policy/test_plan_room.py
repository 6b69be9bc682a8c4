"""How many new items could serve a rule, counted by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from ohaccredit.policy.plan_room import RoomFor
from tests.policy.plan_home import ON, ladder

USUAL = 4


def room(root: Path, rule: str) -> dict[tuple[str, str], int]:
    """The room that a rule needs, of new papers that are policies or certificates and of staff."""
    edition = ladder(root, {"c": f"met_when: {rule}"})
    kinds = {"papers": ("policy", "certificate")}
    needs = RoomFor(edition.definitions, ON, kinds, {"papers": "kind"}, lambda path: USUAL)
    return {place: number for place, number in needs.rules([edition.rules["c"]]).items() if number}


POLICY = "{some: papers, where: {field: kind, is: policy}, if_list_empty: not met}"
CERTIFICATE = "{some: papers, where: {field: kind, is: certificate}, if_list_empty: not met}"
ANY = "{some: papers, if_list_empty: not met}"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (POLICY, {("papers", "policy"): 1}),
        (f"{{all: [{POLICY}, {CERTIFICATE}]}}", {("papers", "policy"): 1, ("papers", "certificate"): 1}),
        (f"{{all: [{POLICY}, {ANY}]}}", {("papers", "policy"): 2, ("papers", "certificate"): 1}),
        (f"{{either: [{POLICY}, {ANY}]}}", {("papers", "policy"): 1, ("papers", "certificate"): 1}),
        (f"{{not: {POLICY}}}", {}),
        ("{count_of: staff, at_least: 3, if_list_empty: not met}", {("staff", ""): 3}),
        ("{count_of: staff, more_than: 1, if_list_empty: not met}", {("staff", ""): 2}),
        ("{count_of: staff, at_most: 3, if_list_empty: met}", {}),
        ("{count_of: staff, at_most: 3, if_list_empty: not met}", {("staff", ""): 1}),
        ("{every: staff, satisfying: {field: registered, is: yes}, if_list_empty: met}", {}),
        ("{every: staff, satisfying: {field: registered, is: yes}, if_list_empty: not met}", {("staff", ""): 1}),
        ("{none: staff, satisfying: {field: registered, is: no}, if_list_empty: met}", {}),
        (
            "{share_of: staff, satisfying: {field: registered, is: yes}, at_least: 75%, if_list_empty: met}",
            {("staff", ""): USUAL},
        ),
        ("{share_of: staff, satisfying: {field: registered, is: yes}, at_least: 100%, if_list_empty: met}", {}),
    ],
)
def test_the_room_is_what_tests_can_use(tmp_path: Path, rule: str, expected: dict[tuple[str, str], int]) -> None:
    assert room(tmp_path, rule) == expected
