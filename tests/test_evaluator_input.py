"""What the evaluators take and refuse: every kind of input, unknown and missing facts, claims with lines, odd names."""

from __future__ import annotations

import copy
import datetime
import enum
import pickle
import re
from decimal import Decimal
from typing import Any

import pytest

from brute_force import compiled
from emitted import module_of
from ruleproof import PolicyError, check, load
from ruleproof.artifacts.names import identifiers
from ruleproof.runtime.kernel.values import UNKNOWN, InputError
from ruleproof.runtime.load import LoadedPolicy

KINDS = """policy kinds
source paper
  authority is binding
  revision Rev 1 published 2024-01-10 services from 2024-01-01
input flag is yes or no
input tissue is one of solid_organ, marrow
input genes is whole number from 1 to 500
input share is decimal number from 0 to 1 with 2 decimals
input ratio is decimal number from -1 to 1
input service_date is date from 2024-01-01 to 2030-12-31
input code is code of cpt
input tag is code like "Z" then 4 letters or digits, may be missing
input diagnoses are codes of icd10cm, may be missing
input findings are codes of icd10cm
codes listed of icd10cm
  start ICD C00.0, ICD C00.1
cannot happen X1 "a small panel of marrow" when genes is at most 4 and tissue is marrow
  because "marrow panels start at five"
decision answer gives one of low, high
rule L for answer when genes is at most 50 then answer is low
rule H for answer when genes is more than 50 then answer is high
decision noted collects any of listed_code, tagged, shared, flagged, coded
rule N1 for noted when diagnoses any in listed and findings none in listed then report listed_code
rule N2 for noted when tag is present then report tagged
rule N3 for noted when share is at least 0.5 and ratio is more than 0.25 then report shared
rule N4 for noted when flag then report flagged
rule N5 for noted when code is CPT 81445 then report coded
require R1 "a tag" that tag is present else reject "CO-1" "add the tag"
"""

FULL: dict[str, Any] = {
    "flag": True,
    "tissue": "solid_organ",
    "genes": 50,
    "share": Decimal("0.50"),
    "ratio": Decimal("0.3"),
    "service_date": datetime.date(2024, 6, 3),
    "code": "CPT 81445",
    "tag": "Z0AB1",
    "diagnoses": ("ICD C00.0",),
    "findings": ("ICD D46.9",),
}


@pytest.fixture(scope="module")
def kinds() -> Any:
    return module_of(compiled(KINDS))


@pytest.fixture(scope="module")
def both(kinds: Any) -> tuple[tuple[Any, type[Exception]], ...]:
    """The emitted module and the loaded policy, each with the error that it raises."""
    return (kinds, kinds.InputError), (LoadedPolicy(compiled(KINDS)), InputError)


class _Odd:
    def __repr__(self) -> str:
        raise RuntimeError("no repr")


class _Index:
    """An integer of another library."""

    def __index__(self) -> int:
        return 50


class _Text(str, enum.Enum):  # noqa: UP042
    """Texts that show and hash by another name."""

    YES = "yes"
    MARROW = "marrow"
    NUMBER = "50"
    SHARE = "0.5"
    DAY = "2024-06-03"
    CODE = "CPT 81445"
    TAG = "Z0AB1"
    OTHER = "ICD A00"
    LISTED = "ICD C00.0"


class _NoIndex:
    def __index__(self) -> int:
        raise RuntimeError("no integer")


class _Truth:
    def __index__(self) -> int:
        return True  # noqa: PLE0305


class _NoKeys:
    keys = 5


