"""Imports and the order of sources: an import means what it would mean written out, and stronger sources win."""

from __future__ import annotations

import datetime
import random
from collections.abc import Mapping
from pathlib import Path

import pytest

from brute_force import full_cases
from emitted import module_of
from ruleproof.beside import FolderBeside
from ruleproof.compiled import Compiled, Rejected
from ruleproof.model import meaning
from ruleproof.model.meaning import judge, resolve
from ruleproof.model.nodes import MUST_NOT, Decision, Rule
from ruleproof.pipeline import compile_source
from ruleproof.source import source_from_text
from test_laws_of_evaluators import _agrees

THEIRS = """policy panel_definition
  jurisdiction JF, JE
  document A59687 for JF, A59685 for JE
source article revision Rev 1 published 2024-02-01 services from 2024-02-29
input service_date is date from 2015-01-01
input analytes is whole number from 1 to 9
input one_order is yes or no
input parallel is yes or no
cannot happen X1 when parallel and analytes is 1 because "one is never parallel"
define together as one_order or all_in_je
define all_in_je as jurisdiction is JE and parallel
define is_panel as analytes is at least 2 and together
codes panels of cpt start CPT 81445 services from 2015-01-01 start CPT 81449 services from 2025-01-01
decision kind gives one of panel, single, none
rule R1 for kind when is_panel then kind is panel
rule R2 for kind when analytes is 1 then kind is single
rule R3 for kind when not parallel then kind is none overrides R2 because "as in the text"
leave open G1 for kind when all_in_je because "not said" overrides R1 because "x"
"""

OURS = """policy ours
{imports}
input service_date is date from 2020-01-01
input code is code of cpt
input fast is yes or no
decision d gives one of w, x, y, z
rule A for d when is_panel and code is in panels then d is w
rule B for d when kind is single then d is x
rule C for d when kind is nothing and fast then d is y
rule D for d when kind is panel and not fast then d is z overrides A because "slow"
"""

WRITTEN_OUT = """policy ours
source article revision Rev 1 published 2024-02-01 services from 2024-02-29
input service_date is date from 2020-01-01
input code is code of cpt
input fast is yes or no
input analytes is whole number from 1 to 9
input one_order is yes or no
input parallel is yes or no
cannot happen X1 when parallel and analytes is 1 because "one is never parallel"
define is_panel as analytes is at least 2 and one_order
codes panels of cpt start CPT 81445 services from 2015-01-01 start CPT 81449 services from 2025-01-01
decision kind gives one of panel, single, none
rule R1 for kind when is_panel then kind is panel
rule R2 for kind when analytes is 1 then kind is single
rule R3 for kind when not parallel then kind is none overrides R2 because "as in the text"
{left_open}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder for our policy, with theirs in the folder next to it."""
    for name in ("ours", "theirs"):
        (tmp_path / name).mkdir()
    (tmp_path / "theirs" / "panels.policy").write_text(THEIRS, "utf-8")
    return tmp_path / "ours"


def compiled(folder: Path, text: str) -> Compiled | Rejected:
    return compile_source(source_from_text(text, str(folder / "ours.policy")), FolderBeside(folder))


def whole(folder: Path, text: str) -> Compiled:
    found = compiled(folder, text)
    assert isinstance(found, Compiled), [finding.message for finding in found.findings]
    return found


def said(found: Compiled, case: Mapping[str, object]) -> object:
    judged = judge(found.policy, case)  # type: ignore[arg-type]
    return (
        bool(judged.impossible),
        {name: (a.kind, a.force, a.outcomes) for name, a in judged.answers.items()}.get("d"),
    )


@pytest.mark.parametrize("document", ["A59687", "A59685"])
def test_an_import_means_what_it_means_written_out(folder: Path, document: str) -> None:
    """The number of an area brings in the policy as that area reads it."""
    imported = whole(folder, OURS.format(imports=f"import is_panel, panels, kind from {document}"))
    je = document == "A59685"
    text = WRITTEN_OUT.format(
        left_open='leave open G1 for kind when parallel because "not said" overrides R1 because "x"' if je else "",
    )
    if je:
        text = text.replace("analytes is at least 2 and one_order", "analytes is at least 2 and any_order")
        text = text.replace("codes panels", "define any_order as one_order or parallel\ncodes panels")
    alone = whole(folder, text + OURS.format(imports="").split("input fast is yes or no\n")[1])
    assert {item.name for item in imported.policy.inputs} == {item.name for item in alone.policy.inputs}
    samples = dict(alone.space.samples())
    samples["service_date"] = tuple(
        datetime.date(*day) for day in ((2023, 1, 1), (2024, 2, 28), (2024, 2, 29), (2024, 12, 31), (2025, 1, 1))
    )
    samples["code"] = ("CPT 81445", "CPT 81449", "CPT 99199")
    cases = list(full_cases(samples))
    assert len(cases) > 200
    assert len({str(said(imported, case)) for case in cases}) > 4
    for case in cases:
        assert said(imported, case) == said(alone, case), case


