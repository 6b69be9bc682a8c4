"""Publishing: gates, then everything or nothing; afterwards an edition gives the same bytes whatever else changes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from ohaccredit.language.problems import ProblemsFound
from ohaccredit.policy import publish as publishing
from ohaccredit.policy.gates import Gate, GateResult, pass_gates
from ohaccredit.policy.publish import prepare_publication, publish, withdraw
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.home import Home
from ohaccredit.standards.loading import load_edition
from ohaccredit.standards.publication import Publication
from tests.conftest import MakeHome
from tests.policy.lives import CASES, GATES, HOME, SOURCE
from tests.running import run_ohaccredit
from tests.standards.small import CRITERIA, FILES, ORGANISATION, PEOPLE, RULE, STANDARD, criteria, standard

ON = date(2026, 11, 22)
SUBMISSION = {
    "standard": "small",
    "evidence": {
        "organisation": {"name": "A firm", "headcount": 12},
        "practitioners": [{"role": "clinical", "expires": "2027-01-31"}],
    },
}


def published(home: Home, name: str = "small", edition: str = "1") -> Publication:
    loaded = load_edition(home, name, edition)
    passages = pass_gates(home, loaded, gates=GATES)
    assert not [passage for passage in passages if passage.blocks], passages
    return publish(home, prepare_publication(home, loaded, passages, on=ON, by="A. Editor", why="Agreed.", program="1"))


def snapshot(home: Home) -> dict[str, bytes]:
    return {home.name(path): path.read_bytes() for path in sorted(home.root.rglob("*")) if path.is_file()}


def record(home: Home, tmp_path: Path) -> str:
    file = tmp_path / "submission.json"
    file.write_text(json.dumps(SUBMISSION))
    result = run_ohaccredit("--home", home.root, "assess", file, "--edition", "1", "--on", "2026-11-22", "--json")
    assert result.code == 0, result.err
    file.unlink()
    return result.out


def gates_of(home: Home, without: tuple[str, ...] = (), gates: tuple[Gate, ...] = GATES) -> Mapping[str, str]:
    passages = pass_gates(home, load_edition(home, "small", "1"), without, gates=gates)
    return {each.gate.name: "left out" if each.left_out else each.outcome.result for each in passages}


# ── Gates ──


def test_every_gate_is_asked_even_after_one_is_closed(make_home: MakeHome) -> None:
    wrong = (HOME[CASES] or "").replace(
        "expires: 2026-06-29}]}, expect: not met", "expires: 2026-06-29}]}, expect: met"
    )
    draft = standard("small", extra="shares: common/1\ndraft: true\n")
    home = make_home({**HOME, CASES: wrong, STANDARD: draft})
    found = gates_of(home)
    assert found == {"decided": "failed", "rests-on": "passed", "check": "failed", "cases": "failed"}


def undecided(home: Home, edition: Edition) -> GateResult:
    return GateResult("not_decided", f"ran out of time on {edition.id}")


UNDECIDED = Gate("slow", "asks for long", "tests.policy.test_publish:undecided")
ABSENT = Gate("absent", "is not there", "ohaccredit.policy.no_such_module:check")
NAMELESS = Gate("nameless", "has no function", "ohaccredit.policy.gates:no_such_function")


def test_what_is_not_installed_or_not_decided_closes_its_gate_unless_it_is_left_out(make_home: MakeHome) -> None:
    home = make_home(HOME)
    gates = (UNDECIDED, ABSENT, NAMELESS)
    assert list(gates_of(home, gates=gates).values()) == ["not_decided", "not_installed", "not_installed"]
    assert all(each.blocks for each in pass_gates(home, load_edition(home, "small"), gates=gates))
    left = gates_of(home, without=("slow", "absent", "nameless"), gates=gates)
    assert set(left.values()) == {"left out"}


def test_a_gate_that_failed_cannot_be_left_out(make_home: MakeHome) -> None:
    home = make_home({**HOME, STANDARD: standard("small", extra="shares: common/1\ndraft: true\n")})
    passages = pass_gates(home, load_edition(home, "small", "1"), ("decided",), gates=GATES)
    assert [each.gate.name for each in passages if each.blocks] == ["decided"]


def test_a_gate_to_leave_out_must_exist(make_home: MakeHome) -> None:
    with pytest.raises(ProblemsFound, match='no gate "prof"'):
        gates_of(make_home(HOME), without=("prof",))


def test_problems_of_another_edition_do_not_close_the_gate(make_home: MakeHome) -> None:
    broken = {"standards/small/2/standard.yaml": "standard: small\nedition: '2'\n"}
    assert gates_of(make_home({**HOME, **broken}))["check"] == "passed"


def test_what_it_rests_on_must_be_published_first(make_home: MakeHome) -> None:
    extra = "adopts:\n  - {standard: small, edition: '1', into: {basic: [registered]}}\nshares: common/1\n"
    home = make_home({**HOME, "standards/big/1/standard.yaml": standard("big", extra=extra)})
    big = load_edition(home, "big")
    with pytest.raises(ProblemsFound, match="small/1 is not published"):
        prepare_publication(home, big, [], on=ON, by="x", why="y", program="1")
    small = published(home)
    assert published(home, "big").rests_on == {"small/1": small.digest}
    # The rule of small is not a file of big: it counts by the digest of small.
    assert RULE not in published_of(home, "big").files
    assert load_edition(home, "big").criteria["registered"].origin == "small/1"


def published_of(home: Home, name: str) -> Publication:
    publication = load_edition(home, name, "1").publication
    assert publication is not None
    return publication


# ── Writing ──


def test_a_publication_says_who_when_why_and_names_every_file(make_home: MakeHome) -> None:
    home = make_home(HOME)
    before = load_edition(home, "small")
    published(home)
    publication = published_of(home, "small")
    said = publication.published
    assert (said.on, said.by, said.why) == (ON, "A. Editor", "Agreed.")
    assert [(each.gate, each.result) for each in publication.gates] == [(gate.name, "passed") for gate in GATES]
    assert set(publication.files) == {name for name, text in HOME.items() if text is not None}
    assert publication.digest == before.digest == load_edition(home, "small").digest


def test_only_shared_files_are_copied_each_once(make_home: MakeHome) -> None:
    home = make_home(HOME)
    publication = published(home)
    copies = {path.stem for path in (home.standards / "frozen").glob("*.yaml")}
    assert copies == {sha for name, sha in publication.files.items() if "small/1" not in name}
    assert len(copies) == 8  # every_item, refused, three evidence types, common derived values, reasons, one source


def test_what_is_published_is_not_published_again(make_home: MakeHome) -> None:
    home = make_home(HOME)
    published(home)
    with pytest.raises(ProblemsFound, match=r"was published on 2026-11-22 by A\. Editor"):
        published(home)


@pytest.mark.parametrize(("by", "why", "said"), [(" ", "x", "--by"), ("x", "", "--why"), ("x", "a\x07b", "printed")])
def test_who_and_why_are_said_in_words(make_home: MakeHome, by: str, why: str, said: str) -> None:
    home = make_home(HOME)
    with pytest.raises(ProblemsFound, match=said):
        prepare_publication(home, load_edition(home, "small"), [], on=ON, by=by, why=why, program="1")


@pytest.mark.parametrize("text", ['says "yes": no # x', "Siân – O’Neill 😀", "a: [b, {c}]", "- x\n  y"])
def test_any_words_can_stand_in_a_publication(make_home: MakeHome, text: str) -> None:
    home = make_home(HOME)
    prepared = prepare_publication(home, load_edition(home, "small"), [], on=ON, by=text, why=text, program="1")
    publish(home, prepared)
    assert published_of(home, "small").published.why == " ".join(text.split())


def test_a_dry_run_must_end_before_the_edition_is_in_force(make_home: MakeHome) -> None:
    extra = "shares: common/1\ndry_run: {from: 2025-11-01, until: 2026-01-01}\n"
    home = make_home({**HOME, STANDARD: standard("small", extra=extra)})
    with pytest.raises(ProblemsFound, match="does not end before"):
        prepare_publication(home, load_edition(home, "small"), [], on=ON, by="x", why="y", program="1")


@pytest.mark.parametrize("stop_at", range(1, 11))
def test_an_interruption_at_any_write_leaves_nothing_behind(
    make_home: MakeHome, monkeypatch: pytest.MonkeyPatch, stop_at: int
) -> None:
    home = make_home(HOME)
    before = snapshot(home)
    loaded = load_edition(home, "small")
    prepared = prepare_publication(home, loaded, [], on=ON, by="x", why="y", program="1")
    write, count = publishing._write, 0

    def interrupted(path: Path, data: bytes) -> None:
        nonlocal count
        count += 1
        if count == stop_at:
            raise KeyboardInterrupt
        write(path, data)

    monkeypatch.setattr(publishing, "_write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        publish(home, prepared)
    assert snapshot(home) == before
    assert not (home.standards / "frozen").exists()
    assert load_edition(home, "small").publication is None


def test_an_interruption_in_the_middle_of_a_file_leaves_no_part_of_it(
    make_home: MakeHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_home(HOME)
    before = snapshot(home)
    prepared = prepare_publication(home, load_edition(home, "small"), [], on=ON, by="x", why="y", program="1")

    def no_space(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", no_space)
    with pytest.raises(OSError, match="No space"):
        publish(home, prepared)
    assert snapshot(home) == before


@pytest.mark.parametrize("name", [PEOPLE, RULE])
def test_a_file_that_changes_while_it_is_published_stops_it(make_home: MakeHome, name: str) -> None:
    home = make_home(HOME)
    prepared = prepare_publication(home, load_edition(home, "small"), [], on=ON, by="x", why="y", program="1")
    path = home.root / name
    path.write_text(path.read_text() + "# changed\n")
    before = snapshot(home)
    with pytest.raises(ProblemsFound, match="changed"):
        publish(home, prepared)
    assert snapshot(home) == before


# ── The same bytes, years later ──


def test_a_published_edition_gives_the_same_bytes_after_the_shared_files_changed(
    make_home: MakeHome, tmp_path: Path
) -> None:
    home = make_home(HOME)
    published(home)
    before = record(home, tmp_path)
    assert json.loads(before)["tier"] == "basic"
    derived = home.rules / "common/1/derived.yaml"
    derived.write_text(derived.read_text().replace("at_least: 10", "at_least: 100"))
    people = home.root / PEOPLE
    people.write_text(people.read_text().replace("clinical: {en: clinician}", "medical: {en: clinician}"))
    (home.root / ORGANISATION).unlink()
    (home.standards / "sources/notes.yaml").unlink()
    (home.standards / "reasons.yaml").write_text("reasons: {}\n")
    assert record(home, tmp_path) == before


def test_without_publication_the_same_change_shows(make_home: MakeHome, tmp_path: Path) -> None:
    home = make_home(HOME)
    before = record(home, tmp_path)
    derived = home.rules / "common/1/derived.yaml"
    derived.write_text(derived.read_text().replace("at_least: 10", "at_least: 100"))
    assert record(home, tmp_path) != before


def test_a_new_edition_reads_adopted_rules_against_its_own_evidence_types(make_home: MakeHome) -> None:
    home = make_home(HOME)
    published(home)
    extra = "adopts:\n  - {standard: small, edition: '1', everything_else: true}\nshares: common/1\n"
    (home.standards / "small/2").mkdir()
    (home.standards / "small/2/standard.yaml").write_text(standard("small", "2", extra=extra))
    people = home.root / PEOPLE
    people.write_text(people.read_text().replace("clinical: {en: clinician}", "medical: {en: clinician}"))
    with pytest.raises(ProblemsFound) as found:
        load_edition(home, "small", "2")
    assert f"{RULE}:5:" in str(found.value)
    assert '"clinical"' in str(found.value)
    people.write_text(people.read_text().replace("medical:", "clinical: {en: clinician}, medical:"))
    assert load_edition(home, "small", "2").rules.keys() == {"registered"}


def test_the_statements_of_a_published_edition_are_those_it_was_published_with(make_home: MakeHome) -> None:
    from ohaccredit.standards.sources import load_statements

    home = make_home(HOME)
    published(home)
    source = home.standards / "sources/notes.yaml"
    source.write_text(source.read_text().replace("People are registered.", "Nobody is registered."))
    edition = load_edition(home, "small", "1")
    assert load_statements(home, edition)["S-01"].file.says == "People are registered."
    assert load_statements(home)["S-01"].file.says == "Nobody is registered."


# ── Withdrawing ──


def test_a_withdrawal_says_who_and_why_and_changes_nothing_else(make_home: MakeHome) -> None:
    home = make_home(HOME)
    published(home)
    before = (home.root / "standards/small/1/published.yaml").read_text()
    digest = load_edition(home, "small").digest
    withdraw(home, load_edition(home, "small"), on=date(2026, 12, 1), by="B", because="A figure was wrong")
    gone = published_of(home, "small").withdrawn
    assert gone is not None
    assert (gone.on, gone.by, gone.because) == (date(2026, 12, 1), "B", "A figure was wrong")
    assert (home.root / "standards/small/1/published.yaml").read_text().startswith(before)
    assert load_edition(home, "small", "1").digest == digest
    with pytest.raises(ProblemsFound, match="withdrawn on 2026-12-01 already"):
        withdraw(home, load_edition(home, "small", "1"), on=date(2026, 12, 2), by="B", because="again")


def test_only_what_is_published_can_be_withdrawn_and_not_before(make_home: MakeHome) -> None:
    home = make_home(HOME)
    with pytest.raises(ProblemsFound, match="is not published"):
        withdraw(home, load_edition(home, "small"), on=ON, by="B", because="x")
    published(home)
    with pytest.raises(ProblemsFound, match="cannot be withdrawn before"):
        withdraw(home, load_edition(home, "small"), on=date(2026, 11, 21), by="B", because="x")


# ── The command line ──


def test_a_gate_that_is_not_installed_is_said_and_closes_until_it_is_left_out(
    make_home: MakeHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ohaccredit.policy.gates.GATES", (*GATES, ABSENT))
    home = make_home(HOME)
    before = snapshot(home)
    arguments = ("--home", home.root, "rules", "publish", "small", "1", "--by", "A", "--why", "B")
    closed = run_ohaccredit(*arguments)
    assert closed.code == 1
    assert "? absent: not installed" in closed.out
    assert "--without absent" in closed.out
    tried = run_ohaccredit(*arguments, "--without", "absent", "--dry-run", "--json")
    assert (tried.code, json.loads(tried.out)["published"]) == (0, False)
    assert snapshot(home) == before
    assert run_ohaccredit(*arguments, "--without", "absent").code == 0
    assert [each.result for each in published_of(home, "small").gates] == ["passed"] * 4 + ["left_out"]
    assert run_ohaccredit(*arguments, "--without", "absent").code == 2


def test_a_changed_rule_is_refused_by_every_command(make_home: MakeHome, tmp_path: Path) -> None:
    home = make_home(HOME)
    published(home)
    (home.root / RULE).write_text(FILES[RULE].replace("on_or_after", "on_or_before"))
    file = tmp_path / "submission.json"
    file.write_text(json.dumps(SUBMISSION))
    for arguments in (
        ("assess", file, "--on", "2026-11-22"),
        ("explain", file, "registered"),
        ("standards", "show", "small"),
        ("standards", "schema", "small"),
        ("standards", "list"),
        ("rules", "check"),
    ):
        result = run_ohaccredit("--home", home.root, *arguments)
        assert result.code in (1, 2), arguments
        assert f"{RULE}:1:1" in result.err, arguments
        assert "rules draft small 1" in result.err, arguments


def test_a_criterion_added_to_the_source_tree_but_not_cited_is_no_file_of_the_edition(make_home: MakeHome) -> None:
    other = (HOME[SOURCE] or "").replace("notes", "other").replace("S-01", "O-01")
    home = make_home({**HOME, "standards/sources/other.yaml": other, CRITERIA: criteria("registered")})
    assert "standards/sources/other.yaml" not in published(home).files


def test_what_is_published_already_is_refused_before_any_gate_is_asked(
    make_home: MakeHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_home(HOME)
    published(home)
    monkeypatch.setattr("ohaccredit.policy.gates.GATES", (Gate("never", "is asked", f"{__name__}:never_asked"),))
    again = run_ohaccredit("--home", home.root, "rules", "publish", "small", "1", "--by", "A", "--why", "B")
    assert (again.code, again.out) == (2, "")
    assert "was published on 2026-11-22 by A. Editor" in again.err
    nobody = run_ohaccredit("--home", home.root, "rules", "publish", "small", "1", "--by", " ", "--why", "B")
    assert "--by says nothing" in nobody.err


def never_asked(home: Home, edition: Edition) -> GateResult:
    raise AssertionError("a gate was asked")


def wordy(home: Home, edition: Edition) -> GateResult:
    return GateResult("not_installed", "  It is missing.\n  Install it.")


def test_what_a_gate_says_stands_on_one_line(make_home: MakeHome) -> None:
    home = make_home(HOME)
    gate = Gate("wordy", "says much", f"{__name__}:wordy")
    (passage,) = pass_gates(home, load_edition(home, "small"), ("wordy",), gates=(gate,))
    assert passage.outcome.says == "It is missing. Install it."
    prepared = prepare_publication(home, load_edition(home, "small"), [passage], on=ON, by="x", why="y", program="1")
    publish(home, prepared)
    assert [(each.result, each.says) for each in published_of(home, "small").gates] == [
        ("left_out", "It is missing. Install it.")
    ]


def test_that_a_failed_gate_cannot_be_left_out_is_said(make_home: MakeHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ohaccredit.policy.gates.GATES", GATES)
    more = "{name: of nine, given: {organisation: {headcount: 9}}, expect: met, because: wrong}"
    wrong = f"{HOME[CASES]}  - {more}\n"
    home = make_home({**HOME, CASES: wrong})
    before = snapshot(home)
    arguments = ("--home", home.root, "rules", "publish", "small", "1", "--by", "A", "--why", "B", "--without", "cases")
    result = run_ohaccredit(*arguments)
    assert result.code == 1
    assert "1 of 5 cases come out differently than expected  (it failed, and so it cannot be left out)" in result.out
    assert "registered, of nine: expected met, came out not applicable" in result.err
    assert snapshot(home) == before


def test_a_withdrawal_says_from_which_day_it_holds(make_home: MakeHome) -> None:
    home = make_home(HOME)
    published(home)
    arguments = ("--home", home.root, "rules", "withdraw", "small", "1", "--by", "B", "--because", "x")
    result = run_ohaccredit(*arguments, "--on", "2026-12-01")
    assert result.code == 0, result.err
    assert "Withdrawn: small/1, from 2026-12-01 on." in result.out


@pytest.mark.parametrize("name", [STANDARD, CRITERIA, RULE, CASES, "rules/common/1/derived.yaml", PEOPLE])
def test_the_digest_that_assessments_name_covers_standard_rules_figures_and_cases(
    make_home: MakeHome, tmp_path: Path, name: str
) -> None:
    home = make_home(HOME)
    file = home.root / name
    text = file.read_text()
    file.write_text(f"{text}# a remark\n")
    other = load_edition(home, "small").digest
    file.write_text(text)
    digest = published(home).digest
    assert digest != other
    assert json.loads(record(home, tmp_path))["digests"]["edition"] == digest
