"""The route on one screen: text, tree, model, study, findings."""

from __future__ import annotations

from collections import Counter

from ruleproof.checks import CHECKS, NAMES, found_by
from ruleproof.checks.reviewed import reviewed
from ruleproof.compiled import NOT_DECIDED, PROVED, REFUTED, Compiled, Proof, Rejected
from ruleproof.finding import Finding, Severity
from ruleproof.model.from_tree import model_from_tree
from ruleproof.model.nodes import Decision, Policy
from ruleproof.prover.study import Study
from ruleproof.source import Source
from ruleproof.tree.from_text import tree_from_text

_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def compile_source(source: Source) -> Compiled | Rejected:
    """Read, resolve and prove a policy; a text with errors of language is rejected with all of them."""
    tree, unreadable = tree_from_text(source)
    policy, unresolved = model_from_tree(tree)
    remarks = (*unreadable, *unresolved)
    if policy is None or any(remark.severity is Severity.ERROR for remark in remarks):
        return Rejected(source, _sorted(remarks))
    study = Study(policy)
    found = tuple(finding for check in CHECKS for finding in found_by(check, study, source.path))
    findings = reviewed(study, source, found, NAMES)
    proofs = tuple(_proof(study, decision, findings) for decision in policy.decisions)
    return Compiled(source, policy, study, (*_sorted(remarks), *_by_weight(findings)), proofs)


def _sorted(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: (finding.places[0].span.start, finding.code)))


def _by_weight(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: _ORDER[finding.severity]))


def _proof(study: Study, decision: Decision, findings: tuple[Finding, ...]) -> Proof:
    own = [finding for finding in findings if finding.decision == decision.name]
    counts = Counter(finding.name for finding in own)
    landscape = study.landscape(decision)
    standing = {finding.name for finding in own if not finding.accepted}
    clashes = {"conflict", "contradiction", "choice"} & standing
    return Proof(
        study.policy.name,
        decision.name,
        "collect" if decision.collects else "unique",
        len(decision.rules),
        NOT_DECIDED if landscape is None else REFUTED if "gap" in standing else PROVED,
        NOT_DECIDED if landscape is None else REFUTED if clashes else PROVED,
        dict(sorted(counts.items())),
        (*_left_open(decision), *_accepted(study.policy, own)),
        0.0 if landscape is None else landscape.seconds,
    )


def _left_open(decision: Decision) -> tuple[dict[str, str], ...]:
    return tuple(
        {"kind": "left open", "rules": rule.name, "question": ", ".join(rule.readings), "because": rule.because}
        for rule in decision.rules
        if rule.left_open
    )


def _accepted(policy: Policy, own: list[Finding]) -> tuple[dict[str, str], ...]:
    return tuple(
        {"kind": f"accepted {item.name}", "rules": ", ".join(item.rules), "question": "", "because": item.because}
        for item in policy.acceptances
        if any(
            finding.accepted and finding.name == item.name and set(finding.rules) == set(item.rules) for finding in own
        )
    )