def test_findings_about_an_imported_decision_are_left_to_its_own_policy(folder: Path) -> None:
    found = whole(folder, OURS.format(imports="import is_panel, panels, kind from A59685"))
    assert {proof.decision for proof in found.proofs} == {"d"}
    assert {finding.decision for finding in found.findings} <= {"d", ""}
    assert next(item for item in found.policy.decisions if item.name == "kind").imported == "A59685"


def test_no_text_there_is_no_answer_here(folder: Path) -> None:
    found = whole(folder, OURS.format(imports="import is_panel, panels, kind from A59685"))
    case = {"service_date": datetime.date(2024, 2, 28), "code": "CPT 81445", "fast": True, "analytes": 2,
            "one_order": True, "parallel": False}  # fmt: skip
    answer = judge(found.policy, case).answers["d"]
    assert answer.kind == meaning.CANNOT_ANSWER
    assert "no revision of article is in force" in answer.reason


LISTS_THERE = """policy lists_there
  jurisdiction JF, JE
  document A1 for JF, A2 for JE
input service_date is date from 2020-01-01
input dx are codes of icd10cm
codes listed of icd10cm
  start ICD C00.0
  moved to A9 services from 2021-01-01
codes in_part of icd10cm
  start ICD C00.0
  other codes unknown
define any_listed as jurisdiction is JE or dx any in listed
define none_known as dx none in in_part
decision covered gives one of yes, no
rule R1 for covered when any_listed then covered is yes
rule R2 for covered when not any_listed then covered is no
"""
LISTS_HERE = """policy lists_here
{imports}
decision by_definition gives one of yes, no
rule D1 for by_definition when any_listed then by_definition is yes
rule D2 for by_definition when not any_listed then by_definition is no
decision by_decision gives one of yes, no
rule E1 for by_decision when covered is yes then by_decision is yes
rule E2 for by_decision when covered is no then by_decision is no
require N that none_known else deny
"""


def test_a_list_that_moved_away_there_is_no_silent_no_here(folder: Path) -> None:
    (folder.parent / "theirs" / "lists.policy").write_text(LISTS_THERE, "utf-8")
    found = whole(folder, LISTS_HERE.format(imports="import any_listed, covered, none_known from A1"))
    module = module_of(found)
    for day, code, kind, state in (
        (datetime.date(2021, 1, 1), "ICD C00.0", meaning.CANNOT_ANSWER, "failed"),
        (datetime.date(2021, 1, 1), "ICD C00.1", meaning.CANNOT_ANSWER, "not checked"),
        (datetime.date(2020, 12, 31), "ICD C00.0", meaning.OUTCOME, "failed"),
        (datetime.date(2020, 12, 31), "ICD C00.1", meaning.OUTCOME, "not checked"),
    ):
        case = {"service_date": day, "dx": (code,)}
        judged, answered = judge(found.policy, case), module.decide(case)
        for name in ("covered", "by_definition", "by_decision"):
            assert (judged.answers[name].kind, answered[name].kind) == (kind, kind)
        assert judged.requirements["N"] == answered.requirements["N"].state == state
    # in the area where the list does not matter there is an answer, whatever became of the list
    found = whole(folder, LISTS_HERE.format(imports="import any_listed, covered, none_known from A2"))
    judged = judge(found.policy, {"service_date": datetime.date(2021, 1, 1), "dx": ("ICD C00.1",)})
    assert {answer.outcomes for answer in judged.answers.values()} == {("yes",)}