TAKEN: list[tuple[str, Any, Any]] = [
    ("flag", "yes", True),
    ("flag", "no", False),
    ("genes", "50", 50),
    ("genes", "+7", 7),
    ("genes", _Index(), 50),
    ("share", "0.5", Decimal("0.5")),
    ("share", 1, Decimal(1)),
    ("share", Decimal("0.500"), Decimal("0.5")),
    ("ratio", "-0.123456789012345678901234567890", Decimal("-0.123456789012345678901234567890")),
    ("service_date", "2024-06-03", datetime.date(2024, 6, 3)),
    ("tag", None, None),
    ("diagnoses", None, None),
    ("diagnoses", [], None),
    ("diagnoses", ["ICD C00.0", "ICD C00.0", "ICD A00"], ("ICD A00", "ICD C00.0")),
    ("flag", _Text.YES, True),
    ("tissue", _Text.MARROW, "marrow"),
    ("genes", _Text.NUMBER, 50),
    ("share", _Text.SHARE, Decimal("0.5")),
    ("service_date", _Text.DAY, datetime.date(2024, 6, 3)),
    ("code", _Text.CODE, "CPT 81445"),
    ("tag", _Text.TAG, "Z0AB1"),
    ("diagnoses", [_Text.OTHER, _Text.LISTED], ("ICD A00", "ICD C00.0")),
    ("diagnoses", {"ICD C00.1", "ICD C00.0"}, ("ICD C00.0", "ICD C00.1")),
]

REFUSED: list[tuple[str, Any, str]] = [
    ("flag", 1, "yes or no"),
    ("flag", "Yes", "yes or no"),
    ("flag", None, "may not be missing"),
    ("tissue", "solid_orgn", "did you mean 'solid_organ'"),
    ("tissue", True, "give it as text"),
    ("tissue", ["marrow"], "give it as text"),
    ("tissue", "x" * 10_000_000, "10000000 characters"),
    ("genes", 0, "from 1 to 500"),
    ("genes", 501, "from 1 to 500"),
    ("genes", 50.0, "a float is not taken"),
    ("genes", True, "from 1 to 500"),
    ("genes", "50.0", "from 1 to 500"),
    ("genes", " 50", "from 1 to 500"),
    ("genes", "٥٠", "from 1 to 500"),
    ("genes", "9" * 5000, "5000 characters"),
    ("genes", 10**5000, "beyond measure"),
    ("genes", _Odd(), "a value of type _Odd"),
    ("genes", _NoIndex(), "a value of type _NoIndex"),
    ("genes", _Truth(), "a value of type _Truth"),
    ("genes", None, "may not be missing"),
    ("tissue", _Text.TAG, "cannot be 'Z0AB1'"),
    ("share", 0.5, "a float is not exact"),
    ("share", Decimal("NaN"), "from 0 to 1"),
    ("share", Decimal("sNaN"), "from 0 to 1"),
    ("share", Decimal("Infinity"), "from 0 to 1"),
    ("share", "0.125", "it has 3 decimals"),
    ("share", "1e-1", "from 0 to 1"),
    ("share", ".", "from 0 to 1"),
    ("share", "", "from 0 to 1"),
    ("share", True, "from 0 to 1"),
    ("ratio", "1.0000000000000000000000000000001", "from -1 to 1"),
    ("service_date", "2023-12-31", "from 2024-01-01"),
    ("service_date", "2024-02-30", "written like 2024-03-21"),
    ("service_date", "20240603", "written like 2024-03-21"),
    ("service_date", "2024-W23-1", "written like 2024-03-21"),
    ("service_date", "06/03/2024", "written like 2024-03-21"),
    ("service_date", datetime.datetime(2024, 6, 3, tzinfo=datetime.UTC), "leave the time of day out"),
    ("service_date", 20240603, "written like 2024-03-21"),
    ("code", "81445", "did you mean 'CPT 81445'"),
    ("code", "CPT 8144", "a code of cpt"),
    ("code", "CPT 81445\n", "a code of cpt"),
    ("code", 81445, "a code of cpt"),
    ("tag", "Z0AB", "a code like"),
    ("tag", "z0ab1", "a code like"),
    ("diagnoses", "ICD C00.0", "give a list of codes"),
    ("diagnoses", ["C00.0"], "did you mean 'ICD C00.0'"),
    ("diagnoses", ["ICD C00.0", None], "cannot hold None"),
    ("findings", [], "at least one"),
    ("findings", None, "may not be missing"),
]


