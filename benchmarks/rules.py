"""Deciding and explaining sixty criteria, beside the fastest general engines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from benchmarks import engines
from benchmarks.criteria import DEFINITIONS, ON, json_text, rules, submission
from benchmarks.measure import aim, best_of, say_time, table, title
from ohaccredit.language.compile import CompiledRules
from ohaccredit.language.encode import Encoded
from ohaccredit.language.outcome import Outcome
from ohaccredit.language.trace import Trace, Tracer

SUBMISSIONS = 8
COMPARED = 40
OURS, HOLED = "ohaccredit, outcomes", "ohaccredit, outcomes, 2 % of fields missing"
MADE, SHOWN, READ = "+ traces of what is not met", "+ what decides in them, read", "+ all that is in them, read"


def main() -> int:
    """Print the table; 1 if the engines disagree."""
    whole = [submission(seed) for seed in range(COMPARED)]
    differences = engines.differences(whole)
    size = sum(len(json_text(each)) for each in whole) / len(whole) / 1000
    title(f"60 criteria over a submission of {size:.0f} kB")
    if differences:
        print("\n".join(differences[:20]))
        print(f"{len(differences)} differences: nothing was timed.")
        return 1
    print(f"All engines give the same 60 outcomes for {COMPARED} complete submissions.")
    others, absent = engines.others()
    for name in absent:
        print(f"{name} is not installed and left out.")
    whole = whole[:SUBMISSIONS]
    holed = [submission(seed, holes=0.02) for seed in range(SUBMISSIONS)]
    mine = engines.ours()
    evidence = [engines.encoded(each) for each in whole]
    documents = [engines.plain(each) for each in whole]
    tasks = {
        OURS: partial(_each, mine, evidence),
        HOLED: partial(_each, mine, [engines.encoded(each) for each in holed]),
        MADE: partial(_each, _Explained(lambda trace: None), evidence),
        SHOWN: partial(_each, _Explained(_read_deciding), evidence),
        READ: partial(_each, _Explained(_read_all), evidence),
        **{
            name: partial(_each, engine.evaluate, [engine.prepare(document) for document in documents])
            for name, engine in others.items()
        },
    }
    best = {name: seconds / SUBMISSIONS for name, seconds in best_of(tasks, rounds=15).items()}
    mine_best = best[OURS]
    table(
        [
            ("", "CPU a submission", "× ohaccredit"),
            *((name, say_time(seconds), f"{seconds / mine_best:.1f}") for name, seconds in best.items()),
        ]
    )
    _aims(best)
    return 0


def _aims(best: dict[str, float]) -> None:
    mine = best[OURS]
    logic = {name: seconds for name, seconds in best.items() if name.startswith("datalogic")}
    if logic:
        given = [seconds for name, seconds in logic.items() if not name.endswith("beforehand")]
        aim("Outcomes, against the best form of datalogic-py given a Python dictionary", mine / min(given), 1)
        aim(
            "Outcomes, against the best form of datalogic-py given data in its own memory",
            mine / min(logic.values()),
            1,
        )
    if "zen-engine, JDM" in best:
        aim("Outcomes, so many times as fast as zen-engine JDM", best["zen-engine, JDM"] / mine, 10, at_least=True)
    aim("Outcomes and the trace of all that is not met, against outcomes only", best[MADE] / mine, 5)
    aim("the same, with what decides read", best[SHOWN] / mine, 5)
    aim("the same, with everything read", best[READ] / mine, 5)


def _each(evaluate: Callable[[Any], object], documents: Sequence[Any]) -> None:
    for document in documents:
        evaluate(document)


class _Explained:
    """Outcomes first, then the traces of what is not met."""

    def __init__(self, read: Callable[[Trace], None]) -> None:
        self._rules = rules()
        self._decide = tuple(CompiledRules(DEFINITIONS, self._rules).on(ON).values())
        self._read = read

    def __call__(self, evidence: dict[str, Encoded]) -> None:
        tracer = Tracer(DEFINITIONS, evidence, ON)
        for rule, decide in zip(self._rules, self._decide, strict=True):
            if decide(evidence) is not Outcome.MET:
                decision = tracer.decide(rule)
                if decision.met is not None:
                    self._read(decision.met)


def _read_deciding(trace: Trace) -> None:
    """What a report says: the parts that decided, with the values they read."""
    for reading in trace.readings:
        _ = reading.value, reading.path
    for part in trace.deciding():
        _read_deciding(part)


def _read_all(trace: Trace) -> None:
    _ = trace.missing, trace.counts, trace.at
    for reading in trace.readings:
        _ = reading.value, reading.path
    for part in trace.parts:
        _read_all(part)
