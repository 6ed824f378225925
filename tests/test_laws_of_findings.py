"""Laws of what the checks find, tried on random policies: found where it is so, nowhere else, and gone when repaired."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import product

from hypothesis import given

from brute_force import OVERLAPS, Yardstick, compiled, in_domain, key_of, lies_in, overlap_name, regions_of
from random_policies import RandomPolicy, policies
from ruleproof.compiled import PROVED, REFUTED, Compiled
from ruleproof.finding import CodesOf, Edit, Finding
from ruleproof.model import meaning
from ruleproof.model.meaning import Case
from ruleproof.model.nodes import Property
from ruleproof.source import Source

FAULTS = ("contradiction", "conflict", "choice")


def yardstick(found: Compiled) -> Yardstick:
    return Yardstick(found.policy, found.space.samples())


def named(found: Compiled, name: str, decision: str = "") -> list[Finding]:
    return [item for item in found.findings if item.name == name and decision in ("", item.decision)]


def check_regions(found: Compiled, findings: Sequence[Finding], faulty: Iterable[Case], cases: Sequence[Case]) -> None:
    """Check that each faulty case, and no other case, lies in exactly one region of the findings, and each witness too."""
    regions = regions_of(findings)
    wanted = {key_of(case) for case in faulty}
    for case in cases:
        inside = [finding for finding, region in regions if lies_in(found, region, case)]
        assert len(inside) == (key_of(case) in wanted), (case, inside)
    for finding in findings:
        witness = {item.name: finding.witness[item.name] for item in found.policy.inputs}
        assert all(in_domain(item, witness[item.name]) for item in found.policy.inputs), witness
        assert any(lies_in(found, region, witness) for region in finding.regions)
        assert key_of(found.space.decode(found.space.encode(witness))) in wanted


# ---------------------------------------------------------------- law 3: proofs, gaps and overlaps


@given(policies())
def test_proved_means_that_no_case_speaks_against_it(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    known = yardstick(found)
    for decision, proof in zip(found.policy.decisions, found.proofs, strict=True):
        situations = known.situations(decision)
        gaps = [item for item in situations if item.answer.kind == meaning.NOTHING and not decision.collects]
        faults = [item for item in situations if overlap_name(decision, item.holding) in FAULTS]
        assert proof.complete == (REFUTED if gaps else PROVED)
        assert proof.consistent == (REFUTED if faults else PROVED)


@given(policies())
def test_gaps_hold_exactly_the_cases_without_an_answer(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    known = yardstick(found)
    for decision in found.policy.decisions:
        situations = known.situations(decision)
        silent = [item.case for item in situations if item.answer.kind == meaning.NOTHING and not decision.collects]
        check_regions(found, named(found, "gap", decision.name), silent, known.all)


@given(policies())
def test_overlaps_name_exactly_the_rules_that_hold_together(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    known = yardstick(found)
    for decision in found.policy.decisions:
        situations = known.situations(decision)
        findings = [item for name in OVERLAPS for item in named(found, name, decision.name)]
        overlaps = [item for item in situations if overlap_name(decision, item.holding)]
        check_regions(found, findings, [item.case for item in overlaps], known.all)
        if not decision.collects:
            assert all(item in overlaps for item in situations if len(item.holding) > 1)
        for item in overlaps:
            (finding,) = {
                id(one): one for one, region in regions_of(findings) if lies_in(found, region, item.case)
            }.values()
            assert set(finding.rules) == item.holding
            assert finding.name == overlap_name(decision, item.holding)


@given(policies())
def test_sizes_count_the_cases_of_the_regions(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    for finding in found.findings:
        if finding.size is None or any(isinstance(p, CodesOf) for region in finding.regions for p in region.values()):
            continue
        asked = {name for region in finding.regions for name in region}
        if finding.decision and finding.name not in ("date_gap", "code_not_valid_on_date"):  # which count days
            landscape = found.study.landscape(found.policy.decision(finding.decision))
            asked |= set(landscape.inputs) if landscape is not None else set()
        for claim in found.policy.properties:
            if finding.places[0].span == claim.span:
                conditions = (found.study.compiler(claim.condition), found.study.compiler(claim.supposing))
                asked |= set(found.study.inputs_of(*conditions))
        assert finding.size == _count(found, finding, sorted(asked)), finding.message


def _count(found: Compiled, finding: Finding, inputs: list[str]) -> int:
    """Count the cases of a finding over some inputs, cell by cell."""
    total = 0
    places = [found.space.places[name][0] for name in inputs]
    for cells in product(*(found.space.dimensions[place].cells for place in places)):
        case = {name: cell.sample for name, cell in zip(inputs, cells, strict=True)}
        if any(lies_in(found, region, case) for region in finding.regions):
            size = 1
            for cell in cells:
                size *= cell.size or 0
            total += size
    return total


# ---------------------------------------------------------------- rules, overrides, inputs


@given(policies())
def test_rules_without_a_part_are_found(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    known = yardstick(found)
    never, masked, redundant = set(), set(), set()
    for decision in found.policy.decisions:
        situations = known.situations(decision)
        for rule in decision.rules:
            cases = [item for item in situations if rule.name in item.holding]
            changed = known.without(decision, rule.name)
            reduced = changed.decision(decision.name)
            same = all(meaning.answer_of(changed, reduced, item.case).said == item.answer.said for item in cases)
            if not cases:
                never.add(rule.name)
            elif same:
                named_somewhere = any(rule.name in item.answer.rules for item in cases)
                (redundant if named_somewhere else masked).add(rule.name)
    unreachable = [item for item in named(found, "unreachable_rule") if item.rules]
    assert {item.rules[0] for item in unreachable if "can never hold" in item.message} == never
    assert {item.rules[0] for item in unreachable if "never decides" in item.message} == masked
    assert {item.rules[0] for item in named(found, "redundant_rule")} == redundant
    idle = {
        item.name for item in found.policy.requirements if not any(known.holds(item.when, c) for c in known.possible)
    }
    assert {item.message.split("`")[1] for item in named(found, "unreachable_rule") if not item.rules} == idle


@given(policies())
def test_overrides_that_never_happen_are_found(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    known = yardstick(found)
    expected = []
    for decision in found.policy.decisions:
        together = [item.holding for item in known.situations(decision)]
        for rule in decision.rules:
            for override in rule.overrides:
                if not any({rule.name, override.rule} <= holding for holding in together):
                    expected.append((rule.name, override.rule))
    assert [item.rules for item in named(found, "override_never_happens")] == expected


@given(policies())
def test_unused_inputs_are_those_that_nothing_names(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    known = yardstick(found)
    unused = {item.message.split("`")[1] for item in named(found, "unused_input")}
    blocks = [block for block in policy.text.split("\n\n") if not block.startswith(("input", "presume", "example"))]
    text = "\n\n".join(map(_without_idle_columns, blocks))
    for item in found.policy.inputs:
        # a date of service is asked for by dates, too
        assert (item.name in unused) == (not _names(text, item.name)) or item.name == "service_date"
    for case in known.all[:: max(1, len(known.all) // 20)]:
        for name in unused:
            for value in known.samples[name]:
                assert meaning.judge(found.policy, {**case, name: value}) == meaning.judge(found.policy, case)


def _without_idle_columns(block: str) -> str:
    """Take the columns out of a table that let everything pass."""
    lines = block.split("\n")
    rows = [line.split(" | ") for line in lines if line.lstrip().startswith("|")]
    for column in zip(*rows, strict=True) if block.startswith("table") else ():
        if set(column[1:]) <= {"-"}:
            lines = [line.replace(f" | {column[0]} | ", " | - | ", 1) for line in lines]
    return "\n".join(lines)


def _names(text: str, name: str) -> bool:
    """Tell whether a text names an input, outside quotes; as a word of the language it stands in backquotes."""
    bare = re.sub(r'"(?:\\.|[^"\\\n])*"', " ", text)
    if f"`{name}`" in bare:
        return True
    return name != "when" and re.search(rf"\b{name}\b", re.sub(r"`[^`]*`", " ", bare)) is not None


@given(policies())
def test_what_leaves_nothing_is_found(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    known = yardstick(found)
    messages = [item.message for item in named(found, "nothing_can_happen")]
    assert (messages == ["no case at all can happen"]) == (not known.possible)
    if not known.possible:
        return
    idle = [
        item.name for item in found.policy.impossibles if not any(known.holds(item.condition, c) for c in known.all)
    ]
    empty = [d.name for d in found.policy.decisions if not any(known.holds(d.scope, case) for case in known.possible)]
    wrong = [
        item.input
        for item in found.policy.presumptions
        if all(meaning.impossible(found.policy, {**case, item.input: item.value}) for case in known.all)
    ]
    said = [message.split("`")[1].removeprefix("cannot happen ") for message in messages]
    assert sorted(said) == sorted([*idle, *empty, *wrong])


# ---------------------------------------------------------------- properties


@given(policies())
def test_properties_fail_exactly_where_a_case_speaks_against_them(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    known = yardstick(found)
    failing = named(found, "property_fails")
    for claim in found.policy.properties:
        own = [item for item in failing if found.source.slice(item.places[0].span) == claim.name]
        supposed = [case for case in known.possible if known.holds(claim.supposing, case)]
        if not supposed:
            assert [item.message for item in own] == [f"`{claim.name}` supposes what never happens, so it says nothing"]
            continue
        against = [case for case in supposed if _speaks_against(known, claim, case)]
        assert len(own) == bool(against)
        check_regions(found, own, against, known.all)


def _speaks_against(known: Yardstick, claim: Property, case: Case) -> bool:
    if known.holds(known.policy.no_text, case):
        return False
    if claim.kind == "always":
        return not known.holds(claim.condition, case)
    decision = known.policy.decision(claim.decision)
    answer = known.answers[decision.name][key_of(case)]
    if claim.kind == "answers":
        return answer.kind == meaning.NOTHING and not decision.collects
    if answer.kind == meaning.OUT_OF_SCOPE:
        return False
    return overlap_name(decision, known.holding(known.policy, decision, case)) in FAULTS


# ---------------------------------------------------------------- law 5: a repair removes its finding


def edited(source: Source, edits: Iterable[Edit]) -> str:
    """Carry edits out, the last in the text first."""
    text = source.text
    for edit in sorted(edits, key=lambda edit: edit.place.span.start, reverse=True):
        text = text[: edit.place.span.start] + edit.text + text[edit.place.span.end :]
    return text


@given(policies())
def test_a_repair_removes_its_finding(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    known = yardstick(found)
    repaired = [
        (finding, repair)
        for finding in found.findings
        for repair in finding.repairs
        if repair.edits and finding.name in ("gap", *FAULTS)
    ]
    for finding, repair in repaired[:8]:
        again = compiled(edited(found.source, repair.edits))
        decision = again.policy.decision(finding.decision)
        still = [item for item in named(again, finding.name, finding.decision) if item.rules == finding.rules]
        assert not still or finding.name == "gap", repair.title
        for case in known.asked(found.policy.decision(finding.decision)):
            before = known.answers[finding.decision][key_of(case)]
            after = meaning.answer_of(again.policy, decision, case)
            if not any(lies_in(found, region, case) for region in finding.regions):
                # what fills a gap changes no other answer of the decision
                assert finding.name != "gap" or after == before, (case, repair)
            elif finding.name == "gap":
                assert after.kind == meaning.OPEN, (case, repair)
            else:
                assert overlap_name(decision, known.holding(again.policy, decision, case)) not in FAULTS, (case, repair)


@given(policies())
def test_accepting_every_fault_makes_a_decision_consistent(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    faults = [finding for name in FAULTS for finding in named(found, name)]
    text = policy.text
    for finding in faults:
        if f"prove A_{finding.decision} " not in text:
            text += f"\nprove A_{finding.decision} {finding.decision} never contradicts\n"
    for finding in faults:
        assert _consistent(compiled(text), finding.decision) == REFUTED
        text += f'\naccept {finding.name} between {", ".join(finding.rules)} because "meant" by "us" on 2025-01-01\n'
    accepted = compiled(text)
    assert all(proof.consistent == PROVED for proof in accepted.proofs)
    failing = {accepted.source.slice(item.places[0].span) for item in named(accepted, "property_fails")}
    # what is meant is no contradiction; that somebody has seen a conflict does not make it meant
    clashing = {f"A_{finding.decision}" for finding in faults if finding.name != "choice"}
    assert {name for name in failing if name.startswith("A_")} == clashing


def _consistent(found: Compiled, decision: str) -> str:
    return next(proof.consistent for proof in found.proofs if proof.decision == decision)


NEVER_EXPECTED = {"example_fails", "property_fails", "expected_finding_absent"}


@given(policies())
def test_an_expected_finding_counts_no_more(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    errors = [finding for finding in found.errors if finding.name not in NEVER_EXPECTED]
    lines = {
        f"expect finding {finding.name}"
        + (f" between {', '.join(finding.rules)}" if finding.rules else "")
        + (f" for {finding.decision}" if finding.decision else "")
        for finding in errors
    }
    again = compiled(policy.text + "\n" + "\n".join(sorted(lines)) + "\n")
    assert {finding.name for finding in again.errors} <= NEVER_EXPECTED, [item.message for item in again.errors]
    assert len(again.findings) == len(found.findings)


@given(policies())
def test_a_gap_is_expected_where_every_case_of_the_condition_is_one(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    known = yardstick(found)
    absent = {item.places[0].span for item in named(found, "expected_finding_absent")}
    for expectation in found.policy.expectations:
        assert expectation.when is not None
        decision = found.policy.decision(expectation.decision)
        inside = [item.answer.kind for item in known.situations(decision) if known.holds(expectation.when, item.case)]
        met = bool(inside) and set(inside) == {meaning.NOTHING} and not decision.collects
        assert (expectation.span in absent) == (not met)
        for finding in named(found, "gap", decision.name):
            if met and not finding.expected:
                for case in known.asked(decision):
                    outside = not any(lies_in(found, region, case) for region in finding.regions)
                    assert outside or not known.holds(expectation.when, case)
