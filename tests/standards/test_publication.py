"""Published editions: every difference from what was published is found, and named."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from ohaccredit.language.problems import Problem, ProblemsFound
from ohaccredit.policy.publish import prepare_publication, publish, withdraw
from ohaccredit.standards.home import Home
from ohaccredit.standards.loading import load_edition
from ohaccredit.standards.publication import seal_of
from tests.conftest import MakeHome
from tests.policy.lives import CASES, HOME, SOURCE
from tests.standards.small import CRITERIA, ORGANISATION, PARAMETERS, RULE, STANDARD, standard

PUBLISHED = "standards/small/1/published.yaml"


@pytest.fixture
def home(make_home: MakeHome) -> Home:
    return publish_it(make_home(HOME))


def publish_it(home: Home, name: str = "small") -> Home:
    edition = load_edition(home, name, "1")
    publish(home, prepare_publication(home, edition, [], on=date(2026, 11, 22), by="A", why="B", program="1"))
    return home


def problems(home: Home, name: str = "small") -> list[Problem]:
    with pytest.raises(ProblemsFound) as found:
        load_edition(home, name, "1")
    return found.value.problems


def only_problem(home: Home) -> tuple[str, str, str]:
    """The file, message and hint of the one problem."""
    (problem,) = problems(home)
    return problem.place.file if problem.place else "", problem.message, problem.hint


def copy_of(home: Home, name: str) -> Path:
    publication = load_edition(home, "small", "1").publication
    assert publication is not None
    return home.standards / "frozen" / f"{publication.files[name]}.yaml"


@pytest.mark.parametrize("name", [STANDARD, CRITERIA, RULE, CASES, PARAMETERS])
def test_a_changed_file_is_named_with_what_to_do_instead(home: Home, name: str) -> None:
    path = home.root / name
    path.write_bytes(path.read_bytes() + b"\n")
    file, message, hint = only_problem(home)
    assert file == name
    assert message == "Of small/1, published on 2026-11-22, this file was changed."
    assert "ohaccredit rules draft small 1" in hint


@pytest.mark.parametrize("name", [STANDARD, CRITERIA, RULE, CASES, PARAMETERS])
def test_a_missing_file_is_named(home: Home, name: str) -> None:
    (home.root / name).unlink()
    if name == STANDARD:  # the edition is listed by this file: it cannot even be found
        with pytest.raises(ProblemsFound, match="There is no standard"):
            load_edition(home, "small", "1")
        return
    assert only_problem(home)[:2] == (name, "Of small/1, published on 2026-11-22, this file is missing.")


@pytest.mark.parametrize(
    "name",
    ["standards/small/1/criteria/more.yaml", "rules/small/1/other/rule.yaml", "rules/small/1/derived/more.yaml",
     "rules/small/1/registered/notes.txt"],
)  # fmt: skip
def test_an_added_file_is_named(home: Home, name: str) -> None:
    (home.root / name).parent.mkdir(exist_ok=True)
    (home.root / name).write_text("x")
    file, message, _ = only_problem(home)
    assert (file, message) == (name, "This file was added to small/1, which was published on 2026-11-22.")


@pytest.mark.parametrize("name", ["rules/small/1/.DS_Store", "standards/small/1/.standard.yaml.swp", RULE + "~"])
def test_what_editors_and_systems_leave_behind_is_no_difference(home: Home, name: str) -> None:
    (home.root / name).write_text("x")
    assert load_edition(home, "small", "1").publication


@pytest.mark.parametrize("name", [ORGANISATION, SOURCE, "standards/reasons.yaml", "rules/common/1/derived.yaml"])
def test_a_changed_or_missing_copy_of_a_shared_file_is_named(home: Home, name: str) -> None:
    copy = copy_of(home, name)
    text = copy.read_text()
    copy.write_text(text + "# more\n")
    file, message, _ = only_problem(home)
    assert (file, f"(the copy of {name}) was changed." in message) == (home.name(copy), True)
    copy.unlink()
    assert f"(the copy of {name}) is missing." in only_problem(home)[1]
    copy.write_text(text)
    assert load_edition(home, "small", "1")


def test_all_differences_are_named_at_once(home: Home) -> None:
    (home.root / RULE).write_text("x")
    (home.root / CASES).unlink()
    (home.root / "rules/small/1/more.yaml").write_text("x")
    copy = copy_of_before = next((home.standards / "frozen").glob("*.yaml"))
    copy.write_text("x")
    files = {problem.place.file for problem in problems(home) if problem.place}
    assert files == {RULE, CASES, "rules/small/1/more.yaml", home.name(copy_of_before)}


CHANGES: dict[str, Callable[[str], str]] = {
    "who": lambda text: text.replace('by: "A"', 'by: "C"'),
    "why": lambda text: text.replace('why: "B"', 'why: "C"'),
    "when": lambda text: text.replace("on: 2026-11-22", "on: 2026-11-21"),
    "the digest": lambda text: re.sub(r'digest: "\w{8}', 'digest: "00000000', text),
    "a file taken out": lambda text: re.sub(rf'  "{RULE}": .*\n', "", text),
    "a file's digest": lambda text: re.sub(rf'("{RULE}": ")\w{{8}}', r"\g<1>00000000", text),
    "an edition it rests on": lambda text: text.replace("rests_on: {}", 'rests_on: {"other/1": "0"}'),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_publication_changed_by_hand_is_found_by_its_seal(home: Home, change: str) -> None:
    path = home.root / PUBLISHED
    text = path.read_text()
    changed = CHANGES[change](text)
    assert changed != text
    path.write_text(changed)
    file, message, _ = only_problem(home)
    assert (file, message) == (PUBLISHED, "This file was changed by hand: its seal does not fit what it says.")


def test_a_publication_sealed_anew_is_found_by_the_mark_beside_the_copies(home: Home) -> None:
    publication = load_edition(home, "small", "1").publication
    assert publication is not None
    path = home.root / PUBLISHED
    said = publication.published.model_copy(update={"why": "C"})
    forged = seal_of(publication.model_copy(update={"published": said}))
    path.write_text(path.read_text().replace('why: "B"', 'why: "C"').replace(publication.seal, forged))
    assert only_problem(home)[0] == PUBLISHED


def test_taking_the_publication_away_does_not_open_the_edition(home: Home) -> None:
    (home.root / PUBLISHED).unlink()
    file, message, _ = only_problem(home)
    assert (file, message) == (PUBLISHED, "small/1 was published, and this file, which says so, is missing.")


def test_a_publication_moved_to_another_edition_is_refused(home: Home) -> None:
    (home.standards / "small/2").mkdir()
    (home.root / PUBLISHED).rename(home.standards / "small/2/published.yaml")
    (home.standards / "small/2/standard.yaml").write_text(standard("small", "2"))
    with pytest.raises(ProblemsFound, match=r'The folder says "small/2", the file "small/1"\.'):
        load_edition(home, "small", "2")


def test_a_withdrawal_written_by_hand_is_refused(home: Home) -> None:
    path = home.root / PUBLISHED
    path.write_text(path.read_text() + 'withdrawn: {on: 2026-12-01, by: me, because: why not, seal: "0"}\n')
    assert "The withdrawal was written or changed by hand" in only_problem(home)[1]


def test_a_withdrawal_that_was_changed_is_refused(home: Home) -> None:
    withdraw(home, load_edition(home, "small", "1"), on=date(2026, 12, 1), by="B", because="wrong")
    path = home.root / PUBLISHED
    path.write_text(path.read_text().replace("2026-12-01", "2027-12-01"))
    assert "The withdrawal was written or changed by hand" in only_problem(home)[1]


def test_a_change_in_what_it_rests_on_is_refused(make_home: MakeHome) -> None:
    extra = "adopts:\n  - {standard: small, edition: '1', into: {basic: [registered]}}\nshares: common/1\n"
    home = publish_it(make_home({**HOME, "standards/big/1/standard.yaml": standard("big", extra=extra)}))
    publish_it(home, "big")
    path = home.root / RULE
    text = path.read_text()
    path.write_text(text + "# more\n")
    assert [problem.place.file for problem in problems(home, "big") if problem.place] == [RULE]
    # Published anew with other content under the same name: both are whole, and yet it is another edition.
    for name in (PUBLISHED, "standards/frozen/small--1.seal"):
        (home.root / name).unlink()
    publish_it(home)
    (problem,) = problems(home, "big")
    assert problem.message == "big/1 was published with another small/1 than the one that is here."


def test_a_published_edition_keeps_to_the_edition_it_was_linked_to(make_home: MakeHome) -> None:
    providers = (
        "evidence: providers\nwords: {en: providers}\nabout: {en: x}\ncollects: many\nprivacy: open\neffort: 1\n"
        "fields:\n  assessment: {type: assessment, of: small, words: {en: assessment}}\n"
    )
    home = make_home(
        {
            **HOME,
            "standards/evidence/providers.yaml": providers,
            "standards/big/3/standard.yaml": standard("big", "3", evidence="[organisation, providers]"),
        }
    )
    publish_it(home)
    edition = load_edition(home, "big", "3")
    publish(home, prepare_publication(home, edition, [], on=date(2026, 11, 22), by="A", why="B", program="1"))
    (home.standards / "small/2").mkdir()
    (home.standards / "small/2/standard.yaml").write_text(standard("small", "2"))
    assert load_edition(home, "big", "3").linked["small"].edition == "1"