@pytest.mark.parametrize(("name", "value", "read"), TAKEN, ids=range(len(TAKEN)))
def test_values_are_taken_in_their_own_type(kinds: Any, name: str, value: Any, read: Any) -> None:
    claim = kinds.Claim(**{**FULL, name: value})
    assert getattr(claim, name) == read
    assert type(getattr(claim, name)) is type(read)
    assert load(KINDS).claim({name: value}) == {name: read}


@pytest.mark.parametrize(("name", "value", "said"), REFUSED, ids=range(len(REFUSED)))
def test_values_are_refused_with_what_is_allowed(both: Any, name: str, value: Any, said: str) -> None:
    for evaluator, error in both:
        with pytest.raises(error, match=re.escape(said)) as caught:
            evaluator.decide({**FULL, name: value})
        refused: Any = caught.value
        assert refused.input == name
        assert f"`{name}`" in str(refused)
        assert refused.value is value or (name == "diagnoses" and refused.value in value)
        assert refused.allowed
        assert len(str(refused)) < 400
    kinds = both[0][0]
    with pytest.raises(kinds.InputError, match=re.escape(said)):
        kinds.Claim(**{name: value})


def test_unknown_names_are_refused(both: Any) -> None:
    for evaluator, error in both:
        with pytest.raises(error, match=r"there is no input 'gene'; did you mean 'genes'\?") as caught:
            evaluator.decide({"gene": 5})
        assert caught.value.input == "gene"
        for odd in ({1: 2}, {None: 1}, {"x" * 100_000: 1}):
            with pytest.raises(error, match="there is no input"):
                evaluator.decide(odd)
        for no_claim in (5, None, [1], "genes"):
            with pytest.raises(error, match="a claim is a Claim or a mapping"):
                evaluator.decide(no_claim)


def test_what_cannot_happen_is_refused_by_name(both: Any) -> None:
    for evaluator, error in both:
        for facts in ({**FULL, "genes": 4, "tissue": "marrow"}, {"genes": 4, "tissue": "marrow"}):
            with pytest.raises(error, match="X1: marrow panels start at five") as caught:
                evaluator.decide(facts)
            assert caught.value.cannot_happen == ("X1",)
            assert caught.value.input == "tissue, genes"
            assert caught.value.value == {"tissue": "marrow", "genes": 4}
        assert evaluator.decide({"genes": 4}).answer.outcome == "low"


def test_unknown_and_missing_are_two_things(both: Any) -> None:
    for evaluator, _ in both:
        unknown = evaluator.decide({})
        assert unknown.answer.kind == "not known yet"
        assert unknown.answer.needed == ("genes",)
        assert {answer.outcome for answer in unknown.answer.possible} == {"low", "high"}
        assert unknown.requirements["R1"].state == "not checked"
        assert unknown.requirements["R1"].needed == ("tag",)
        missing = evaluator.decide({**FULL, "tag": None})
        assert [(item.name, item.action, item.reason_codes, item.text) for item in missing.findings] == [
            ("R1", "reject", "CO-1", "add the tag")
        ]
        assert (
            evaluator.decide({**FULL, "genes": getattr(evaluator, "UNKNOWN", UNKNOWN)}).answer.kind == "not known yet"
        )


def test_a_claim_cannot_be_changed_and_can_be_sent(kinds: Any) -> None:
    claim = kinds.Claim(**FULL)
    with pytest.raises(AttributeError):
        claim.genes = 60
    with pytest.raises(AttributeError):
        del claim.genes
    judged = kinds.decide(claim)
    with pytest.raises(AttributeError):
        judged.answer.kind = "nothing"
    assert pickle.loads(pickle.dumps(claim)) == claim == copy.deepcopy(claim) == kinds.claim_from(FULL)
    assert pickle.loads(pickle.dumps(judged)) == judged
    assert pickle.loads(pickle.dumps(kinds.UNKNOWN)) is kinds.UNKNOWN
    assert hash(claim) == hash(copy.copy(claim))
    assert repr(kinds.Claim(genes=5)) == "Claim(genes=5)"
    with pytest.raises(TypeError):
        bool(kinds.Claim().flag)


