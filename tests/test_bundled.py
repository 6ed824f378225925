"""The bundled policies: what they must say, and the laws on them.

Their spaces are too large to go through cell by cell, so the proof goes by boxes: the boxes of a decision fill the space
without overlap, and in some cases of each the meaning says what the box says.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import combinations
from math import prod
from pathlib import Path

import pytest

from brute_force import full_cases, in_domain, lies_in, overlap_name, regions_of, witness_case
from ruleproof.beside import FolderBeside
from ruleproof.checks.example_fails import outcomes, presumed
from ruleproof.compiled import PROVED, Compiled
from ruleproof.finding import Value
from ruleproof.model import meaning
from ruleproof.model.meaning import Answer, Case
from ruleproof.model.nodes import Decision
from ruleproof.pipeline import compile_source
from ruleproof.prover.boxes import meets
from ruleproof.prover.space import Box, bits_of
from ruleproof.prover.told import facts_of
from ruleproof.source import source_from_text
from test_laws import described, described_elsewhere

POLICIES = sorted((Path(__file__).parents[1] / "policies").rglob("*.policy"))
THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
CASES = 50_000 if THOROUGH else 3_000
CASES_OF_A_BOX = 100 if THOROUGH else 10

every_policy = pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.stem)


@cache
def bundled(path: Path) -> Compiled:
    found = compile_source(source_from_text(path.read_text("utf-8"), path.name), FolderBeside(path.parent))
    assert isinstance(found, Compiled), [finding.message for finding in found.findings]
    return found


def named(stem: str) -> Compiled:
    return bundled(next(path for path in POLICIES if path.stem == stem))


def cases_of(found: Compiled, box: Box, chance: random.Random, count: int = CASES_OF_A_BOX) -> Iterator[Case]:
    """Give some cases of a box."""
    for _ in range(count):
        yield found.space.decode(tuple(chance.choice(list(bits_of(mask))) for mask in box))


def random_cases(found: Compiled, count: int) -> list[Case]:
    """Give cases spread over the space: half of them anywhere, half where the rules of a decision are asked."""
    chance = random.Random(20240321)
    boxes = [box for landscape in found.study.landscapes for own in landscape.boxes.values() for box in own]
    anywhere = cases_of(found, found.space.whole, chance, count // 2)
    return [*anywhere, *(case for _ in range(count // 2) for case in cases_of(found, chance.choice(boxes), chance, 1))]


def holding(found: Compiled, decision: Decision, case: Case) -> frozenset[str]:
    return frozenset(rule.name for rule in decision.rules if meaning.holds(found.policy, rule.condition, case))


def volume(box: Box) -> int:
    return prod(mask.bit_count() for mask in box)


# ---------------------------------------------------------------- proofs


def test_the_folder_has_the_policies() -> None:
    assert {"tumor_ngs", "literal", "overview_81455"} <= {path.stem for path in POLICIES}


@every_policy
def test_nothing_stands_against_it(path: Path) -> None:
    assert [finding.message for finding in bundled(path).errors] == []


@pytest.mark.parametrize("stem", ["tumor_ngs", "overview_81455"])
def test_a_working_policy_is_proved(stem: str) -> None:
    found = named(stem)
    assert found.proofs
    assert {(proof.complete, proof.consistent) for proof in found.proofs} == {(PROVED, PROVED)}
    left_open = {rule.name for decision in found.decisions for rule in decision.rules if rule.left_open}
    assert {item["rules"] for proof in found.proofs for item in proof.open} == left_open
    assert not any(finding.name == "property_fails" for finding in found.findings)
    assert found.policy.properties


@every_policy
def test_the_boxes_of_each_decision_fill_the_space(path: Path) -> None:
    found = bundled(path)
    chance = random.Random(1)
    for landscape in found.study.landscapes:
        inside = [(names, box) for names, own in landscape.boxes.items() for box in own]
        boxes = [*(box for _, box in inside), *landscape.excluded]
        assert not any(meets(left, right) for left, right in combinations(boxes, 2))
        assert sum(map(volume, boxes)) == volume(found.space.whole)
        for names, box in inside:
            for case in cases_of(found, box, chance):
                assert not meaning.impossible(found.policy, case)
                assert holding(found, landscape.decision, case) == names
                kinds = (meaning.OUT_OF_SCOPE, meaning.CANNOT_ANSWER)
                answer = meaning.answer_of(found.policy, landscape.decision, case)
                assert answer.kind not in kinds or answer.rules
        for box in landscape.excluded:
            for case in cases_of(found, box, chance):
                answer = meaning.answer_of(found.policy, landscape.decision, case)
                text_or_scope = answer.kind in (meaning.OUT_OF_SCOPE, meaning.CANNOT_ANSWER) and not answer.rules
                assert text_or_scope or meaning.impossible(found.policy, case)


@every_policy
def test_each_region_holds_only_what_its_finding_says(path: Path) -> None:
    found = bundled(path)
    decisions = {decision.name: decision for decision in found.decisions}
    for decision in decisions.values():
        rules = {rule.name for rule in decision.rules}  # a conflict with a limit is no overlap of rules
        own = [
            item
            for item in found.findings
            if item.decision == decision.name and item.regions and rules.issuperset(item.rules)
        ]
        for case in random_cases(found, CASES // 3):
            inside = [finding for finding, region in regions_of(own) if lies_in(found, region, case)]
            possible = not meaning.impossible(found.policy, case)
            answer = meaning.answer_of(found.policy, decision, case)
            asked = possible and answer.kind != meaning.OUT_OF_SCOPE and bool(answer.rules or not answer.reason)
            names = holding(found, decision, case) if asked else frozenset[str]()
            overlap = overlap_name(decision, names) if asked else ""
            gap = asked and answer.kind == meaning.NOTHING and not decision.collects
            expected = [(overlap, names)] if overlap else []
            assert [(item.name, frozenset(item.rules)) for item in inside if item.name != "gap"] == expected
            assert [item.name for item in inside if item.name == "gap"] == ["gap"] * gap
    for finding in found.findings:
        assert not finding.regions or any(
            lies_in(found, region, witness_case(found, finding)) for region in finding.regions
        )
        assert all(in_domain(item, finding.witness[item.name]) for item in found.policy.asked if finding.witness)


# ---------------------------------------------------------------- graphs and partial answers


@every_policy
def test_every_path_of_a_graph_leads_to_what_the_meaning_says(path: Path) -> None:
    found = bundled(path)
    chance = random.Random(2)
    requirements = {item.name: item for item in found.policy.requirements}
    for graph in found.exact_graphs.values():
        filled = 0
        for asked, leaf in graph.paths():
            box = tuple(asked.get(place, mask) for place, mask in enumerate(found.space.whole))
            filled += volume(box)
            for case in cases_of(found, box, chance):
                if meaning.impossible(found.policy, case):
                    continue
                assert leaf.answer is not None
                if graph.name in requirements:
                    assert leaf.answer == meaning.state_of(found.policy, requirements[graph.name], case)
                else:
                    assert leaf.answer == meaning.answer_of(found.policy, found.policy.decision(graph.name), case)
        assert filled == volume(found.space.whole)


@every_policy
def test_graphs_agree_on_many_cases(path: Path) -> None:
    found = bundled(path)
    for case in random_cases(found, CASES):
        if meaning.impossible(found.policy, case):
            continue
        cells = found.space.encode(case)
        for decision in found.decisions:
            answer = meaning.answer_of(found.policy, decision, case)
            assert found.graphs[decision.name].leaf_of(cells).answer == answer


@every_policy
def test_every_case_where_they_are_few(path: Path) -> None:
    found = bundled(path)
    if volume(found.space.whole) > (1_000_000 if THOROUGH else 1_000):
        pytest.skip(
            "more than 1,000 cases: a sample of them is tried by other tests, all of them under the profile `thorough`"
        )
    for case in full_cases(found.space.samples()):
        cells = found.space.encode(case)
        for decision in [] if meaning.impossible(found.policy, case) else found.decisions:
            answer = meaning.answer_of(found.policy, decision, case)
            assert found.graphs[decision.name].leaf_of(cells).answer == answer
            assert found.exact_graphs[decision.name].leaf_of(cells).answer == answer


@every_policy
def test_forgetting_some_facts_leaves_the_answers_of_all_completions(path: Path) -> None:
    found = bundled(path)
    chance = random.Random(3)
    samples = found.space.samples()
    for case in random_cases(found, CASES // 10):
        forgotten = chance.sample(sorted(case), chance.randint(1, min(3, len(case))))
        facts = {name: value for name, value in case.items() if name not in forgotten}
        for decision in found.decisions:
            expected = meaning.partial(found.policy, decision, facts, samples).possible
            assert _joined(found.study.answers(decision, presumed(found.study, facts))) == _joined(expected)


def _joined(answers: tuple[Answer, ...]) -> dict[tuple[object, ...], tuple[str, ...]]:
    return {answer.said: answer.rules for answer in answers}


@every_policy
def test_another_process_says_the_same(path: Path) -> None:
    text = path.read_text("utf-8")
    here = described(bundled(path))
    (elsewhere,) = described_elsewhere([text], "17", path.name)
    assert elsewhere == here


# ---------------------------------------------------------------- examples and statements


@every_policy
def test_every_example_comes_out(path: Path) -> None:
    found = bundled(path)
    problems = [problem for item in found.policy.examples for _, problem in outcomes(found.study, item)]
    assert set(problems) <= {""}
    assert problems or path.stem == "literal"


def _shown(found: Compiled) -> Iterator[tuple[frozenset[str], Box]]:
    """Give for each example the rules that it expects to answer, and the box of its facts."""
    for example in found.policy.examples:
        rules = frozenset(rule for expected in example.expected for rule in expected.rules)
        yield rules, presumed(found.study, facts_of(found.study, example))


@pytest.mark.parametrize("stem", ["tumor_ngs", "overview_81455"])
def test_each_rule_and_each_override_has_an_example(stem: str) -> None:
    found = named(stem)
    shown = list(_shown(found))
    for decision in found.decisions:
        conditions = {rule.name: found.study.compiler(rule.condition) for rule in decision.rules}
        for rule in decision.rules:
            assert any(rule.name in rules for rules, _ in shown), rule.name
            for override in rule.overrides:
                both = (conditions[rule.name], conditions[override.rule])
                assert any(
                    rule.name in rules and not any(found.study.parts_where(part, [box])[1] for part in both)
                    for rules, box in shown
                ), f"no example shows {rule.name} over {override.rule}"


@pytest.mark.parametrize("stem", ["tumor_ngs", "overview_81455"])
def test_each_bound_of_the_gene_count_has_an_example(stem: str) -> None:
    found = named(stem)
    cells = found.space.dimensions[found.space.places["genes"][0]].cells
    asked = {example.facts.get("genes") for example in found.policy.examples}
    bounds = {cell.low for cell in cells} | {cell.high for cell in cells}
    assert len(bounds) > 4
    outermost = {1, 25_000} if stem == "overview_81455" else set[int]()
    assert bounds - outermost <= asked


WORKED = {"W02", "W04", "W06", "W08", "W10", "W12", "W14", "W16", "W18", "W20", "W22", "W24"}
"""The tests of real laboratories that the article can answer; the last row of the list, W26, is no test."""


def test_every_worked_example_is_an_example() -> None:
    assert {example.name for example in named("tumor_ngs").policy.examples} >= WORKED


def _statements(found: Compiled) -> set[str]:
    policy = found.policy
    blocks = (
        *policy.inputs, *policy.definitions, *policy.impossibles, *policy.presumptions, *policy.code_lists,
        *policy.decisions, *policy.requirements, *policy.silences, *policy.questions, *policy.not_modelled,
        *(rule for decision in policy.decisions for rule in decision.rules),
    )  # fmt: skip
    return {statement for block in blocks for statement in block.statements}  # type: ignore[attr-defined]


def test_every_statement_of_the_sources_is_covered() -> None:
    article = {f"S{number}" for number in (*range(1, 55), 70, 71, 72)}
    assert _statements(named("tumor_ngs")) >= article
    assert _statements(named("overview_81455")) >= {f"S{number}" for number in range(55, 70)}


# ---------------------------------------------------------------- what the letter of the article gets wrong

PLAIN: Mapping[str, Value] = {
    "design": "targeted_panel",
    "tissue": "solid_organ",
    "analyte": "dna",
    "pairing": "alone",
    "genes": 20,
    "cnv": False,
    "rearrangement": False,
    "msi": False,
    "tmb": False,
    "rna_adds": False,
    "assessed": True,
    "coverage_met": True,
    "only_rna_needed": False,
    "serial_terms": False,
}
PROFILE = {"design": "profile", "cnv": True, "rearrangement": True, "msi": True, "tmb": True}
BOTH = {"analyte": "dna_and_rna"}
RNA = {"analyte": "rna", "only_rna_needed": True}

FAULTS: list[tuple[str, str, dict[str, Value], set[str]]] = [
    ("Q01", "words_alone", {**PROFILE, **BOTH, "pairing": "one_assay", "rna_adds": True}, {"W26", "W28"}),
    ("Q01", "words_with_code_set", {**PROFILE, **BOTH, "pairing": "one_assay", "rna_adds": True}, {"K26", "K28"}),
    ("Q02", "words_alone", {"msi": True, "cnv": True}, {"W18", "W19"}),
    ("Q02", "words_with_code_set", {"msi": True, "cnv": True, "genes": 60}, {"K18", "K19"}),
    ("Q03", "words_alone", {"genes": 2}, {"W17", "W25"}),
    ("Q04", "words_alone", {"genes": 4, "msi": True}, {"W18", "W25"}),
    ("Q04", "words_with_code_set", {"genes": 4, "msi": True}, {"K18", "K25"}),
    ("Q05", "words_alone", {**RNA, "genes": 3}, {"W21", "W25"}),
    ("Q06", "words_with_code_set", {"genes": 51}, set()),
    ("Q07", "words_with_code_set", {"genes": 1}, set()),
    ("Q08", "words_alone", {**BOTH, "pairing": "one_assay"}, set()),
    ("Q08", "words_with_code_set", {**BOTH, "pairing": "one_assay"}, set()),
    ("Q09", "words_alone", {**BOTH, "pairing": "same_time"}, set()),
    ("Q09", "words_with_code_set", {**BOTH, "pairing": "same_time"}, set()),
]
"""For each question a decision of the literal reading, what differs from the plain case, and the rules that clash."""


@pytest.mark.parametrize(("question", "decision", "differs", "rules"), FAULTS)
def test_the_literal_reading_shows_the_fault(
    question: str, decision: str, differs: dict[str, Value], rules: set[str]
) -> None:
    found = named("literal")
    policy = found.policy
    day = policy.sources[0].revisions[-1].services_from
    nothing_before = dict.fromkeys((item.name for item in policy.derived), False)
    told = {**nothing_before, **PLAIN, "service_date": day, **differs}
    case = {item.name: told[item.name] for item in policy.inputs}
    assert all(in_domain(item, case[item.name]) for item in policy.inputs), "the policy calls its values otherwise now"
    assert not meaning.impossible(policy, case)
    inside = [finding for finding, region in regions_of(found.findings) if lies_in(found, region, case)]
    (fault,) = [item for item in inside if item.decision == decision and item.name in ("conflict", "gap")]
    assert fault.name == ("conflict" if rules else "gap")
    assert rules <= set(fault.rules)
    assert fault.expected
    assert fault.witness
    answer = meaning.answer_of(policy, policy.decision(decision), case)
    assert answer.kind == (meaning.CANNOT_ANSWER if rules else meaning.NOTHING)
    assert any(item.reading == question and item.decision == decision for item in policy.expectations)


def test_the_literal_reading_has_no_other_errors_than_it_expects() -> None:
    found = named("literal")
    errors = [finding for finding in found.findings if finding.severity.value == "error"]
    assert errors
    assert all(finding.expected for finding in errors)
    assert {finding.name for finding in errors} == {"conflict", "gap"}
    assert not any(rule.overrides for decision in found.decisions for rule in decision.rules)
    assert {rule.force for decision in found.decisions for rule in decision.rules} == {"report"}
