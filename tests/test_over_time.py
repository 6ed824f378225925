"""Two clocks: which text counts on a date of service as posted on a day, against a naive replay; texts compared; one call."""

from __future__ import annotations

import datetime
import itertools
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from brute_force import compiled
from random_policies import RandomPolicy, policies
from ruleproof.cli import main
from ruleproof.compiled import Compiled
from ruleproof.finding import Finding, Range, Severity
from ruleproof.model import meaning
from ruleproof.model.nodes import Policy, YesNo
from ruleproof.pipeline import compile_source
from ruleproof.prover.difference import compare
from ruleproof.prover.regions import written_name
from ruleproof.runtime.load import LoadedPolicy, load
from ruleproof.source import source_from_text

DAYS = [datetime.date(2024, 1, 1) + datetime.timedelta(days=10 * number) for number in range(6)]
DAY = datetime.timedelta(days=1)

Revision = tuple[datetime.date, datetime.date | None, datetime.date | None, bool, tuple[int, ...]]
"""Services from and until, posted on, whether the text is here, and which others it replaces, by number."""


@st.composite
def histories(draw: st.DrawFn) -> list[Revision]:
    """Give revisions in any order of dates, each replacing some of those written before it."""
    found: list[Revision] = []
    for number in range(draw(st.integers(1, 4))):
        start = draw(st.sampled_from(DAYS))
        until = draw(st.sampled_from([None, None, *(day for day in DAYS if day >= start)]))
        posted = draw(st.sampled_from([None, *DAYS]))
        replaced = tuple(other for other in range(number) if draw(st.booleans()))
        found.append((start, until, posted, draw(st.booleans()), replaced))
    return found


def _written(history: list[Revision]) -> str:
    lines = ["policy p", "source s"]
    for number, (start, until, posted, here, replaced) in enumerate(history):
        parts = [f"  revision Rev {number} services from {start}"]
        parts += [f"until {until}"] if until else []
        parts += [f"published {posted}"] if posted else []
        parts += [] if here else ["no text"]
        parts += [f"replaces Rev {other}" for other in replaced]
        lines.append(" ".join(parts))
    lines += ["input service_date is date from 2023-12-30 to 2024-03-01", "decision d gives one of x"]
    return "\n".join([*lines, "rule R1 for d when service_date is on or after 2023-12-30 then report x"]) + "\n"


def _replay(history: list[Revision], day: datetime.date, posted_by: datetime.date | None) -> list[int]:
    """Give the revisions whose dates hold a day, but for those that another of them replaces, in so many words."""
    known = [
        number
        for number, (start, until, posted, _, _) in enumerate(history)
        if start <= day
        and (until is None or day <= until)
        and (posted_by is None or posted is None or posted <= posted_by)
    ]

    def replaces(number: int, other: int) -> bool:
        return other in history[number][4] or any(replaces(between, other) for between in history[number][4])

    return [number for number in known if not any(replaces(other, number) for other in known)]


def _all_days() -> Iterator[datetime.date]:
    for day in DAYS:
        yield from (day - DAY, day, day + DAY)


def _one_stands(history: list[Revision]) -> bool:
    """Tell whether no two revisions stand side by side: only such a history is a policy."""
    return all(len(_replay(history, day, None)) < 2 for day in _all_days())


@given(histories())
def test_two_revisions_side_by_side_are_one_finding(history: list[Revision]) -> None:
    findings = compile_source(source_from_text(_written(history), "p.policy")).findings
    overlaps = [item for item in findings if item.name == "revisions_overlap"]
    assert len(overlaps) == (not _one_stands(history))


@given(histories().filter(_one_stands))
def test_the_text_of_a_date_as_posted_on_a_day_is_that_of_a_naive_replay(history: list[Revision]) -> None:
    found = compiled(_written(history))
    loaded = LoadedPolicy(found)
    for posted_by in (None, *_all_days()):
        policy = found.as_posted(posted_by).policy
        for day in _all_days():
            case = {"service_date": day}
            answer = meaning.answer_of(policy, policy.decision("d"), case)
            chosen = _replay(history, day, posted_by)
            assert (answer.kind == "outcome") == (len(chosen) == 1 and history[chosen[0]][3]) or len(chosen) > 1
            if len(chosen) == 1 and not history[chosen[0]][3]:
                assert answer.reason == f"the text of Rev {chosen[0]} of s is not here"
            told = loaded.decide(case, as_posted_on=posted_by)["d"]
            assert (told.kind, told.reason) == (answer.kind, answer.reason)


