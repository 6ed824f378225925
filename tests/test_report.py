"""The report for auditors: complete, escaped, closed to everything from outside, and the same bytes every time."""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from ruleproof.artifacts.policy_tables import Table, derived_table
from ruleproof.artifacts.to_graph_json import to_graph_json
from ruleproof.artifacts.to_markdown import to_markdown
from ruleproof.beside import FolderBeside
from ruleproof.checks.sources.library import citations_in, library_of
from ruleproof.cli import main
from ruleproof.compiled import Compiled
from ruleproof.graph.differing import Differing
from ruleproof.model.meaning import Answer
from ruleproof.pipeline import compile_source
from ruleproof.report import changes as changes_module
from ruleproof.report import page as page_module
from ruleproof.report.changes import changes, day_id
from ruleproof.report.evidence import may_give_several, proofs
from ruleproof.report.in_short import in_short
from ruleproof.report.markup import Content, joined
from ruleproof.report.page import SCRIPTS, STYLES, lean, to_page
from ruleproof.report.part import Part
from ruleproof.source import NOTHING_BESIDE, Beside, FilesRead, source_from_text
from test_bundled import POLICIES, bundled

STRANGE = Path(__file__).with_name("strange.policy")
MOST_BYTES = 1_500_000
"""One and a half megabytes."""

ENDED_BY_THE_NEXT = {"td", "th", "tr", "tbody", "thead", "li", "dt", "dd", "option"}
EMPTY = {"meta", "input", "br", "hr"}


class Read(HTMLParser):
    """A page as a list of elements; every element is closed in its turn."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), (tag, attrs)
        self.elements.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self.open.append(tag)
        if tag == "script":
            (self.scripts if dict(attrs).get("type") is None else []).append("")
        if tag == "style":
            self.styles.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        while self.open[-1] != tag:
            assert self.open[-1] in ENDED_BY_THE_NEXT, (tag, self.open[-5:])
            self.open.pop()
        self.open.pop()

    def handle_data(self, data: str) -> None:
        last = self.open[-1] if self.open else ""
        if last == "script" and self.elements[-1][1].get("type") is None:
            self.scripts[-1] += data
        elif last == "style":
            self.styles[-1] += data
        elif last != "script":
            self.words.append(data)

    def ids(self) -> list[str]:
        return [value for _, own in self.elements for name, value in own.items() if name == "id" and value]


def part_of(compiled: Compiled, number: int = 1, beside: Beside = NOTHING_BESIDE) -> Part:
    return Part(compiled, library_of(compiled.policy, compiled.source, FilesRead(compiled.source, beside), {}), number)


def parts_of_all() -> list[Part]:
    return [part_of(bundled(path), number, FolderBeside(path.parent)) for number, path in enumerate(POLICIES, 1)]


@cache
def page_of_all() -> str:
    return to_page(parts_of_all())


@cache
def read_all() -> Read:
    return Read(page_of_all())


def compiled_of(text: str) -> Compiled:
    found = compile_source(source_from_text(text))
    assert isinstance(found, Compiled), [item.message for item in found.findings]
    return found


def strange() -> Compiled:
    found = compile_source(source_from_text(STRANGE.read_text("utf-8"), STRANGE.name))
    assert isinstance(found, Compiled), [item.message for item in found.findings]
    return found


# ---------------------------------------------------------------- closed to everything from outside


def test_nothing_is_fetched_and_nothing_else_may_run() -> None:
    read = read_all()
    policy = next(
        own["content"] or "" for _, own in read.elements if own.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert len(read.scripts) == len(SCRIPTS)
    for text in (*read.scripts, *read.styles):
        digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
        assert f"'sha256-{digest}'" in policy
    for tag, own in read.elements:
        assert tag not in {"link", "iframe", "img", "object", "embed", "base", "image", "use", "foreignobject"}
        assert not [
            name for name in own if name.startswith("on") or name in ("src", "style", "srcset", "action", "xlink:href")
        ]
        assert (own.get("href") or "#").startswith("#")
    assert not re.search(r"https?:|url\(|@import|\beval\b|innerHTML|document\.write", page_of_all())


def test_every_link_leads_somewhere_and_every_id_is_there_once() -> None:
    read = read_all()
    ids = read.ids()
    assert len(set(ids)) == len(ids)
    goals = {own["href"] for _, own in read.elements if own.get("href")}
    dead = {goal for goal in goals if goal and not goal.startswith("#try=") and goal[1:] not in set(ids)}
    assert not dead
    named = [own.get(name) for _, own in read.elements for name in ("aria-labelledby", "aria-describedby", "for")]
    assert {name for names in named if names for name in names.split()} <= set(ids)


def test_words_of_an_author_stay_words() -> None:
    page = to_page([part_of(strange())])
    read = Read(page)
    assert len(read.scripts) == len(SCRIPTS)
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", page)


HOSTILE = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "' onclick='x",
    "&lt;b&gt;",
    "x" * 9_900,
)


@pytest.mark.parametrize("label", HOSTILE, ids=["script", "image", "attribute", "entities", "long"])
def test_a_label_cannot_break_out(label: str) -> None:
    text = f"""policy p "{label}"