def test_a_list_that_moved_away_is_so_through_two_imports(folder: Path) -> None:
    (folder.parent / "theirs" / "lists.policy").write_text(LISTS_THERE, "utf-8")
    between = LISTS_HERE.replace("policy lists_here", "policy between")
    between = between.format(imports="import any_listed, covered, none_known from A1")
    (folder.parent / "theirs" / "between.policy").write_text(between, "utf-8")
    found = whole(
        folder,
        "policy last\nimport by_definition from between\ndecision d gives one of yes, no\n"
        "rule D1 for d when by_definition is yes then d is yes\nrule D2 for d when by_definition is no then d is no\n",
    )
    case = {"service_date": datetime.date(2021, 1, 1), "dx": ("ICD C00.0",)}
    assert judge(found.policy, case).answers["d"].kind == meaning.CANNOT_ANSWER


def test_what_was_not_posted_there_was_not_known_here(folder: Path) -> None:
    found = whole(folder, OURS.format(imports="import is_panel, panels, kind from A59685"))
    assert [posting.day for posting in found.policy.postings] == [datetime.date(2024, 2, 1)]
    case = {"service_date": datetime.date(2024, 3, 1), "code": "CPT 81445", "fast": False, "analytes": 2,
            "one_order": True, "parallel": True}  # fmt: skip
    evaluator = module_of(found)
    assert evaluator.decide(case)["d"].kind == "outcome"
    before = evaluator.decide(case, as_posted_on=datetime.date(2024, 1, 31))["d"]
    assert (before.kind, before.reason) == (
        "cannot answer",
        "no revision of article was posted before 2024-02-01 (in A59685)",
    )


def test_what_is_imported_is_a_part_of_the_policy(folder: Path) -> None:
    text = OURS.format(imports="import is_panel, panels, kind from A59685")
    before = whole(folder, text).source.sha256
    (folder.parent / "other.policy").write_text("policy other\n", "utf-8")
    assert whole(folder, text).source.sha256 == before
    path = folder.parent / "theirs" / "panels.policy"
    path.write_text(path.read_text("utf-8") + "# a word more\n", "utf-8")
    assert whole(folder, text).source.sha256 != before


def test_a_document_that_is_only_named_is_no_part_of_the_policy(folder: Path) -> None:
    text = "policy ours\ninput x is yes or no\nno diagnoses listed means see A59685, A57905\n"
    found = whole(folder, text)
    assert [item.message for item in found.findings if item.name == "elsewhere"] == [
        "`A57905` is not here, so nothing checks its diagnoses"
    ]
    assert found.source.sha256 == source_from_text(text).sha256


def test_an_error_there_is_shown_there(folder: Path) -> None:
    path = folder.parent / "theirs" / "panels.policy"
    path.write_text(THEIRS + "define broken as nobody_knows\n", "utf-8")
    found = compiled(folder, OURS.format(imports="import is_panel, panels, kind from A59685"))
    assert isinstance(found, Rejected)
    finding = next(finding for finding in found.findings if finding.name == "unresolved_import")
    here, there = finding.places
    assert Path(here.path).name == "ours.policy"
    assert Path(there.path).name == "panels.policy"
    assert found.beside[there.path].slice(there.span) == "nobody_knows"


def test_until_the_document_is_here_its_terms_are_inputs(folder: Path) -> None:
    text = (
        "policy ours\nimport met, kind from A1\ndecision d gives one of w\nrule A for d when met and kind then d is w\n"
    )
    found = whole(folder, text)
    assert [(item.name, item.follows) for item in found.policy.inputs] == [("met", "A1"), ("kind", "A1")]
    assert [finding.name for finding in found.findings if finding.severity.value == "warning"] == ["unresolved_import"]
    (folder / "a1.policy").write_text("policy a1\n  document A1\ninput met is yes or no\ndefine kind as met\n", "utf-8")
    found = whole(folder, text)
    assert [item.name for item in found.policy.inputs] == ["met"]
    assert "unresolved_import" not in {finding.name for finding in found.findings}


def test_the_emitted_module_judges_as_the_meaning_does(folder: Path) -> None:
    """Graphs, emitted module and meaning agree on a policy with imported decisions, in every cell."""
    found = whole(folder, OURS.format(imports="import is_panel, panels, kind from A59685"))
    evaluator = module_of(found)
    compared = 0
    for case in full_cases(found.space.samples()):
        if not meaning.impossible(found.policy, case):
            _agrees(found.policy, evaluator, case)
            compared += 1
    assert compared > 100


