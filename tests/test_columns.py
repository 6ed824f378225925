"""The law of columns: a table is judged row by row as `decide` judges, with the same answers, refusals and reasons."""

from __future__ import annotations

import datetime
import random
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from itertools import islice
from typing import Any

import pytest
from hypothesis import given

from brute_force import compiled, full_cases
from random_policies import RandomPolicy, policies
from ruleproof.compiled import Compiled
from ruleproof.finding import Value
from ruleproof.resources import folder
from ruleproof.runtime.kernel.values import InputError
from ruleproof.runtime.load import LoadedJudgement, LoadedPolicy

pytest.importorskip("pyarrow", reason="the extra `columns` is not installed")

import pyarrow as pa

from columns_of_claims import columns_of, shuffled_cases
from ruleproof.runtime.batch import cascade, deciding, joint, lookups
from ruleproof.runtime.batch.tables import in_parts
from ruleproof.runtime.generate import Generator, Rates
from sql_policies import CODES

MOST_CASES = 400

Samples = Mapping[str, tuple[Value, ...]]


def _cases(samples: Samples, others: Samples, chance: random.Random) -> list[dict[str, Value]]:
    """Give one case of each cell where they are few, else some; and some with other values."""
    every = list(islice(full_cases(samples), MOST_CASES + 1))
    if len(every) > MOST_CASES:
        every = shuffled_cases(samples, {}, MOST_CASES, chance)
    return [*every, *shuffled_cases(samples, others, 40, chance)]


def _decided(loaded: LoadedPolicy, row: Mapping[str, Any], day: datetime.date | None) -> LoadedJudgement | InputError:
    try:
        return loaded.decide(row, as_posted_on=day)
    except InputError as error:
        return error


def _agree(
    loaded: LoadedPolicy,
    table: pa.Table,
    rows: Sequence[Mapping[str, Any]],
    day: datetime.date | None = None,
    nulls_unknown: Sequence[str] = (),
) -> int:
    """Compare every row with what `decide` says of it; give how many were rejected."""
    ready = loaded.deciding(table.schema.names, day, nulls_unknown=nulls_unknown)
    first, refused = 1, 0
    for batch in (part for item in table.to_batches() for part in in_parts(item)):
        said, rejects = ready.said(batch, first)
        reasons = {item.row: item.reason for item in rejects}
        assert len(reasons) == len(rejects)
        things = ready.things()
        for row in range(batch.num_rows):
            number = first + row
            judged = _decided(loaded, rows[number - 1], day)
            if isinstance(judged, InputError):
                assert reasons.pop(number) == judged.message
                assert all(numbers[row] == -1 for numbers in said)
                refused += 1
                continue
            expected = {**judged.answers, **judged.requirements}
            for (name, known), numbers in zip(things, said, strict=True):
                assert numbers[row] >= 0
                assert known[numbers[row]] == expected[name]
        assert not reasons
        first += batch.num_rows
    assert first - 1 == len(rows)
    return refused


def _as_told(case: Mapping[str, Value], names: Sequence[str], unknown: Sequence[str] = ()) -> dict[str, Any]:
    """Give what a row tells: nothing of inputs without a column, nor of nulls that mean that it is unknown."""
    return {name: case[name] for name in names if not (case[name] is None and name in unknown)}