input a "{label}" is yes or no
  ask "{label}"
decision d "{label}" gives one of x, y
rule R1 "{label}" for d when a then d is x
rule R2 for d when not a then d is y
example E1 "{label}" given a is yes expect d is x
"""
    compiled = compile_source(source_from_text(text))
    assert isinstance(compiled, Compiled), [item.message for item in compiled.findings]
    page = to_page([part_of(compiled)])
    read = Read(page)
    assert len(read.scripts) == len(SCRIPTS)
    assert not [own for _, own in read.elements if any(name.startswith("on") for name in own)]
    assert not [tag for tag, _ in read.elements if tag == "img"]
    assert label in " ".join(read.words)


# ---------------------------------------------------------------- complete


def test_it_is_small_enough_and_the_same_every_time() -> None:
    page = page_of_all()
    assert len(page.encode("utf-8")) < MOST_BYTES
    bundled.cache_clear()
    assert to_page(parts_of_all()) == page


@pytest.mark.parametrize("number", range(len(POLICIES)), ids=[path.stem for path in POLICIES])
def test_everything_of_a_policy_is_on_the_page(number: int) -> None:
    part = parts_of_all()[number]
    compiled, policy = part.compiled, part.policy
    ids = set(read_all().ids())
    rules = [rule for decision in policy.decisions for rule in decision.rules]
    for item in (*rules, *policy.requirements, *policy.definitions, *policy.impossibles):
        assert part.id("r", item.name) in ids
    for kind, listed in (("q", policy.questions), ("example", policy.examples), ("decision", policy.decisions),
                         ("list", policy.code_lists), ("source", policy.sources), ("fact", policy.asked)):  # fmt: skip
        assert {part.id(kind, item.name) for item in listed} <= ids
    for cited in citations_in(policy):
        assert part.place(cited.citation.text) in ids
    text = " ".join(read_all().words)
    for told in (*(item.because for item in policy.not_modelled), *(item.text for item in policy.questions)):
        assert told in text
    for finding in compiled.findings:
        assert finding.message in text


def test_every_paragraph_of_an_index_has_its_row() -> None:
    path = next(path for path in POLICIES if path.stem == "overview_81455")
    index = json.loads((path.parent / "sources" / "overview.index.json").read_text("utf-8"))
    part = part_of(bundled(path), beside=FolderBeside(path.parent))
    ids = set(Read(to_page([part])).ids())
    assert {part.id("s", "overview", paragraph) for paragraph in index["paragraphs"]} <= ids
    states = {place.state for place in part.places["overview"]}
    assert states == {"cited", "not modelled"}


def test_the_page_says_which_examples_fail() -> None:
    text = (
        "policy p\ninput a is yes or no\ndecision d gives one of x, y\nrule R1 for d when a then d is x\n"
        "rule R2 for d when not a then d is y\nexample E1 given a is yes expect d is y\n"
    )
    compiled = compile_source(source_from_text(text))
    assert isinstance(compiled, Compiled)
    words = " ".join(Read(to_page([part_of(compiled)])).words)
    assert "✗ `d` is x by R1, not y" in words
    assert "no case is answered here" in words


def test_the_nodes_that_the_page_holds_are_those_of_the_graph_file() -> None:
    """What was written short is written out again by the page; here the shorter form is held against the file."""
    compiled = next(bundled(path) for path in POLICIES if path.stem == "mrd")
    graph = json.loads(next(text for name, text in to_graph_json(compiled).items() if name.endswith(".graph.json")))
    page = to_page([part_of(compiled)])
    found = re.search(r'<script type="application/json" id="p1-data">(.*?)</script>', page)
    assert found
    held = json.loads(found[1])["graph"]
    for short, full in zip(held["decisions"], graph["decisions"], strict=True):
        assert len(short["nodes"]) == len(full["nodes"])
        for one, other in zip(short["nodes"], full["nodes"], strict=True):
            if "ask" in other:
                assert one == [other["ask"], *(number for step in other["from"] for number in step)]
            else:
                assert one == other.get("answer")


WITH_TEXT = """policy p
source memo "memo"
  authority is binding
  revision Rev 1 published 2024-01-01 services from 2024-01-01