def test_errors_can_be_sent(kinds: Any) -> None:
    with pytest.raises(kinds.InputError) as caught:
        kinds.Claim(genes=0)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.input, again.value) == (str(caught.value), "genes", 0)


def test_names_that_others_script_against(kinds: Any) -> None:
    answer = kinds.decide(kinds.Claim(**FULL))
    assert (answer.answer.outcome, answer.answer.rules, answer.answer.citations) == ("low", ("L",), ())
    assert answer.noted.outcomes == ("listed_code", "tagged", "shared", "flagged", "coded")
    assert answer.findings == ()
    assert answer.policy.revision == "Rev 1"
    assert answer.policy.sha256 == compiled(KINDS).source.sha256
    assert answer.policy.unsound == ()
    assert answer.as_dict()["decisions"]["answer"]["outcome"] == "low"
    assert "low by L" in repr(answer)


def test_a_history_is_refused_as_long_as_there_are_no_limits(both: Any) -> None:
    for evaluator, error in both:
        with pytest.raises(error, match="no limits over a history") as caught:
            evaluator.decide(FULL, history=[])
        assert caught.value.input == "history"
        with pytest.raises(error, match="`as_posted_on` cannot be 'soon'"):
            evaluator.decide(FULL, as_posted_on="soon")


def test_answers_as_posted(both: Any) -> None:
    for evaluator, _ in both:
        early = evaluator.decide(FULL, as_posted_on="2024-01-09")
        assert early.answer.kind == "cannot answer"
        assert early.answer.reason == "no revision of paper was posted before 2024-01-10"
        assert early.requirements["R1"].state == "not checked"
        assert evaluator.decide(FULL, as_posted_on=datetime.date(2024, 1, 10)).answer.outcome == "low"


# ---------------------------------------------------------------- claims with lines


def test_a_claim_is_judged_line_by_line(both: Any) -> None:
    for evaluator, error in both:
        whole = {"service_date": "2024-06-03", "tissue": "marrow"}
        judged = evaluator.decide_claim({**whole, "lines": [{"genes": 5}, {"genes": 60, "tissue": "marrow"}]})
        assert [line.answer.outcome for line in judged.lines] == ["low", "high"]
        with pytest.raises(error, match="line 2: `tissue` is 'solid_organ' here and 'marrow' for the whole claim"):
            evaluator.decide_claim({**whole, "lines": [{}, {"tissue": "solid_organ"}]})
        with pytest.raises(error, match="line 1: `genes` cannot be 0"):
            evaluator.decide_claim({**whole, "lines": [{"genes": 0}]})
        with pytest.raises(error, match="line 1: these facts cannot happen together"):
            evaluator.decide_claim({**whole, "lines": [{"genes": 1}]})
        with pytest.raises(error, match="there is no input 'line'"):
            evaluator.decide_claim({"line": [], "lines": []})
        for lines in (None, "ab", {"genes": 5}):
            with pytest.raises(error, match="are a list of mappings"):
                evaluator.decide_claim({"lines": lines})
        with pytest.raises(error, match="line 1: a line is a mapping, not 5"):
            evaluator.decide_claim({"lines": [5]})
        with pytest.raises(error, match="line 1: a line is a mapping"):
            evaluator.decide_claim({"lines": [_NoKeys()]})
        with pytest.raises(error, match="a claim with lines is a mapping"):
            evaluator.decide_claim(_NoKeys())
        failed = evaluator.decide_claim({"lines": [{"tag": "Z0AB1"}, {"tag": None}]})
        assert [(number, item.name) for number, item in failed.findings] == [(2, "R1")]


