"""The sections of one policy, in the order in which an auditor asks: what does it say, on what ground, and is it right."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from ruleproof.artifacts import policy_tables as tables
from ruleproof.artifacts.charts.flow import Flow
from ruleproof.artifacts.policy_tables import Cell, Cited, Stressed, Table, Text
from ruleproof.artifacts.tables import unsound
from ruleproof.model.nodes import Decision, Override
from ruleproof.report import charts
from ruleproof.report.changes import changes
from ruleproof.report.evidence import examples, findings, proofs
from ruleproof.report.form import try_it
from ruleproof.report.in_short import in_short
from ruleproof.report.lists import code_lists
from ruleproof.report.log import interpretation_log
from ruleproof.report.markup import Content, Markup, data_block, element
from ruleproof.report.origins import matrix, sources
from ruleproof.report.part import RULE_ID, Part, table_of

Section: TypeAlias = tuple[str, str, Callable[[Part, Mapping[str, Flow]], Content]]


def _decisions(part: Part, flows: Mapping[str, Flow]) -> Content:
    decisions = [_decision(part, item, flows[item.name]) for item in part.policy.decisions]
    return [*decisions, data_block(part.id("flows"), charts.flows_as_data(part, flows))]


def _decision(part: Part, item: Decision, flow: Flow) -> Markup:
    return element(
        "article",
        element("h4", f"{item.label or item.name} ", element("code", item.name)),
        [element("p", part.cell(words)) for words in tables.decision_in_words(item)],
        [element("p", note) for note in item.notes],
        element("h5", "Flowchart"),
        charts.flowchart(item, flow),
        element("h5", "Rules as written"),
        part.table(tables.rules_as_written(item), f"Rules of {item.name} as written", RULE_ID),
        element("h5", "Exceptions"),
        _exceptions(part, item),
        element("h5", "Derived table without overlaps"),
        _derived(part, item),
        id=part.id("decision", item.name),
    )


def _exceptions(part: Part, item: Decision) -> Markup:
    """Give each rule that goes before another, with the reason."""
    rows = [
        part.row((part.rule(rule.name), part.rule(other.rule), other.because, _reading(part, other)))
        for rule in item.rules
        for other in rule.overrides
    ]
    if not rows:
        return element("p", "No rule of this decision goes before another.")
    head = ("this rule", "goes before", "because", "question")
    return table_of(f"Exceptions among the rules of {item.name}", head, rows)


def _reading(part: Part, item: Override) -> Content:
    return part.question(item.reading) if item.reading else ""


def _derived(part: Part, item: Decision) -> Iterator[Content]:
    for found in tables.derived_table(part.compiled, item):
        if isinstance(found, Table):
            yield part.table(_briefly(found), f"Derived table of {item.name}")
        else:
            yield element("p", part.cell(found))


def _briefly(table: Table) -> Table:
    """Say a reason where it first stands, and later that it is the same; and places without links, which their rules have."""
    told: set[tuple[object, ...]] = set()
    rows: list[tuple[Cell, ...]] = []
    for *case, answer, rules, cites in table.rows:
        again = answer in told and len(answer) > 1 and isinstance(answer[0], Stressed)
        told.add(answer)
        places = tuple(Text(piece.text) if isinstance(piece, Cited) else piece for piece in cites)
        rows.append((*case, (answer[0], ", as above") if again else answer, rules, places))
    return Table(table.head, tuple(rows), table.about)


def _try(part: Part, _: Mapping[str, Flow]) -> Content:
    return try_it(part)


def _requirements(part: Part, _: Mapping[str, Flow]) -> Content:
    required = [item for item in part.policy.requirements if not item.limit]
    limits = [item for item in part.policy.requirements if item.limit]
    return [
        part.table(tables.requirements_table(required), "Requirements", RULE_ID)
        if required
        else element("p", "The policy requires nothing of a claim."),
        element("h4", "Limits"),
        part.table(tables.requirements_table(limits), "Limits over the history", RULE_ID)
        if limits
        else element("p", "The policy has no limits."),
    ]


def _words(part: Part, _: Mapping[str, Flow]) -> Content:
    policy = part.policy
    found: list[Content] = [part.table(tables.inputs_table(policy), "Inputs", "input")]
    if policy.definitions:
        found.append(part.table(tables.definitions_table(policy), "Definitions", RULE_ID))
    if policy.impossibles:
        found.append(part.table(tables.impossibles_table(policy), "What cannot happen", RULE_ID))
    return found


def _proofs(part: Part, _: Mapping[str, Flow]) -> Content:
    return proofs(part)


def _examples(part: Part, _: Mapping[str, Flow]) -> Content:
    return examples(part)


def _findings(part: Part, _: Mapping[str, Flow]) -> Content:
    return findings(part)


def _changes(part: Part, _: Mapping[str, Flow]) -> Content:
    return changes(part)


def _lists(part: Part, _: Mapping[str, Flow]) -> Content:
    return code_lists(part)


def _sources(part: Part, _: Mapping[str, Flow]) -> Content:
    about = part.table(tables.sources_table(part.policy), "Sources and their revisions") if part.policy.sources else ""
    return [about, sources(part)]


def _matrix(part: Part, _: Mapping[str, Flow]) -> Content:
    return matrix(part)


def _log(part: Part, _: Mapping[str, Flow]) -> Content:
    return interpretation_log(part)


SECTIONS: tuple[Section, ...] = (
    ("decisions", "Decisions", _decisions),
    ("try", "Try a case", _try),
    ("requirements", "Requirements and limits", _requirements),
    ("words", "Facts, definitions and what cannot happen", _words),
    ("changes", "What changed, and when", _changes),
    ("lists", "Code lists", _lists),
    ("proofs", "Proofs", _proofs),
    ("examples", "Examples", _examples),
    ("findings", "Findings", _findings),
    ("sources", "Sources", _sources),
    ("matrix", "Traceability", _matrix),
    ("log", "Interpretation log", _log),
)
"""Each section with its place, its title and what makes it."""


def policy_section(part: Part) -> Markup:
    """Give everything about one policy."""
    flows = charts.flows_of(part)
    return element(
        "section",
        element("h2", f"{part.title} ", element("code", part.policy.name), id=part.id("title")),
        list(_head(part)),
        [
            element("section", element("h3", title), made(part, flows), id=part.id(name), class_=name)
            for name, title, made in SECTIONS
        ],
        id=part.id(), class_="policy", aria_labelledby=part.id("title"), data_policy=part.policy.name,
        data_part=part.id(),
    )  # fmt: skip


def _head(part: Part) -> Iterator[Content]:
    policy, compiled = part.policy, part.compiled
    about = {
        "revision": compiled.revision or "not stated",
        "jurisdiction": policy.jurisdiction,
        "steward": policy.steward,
        "documents": ", ".join(f"{name} ({area})" if area else name for name, area in policy.documents),
        "file": compiled.source.path,
        "content, sha256": compiled.source.sha256,
    }
    yield in_short(part)
    yield element("dl", [[element("dt", name), element("dd", said)] for name, said in about.items() if said])
    faults = unsound(compiled)
    if faults:
        yield element("p", "✗ Findings stand against this policy: ", ", ".join(faults), ".", class_="warning")
    yield [element("p", note) for note in policy.notes]