@given(histories().filter(_one_stands))
def test_a_date_gap_is_every_date_without_a_revision(history: list[Revision]) -> None:
    found = compiled(_written(history))
    empty = {day for day in _all_days() if day >= datetime.date(2023, 12, 30) and not _replay(history, day, None)}
    told = {
        day for item in found.findings if item.name == "date_gap" for day in _all_days() if _holds(item, day)
    }  # fmt: skip
    assert told == empty


def _holds(finding: Finding, day: datetime.date) -> bool:
    """Tell whether a finding's regions hold a date of service."""
    ranges = [region["service_date"] for region in finding.regions]
    return any(part.low <= day <= part.high for part in ranges)  # type: ignore[union-attr,operator]


# ---------------------------------------------------------------- texts compared


def _texts(found: Compiled) -> dict[str, Policy]:
    """Give the texts of the one source of a random policy, by revision."""
    names = [item.name for source in found.policy.sources for item in source.revisions if item.has_text]
    texts = {name: found.study.text_of("paper", name) for name in names}
    return {name: text for name, text in texts.items() if text is not None}


@given(policies())
def test_a_text_answers_as_the_policy_does_where_it_is_in_force(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    names = [item.name for item in found.policy.inputs]
    if "service_date" not in names or found.policy.sources[0].authority != "binding":
        return
    samples = found.epochs[-1].compiler.space.samples()
    texts = _texts(found)
    for source in found.policy.sources:
        for values in itertools.islice(itertools.product(*samples.values()), 0, 400, 3):
            case = dict(zip(samples, values, strict=True))
            day = case["service_date"]
            assert isinstance(day, datetime.date)
            held = [item for item in source.revisions if item.services_from <= day <= (item.services_until or day)]
            chosen = held[-1].name if held else ""
            if chosen in texts:
                assert meaning.judge(texts[chosen], case) == meaning.judge(found.policy, case)


@given(policies().filter(lambda policy: "revision Rev 2" in policy.text), st.booleans())
def test_texts_differ_only_where_it_is_said_exactly_if_no_case_speaks_against(policy: RandomPolicy, ask: bool) -> None:
    """Tried with a condition on a fact where there is a yes/no, else on the date of service."""
    bare = compiled(policy.text)
    names = list(_texts(bare))
    if len(names) < 2:
        return
    fact = next((item.name for item in bare.policy.inputs if isinstance(item.domain, YesNo)), "")
    when = written_name(fact) if fact else "service_date is on or after 2024-03-21"
    found = compiled(
        f"{policy.text}\nprove PX {names[1]} differs from {names[0]} only when {f'not ({when})' if ask else when}\n"
    )
    failing = [item for item in found.findings if item.name == "property_fails" and "`PX`" in item.message]
    if found.study.example_of() is None:
        assert ["says nothing" in item.message for item in failing] == [True]  # no case can happen at all
        return
    texts = _texts(found)
    samples = found.epochs[-1].compiler.space.samples()
    against = False
    for values in itertools.product(*samples.values()):
        case = dict(zip(samples, values, strict=True))
        day = case["service_date"]
        assert isinstance(day, datetime.date)
        holds = case[fact] is True if fact else day >= datetime.date(2024, 3, 21)
        if holds == ask:
            against = against or _said(texts[names[0]], case) != _said(texts[names[1]], case)
    assert len(failing) == against
    for item in failing:
        assert _said(texts[names[0]], item.witness) != _said(texts[names[1]], item.witness)
        assert (
            item.witness[fact] is True if fact else item.witness["service_date"] >= datetime.date(2024, 3, 21)
        ) == ask


def _said(policy: Policy, case: meaning.Case) -> object:
    judged = meaning.judge(policy, case)
    answers = {name: answer.said for name, answer in judged.answers.items()}
    return bool(judged.impossible), answers, judged.requirements


# ---------------------------------------------------------------- one call, and the commands

TWO = """policy panels
source article
  revision Rev 1 published 2021-01-10 services from 2021-01-01
  revision Rev 2 published 2022-02-01 services from 2021-06-01 replaces Rev 1
input service_date is date from 2021-01-01
input genes is whole number from 1 to 500
decision code gives one of CPT 81445, CPT 81455
rule T1 for code in Rev 1 when genes is at most 50 then report CPT 81445
rule T2 for code in Rev 1 when genes is at least 51 then report CPT 81455
rule T3 for code in Rev 2 when genes is at most 40 then report CPT 81445
rule T4 for code in Rev 2 when genes is at least 41 then report CPT 81455
"""
CASE = {"service_date": "2021-08-01", "genes": 45}


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    policy, claim = tmp_path / "panels.policy", tmp_path / "claim.json"
    policy.write_text(TWO, encoding="utf-8")
    claim.write_text(json.dumps(CASE), encoding="utf-8")
    return str(policy), str(claim)


def test_one_call_says_what_made_the_difference() -> None:
    told = load(TWO).over_time(CASE, since="2021-09-01")
    then, now = told.periods
    assert (then.first, then.before, then.posted) == (datetime.date(2021, 9, 1), datetime.date(2022, 2, 1), ())
    assert (now.first, now.before, now.posted, now.changed) == (
        datetime.date(2022, 2, 1), None, ("Rev 2 of article",), ("code",),
    )  # fmt: skip
    assert then.judged is not None
    assert now.judged is not None
    assert (then.judged["code"].outcome, now.judged["code"].outcome) == ("CPT 81445", "CPT 81455")  # type: ignore[index]
    assert told.now == now


def test_a_claim_of_lines_is_told_line_by_line() -> None:
    told = load(TWO).over_time(
        {"service_date": "2021-08-01", "lines": [{"genes": 45}, {"genes": 5}]}, since="2021-09-01"
    )
    assert told.now.changed == ("line 1: code",)


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, words)
    return result.exit_code, result.stdout, result.stderr