def test_a_claim_without_lines_refuses_what_one_with_lines_does(both: Any) -> None:
    for evaluator, error in both:
        assert evaluator.decide_claim({"lines": []}).lines == ()
        with pytest.raises(error, match="no limits over a history"):
            evaluator.decide_claim({"lines": []}, history=[])
        with pytest.raises(error, match="`as_posted_on` cannot be 'soon'"):
            evaluator.decide_claim({"lines": []}, as_posted_on="soon")


def test_codes_in_another_order_contradict_nothing(both: Any) -> None:
    codes = ["ICD C00.1", "ICD C00.0"]
    for evaluator, _ in both:
        assert evaluator.decide_claim({"findings": codes, "lines": [{"findings": codes[::-1]}]}).lines


def test_texts_of_an_enumeration_answer_like_plain_ones(both: Any) -> None:
    facts = {**FULL, "tissue": _Text.MARROW, "code": _Text.CODE, "tag": _Text.TAG, "diagnoses": [_Text.LISTED]}
    plain = {**FULL, "tissue": "marrow", "diagnoses": ["ICD C00.0"]}
    for evaluator, _ in both:
        assert evaluator.decide(facts).as_dict() == evaluator.decide(plain).as_dict()


def test_lines_may_be_claims(kinds: Any) -> None:
    judged = kinds.decide_claim({"tissue": "marrow", "lines": [kinds.Claim(genes=60)]})
    assert judged.lines[0].answer.outcome == "high"


# ---------------------------------------------------------------- loading


def test_a_policy_with_errors_is_not_loaded() -> None:
    gap = "policy p\ninput a is yes or no\ndecision d gives one of x\nrule R for d when a then d is x\n"
    with pytest.raises(PolicyError, match=r"<text>:3:\d+: error\[RP\d+\]") as caught:
        load(gap)
    assert [finding.name for finding in caught.value.findings] == ["gap"]
    assert load(gap, allow=("gap",)).decide({"a": False}).d.kind == "nothing"
    assert load(gap, allow=("gap",)).policy.unsound == ("gap",)
    assert [finding.name for finding in check(gap)] == ["gap"]
    with pytest.raises(PolicyError, match="wrd"):
        load(gap + "wrd\n")
    with pytest.raises(FileNotFoundError):
        load("no_such_file.policy")


def test_a_policy_is_loaded_from_a_path(tmp_path: Any) -> None:
    path = tmp_path / "kinds.policy"
    path.write_bytes(b"\xef\xbb\xbf" + KINDS.replace("\n", "\r\n").encode())
    loaded = load(str(path))
    assert loaded.decide(FULL).answer.outcome == "low"
    with pytest.raises(AttributeError, match="no decision `nothing_such`"):
        _ = loaded.decide(FULL).nothing_such


# ---------------------------------------------------------------- questions, reviewers, presumptions, regions left open

RESTS = """policy rests
source paper
  authority is binding
question Q1 "how many?" between A, B
  open provisionally A
question Q2 "which?" between A, B
  decided "the first" by "us" on 2024-01-01
question Q3 "when?" between G
  open
input size is whole number from 0 to 9
input kind is one of plain, odd
  decided by reviewer because "plain is a matter of taste"
input known is yes or no
presume known is yes unless shown
define usual as kind is plain reading Q2
decision d gives one of x, y
rule A for d when size is at least 5 and usual then d is x
  cite paper a.1
rule B for d when all of (size is at least 5, usual, known) then d is y
  overrides A because "narrower" reading Q2
  cite paper a.2
rule C for d when size is at least 5 and not usual then d is x
leave open G for d when size is less than 5
  because "silent" question Q3 then pend
"""


def test_answers_say_what_they_rest_on() -> None:
    loaded = load(RESTS, allow=("open_question_decided",))
    provisional = loaded.decide({"size": 7, "kind": "plain", "known": False}).d
    assert [(item.name, item.state) for item in provisional.questions] == [("Q1", "provisionally"), ("Q2", "decided")]
    assert provisional.reviewer == ("kind",)
    assert provisional.citations == ("paper a.1",)
    presumed = loaded.decide({"size": 7, "kind": "plain"}).d
    assert (presumed.outcome, presumed.presumed) == ("y", ("known",))
    settled = loaded.decide({"size": 7, "kind": "odd"}).d
    assert (settled.outcome, settled.presumed) == ("x", ())
    left_open = loaded.decide({"size": 1}).d
    assert (left_open.kind, left_open.because, left_open.action) == ("left open", "silent", "pend")
    assert [(item.name, item.state) for item in left_open.questions] == [("Q3", "open")]


