"""Laws of histories: the evaluators judge every limit as a naive scan of the history does, whatever is unknown."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from brute_force import compiled
from emitted import module_of
from naive_history import DOMAINS, LIMITS, POLICY, state
from ruleproof.cli import main
from ruleproof.runtime.kernel.values import InputError
from ruleproof.runtime.load import LoadedPolicy

Draw = Callable[[st.SearchStrategy[Any]], Any]

DAYS = tuple(
    datetime.date.fromisoformat(day)
    for day in (
        "2022-12-31", "2023-01-01", "2023-02-27", "2023-02-28", "2023-03-01", "2023-05-16", "2023-05-17", "2023-06-01",
        "2023-06-02", "2023-06-14", "2023-06-15", "2023-06-30",
    )
)  # fmt: skip
"""Days on both sides of every window's edge: 29, 30 and 14 days apart, months, years, anniversaries, 29 February."""


ANY_DAY = (datetime.date(2020, 1, 1), *DAYS, datetime.date(2024, 12, 31))
"""What an unknown date can be: also a day before all others, and one after them."""


@cache
def _evaluators() -> tuple[Any, ...]:
    found = compiled(POLICY)
    return module_of(found), LoadedPolicy(found)


@st.composite
def services(draw: Draw, unknown: bool, paid: bool = True) -> dict[str, Any]:
    """Give a service, some facts of it unknown."""
    facts: dict[str, Any] = {name: draw(st.sampled_from(values)) for name, values in DOMAINS.items()}
    facts["service_date"] = draw(st.sampled_from(DAYS))
    if not paid:
        del facts["paid"]
    if unknown:
        for name in draw(st.lists(st.sampled_from(sorted(facts)), max_size=2, unique=True)):
            del facts[name]
    return facts


