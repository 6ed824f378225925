"""Code lists with their dates: random ledgers and the history of a real article, replayed another way, on both clocks."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brute_force import compiled
from emitted import module_of
from ruleproof.artifacts.list_tables import list_parts
from ruleproof.model.ledger_nodes import ADD, MOVED, PRESENT, REMOVE, START, VOID, LedgerEvent
from ruleproof.model.ledgers import Ledger, holding, in_order_of_posting
from ruleproof.model.meaning import CANNOT_ANSWER, OUT_OF_SCOPE, judge
from ruleproof.model.nodes import CodeList, SomeIn
from ruleproof.prover.space import atoms_of
from ruleproof.resources import folder
from ruleproof.runtime.kernel.inputs import InputError
from ruleproof.runtime.kernel.lists import CodeList as Listed
from ruleproof.runtime.load import LoadedPolicy, load

Day = datetime.date

# ---------------------------------------------------------------- the history of an article

TUMOR = Path(str(folder("policies") / "tumor_ngs"))
POSTED = {
    "": Day.min,
    "Rev 3": Day(2021, 6, 24),
    "Rev 4": Day(2021, 11, 8),
    "Rev 5": Day(2022, 1, 1),
    "Rev 6": Day(2022, 3, 22),
}
"""When each revision was posted: the sixth six days after it took effect."""

DAYS = sorted(
    day + datetime.timedelta(days=step)
    for day in (*POSTED.values(), Day(2021, 4, 1), Day(2021, 7, 1), Day(2021, 10, 1), Day(2022, 3, 16), Day(2024, 1, 1))
    if day != Day.min
    for step in (-1, 0, 1)
)


def _rows(name: str) -> list[dict[str, str]]:
    with (TUMOR / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _replayed(own: Sequence[Mapping[str, str]], code: str, service: Day, posted: Day) -> tuple[str, str]:
    """Say whether a list holds a code, and by which revision: each posting in turn, the last change of mind counts."""
    states = [("no" if any(row["code"] == code for row in own) else "unknown", "")]
    for revision, day in POSTED.items():
        for row in own if day <= posted else ():
            if row["revision"] == revision and (
                row["event"] == "present" or Day.fromisoformat(row["services_from"]) <= service
            ):
                after = {"remove": "no", "moved": "elsewhere"}.get(row["event"], "yes")
                if states[-1][0] != after:
                    states.append((after, revision))
    return states[-1]


@pytest.fixture(scope="module")
def tumor() -> Any:
    return load(TUMOR / "tumor_ngs.policy")


def test_the_events_are_those_of_the_article() -> None:
    rows = _rows("icd10_events.csv")
    kinds = [(row["list"], row["event"], row["revision"]) for row in rows if row["event"] != "present"]
    assert len(kinds) == 403
    assert kinds.count(("group_1", "remove", "Rev 3")) == kinds.count(("group_1", "restore", "Rev 5")) == 4
    assert kinds.count(("group_2", "remove", "Rev 3")) == kinds.count(("group_2", "restore", "Rev 5")) == 195
    assert len(_rows("pla_events.csv")) == 3


@pytest.mark.parametrize("file", ["icd10_events.csv", "pla_events.csv"])
def test_every_event_agrees_with_a_replay_on_both_clocks(tumor: Any, file: str) -> None:
    rows = _rows(file) if "before" in _rows(file)[0] else [{"before": "", **row} for row in _rows(file)]
    prefix = {"icd10_events.csv": "ICD", "pla_events.csv": "PLA"}[file]
    seen = set()
    unnamed = {"ICD": "C00.9", "PLA": "9999U"}[prefix]
    for name in {row["list"] for row in rows}:
        ledger = next(item.ledger for item in tumor.compiled.policy.code_lists if item.name == name)
        for code in sorted({row["code"] for row in rows if row["list"] == name} - {"*"} | {unnamed}):
            own = [row for row in rows if row["list"] == name and row["code"] in (code, "*")]
            for service in DAYS:
                for posted in DAYS:
                    wanted = _replayed(own, code, service, posted)
                    found = tumor.lists[name].contains(f"{prefix} {code}", service, posted)
                    assert (found.state, found.by) == wanted, (name, code, service, posted)
                    seen.add(wanted[0])
            state, event = ledger.contains(f"{prefix} {code}", DAYS[7], DAYS[9])
            assert (state, event.revision if event else "") == _replayed(own, code, DAYS[7], DAYS[9])
    assert seen == {"yes", "no", "elsewhere", "unknown"}


def test_which_revision_made_the_difference_is_one_call(tumor: Any) -> None:
    found = tumor.lists["group_2"].over_time("ICD C00.2", "2021-08-01")
    assert [(day, item.state, item.by) for day, item in found] == [
        (None, "yes", ""),
        (Day(2021, 6, 24), "no", "Rev 3"),
        (Day(2022, 1, 1), "yes", "Rev 5"),
    ]


# ---------------------------------------------------------------- random ledgers

CODES = ("CPT 00001", "CPT 00002", "CPT 00003")
START_DAY = Day(2020, 1, 1)
REVISIONS = ("Rev 1", "Rev 2", "Rev 3", "Rev 4")
days = st.one_of(st.none(), st.integers(0, 12).map(lambda step: START_DAY + datetime.timedelta(days=step)))
revisions = st.integers(0, 3).map(lambda number: (REVISIONS[number], START_DAY + datetime.timedelta(days=3 * number)))


@st.composite
def events(draw: st.DrawFn) -> LedgerEvent:
    kind = draw(st.sampled_from((PRESENT, START, ADD, ADD, REMOVE, REMOVE, MOVED, VOID, VOID)))
    first, last = draw(days), draw(days)
    if first is not None and last is not None and last < first:
        first, last = last, first
    known = draw(st.one_of(st.just(("", None)), revisions))
    codes = tuple(draw(st.lists(st.sampled_from(CODES), min_size=1, max_size=3, unique=True)))
    about_all = kind == MOVED or (kind == VOID and draw(st.booleans()))
    voids = frozenset(draw(st.sampled_from(((REMOVE,), (ADD, START), (REMOVE, ADD, START, MOVED, VOID, PRESENT)))))
    return LedgerEvent(
        kind,
        None if about_all else codes,
        first if kind != PRESENT else None,
        last if kind != PRESENT else None,
        known[1],
        known[0],
        "article" if known[0] else "",
        voids if kind == VOID else frozenset(),
        ("", draw(st.sampled_from((*REVISIONS, "")))) if kind == VOID else ("", ""),
        "A1" if kind == MOVED else "",
    )


def _naive(history: Sequence[LedgerEvent], code: str, service: Day, posted: Day | None) -> str:
    """Say whether a list holds a code: of what counts on the day, first take out what is undone, then take the last."""
    counting = [
        event
        for event in history
        if (event.codes is None or code in event.codes)
        and (posted is None or event.posted is None or event.posted <= posted)
        and (event.first is None or event.first <= service)
        and (event.last is None or service <= event.last)
    ]

    def undone(number: int) -> bool:
        return any(
            later.kind == VOID
            and counting[number].kind in later.voids
            and later.voided[1] in ("", counting[number].revision)
            and not undone(number + 1 + step)
            for step, later in enumerate(counting[number + 1 :])
        )

    left = [event for number, event in enumerate(counting) if event.kind != VOID and not undone(number)]
    return {REMOVE: "no", MOVED: "elsewhere"}.get(left[-1].kind, "yes") if left else "no"


def _moments() -> Iterator[tuple[Day, Day | None]]:
    for service in range(-1, 14):
        for posted in (None, *range(-1, 11, 2)):
            known = None if posted is None else START_DAY + datetime.timedelta(days=posted)
            yield START_DAY + datetime.timedelta(days=service), known


@given(st.lists(events(), max_size=7))
def test_random_ledgers_agree_with_a_naive_replay_on_both_clocks(made: list[LedgerEvent]) -> None:
    history = in_order_of_posting(made)
    ledger = Ledger(history)
    listed = CodeList("l", "", "cpt", (), (), (), (), ledger)
    kernel = Listed(*list_parts(listed))  # type: ignore[arg-type]
    for code in CODES:
        for service, posted in _moments():
            wanted = _naive(history, code, service, posted)
            assert ledger.contains(code, service, posted)[0] == wanted
            assert kernel.contains(code, service, posted).state == wanted
    for codes, line in ledger.held(None):
        for service, _ in _moments():
            inside = any(
                (low is None or low <= service) and (high is None or service <= high) for low, high in holding(line)
            )
            assert inside == (_naive(history, codes[0], service, None) == "yes")


@given(st.lists(events(), max_size=6), st.sampled_from(CODES))
def test_the_revision_named_is_the_last_that_changed_the_answer(made: list[LedgerEvent], code: str) -> None:
    history = in_order_of_posting(made)
    ledger = Ledger(history)
    for service, posted in _moments():
        state, event = ledger.contains(code, service, posted)
        states = ["no"]
        changed = None
        for count in range(1, len(history) + 1):
            last = history[count - 1]
            if posted is None or last.posted is None or last.posted <= posted:
                states.append(_naive(history[:count], code, service, posted))
                changed = last if states[-1] != states[-2] else changed
        assert state == states[-1]
        assert event == changed


# ---------------------------------------------------------------- what follows for decisions

MOVED_AWAY = """policy p
source article
  revision Rev 1 published 2020-01-01 services from 2020-01-01
  revision Rev 2 published 2020-03-05 services from 2020-03-01 replaces Rev 1