def test_presumed_values_are_read_as_they_are_meant() -> None:
    domains = {
        "a": ("decimal number from 0 to 1", "0.000000001"),
        "b": ("date from 2024-01-01", "2024-06-03"),
        "c": ('code like "Z" then 1 digit', "Z1"),
        "d": ("whole number from -5 to 5", "-3"),
        "e": ('one of x, "y z"', '"y z"'),
    }
    inputs = "\n".join(
        f"input {name} is {domain}\npresume {name} is {value} unless shown" for name, (domain, value) in domains.items()
    )
    rules = "\n".join(
        f"rule R{name} for out when {name} is {value} then out is {name}_as_presumed"
        for name, (_, value) in domains.items()
    )
    outcomes = ", ".join(f"{name}_as_presumed" for name in domains)
    found = compiled(f"policy presumes\n{inputs}\ndecision out collects any of {outcomes}\n{rules}\n")
    for evaluator in (module_of(found), LoadedPolicy(found)):
        answer = evaluator.decide({}).out
        assert answer.outcomes == tuple(f"{name}_as_presumed" for name in domains)
        assert answer.presumed == tuple(domains)


# ---------------------------------------------------------------- odd names


def test_fields_never_clash() -> None:
    names = ["class", "class_", "None", "größe", "grosse", "a b", "a_b", "</svg>", "שלום", "__x", "self", "2", "_"]
    found = identifiers(names, ("self",), "input")
    assert list(found) == names
    assert len(set(found.values())) == len(names)
    assert all(field.isidentifier() and field.isascii() and not field.startswith("_") for field in found.values())
    assert found["class_"] == "class_"
    assert found["a_b"] == "a_b"


def test_inputs_may_be_called_what_the_module_calls_its_own_things() -> None:
    names = [
        "keep",
        "type",
        "dt",
        "str",
        "int",
        "self",
        "known",
        "UNKNOWN",
        "Claim",
        "decide",
        "facts",
        "answer",
        "lines",
    ]
    names += ["`{never}`", "`{fields}`", "_full", "_values", "__slots__"]
    inputs = "\n".join(f"input {name} is whole number from 0 to 9" for name in names)
    rules = "\n".join(
        f"rule R{number} for d{number} when {name} is at least 5 then d{number} is x"
        for number, name in enumerate(names)
    )
    decisions = "\n".join(f"decision d{number} collects any of x" for number in range(len(names)))
    module = module_of(compiled(f"policy names\n{inputs}\n{decisions}\n{rules}\n"))
    bare = [name.strip("`") for name in names]
    for number, name in enumerate(bare):
        judged = module.decide({other: 9 if other == name else 0 for other in bare})
        assert [found for found, answer in judged.answers.items() if answer.outcomes] == [f"d{number}"]
    assert module.Claim(**dict.fromkeys(module.Claim._fields, 5)) == module.claim_from(dict.fromkeys(bare, 5))


def test_a_zero_has_no_decimals_however_it_is_written() -> None:
    policy = load(
        "policy shares\ninput share is decimal number from 0 to 1 with 2 decimals\ndecision low gives one of yes, no\n"
        "rule R1 for low when share is 0 then low is yes\nrule R2 for low when share is more than 0 then low is no\n"
    )
    for zero in ("0", "0.00", "0.0000", "-0.0000"):
        assert policy.decide({"share": Decimal(zero)}).low.outcome == "yes"
    with pytest.raises(InputError, match="3 decimals"):
        policy.decide({"share": Decimal("0.1250")})