def test_eval_over_time(files: tuple[str, str]) -> None:
    status, said, _ = run("eval", *files, "--over-time", "--as-posted-on", "2021-09-01")
    assert status == 0
    assert said == (
        "as posted from 2021-09-01 before 2022-02-01\ncode: report CPT 81445\n  by            T1\n\n"
        "as posted from 2022-02-01, and now\n  posted        Rev 2 of article\n  changed       code\n"
        "code: report CPT 81455\n  by            T4\n"
    )
    status, said, _ = run("eval", *files, "--over-time", "--format", "json")
    periods = json.loads(said)["periods"]
    assert [item["posted"] for item in periods] == [[], ["Rev 1 of article"], ["Rev 2 of article"]]
    assert periods[0]["answer"]["decisions"]["code"]["reason"] == "no revision of article was posted before 2021-01-10"


def test_check_as_posted_on(files: tuple[str, str]) -> None:
    assert run("check", files[0], "--as-posted-on", "2021-05-05")[0] == 0
    status, _, said = run("check", files[0], "--as-posted-on", "2020-12-31")
    assert status == 1
    assert said.count("RP314") == 1
    assert (
        "as posted on 2020-12-31 there is no text to check: no revision of article was posted before 2021-01-10" in said
    )
    assert run("check", files[0], "--as-posted-on", "soon")[0] == 2