input service_date is date from 2020-01-01
input diagnoses are codes of icd10cm
input other is yes or no
codes listed of icd10cm
  start ICD C00.1
  moved to A1 services from 2020-03-01 by Rev 2
decision d gives one of a, b
rule R1 for d when other and diagnoses any in listed then report a
rule R2 for d when not all of (other, diagnoses any in listed) then report b
decision e gives one of x, y
rule S1 for e when d is a then report x
rule S2 for e when d is not a then report y
require V "listed" that diagnoses any in listed when other else consequence not stated
"""

MARCH = {"service_date": "2020-03-02", "diagnoses": ["ICD C00.1"]}


def test_what_moved_away_is_no_silent_no() -> None:
    policy = load(MOVED_AWAY)
    gone = policy.decide({**MARCH, "other": True})
    assert (gone.d.kind, gone.e.kind) == (CANNOT_ANSWER, CANNOT_ANSWER)
    assert gone.d.reason == "code list listed has moved to A1 for services from 2020-03-01"
    assert gone.requirements["V"].state == "not checked"
    # where the list does not matter there is an answer all the same, and before the move was posted there was one
    assert policy.decide({**MARCH, "other": False}).d.outcome == "b"
    assert policy.decide({**MARCH, "other": True}, as_posted_on="2020-03-04").d.outcome == "a"
    assert policy.decide({**MARCH, "other": True, "service_date": "2020-02-29"}).d.outcome == "a"


def test_a_list_known_in_part_settles_what_it_names() -> None:
    text = MOVED_AWAY.replace(
        "  moved to A1 services from 2020-03-01 by Rev 2",
        "  remove ICD C00.1 services from 2020-03-01 by Rev 2\n  other codes unknown",
    )
    policy = load(text)
    stranger = ["ICD C00.2"]
    assert policy.decide({**MARCH, "other": True}).d.outcome == "b"
    assert policy.decide({**MARCH, "other": True, "diagnoses": stranger}).d.kind == CANNOT_ANSWER
    both = {"service_date": "2020-02-01", "other": True, "diagnoses": [*stranger, "ICD C00.1"]}
    assert policy.decide(both).d.outcome == "a"


@pytest.mark.parametrize(
    "text", [MOVED_AWAY, MOVED_AWAY.replace("moved to A1 services from 2020-03-01 by Rev 2", "other codes unknown")]
)
def test_the_evaluators_say_what_the_meaning_says(text: str) -> None:
    found = compiled(text)
    module = module_of(found)
    for day in (Day(2020, 2, 29), Day(2020, 3, 1)):
        for codes in (("ICD C00.1",), ("ICD C00.2",), ("ICD C00.1", "ICD C00.2")):
            for other in (True, False):
                case = {"service_date": day, "diagnoses": codes, "other": other}
                wanted, said = judge(found.policy, case), module.decide(case)
                assert [said.d.kind, said.d.outcome] == [
                    wanted.answers["d"].kind,
                    (*wanted.answers["d"].outcomes, None)[0],
                ]
                assert said.e.kind == wanted.answers["e"].kind
                assert said.requirements["V"].state == wanted.requirements["V"]
                # what cannot be said agrees with both of the policies that would say it
                if wanted.answers["d"].kind == CANNOT_ANSWER:
                    assert other
                    assert day >= Day(2020, 3, 1) or codes == ("ICD C00.2",)


def test_a_list_that_is_away_silences_no_rule_that_is_out_anyway() -> None:
    """Outside the scope no rule is asked; a rule that another one beats is out, whatever the list holds."""
    text = MOVED_AWAY.replace("gives one of a, b\n", 'gives one of a, b\n  scope when scoped else "x"\n').replace(
        "rule R2 for d when not all of (other, diagnoses any in listed) then report b",
        "rule R2 for d when not all of (other, diagnoses any in listed) then report b\n"
        'rule R3 for d when special then report b overrides R1 because "x" {more}',
    )
    text += "input scoped is yes or no\ninput special is yes or no\n"
    both, one = (load(text.format(more=more), allow=("conflict", "gap")) for more in ('overrides R2 because "x"', ""))
    case = {**MARCH, "other": True, "scoped": True, "special": True}
    assert both.decide(case).d.rules == ("R3",)
    assert both.decide({**case, "special": False}).d.kind == CANNOT_ANSWER
    assert both.decide({**case, "special": False, "scoped": False}).d.kind == OUT_OF_SCOPE
    # R2 may hold too, and is not beaten here: who says it is not known
    assert one.decide(case).d.kind == CANNOT_ANSWER


def test_a_rule_in_doubt_that_beats_another_is_not_out_of_mind() -> None:
    """No rule comes back: what a rule beats is out even where the rule is beaten itself, so it matters whether it holds."""
    text = MOVED_AWAY[: MOVED_AWAY.index("rule R1")] + (
        'rule R1 for d when diagnoses any in listed then report a overrides R2 because "x"\n'
        "rule R2 for d when other then report b\n"
        'rule R3 for d when any of (other, not other) then report b overrides R1 because "x"\n'
    )
    assert load(text).decide({**MARCH, "other": True}).d.kind == CANNOT_ANSWER


TOLD_APART_ONCE = """policy p
input service_date is date from 2020-01-01 to 2020-12-31
input several are codes of icd10cm
input one is code of icd10cm
codes first_class of icd10cm
  start {first}