input service_date is date from 2024-01-01
input a is yes or no
codes listed "two codes" of cpt
  start CPT 81445 services from 2024-01-01 until 2024-06-30
  start CPT 81450 services from 2024-07-01
decision d gives one of x, y
rule R1 for d when a then d is x cite memo start.1.2
rule R2 for d when not a then d is y cite memo start.1.1
"""
TEXT = b"The first <sentence> stands here. The second one follows it.\n\nNobody cites this.\n"


def with_text(day: datetime.date | None = None) -> Part:
    files = {"memo": ("memo.txt", TEXT)}
    source = source_from_text(WITH_TEXT)
    compiled = compile_source(source, texts=files)
    assert isinstance(compiled, Compiled), [item.message for item in compiled.findings]
    return Part(compiled, library_of(compiled.policy, source, FilesRead(source), files), 1, day)


def test_with_the_text_at_hand_each_paragraph_has_its_words() -> None:
    part = with_text()
    assert [(place.id, place.state) for place in part.places["memo"]] == [
        ("start.1", "cited"),
        ("start.2", "not cited"),
    ]
    words = Read(to_page([part])).words
    assert "1. The first <sentence> stands here." in words
    assert "1. Nobody cites this." in words


DAYS = [("2024-06-30", "CPT 81445", "CPT 81450"), ("2024-07-01", "CPT 81450", "CPT 81445")]


@pytest.mark.parametrize(("day", "held", "not_held"), DAYS)
def test_code_lists_are_those_of_the_day_asked_for(day: str, held: str, not_held: str) -> None:
    page = to_page([with_text(datetime.date.fromisoformat(day))])
    found = re.search(rf"listed: 1 code for services on {day}</caption>(.*?)</table>", page)
    assert found
    assert held in found[1]
    assert not_held not in found[1]


# ---------------------------------------------------------------- what changed, and when

CHANGING = """policy p
source memo "memo"
  authority is binding
  revision Rev 1 published 2024-01-01 services from 2024-01-01
input service_date is date from 2023-01-01
input a is yes or no
question Q1 "does a count before 2024-07-01?" open
codes listed "two codes" of cpt
  start CPT 81445 services from 2024-01-01 until 2024-06-30
  start CPT 81450 services from 2024-07-01