def test_diff_of_two_texts_of_one_policy(files: tuple[str, str]) -> None:
    expected = "code: genes: 41 to 50\n  before  CPT 81445 (by T1)\n  after   CPT 81455 (by T4)\n"
    status, said, _ = run("diff", files[0], "--revisions", "Rev 1", "Rev 2 of article", "--exit-code")
    assert (status, said.startswith(expected)) == (1, True)
    status, said, _ = run("diff", files[0], "--posted", "2021-09-01", "now")
    assert (status, said.splitlines()[0]) == (0, "code: service date: from 2021-06-01, genes: 41 to 50")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--revisions", "Rev 1", "Rev 9"), "there is no `Rev 9`; there are Rev 1 of article, Rev 2 of article"),
        (("--posted", "then", "now"), "`then` is no date"),
        (("--posted", "2021-09-01", "now", "--revisions", "Rev 1", "Rev 2"), "name two files; or one file and"),
        ((), "name two files; or one file and"),
    ],
)
def test_diff_refuses_what_it_cannot_compare(files: tuple[str, str], words: tuple[str, ...], message: str) -> None:
    status, _, said = run("diff", files[0], *words)
    assert status == 2
    assert message in said


# ---------------------------------------------------------------- texts in files of their own

FRAME = """policy panels
source article
  revision Rev 1 published 2021-01-10 services from 2021-01-01{file}
  revision Rev 2 published 2022-02-01 services from 2022-01-01 replaces Rev 1
input service_date is date from 2021-01-01
input genes is whole number from 1 to 9
input kind is one of T1, other
decision billing gives one of pay, deny, ask
decision extra collects any of a, b
"""
TEXT = """define big as genes is at least {least}{text}
rule T1 for billing{text} when big then report pay
rule T2 for billing{text} when big and kind is T1 then report deny overrides T1 because "it is narrower" reading Q1
table small for billing{text} needs not (big)
  | rule | genes | outcome |
  | S1 | 2..{most} | ask |
  row S1 overrides T1 because "never both"
leave open G1 for billing{text} when genes is 1 because "too few" question Q1
require N1{text} that genes is at most {least} when kind is T1 else deny
question Q1 "which of {least}?" between T1, T2 open provisionally T2
rule E1 for extra{text} when billing is pay then report a
"""
PARTS = {"least": 5, "most": 4}, {"least": 7, "most": 6}


def _texts_in_files(first: str) -> Compiled:
    """Compile the policy with its first text in a file, which says everything that it needs by the names of the policy."""
    source = source_from_text(
        FRAME.format(file=' text in "rev1.policy"') + TEXT.format(text="", **PARTS[1]), "p.policy"
    )
    found = compile_source(source, _Files({"rev1.policy": first.encode()}))
    assert isinstance(found, Compiled), [item.message for item in found.findings]
    return found


class _Files:
    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files

    def read(self, name: str) -> bytes | None:
        return self.files.get(name)


NAMES = ("big", "T1", "T2", "S1", "small", "G1", "N1", "Q1", "E1")


def test_a_text_in_a_file_means_what_it_means_inside_the_policy() -> None:
    """Names that are taken are changed wherever they name a block, and nowhere else: `kind is T1` is a value."""
    found = _texts_in_files("policy panels\n" + TEXT.format(text="", **PARTS[0]))
    inside = TEXT.format(text=" in Rev 1", **PARTS[0])
    for name in NAMES:
        inside = re.sub(rf"(?<!is )(?<!`)\b{name}\b", f"`{name} of Rev 1`", inside)
    one = compiled(FRAME.format(file="") + TEXT.format(text=" in Rev 2", **PARTS[1]) + inside)
    assert compare(found.policy, one.policy).differences == ()
    for decision, other in zip(found.policy.decisions, one.policy.decisions, strict=True):
        known = {rule.name: rule for rule in other.rules}
        assert {rule.name for rule in decision.rules} == set(known)
        for rule in decision.rules:
            same = known[rule.name]
            assert (rule.condition, rule.force, rule.outcomes) == (same.condition, same.force, same.outcomes)
            assert [(item.rule, item.reading) for item in rule.overrides] == [
                (item.rule, item.reading) for item in same.overrides
            ]
    asked = {item.name: (item.rules, item.provisionally) for item in found.policy.questions}
    assert asked == {item.name: (item.rules, item.provisionally) for item in one.policy.questions}
    assert asked["Q1 of Rev 1"] == (("T1 of Rev 1", "T2 of Rev 1"), "T2 of Rev 1")