codes second_class of icd10cm
  start {second} posted 2020-02-01
  start {first}
  remove {first} posted 2020-06-01
  add {first} posted 2020-07-01
codes third_class of icd10cm
  start ICD Z00.1
cannot happen X when several all in third_class and one is in third_class because "nobody has both"
decision d gives one of a, b
rule R1 for d when several any in second_class then report a
rule R2 for d when several none in second_class then report b
decision e gives one of a, b, c
rule S1 for e when one is in second_class then report a
rule S2 for e when one is in third_class then report b
rule S3 for e when one is not in second_class and one is not in third_class then report c
require N that several all in third_class else deny
"""


def test_codes_that_were_told_apart_once_are_judged_alike_by_every_evaluator() -> None:
    """Of what had been posted earlier, more classes of codes can be told apart than now; they are numbered otherwise."""
    first, second = (", ".join(f"ICD C{group}.{number}" for number in range(1, 10)) for group in (10, 20))
    found = compiled(TOLD_APART_ONCE.format(first=first, second=second))
    assert found.epochs[-1].compiler.space.dimensions != found.space.dimensions
    module, loaded = module_of(found), LoadedPolicy(found)
    codes = ("ICD C10.1", "ICD C20.1", "ICD Z00.1", "ICD Z00.9")
    for one, several in product(codes, [*((code,) for code in codes), *combinations(codes, 2)]):
        case = {"service_date": Day(2020, 8, 1), "several": several, "one": one}
        wanted = judge(found.policy, case)
        if wanted.impossible:
            for evaluator in (module, loaded):
                with pytest.raises(getattr(evaluator, "InputError", InputError)):
                    evaluator.decide(case)
            continue
        for evaluator in (module, loaded):
            said = evaluator.decide(case)
            for name in ("d", "e"):
                assert said[name].outcomes == wanted.answers[name].outcomes
            assert said.requirements["N"].state == wanted.requirements["N"]


ONE_TEST = (
    "dx any in listed", "dx all in listed", "dx none in listed", "one is in listed", "one is not in listed",
    "not (dx any in listed)", "x and dx all in listed", "x or one is in listed",
)  # fmt: skip
SEVERAL_TESTS = (
    "at least 1 of (x, dx any in listed, one is in listed)",
    "not (at least 3 of (x, dx any in listed, one is in listed))",
    "at least 2 of (x, dx any in listed, one is in listed)",
    "not (at least 2 of (x, dx all in listed, one is in listed))",
    "all of (x, dx none in listed, one is not in listed)",
    "none of (x, dx any in listed, one is in listed)",
)
YES, NO, STRANGERS = "CPT 00001", "CPT 00002", ("CPT 00003", "CPT 00004")
IN_PART = """policy p
input x is yes or no
input dx are codes of cpt, may be missing
input one is code of cpt, may be missing
codes listed of cpt
  start {codes}
  start {no} services from 2020-01-01 until 2020-01-01
{rest}
input service_date is date from 2021-01-01
define asked as {condition}
decision d gives one of a, b
rule R1 for d when asked then report a
rule R2 for d when not asked then report b
"""


def _in_part(condition: str, codes: Sequence[str], rest: str) -> Any:
    said = IN_PART.format(codes=", ".join(codes), no=NO, rest=rest, condition=condition)
    return load(said)


@pytest.mark.parametrize("condition", [*ONE_TEST, *SEVERAL_TESTS])
def test_a_condition_is_settled_where_every_whole_list_agrees(condition: str) -> None:
    """What is unknown may be filled in any way: an answer must be that of all, and of one test there is one where all agree."""
    in_part = _in_part(condition, [YES], "  other codes unknown")
    whole = [
        _in_part(condition, [YES, *(code for code, there in zip(STRANGERS, filled, strict=True) if there)], "")
        for filled in product((False, True), repeat=2)
    ]
    settled = 0
    codes = (YES, NO, *STRANGERS)
    several = [None, *([code] for code in codes), *map(list, combinations(codes, 2))]
    for x, dx, one in product((True, False), several, (None, *codes)):
        case = {"x": x, "dx": dx, "one": one, "service_date": "2021-06-01"}
        answer = in_part.decide(case).d
        possible = {policy.decide(case).d.outcome for policy in whole}
        if answer.kind == "outcome":
            assert possible == {answer.outcome}, case
            settled += 1
        else:
            assert answer.kind == CANNOT_ANSWER
            assert len(possible) > 1 or condition in SEVERAL_TESTS, case
    assert settled > 20


def test_a_void_can_be_voided() -> None:
    def event(kind: str, revision: str, **more: Any) -> LedgerEvent:
        day = Day(2020, 1, int(revision[-1]))
        return LedgerEvent(kind, None if kind == VOID else ("CPT 00001",), posted=day, revision=revision, **more)

    history = [
        LedgerEvent(START, ("CPT 00001",)),
        event(REMOVE, "Rev 1"),
        event(VOID, "Rev 2", voids=frozenset({REMOVE}), voided=("", "Rev 1")),
        event(VOID, "Rev 3", voids=frozenset({VOID}), voided=("", "Rev 2")),
        event(VOID, "Rev 4", voids=frozenset({VOID}), voided=("", "Rev 3")),
    ]
    states = [Ledger(history).contains("CPT 00001", Day(2021, 1, 1), Day(2020, 1, day))[0] for day in (1, 2, 3, 4)]
    assert states == ["no", "yes", "no", "yes"]


def test_no_test_of_a_list_holds_its_codes_twice() -> None:
    """Every stretch of dates is a set of its own; the same set is shared by the rules that ask for it."""
    found = compiled(MOVED_AWAY)
    atoms = [atom for rule in found.decisions[0].rules for atom in atoms_of(rule.condition) if isinstance(atom, SomeIn)]
    assert {atom.codes for atom in atoms} == {"listed"}
    assert {len(atom.values) for atom in atoms} == {1}


# ---------------------------------------------------------------- the door

ASKED = """policy p
codes plain of cpt
  start CPT 81445, CPT 81450