@given(policies())
def test_every_cell_is_judged_as_decide_does(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    loaded, chance = LoadedPolicy(found), random.Random(5)
    samples = found.space.samples()
    cases = _cases(samples, policy.others, chance)
    _agree(loaded, columns_of(cases, list(samples), chance), cases)


@given(policies())
def test_absent_columns_and_unknown_nulls_are_judged_as_decide_does(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    loaded, chance = LoadedPolicy(found), random.Random(6)
    samples = found.space.samples()
    for _ in range(3):
        names = [name for name in samples if chance.random() < 0.7]
        unknown = [name for name in names if chance.random() < 0.5]
        cases = shuffled_cases(samples, policy.others, 40, chance)
        for case in cases:
            case.update({name: None for name in unknown if chance.random() < 0.4})
        told = [_as_told(case, names, unknown) for case in cases]
        table = columns_of(cases, names, chance) if names else pa.table({"other": pa.array([1] * len(cases))})
        _agree(loaded, table, told, nulls_unknown=unknown)


@given(policies())
def test_as_posted_on_a_day_every_cell_is_judged_as_decide_does(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    loaded, chance = LoadedPolicy(found), random.Random(7)
    samples = found.epochs[-1].compiler.space.samples()
    for posting in found.policy.postings:
        cases = shuffled_cases(samples, policy.others, 40, chance)
        for day in (posting.day, posting.day - datetime.timedelta(days=1)):
            _agree(loaded, columns_of(cases, list(samples), chance), cases, day)


@given(policies())
def test_a_graph_without_tables_is_followed_to_the_same_answers(policy: RandomPolicy) -> None:
    """Where tables would grow beyond measure, rows walk through the graph; here that is so from the first node on."""
    found = compiled(policy.text)
    chance = random.Random(8)
    samples = found.space.samples()
    cases = shuffled_cases(samples, policy.others, 60, chance)
    names = [name for name in samples if chance.random() < 0.8]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cascade, "MOST_NODES", 0)
        loaded = LoadedPolicy(found)
        _agree(loaded, columns_of(cases, list(samples), chance), cases)
        if names:
            _agree(loaded, columns_of(cases, names, chance), [_as_told(case, names) for case in cases])


@given(policies())
def test_how_rows_are_looked_up_makes_no_difference(policy: RandomPolicy) -> None:
    """In many small tables or one, in parts, with dictionaries worked into the tables at once, or with no room for that."""
    found = compiled(policy.text)
    chance = random.Random(10)
    samples = found.space.samples()
    cases = shuffled_cases(samples, policy.others, 60, chance)
    for largest, worked_in, together in ((4, 1 << 19, 60_000), (1 << 18, 1 << 19, 0), (1 << 18, 64, 60_000), (8, 0, 0)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(cascade, "LARGEST_TABLE", largest)
            patch.setattr(cascade.Cascade, "entries", 0)
            patch.setattr(lookups, "MOST_WORKED_IN", worked_in)
            patch.setattr(lookups, "ROWS_AT_ONCE", 7)
            patch.setattr(joint, "_MOST_ENTRIES_TOGETHER", together)
            patch.setattr(joint, "_FEW_ENDS", chance.choice([0, 256]))
            _agree(LoadedPolicy(found), columns_of(cases, list(samples), chance), cases)


# ---------------------------------------------------------------- what is told


def _told_of(loaded: LoadedPolicy, row: Mapping[str, Any]) -> dict[str, str | None]:
    """Give what `decide` says of a row, as columns tell it; nothing of a row that it refuses."""
    judged = _decided(loaded, row, None)
    if isinstance(judged, InputError):
        return {}
    told: dict[str, str | None] = {}
    for name, answer in judged.answers.items():
        told |= {name: ", ".join(answer.outcomes), f"{name}.kind": answer.kind, f"{name}.force": answer.force}
        for word in ("rules", "further", "barred", "needed"):
            told[f"{name}.{word}"] = ", ".join(getattr(answer, word))
    return {name: text or None for name, text in told.items()}


def _columns_tell(loaded: LoadedPolicy, table: pa.Table, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Compare the columns of every decision with what `decide` says; give the rows of answers."""
    rest = ("findings", "not_checked", "consequence")
    answers: list[dict[str, Any]] = loaded.decide_table(table).table.to_pylist()
    for told, row in zip(answers, rows, strict=True):
        expected = _told_of(loaded, row)
        assert {name for name, text in expected.items() if text} <= told.keys()
        for name in told.keys() - rest:
            assert told[name] == expected.get(name), (name, row)
    return answers


@given(policies())
def test_columns_tell_every_code_of_an_answer(policy: RandomPolicy) -> None:
    """Several outcomes, codes of a further line and barred ones, also where something is unknown."""
    found = compiled(policy.text)
    loaded, chance = LoadedPolicy(found), random.Random(11)
    samples = found.space.samples()
    cases = shuffled_cases(samples, policy.others, 60, chance)
    answers = _columns_tell(loaded, columns_of(cases, list(samples), chance), cases)
    for name in (item.name for item in found.policy.decisions):
        forces = {rule.force for rule in found.policy.decision(name).rules}
        assert f"{name}.barred" not in answers[0] or "must not report" in forces
        assert f"{name}.further" not in answers[0] or "may also report" in forces
    names = [name for name in samples if chance.random() < 0.7]
    if names:
        _columns_tell(loaded, columns_of(cases, names, chance), [_as_told(case, names) for case in cases])


# ---------------------------------------------------------------- the bundled policies


def _bundled(name: str) -> Compiled:
    subject = name if name != "literal" else "tumor_ngs"
    return compiled((folder("policies") / subject / f"{name}.policy").read_text("utf-8"))


BUNDLED = ("tumor_ngs", "literal", "mrd", "ncd_90_2", "pgx", "code_facts", "plasma_cgp", "myeloid_ngs")


@pytest.mark.parametrize("name", BUNDLED)
def test_bundled_policies_are_judged_as_decide_does(name: str) -> None:
    found = _bundled(name)
    chance = random.Random(9)
    derived = {item.name for item in found.policy.derived}
    samples = {input: values for input, values in found.space.samples().items() if input not in derived}
    cases = shuffled_cases(samples, {}, 600, chance)
    if "service_date" in samples:
        for case in cases[::2]:
            case["service_date"] = datetime.date(2024, 6, 3)
    loaded = LoadedPolicy(found)
    assert _agree(loaded, columns_of(cases, list(samples), chance), cases) < len(cases)
    names = [input for input in samples if chance.random() < 0.8]
    some = cases[:200]
    _agree(loaded, columns_of(some, names, chance), [_as_told(case, names) for case in some])


@pytest.mark.parametrize(
    ("name", "decision", "force", "codes"),
    [
        ("code_facts", "described_by", "consider", {"CPT 81445, CPT 81457", "CPT 81445, CPT 81458"}),
        ("tumor_ngs", "barred_codes", "must not report", {"tier_1, tier_2"}),
    ],
)
def test_columns_of_bundled_policies_tell_several_codes(name: str, decision: str, force: str, codes: set[str]) -> None:
    found = _bundled(name)
    loaded, made = LoadedPolicy(found), Generator(found, 1, typed=True).claims(400, Rates(noise=0.3))
    names = [item.name for item in found.policy.asked]
    claims = [{name: claim.facts.get(name) for name in names} for claim in made]
    answers = _columns_tell(loaded, pa.table({name: [claim[name] for claim in claims] for name in names}), claims)
    assert codes <= {told[decision] for told in answers if told[f"{decision}.force"] == force}
    assert not any(column.endswith((".barred", ".further")) for column in answers[0])


# ---------------------------------------------------------------- small print

SMALL = """policy panels

source article
  authority is binding
  revision Rev 1 published 2024-01-10 services from 2024-01-01

input service_date is date from 2024-01-01
input genes is whole number from 1 to 500
input share is decimal number from 0 to 1 with 2 decimals, may be missing
input tissue is one of solid_organ, marrow
input tag is code like "Z" then 4 letters or digits, may be missing
input diagnoses are codes of icd10cm, may be missing

cannot happen X1 when tissue is marrow and genes is at most 4
  because "marrow panels start at five genes"

decision code gives one of small, large
rule S for code when genes is at most 50
  then report small
rule L for code when genes is more than 50
  then report large

require T1 that tag is present
  else reject "CO-16" "add the identifier"
require T2 that share is more than 0.5 or share is missing
  else pend
"""

GOOD = {
    "service_date": datetime.date(2024, 6, 3),
    "genes": 40,
    "share": Decimal("0.75"),
    "tissue": "solid_organ",
    "tag": None,
    "diagnoses": ("ICD C34.1",),
}


@pytest.fixture(scope="module")
def small() -> LoadedPolicy:
    return LoadedPolicy(compiled(SMALL))


def _with(**columns: Any) -> pa.Table:
    count = len(next(iter(columns.values())))
    rest = {name: [value] * count for name, value in GOOD.items() if name not in columns}
    return pa.table({**rest, **columns})


def test_answers_are_columns_of_dictionaries(small: LoadedPolicy) -> None:
    decided = small.decide_table(
        _with(genes=[40, 60, 3, 40], tissue=["marrow"] * 4, tag=["Z1111", None, None, None], claim=["a"] * 4)
    )
    told = decided.table.to_pydict()
    assert told["code"] == ["small", "large", None, "small"]
    assert told["code.kind"] == ["outcome", "outcome", None, "outcome"]
    assert told["code.rules"] == ["S", "L", None, "S"]
    assert told["findings"] == [None, "T1", None, "T1"]
    assert told["consequence"] == [None, "reject", None, "reject"]
    assert all(pa.types.is_dictionary(field.type) for field in decided.table.schema)
    assert decided.not_read == ("claim",)
    assert (decided.rows, decided.judged, decided.rejected) == (4, 3, 1)
    (reject,) = decided.rejects.to_pylist()
    assert reject["row"] == 3
    assert reject["input"] == "genes, tissue"
    assert reject["reason"].endswith("X1: marrow panels start at five genes")


@pytest.mark.parametrize(
    ("name", "values", "refused"),
    [
        ("genes", pa.array([1, 0, 501, None, 500]), {2, 3, 4}),
        ("genes", pa.array([1, 2**40, -(2**60)], pa.int64()), {2, 3}),
        ("genes", pa.array([1, 2**64 - 1], pa.uint64()), {2}),
        ("genes", pa.array([5.0, 6.5]), {1, 2}),
        ("genes", pa.array(["7", " 7", "x", "+9"]), {2, 3}),
        ("genes", pa.array([Decimal("7")]), {1}),
        ("genes", pa.array([True]), {1}),
        ("share", pa.array([Decimal("0.5"), Decimal("1.01"), None]), {2}),
        ("share", pa.array([0.5, None]), {1}),
        ("share", pa.array(["0.5", "0.555"]), {2}),
        ("tissue", pa.array(["marrow", "marow", "", None]), {2, 3, 4}),
        ("tissue", pa.array(["marrow", "marow", "marrow", None]).dictionary_encode(), {2, 4}),
        ("tag", pa.array(["Z1234", "Z12345", "1234", None]), {2, 3}),
        ("diagnoses", pa.array([["ICD C34.1"], ["C34.1"], [], None, [None], ["ICD C34.1", "x"]]), {2, 5, 6}),
        ("diagnoses", pa.array(["ICD C34.1"]), {1}),
        ("service_date", pa.array([datetime.date(2024, 1, 1), datetime.date(2023, 12, 31), None]), {2, 3}),
        ("service_date", pa.array([1714521600, 1714521601], pa.timestamp("s")), {2}),
        ("service_date", pa.array([2**31 - 1], pa.int32()).cast(pa.date32()), {1}),
        ("service_date", pa.array(["2024-05-01", "01.05.2024", "20240501"]), {2, 3}),
    ],
)
def test_bad_values_are_rejected_with_the_reason_of_decide(
    small: LoadedPolicy, name: str, values: pa.Array, refused: set[int]
) -> None:
    table = _with(**{name: values})
    decided = small.decide_table(table)
    assert {reject["row"] for reject in decided.rejects.to_pylist()} == refused
    assert {reject["input"] for reject in decided.rejects.to_pylist()} == {name}
    kinds = decided.table.column("code.kind").to_pylist()
    assert {place for place, kind in enumerate(kinds, 1) if kind is None} == refused
    for reject in decided.rejects.to_pylist():
        assert reject["reason"].startswith(f"`{name}` ")


def test_a_null_in_codes_of_a_wide_table_says_missing_and_not_unknown(small: LoadedPolicy) -> None:
    table = _with(tag=pa.array([None, "Z1234"]))
    assert small.decide_table(table).table.column("findings").to_pylist() == ["T1", None]
    unknown = small.decide_table(table, nulls_unknown=["tag"]).table
    assert unknown.column("findings").to_pylist() == [None, None]
    assert unknown.column("not_checked").to_pylist() == ["T1", None]


def test_the_first_input_that_is_refused_is_named(small: LoadedPolicy) -> None:
    decided = small.decide_table(_with(genes=[0], tissue=["nowhere"]))
    assert [reject["input"] for reject in decided.rejects.to_pylist()] == ["genes"]


def test_batches_of_a_stream_are_counted_through(small: LoadedPolicy) -> None:
    table = _with(genes=[40, 0, 60, 40, 0])
    parts = pa.Table.from_batches([*table.slice(0, 2).to_batches(), *table.slice(2).to_batches()])
    streamed = list(small.decide_batches(parts))
    assert [part.rows for part in streamed] == [2, 3]
    assert [reject["row"] for part in streamed for reject in part.rejects.to_pylist()] == [2, 5]
    whole = small.decide_table(parts)
    assert whole.table.to_pydict() == pa.concat_tables([part.table for part in streamed]).to_pydict()


def test_threads_judge_one_after_another(small: LoadedPolicy, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is remembered between batches, and the memory to work in, is for one batch at a time."""
    under_way: list[int] = []
    together: list[int] = []
    decide = deciding.Decider.decide

    def slowly(*arguments: Any) -> Any:
        under_way.append(1)
        together.append(len(under_way))
        time.sleep(0.01)
        found = decide(*arguments)
        under_way.pop()
        return found

    monkeypatch.setattr(deciding.Decider, "decide", slowly)
    tables = [_with(genes=[number % 100 + 1]) for number in range(12)]
    with ThreadPoolExecutor(4) as threads:
        found = [decided.table.column("code").to_pylist() for decided in threads.map(small.decide_table, tables)]
    assert found == [["small" if number % 100 < 50 else "large"] for number in range(12)]
    assert together == [1] * 12


def test_other_libraries_hand_their_tables_in_and_take_the_answers(small: LoadedPolicy) -> None:
    class Frame:
        """Any library: an object that hands out a stream."""

        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            return _with(genes=[40, 60]).__arrow_c_stream__(requested_schema)

    decided = small.decide_table(Frame())
    assert pa.table(decided).column("code").to_pylist() == ["small", "large"]


def test_an_empty_table_has_an_empty_answer(small: LoadedPolicy) -> None:
    decided = small.decide_table(_with(genes=pa.array([], pa.int64())))
    assert (decided.rows, decided.rejected) == (0, 0)
    assert "code" in decided.table.schema.names


def test_barred_and_further_codes_have_columns_where_a_decision_says_them() -> None:
    loaded = LoadedPolicy(compiled(CODES))
    table = pa.table({"rna": [False, True, True, False], "serial": [False, False, True, True]})
    told = loaded.decide_table(table).table.to_pydict()
    assert list(told) == [
        *("code", "code.kind", "code.force", "code.rules", "code.further", "code.barred", "code.needed"),
        *("plain", "plain.kind", "plain.force", "plain.rules", "plain.needed"),
    ]
    assert told["code"] == ["small", None, "again", "small"]
    assert told["code.further"] == [None, None, None, "again"]
    assert told["code.barred"] == [None, "large, other", "large, other", None]
    asked = loaded.decide_table(table, only=["plain"], words=["outcome", "barred"]).table.to_pydict()
    assert asked == {"plain": ["b", "a", "a", "b"], "plain.barred": [None] * 4}


def test_only_and_words_choose_the_columns(small: LoadedPolicy) -> None:
    decided = small.decide_table(_with(genes=[40]), only=["code"], words=["outcome", "citations"])
    assert decided.table.schema.names == ["code", "code.citations"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"only": ["cod"]}, "there is no decision or requirement `cod`; did you mean 'code'?"),
        ({"words": ["rule"]}, "there is no word about an answer `rule`"),
        ({"nulls_unknown": ["gene"]}, "there is no input `gene`"),
        ({"as_posted_on": "soon"}, "`as_posted_on` cannot be 'soon'"),
    ],
)
def test_what_is_asked_for_must_be_there(small: LoadedPolicy, options: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words.replace("?", r"\?")):
        small.decide_table(_with(genes=[40]), **options)


def test_an_index_outside_its_dictionary_is_refused(small: LoadedPolicy) -> None:
    tissue = pa.DictionaryArray.from_arrays(pa.array([0, 7], pa.int32()), pa.array(["marrow"]), safe=False)
    with pytest.raises(InputError, match="`tissue` names entries that its dictionary has not"):
        small.decide_table(_with(tissue=tissue))


def test_what_is_no_table_is_refused(small: LoadedPolicy) -> None:
    with pytest.raises(InputError, match="a table is anything with `__arrow_c_stream__`"):
        small.decide_table({"genes": [1]})
    twice = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["genes", "genes"])
    with pytest.raises(InputError, match="two columns `genes`"):
        small.decide_table(twice)
