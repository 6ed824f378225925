"""The route on one screen: text, tree, model, study, findings."""

from __future__ import annotations

import datetime
import time
from collections import Counter
from collections.abc import Callable, Mapping

from ruleproof.checks import CHECKS, NAMES, found_by
from ruleproof.checks.nothing_posted import nothing_posted
from ruleproof.checks.reviewed import reviewed
from ruleproof.checks.sources import SOURCE_CHECKS
from ruleproof.checks.sources.library import TextAtHand, library_of
from ruleproof.checks.tables import TABLE_CHECKS
from ruleproof.checks.tables.findings import policy_of
from ruleproof.compiled import NOT_DECIDED, PROVED, REFUTED, CheckedTables, Compiled, Proof, Rejected
from ruleproof.finding import Finding, Severity
from ruleproof.model.from_tree import model_from_tree, seen_from
from ruleproof.model.nodes import Decision, Policy
from ruleproof.model.tables import CellTest, DecisionTable
from ruleproof.prover.study import Study
from ruleproof.prover.table_limits import outputs_of
from ruleproof.prover.table_study import Progress, TableStudy
from ruleproof.prover.table_worth import Worth
from ruleproof.readers.dmn_nodes import Decision as DmnDecision
from ruleproof.readers.dmn_nodes import TableLogic
from ruleproof.readers.reading import Reading
from ruleproof.source import NOTHING_BESIDE, Beside, FilesRead, Source
from ruleproof.tree.from_text import tree_from_text
from ruleproof.tree.texts import in_own_files, with_texts

_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def compile_source(
    source: Source,
    beside: Beside = NOTHING_BESIDE,
    texts: Mapping[str, TextAtHand] | None = None,
    posted_by: datetime.date | None = None,
) -> Compiled | Rejected:
    """Read, resolve and prove a policy; a text with errors of language is rejected with all of them.

    `beside` gives the files that the policy names, `texts` the texts of its sources, by the name of the source.
    With `posted_by` only what had been posted by that day is proved.
    """
    files = FilesRead(source, beside)
    written, unreadable = tree_from_text(source)
    tree, unjoined = with_texts(written, files)
    policy, unresolved = model_from_tree(tree, files)
    library = None if policy is None else library_of(policy, tree.source, files, texts or {})
    source = files.signed()
    remarks = (*unreadable, *unjoined, *in_own_files(unresolved, tree))
    if policy is None or library is None or any(remark.severity is Severity.ERROR for remark in remarks):
        return Rejected(source, _sorted(remarks), files.sources, tree.parts)
    study = Study(policy, lambda standpoint: seen_from(tree, files, standpoint)).as_posted(posted_by)
    nothing = None if posted_by is None else nothing_posted(study, source.path, posted_by)
    if nothing is not None:
        return Compiled(source, study.policy, study, (*_sorted(remarks), nothing), (), files.sources)
    elsewhere = {decision.name for decision in study.policy.decisions if decision.imported}
    found = tuple(
        finding
        for check in CHECKS
        for finding in found_by(check, study, source.path)
        if finding.decision not in elsewhere
    )
    compared = tuple(finding for check in SOURCE_CHECKS for finding in check(library))
    findings = in_own_files(reviewed(study, tree.source, (*found, *compared), NAMES), tree)
    proofs = tuple(_proof(study, decision, findings) for decision in study.policy.decisions if not decision.imported)
    found = (*_sorted(remarks), *_by_weight(findings))
    return Compiled(source, study.policy, study, found, proofs, files.sources, library.coverage, tree.parts)


def check_tables(
    reading: Reading,
    *,
    missing: bool = False,
    still_time: Callable[[], bool] = lambda: True,
    progress: Progress = lambda _what, _done, _all: None,
) -> CheckedTables:
    """Prove every decision table of a file; `missing` lets every input be absent."""
    limits = limits_of(reading)
    checked = [
        check_table(
            table, reading.source, missing=missing, limits=limits.get(index), still_time=still_time, progress=progress
        )
        for index, table in enumerate(reading.tables)
    ]
    findings = tuple(finding for found, _ in checked for finding in found)
    proofs = tuple(proof for _, proof in checked)
    return CheckedTables(reading.source, reading.tables, (*_sorted(reading.findings), *_by_weight(findings)), proofs)


def check_table(
    table: DecisionTable,
    source: Source | None = None,
    *,
    missing: bool = False,
    limits: Mapping[str, CellTest] | None = None,
    still_time: Callable[[], bool] = lambda: True,
    progress: Progress = lambda _what, _done, _all: None,
) -> tuple[tuple[Finding, ...], Proof]:
    """Prove one decision table; `limits` says what some inputs can be at all, `still_time` whether to go on."""
    began = time.perf_counter()
    study = TableStudy(table, missing=missing, limits=limits, still_time=still_time, progress=progress)
    worth = Worth(study)
    findings = _by_weight(tuple(finding for check in TABLE_CHECKS for finding in check(worth, source)))
    proof = Proof(
        policy_of(table),
        table.name,
        table.hit_policy,
        len(table.rows),
        _status(study.complete),
        _status(study.consistent),
        dict(sorted(Counter(finding.name for finding in findings).items())),
        (),
        time.perf_counter() - began,
    )
    return findings, proof


def _status(found: bool | None) -> str:
    return NOT_DECIDED if found is None else PROVED if found else REFUTED


def limits_of(reading: Reading) -> dict[int, dict[str, CellTest]]:
    """Give for each table what its inputs can be, where they are decided by other tables of the file."""
    if reading.model is None:
        return {}
    given = {
        member.name: outputs
        for member in reading.model.members.values()
        if isinstance(member, DmnDecision) and isinstance(member.logic, TableLogic)
        if (outputs := outputs_of(member.logic.table)) is not None
    }
    return {
        index: {column.expression: given[column.decided_by] for column in table.columns if column.decided_by in given}
        for index, table in enumerate(reading.tables)
    }


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