codes dated of cpt
  start CPT 81457 services from 2024-01-01 until 2024-12-31
"""


@pytest.mark.parametrize("door", ["load", "module"])
def test_lists_are_asked_by_name(door: str) -> None:
    lists = load(ASKED).lists if door == "load" else module_of(compiled(ASKED)).LISTS
    assert lists["plain"].contains("CPT 81445")
    assert lists["plain"].contains("CPT 81445", "2024-01-01")
    assert not lists["plain"].contains("CPT 99999")
    assert [bool(lists["dated"].contains("CPT 81457", f"{year}-06-01")) for year in (2023, 2024, 2025)] == [
        False,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("code", "day", "message"),
    [
        ("81457", "2024-01-01", "did you mean 'CPT 81457'?"),
        ("ICD C00.1", "2024-01-01", "`dated` lists no such codes as 'ICD C00.1'"),
        (81457, "2024-01-01", "`dated` lists no such codes as 81457"),
        ("", "2024-01-01", "`dated` lists no such codes as ''"),
        ([], "2024-01-01", "`dated` lists no such codes as a list of 0"),
        ("CPT 81457", None, "`dated` has dates: give the date of service"),
        ("CPT 81457", "2024-13-01", "`service_date` cannot be '2024-13-01': it is a date"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(code: Any, day: Any, message: str) -> None:
    with pytest.raises(InputError) as error:
        load(ASKED).lists["dated"].contains(code, day)
    assert message in str(error.value)


def test_elsewhere_is_neither_yes_nor_no() -> None:
    member = load(MOVED_AWAY).lists["listed"].contains("ICD C00.1", "2020-03-01")
    assert (member.state, member.to, member.by, member.posted) == ("elsewhere", "A1", "Rev 2", Day(2020, 3, 5))
    with pytest.raises(ValueError, match="elsewhere"):
        bool(member)