decision d gives one of x, y
rule R1 for d services until 2024-06-30 when a then d is x reading Q1
rule R2 for d services until 2024-06-30 when not a then d is y
rule R3 for d services from 2024-07-01 when a or not a then d is y
"""


def test_a_day_says_what_began_on_it_and_which_answers_changed() -> None:
    compiled = compile_source(source_from_text(CHANGING))
    assert isinstance(compiled, Compiled), [item.message for item in compiled.findings]
    page = to_page([part_of(compiled)])
    row = re.search(r'<tr id="p1-day-2024-07-01">(.*?)(?=<tr|</table>)', page)
    assert row
    words = " ".join(Read(f"<table>{row[1]}</table>").words)
    assert "2024-07-01" in words
    assert "listed : start, 1 code" in words
    assert "Q1" in words
    assert "d , a: yes: before x, now y" in words
    assert "a: no" not in words, "where the answer stays, nothing is told"
    assert 'href="#p1-day-2024-07-01"' in page[page.index('id="p1-short"') : page.index('id="p1-decisions"')]


def test_every_posting_of_a_bundled_policy_has_its_day() -> None:
    for part in parts_of_all():
        ids = {own.get("id") for _, own in read_all().elements}
        days = [posting.day for posting in part.policy.postings]
        days += [revision.services_from for source in part.policy.sources for revision in source.revisions]
        assert {day_id(part, day) for day in days} <= ids


def groups_of(*found: Differing) -> list[object]:
    return list(changes_module._groups(found))


def test_another_reason_for_no_answer_is_no_change() -> None:
    """Why there is no answer may change with each posting; that is no other answer."""
    missing, later = (Answer("cannot answer", reason=f"none before {day}") for day in ("2022-01-01", "2022-03-22"))
    outcome = Answer("outcome", "report", ("x",), rules=("R1",))
    assert groups_of(Differing(missing, later, (1,))) == []
    for before, after in ((missing, outcome), (outcome, later), (missing, None), (Answer("nothing"), missing)):
        assert len(groups_of(Differing(before, after, (1,)), Differing(missing, later, (2,)))) == 1
    for part in parts_of_all():
        told = words_of(changes(part))
        assert "the reason was" not in told
        assert not re.search(r"before cannot answer \([^()]*\), now cannot answer", told)


# ---------------------------------------------------------------- one answer, or several

SEVERAL = """policy p
input a is yes or no
input b is yes or no
codes listed of cpt start CPT 81445, CPT 81450
decision one gives one of x, y
rule O1 for one when a then one is x
rule O2 for one when not a then one is y
decision many collects any of x, y
rule A1 for many when a then many is x
rule A2 for many when b then many is y
decision picked gives code of listed
rule P1 for picked when a or not a then consider CPT 81445
rule P2 for picked when b then consider CPT 81450
decision added gives code of listed
rule D1 for added when a or not a then report CPT 81445
rule D2 for added when b then may also report CPT 81450 on a further line
"""
BY = {"one": "", "many": "it collects", "picked": "it leaves a choice", "added": "it adds further lines"}


def words_of(markup: Content) -> str:
    return re.sub(r"\s+", " ", " ".join(Read(f"<div>{joined(markup).text}</div>").words))


def test_what_may_give_several_is_not_called_one() -> None:
    part = part_of(compiled_of(SEVERAL))
    assert {name: may_give_several(part, name) for name in BY} == BY
    told = words_of(in_short(part))
    assert "Is there any case with two codes? No, ✓ proved : one ." in told
    for name, by in list(BY.items())[1:]:
        assert f"{name} : It may give several by design ({by}); none of them contradict, ✓ proved ." in told
        assert f"{name} may give several: {by}" in words_of(list(page_module._row(part)))
    rows = words_of(proofs(part))
    assert "one 2 ✓ proved ✓ proved it gives one at most" in rows
    assert "many 2 ✓ proved ✓ proved it may give several by design: it collects" in rows


@pytest.mark.parametrize("number", range(len(POLICIES)), ids=[path.stem for path in POLICIES])
def test_a_decision_gives_several_just_where_its_graph_has_such_an_answer(number: int) -> None:
    part = parts_of_all()[number]
    for item in part.compiled.decisions:
        leaves = [answer for _, leaf in part.compiled.exact_graphs[item.name].paths()
                  if isinstance(answer := leaf.answer, Answer)]  # fmt: skip
        many = any(len(answer.outcomes) + len(answer.further) > 1 for answer in leaves)
        assert bool(may_give_several(part, item.name)) == (many or item.collects)


def test_rules_that_disagree_are_said_to() -> None:
    clash = SEVERAL.replace("when not a then one is y", "when b then one is y")
    part = part_of(compiled_of(clash))
    assert "Yes, rules disagree ( ✗ refuted ): one ." in words_of(in_short(part))
    accepting = f"""{clash}accept conflict between O1, O2
  because "not settled" by "policy team" on 2026-01-31