def _in_order(told: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Put services in order of their dates, and name them; those without a date stay where they are put first."""
    dated = sorted(told, key=lambda item: item.get("service_date", datetime.date.min))
    return [{"id": f"C{number}", **item} for number, item in enumerate(dated, 1)]


def _states(judged: Any) -> dict[str, str]:
    return {name: judged.requirements[name].state for name in LIMITS}


@settings(max_examples=200)
@given(services(False, paid=False), st.lists(services(True), max_size=5))
def test_limits_are_judged_as_a_naive_scan_judges_them(line: dict[str, Any], told: list[dict[str, Any]]) -> None:
    history = _in_order(told)
    for evaluator in _evaluators():
        judged = evaluator.decide(line, history)
        assert _states(judged) == {name: state(name, line, history, ANY_DAY) for name in LIMITS}
        assert _states(evaluator.decide(line)) == {name: state(name, line, None, ANY_DAY) for name in LIMITS}


@settings(max_examples=60)
@given(services(True, paid=False), st.lists(services(True), max_size=2))
def test_what_is_settled_with_a_line_partly_unknown_is_so_in_every_case(
    line: dict[str, Any], told: list[dict[str, Any]]
) -> None:
    history = _in_order(told)
    for evaluator in _evaluators():
        for name, found in _states(evaluator.decide(line, history)).items():
            expected = state(name, {"paid": True, **line}, history, ANY_DAY)
            assert found in (expected, "not checked")


@settings(max_examples=120)
@given(
    st.lists(services(False, paid=False), min_size=1, max_size=3), st.lists(services(True), max_size=2), st.booleans()
)
def test_the_lines_of_a_claim_see_each_other(
    lines: list[dict[str, Any]], told: list[dict[str, Any]], given_history: bool
) -> None:
    history = _in_order(told) if given_history else None
    # what stands on a claim counts as paid until it is decided
    counted = [{**line, "paid": True} for line in lines]
    for evaluator in _evaluators():
        judged = evaluator.decide_claim({"lines": lines}, history)
        for number, line in enumerate(judged.lines):
            assert _states(line) == {
                name: state(name, counted[number], history, ANY_DAY, counted, number) for name in LIMITS
            }


@pytest.mark.parametrize(
    ("history", "said"),
    [
        ([{"service_date": "2023-01-01"}], "earlier service 1 has no `id`"),
        ([{"id": "A", "service_date": "2023-01-01"}] * 2, "the service 'A' stands in the history twice"),
        (
            [{"id": "A", "service_date": "2023-01-02"}, {"id": "B", "service_date": "2023-01-01"}],
            "the history is in the wrong order: 'B' of 2023-01-01 stands after 'A' of 2023-01-02",
        ),
        ([{"id": "A", "patient_id": "Q"}], "the earlier service 'A' is of patient 'Q', the line of 'P'"),
        (
            [{"id": "A", "patient_id": "P"}, {"id": "B", "patient_id": "Q"}],
            "the history mixes patients: 'B' is of patient 'Q', 'A' of 'P'",
        ),
        ([{"id": "LINE"}], "the service 'LINE' stands in its own history"),
        ([{"id": "A", "sise": 3}], "earlier service 'A': there is no input 'sise'; did you mean 'size'?"),
        ([{"id": "A", "size": 99}], "earlier service 'A': `size` cannot be 99"),
        ([{"id": "A", "paid": 1.5}], "`paid` cannot be 1.5: it is yes or no"),
        ([{"id": "A", "specimen_id": 7}], "`specimen_id` cannot be 7"),
        ([["id"]], "earlier service 1 has no `id`"),
        ({"id": "A"}, "a history is a list of earlier services, not a dict of 1"),
        ("A", "a history is a list of earlier services, not 'A'"),
    ],
)
def test_a_history_that_cannot_be_taken_is_refused_by_name(history: Any, said: str) -> None:
    for evaluator in _evaluators():
        with pytest.raises(getattr(evaluator, "InputError", InputError)) as caught:
            evaluator.decide({"id": "LINE", "patient_id": "P", "service_date": "2024-01-01"}, history)
        assert said in str(caught.value)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([{"patient_id": "P"}, {"patient_id": "Q"}], "line 1: line 2 is of patient 'Q', the line of 'P'"),
        ([{"id": "A"}, {}, {"id": "A"}], "line 1: line 3 is called 'A' too"),
    ],
)
def test_lines_of_two_patients_and_a_line_twice_are_refused(lines: list[dict[str, Any]], said: str) -> None:
    for evaluator in _evaluators():
        for history in (None, []):
            with pytest.raises(getattr(evaluator, "InputError", InputError)) as caught:
                evaluator.decide_claim({"service_date": "2024-01-01", "lines": lines}, history)
            assert str(caught.value) == said


def test_a_service_that_cannot_happen_is_refused_in_a_history() -> None:
    text = POLICY + 'cannot happen X1 when design is single and size is more than 1 because "one is one"\n'
    loaded = LoadedPolicy(compiled(text))
    with pytest.raises(InputError, match="earlier service 'A': these facts cannot happen together"):
        loaded.decide({}, [{"id": "A", "design": "single", "size": 2}])


def test_the_first_consequence_is_named_and_the_others_are_not_lost() -> None:
    line = {"design": "panel", "size": 5, "specimen_id": "S", "service_date": "2023-06-02", "billed": "CPT 81445"}
    history = [
        {"id": "A", "design": "profile", "size": 5, "specimen_id": "S", "service_date": "2023-06-01", "billed": "CPT 81479"},
        {"id": "B", "design": "panel", "size": 5, "specimen_id": "S", "service_date": "2023-06-01", "billed": "CPT 81479"},
    ]  # fmt: skip
    for evaluator in _evaluators():
        judged = evaluator.decide(line, history)
        assert [item.name for item in judged.findings] == ["CLOSED", "WAIT", "MONTH"]
        found = judged.consequence
        assert (found.action, found.by, found.also) == ("reject", ("CLOSED",), ("WAIT", "MONTH"))
        assert found.reason == "the claim is not taken in, so nothing else is decided"
        alone = evaluator.decide_claim({"lines": [line, {**line, "design": "single"}]}, history).consequence
        assert (alone.action, alone.lines, alone.whole) == ("reject", (1,), True)
        assert evaluator.decide(line, []).consequence is None


# ---------------------------------------------------------------- the page

PAGE = Path(__file__).parents[1] / "docs" / "history.md"


def test_the_page_about_histories_shows_what_is_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    (policy,), (claim, history), (answer,) = (
        [text for kind, text in blocks if kind == wanted] for wanted in ("policy", "json", "text")
    )
    for name, text in (("marrow.policy", policy), ("claim.json", claim), ("history.json", history)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["eval", "marrow.policy", "claim.json", "--history", "history.json"])
    assert result.output == answer
    lines = "".join(line.strip() + "\n" for line in history.strip("[]\n ").splitlines())
    (tmp_path / "history.ndjson").write_text(lines, encoding="utf-8")
    again = CliRunner().invoke(main, ["eval", "marrow.policy", "claim.json", "--history", "history.ndjson"])
    assert again.output == answer