def test_findings_of_a_text_stand_in_its_own_file() -> None:
    text = "# the first line\n" + TEXT.format(text="", least=5, most=3)
    found = _texts_in_files(text)
    (gap,) = [item for item in found.findings if item.name == "gap"]
    assert gap.regions[0]["genes"] == Range(4, 4)
    assert not gap.repairs
    overridden = [item for item in found.findings if item.name == "overridden" and "of Rev 1" in item.message]
    places = [place for item in overridden for place in item.places if place.path == "rev1.policy"]
    assert places
    assert {found.beside["rev1.policy"].slice(place.span) for place in places} <= set(NAMES)


def test_examples_in_a_text_are_tried(tmp_path: Path) -> None:
    policy, text = tmp_path / "p.policy", tmp_path / "rev1.policy"
    policy.write_text(FRAME.format(file=' text in "rev1.policy"') + TEXT.format(text="", **PARTS[1]), encoding="utf-8")
    example = "example X1 given genes is 3, kind is other on 2021-05-05 expect billing is {}\n"
    for outcome, told in (("ask", "1 of 1 come out"), ("pay", "0 of 1 come out")):
        text.write_text(TEXT.format(text="", **PARTS[0]) + example.format(outcome), encoding="utf-8")
        _, said, _ = run("test", str(policy))
        assert f"examples     {told}" in said


def test_a_text_in_a_folder_is_no_policy_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "p.policy").write_text(FRAME.format(file=' text in "rev1.policy"') + TEXT.format(text="", **PARTS[1]))
    (tmp_path / "rev1.policy").write_text(TEXT.format(text="", **PARTS[0]))
    _, said, _ = run("check", str(tmp_path), "--format", "json")
    assert [Path(file["path"]).name for file in json.loads(said)["files"]] == ["p.policy"]
    assert not [item for item in json.loads(said)["findings"] if item["severity"] == "error" and item["code"] < "RP2"]


def test_the_files_of_the_texts_are_a_part_of_the_content() -> None:
    first, second = (_texts_in_files(TEXT.format(text="", **PARTS[0]) + more) for more in ("", "# a remark\n"))
    assert first.source.sha256 != second.source.sha256


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff", "line 1 of `rev1.policy` is not UTF-8 (byte 0xFF): save it as UTF-8"),
        (b"policy others\n", "this is the policy `others`, and the text of `panels` is needed"),
        (b"input genes is whole number from 1 to 10\n", "`genes` is declared otherwise in `p.policy`"),
        (b"rule T3 for billing in Rev 1 when genes is 1 then report pay\n", "this file is the text of `Rev 1`, and"),
        (b"rule T3 for billing when gene is 1 then report pay\n", "`gene` is no input, decision or definition"),
    ],
)
def test_a_text_that_is_none_is_one_finding(content: bytes, message: str) -> None:
    source = source_from_text(
        FRAME.format(file=' text in "rev1.policy"') + TEXT.format(text="", **PARTS[1]), "p.policy"
    )
    errors = [
        item.message
        for item in compile_source(source, _Files({"rev1.policy": content})).findings
        if (item.severity is Severity.ERROR and item.code < "RP2") or item.name == "text_not_read"
    ]
    assert len(errors) == 1
    assert errors[0].startswith(message)


# ---------------------------------------------------------------- the page

PAGE = Path(__file__).parents[1] / "docs" / "time.md"


def test_the_page_shows_what_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command of the page prints what stands below it, and its Python runs as it is."""
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    monkeypatch.chdir(tmp_path)
    names = {"policy": "panels.policy", "json": "claim.json", "python": "example.py"}
    for kind, text in blocks:
        if kind in names:
            Path(names[kind]).write_text(text, encoding="utf-8")
    shown = [text.partition("\n") for kind, text in blocks if kind == "console"]
    assert len(shown) > 3
    for command, _, said in shown:
        words = shlex.split(command.removeprefix("$ ruleproof "))
        assert run(*words) == (0, said, "")
    done = subprocess.run([sys.executable, "example.py"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