"""
    compiled = compiled_of(accepting)
    seen = next(found for item in compiled.findings for found in re.findall(r'seen "[0-9a-f]{12}"', item.help))
    part = part_of(compiled_of(f"{accepting}  {seen}\n"))
    assert "No, but for the cases that somebody accepted, ✓ proved : one ." in words_of(in_short(part))


def test_the_questions_of_the_page_are_those_of_its_documentation() -> None:
    told = (Path(__file__).parents[1] / "docs" / "report.md").read_text("utf-8")
    asked = re.findall(r"<dt>(.*?\?)", in_short(parts_of_all()[0]).text)
    assert len(asked) == 4
    assert re.findall(r"(?m)^\| ([A-Z].*?\?) \|", told) == asked


def test_a_gap_is_called_one_and_what_collects_may_have_nothing() -> None:
    text = SEVERAL.replace("rule O2 for one when not a then one is y\n", "")
    compiled = compiled_of(text)
    told = {item.name: words_of([part_of(compiled).table(table, "t") for table in derived_table(compiled, item)
                                 if isinstance(table, Table)]) for item in compiled.decisions}  # fmt: skip
    assert "no gap: no rule" in told["one"]
    assert "nothing" not in told["one"]
    assert "nothing" in told["many"]
    assert "gap" not in told["many"]
    assert "*gap: no rule*" in next(text for name, text in to_markdown(compiled).items() if "one" in text)


# ---------------------------------------------------------------- large lists and small scripts


def test_a_large_list_has_its_codes_once_and_shows_a_few() -> None:
    codes = [f"CPT {number:05d}" for number in range(3_000)]
    text = "policy p\ncodes many of cpt\n" + "".join(f"  start {code}\n" for code in codes) + (
        "input a is yes or no\ndecision d gives one of x, y\nrule R1 for d when a then d is x\n"
        "rule R2 for d when not a then d is y\n"
    )  # fmt: skip
    compiled = compile_source(source_from_text(text))
    assert isinstance(compiled, Compiled), [item.message for item in compiled.findings]
    page = to_page([part_of(compiled)])
    found = re.search(r'id="p1-codes-many">(.*?)</script>', page)
    assert found
    ((first, last, prefix, told),) = json.loads(found[1])
    assert (first, last) == ("", "")
    assert [prefix + code for code in told.split(" " if prefix else "\n")] == codes
    assert page.count("02999") == 1
    assert "and 2,600 more" in page


def test_scripts_lose_their_comments_and_nothing_else() -> None:
    folder = Path(page_module.__file__).parent
    for name in SCRIPTS:
        text = (folder / name).read_text("utf-8")
        code = [line.strip() for line in text.splitlines()]
        kept = lean(text).splitlines()
        assert not [line for line in kept if line.startswith(("//", "/*", " "))], name
        inside = False
        left = []
        for line in code:
            inside = inside or line.startswith("/*")
            if line and not inside and not line.startswith("//"):
                left.append(line)
            inside = inside and "*/" not in line
        assert kept == left, name


def test_nothing_on_the_page_moves() -> None:
    folder = Path(page_module.__file__).parent
    assert not re.search(r"animation|transition|smooth", "".join((folder / name).read_text("utf-8") for name in STYLES))
    assert "smooth" not in "".join((folder / name).read_text("utf-8") for name in SCRIPTS)


# ---------------------------------------------------------------- the command


def test_the_command_writes_one_file(tmp_path: Path) -> None:
    policy = str(next(path for path in POLICIES if path.stem == "mrd"))
    done = CliRunner().invoke(main, ["report", policy, "-o", str(tmp_path / "out"), "--as-of", "2024-03-21"])
    assert done.exit_code == 0, done.output
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["report.html"]


def test_the_way_a_path_is_typed_changes_no_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "here" / "policies"
    folder.mkdir(parents=True)
    (folder / "one.policy").write_text(SEVERAL.replace("when not a then", "when b then"), encoding="utf-8")
    monkeypatch.chdir(folder.parent)
    pages = []
    for typed in ("policies", "./policies/", str(folder), "../here/policies", "policies/one.policy"):
        done = CliRunner().invoke(main, ["report", typed, "-o", str(tmp_path / "out")])
        assert done.exit_code == 1, done.output
        pages.append((tmp_path / "out" / "report.html").read_bytes())
    assert len(set(pages)) == 1
    assert b"<dd>policies/one.policy" in pages[0]
    assert str(tmp_path).encode() not in pages[0]
    monkeypatch.chdir(tmp_path / "out")
    done = CliRunner().invoke(main, ["report", "../here/policies", "-o", "."])
    assert f"<dd>{folder}/one.policy" in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_bad_calls_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    broken = tmp_path / "broken.policy"
    broken.write_text("policy p\ninput a is\n", encoding="utf-8")
    good = str(next(path for path in POLICIES if path.stem == "mrd"))
    twice = tmp_path / "mrd.policy"
    twice.write_text(Path(good).read_text("utf-8"), encoding="utf-8")
    for arguments, status, told in (
        ([str(broken)], 1, "broken.policy:2"),
        ([str(tmp_path / "absent.policy")], 2, "there is no such file"),
        ([good, str(twice)], 2, "two policies are called `mrd`"),
        ([good, "--as-of", "yesterday"], 2, "`yesterday` is no date"),
        ([good, "--source", "nothing=x.txt"], 2, "x.txt"),
    ):
        done = CliRunner().invoke(main, ["report", *arguments, "-o", str(tmp_path / "out")])
        assert done.exit_code == status, done.output
        assert told in done.output
        assert "Traceback" not in done.output
        assert not (tmp_path / "out").exists()