# ---------------------------------------------------------------- the order of sources


def random_policy(chance: random.Random, *, ordered: bool) -> str:
    lines = ["policy random"]
    for name, authority in (("bind", "binding"), ("more", "binding"), ("back", "background")):
        way = ' gives way to bind because "a reason"' if name == "more" else ""
        lines.append(f"source {name} authority is {authority}{way}" if ordered else f"source {name}")
    lines += [f"input i{number} is yes or no" for number in range(4)]
    lines.append("decision d gives one of a, b, c")
    for number in range(chance.randrange(2, 7)):
        names = chance.sample(["i0", "i1", "i2", "i3"], chance.randrange(1, 3))
        when = " and ".join(chance.choice(("", "not ")) + name for name in names)
        cites = chance.sample(["bind", "more", "back"], chance.randrange(0, 3))
        cited = " ".join(f"cite {name} p.{number}" for name in cites)
        if chance.random() < 0.15:
            lines.append(f'leave open G{number} for d when {when} because "x" {cited}')
            continue
        force = chance.choice(("report", "report", "may report", "consider", "must not report", "may also report"))
        lines.append(f"rule R{number} for d when {when} then {force} {chance.choice('abc')} {cited}")
    return "\n".join(lines) + "\n"


def beaten_by_source(holding: frozenset[str], decision: Decision) -> frozenset[str]:
    """Drop, among rules that hold together, those whose every source gives way to one source of a rule that says else."""
    rules = [rule for rule in decision.rules if rule.name in holding]
    return frozenset(rule.name for rule in rules if any(beats(other, rule) for other in rules))


STRONGER = {("bind", "back"), ("more", "back"), ("bind", "more")}


def beats(rule: Rule, other: Rule) -> bool:
    ours, theirs = ({citation.source for citation in item.citations} for item in (rule, other))
    if not theirs or not any(all((mine, their) in STRONGER for their in theirs) for mine in ours):
        return False
    if MUST_NOT in (rule.force, other.force):
        return (rule.force == MUST_NOT) != (other.force == MUST_NOT) and bool(set(rule.outcomes) & set(other.outcomes))
    return "may also report" not in (rule.force, other.force) and rule.outcomes != other.outcomes


@pytest.mark.parametrize("seed", range(150))
def test_stronger_sources_win_where_they_say_something_else(seed: int) -> None:
    ordered = compile_source(source_from_text(random_policy(random.Random(seed), ordered=True)))
    plain = compile_source(source_from_text(random_policy(random.Random(seed), ordered=False)))
    assert isinstance(ordered, Compiled)
    assert isinstance(plain, Compiled)
    (decision,), (without,) = ordered.policy.decisions, plain.policy.decisions
    assert not any(rule.overrides for rule in without.rules)
    for case in full_cases(plain.space.samples()):
        held = frozenset(rule.name for rule in without.rules if meaning.holds(plain.policy, rule.condition, case))
        expected = resolve(without, held - beaten_by_source(held, without))
        assert resolve(decision, held).said == expected.said, (case, held)
    assert "override_never_happens" not in {finding.name for finding in ordered.findings}


def test_the_report_says_which_source_beats_which() -> None:
    text = (
        "policy p\nsource article\nsource overview authority is background\ninput genes is whole number from 1 to 99\n"
        "decision d gives one of a, b\nrule A for d when genes is at most 50 then report a cite article p.1\n"
        "rule O for d when genes is at least 40 then report b cite overview p.1\n"
    )
    found = compile_source(source_from_text(text))
    (finding,) = (item for item in found.findings if item.name == "overridden")
    assert "because `article` is binding, and `overview` is background" in finding.message
    assert finding.rules == ("A", "O")
    assert set(finding.citations) == {"article p.1", "overview p.1"}


def test_an_author_may_let_background_win() -> None:
    """An override that is written stands, and nothing beats it back."""
    text = (
        "policy p\nsource article\nsource overview authority is background\ninput x is yes or no\n"
        "decision d gives one of a, b\nrule A for d when x then report a cite article p.1\n"
        'rule O for d when x then report b cite overview p.1 overrides A because "asked the contractor"\n'
    )
    found = compile_source(source_from_text(text))
    assert isinstance(found, Compiled)
    assert judge(found.policy, {"x": True}).answers["d"].outcomes == ("b",)
