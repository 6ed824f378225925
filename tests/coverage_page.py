"""The page that says where each statement and each kind of rule lives, made from the `covers` clauses of the policies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ruleproof.source import source_from_text
from ruleproof.tree import nodes
from ruleproof.tree.from_text import tree_from_text

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "coverage.md"

STATEMENTS = tuple(f"S{number}" for number in range(1, 73))
"""The statements of the first article (S1 to S54, S70 to S72) and of the overview (S55 to S69)."""

KINDS = {
    "K01": "scope",
    "K02": "definition",
    "K03": "choice of a code",
    "K04": "code where nothing more exact fits",
    "K05": "codes that may not be used",
    "K06": "services that exclude each other",
    "K07": "units on the line",
    "K08": "limit over time",
    "K09": "what the claim must carry, and where",
    "K10": "registration or assessment first",
    "K11": "medical necessity",
    "K12": "never covered",
    "K13": "list of diagnoses",
    "K14": "correction that reaches back",
    "K15": "dates and versions",
    "K16": "order of testing",
    "K17": "no repeated content",
    "K18": "who and where",
    "K19": "specimen or lesion",
    "K20": "least content or performance",
    "K21": "modifiers",
    "K22": "which date is the date of service",
    "K23": "what the record must hold",
    "K24": "consequence",
    "K25": "reference to another document",
    "K26": "presumption",
    "K27": "expectation that decides nothing",
    "K28": "precedence, and what silence means",
    "K29": "jurisdiction",
    "K30": "limit of a licence",
}
"""The kinds of rule, with labels of our own."""

_WORDS = {
    nodes.Input: "input",
    nodes.ImportTerms: "import",
    nodes.CannotHappen: "cannot happen",
    nodes.Presume: "presumption",
    nodes.Define: "definition",
    nodes.Decision: "decision",
    nodes.Rule: "rule",
    nodes.Table: "table",
    nodes.LeaveOpen: "left open",
    nodes.Require: "requirement",
    nodes.Limit: "limit",
    nodes.Codes: "code list",
    nodes.Silence: "silence",
    nodes.Question: "question",
    nodes.Prove: "proof",
    nodes.NotModelled: "not modelled",
}
_RECORDED = frozenset(("silence", "question", "not modelled", "proof"))
"""Blocks that are kept and shown, and that no answer rests on."""


@dataclass(frozen=True, slots=True)
class Home:
    """A block of a policy that covers something."""

    policy: str
    block: str
    name: str

    @property
    def recorded(self) -> bool:
        return self.block in _RECORDED

    @property
    def words(self) -> str:
        return f"{self.block} `{self.name}`"


@cache
def homes() -> dict[str, list[Home]]:
    """Give for each id after `covers` the blocks that cover it, policy by policy."""
    found: dict[str, list[Home]] = {}
    for path in sorted((ROOT / "policies").rglob("*.policy")):
        tree, _ = tree_from_text(source_from_text(path.read_text("utf-8"), path.as_posix()))
        header = tree.of(nodes.Policy)
        for block in tree.blocks if header else ():
            for covered in _covered(block):
                found.setdefault(covered, []).append(
                    Home(header[0].name.text, _WORDS.get(type(block), "block"), _name(block))
                )
    return found


def _covered(block: nodes.Block) -> Iterator[str]:
    for clause in getattr(block, "clauses", ()):
        if isinstance(clause, nodes.Covers):
            yield from (name.text for name in clause.statements)


def _name(block: nodes.Block) -> str:
    match block:
        case nodes.NotModelled(_, source, paragraph):
            return f"{source.text} {paragraph}"
        case nodes.Silence(_, subject):
            return subject
        case nodes.ImportTerms(_, names):
            return ", ".join(name.text for name in names)
    return str(getattr(getattr(block, "name", None), "text", ""))


def page() -> str:
    """Give the page."""
    found = homes()
    kinds = [_row(kind, f"{kind} {label}", found) for kind, label in KINDS.items()]
    statements = [_row(statement, statement, found) for statement in STATEMENTS]
    return "\n".join(
        (
            "# Coverage",
            "",
            "Where each statement and each kind of rule lives, made from the `covers` clauses of all bundled policies.",
            "It is made anew by `python -m pytest tests/test_coverage_page.py --rewrite`; a test fails where it is out of date.",
            "",
            "*Run* means that an answer rests on it: a rule, a fact, a definition, a requirement, a limit or a code list.",
            "*Recorded* means that it is kept and shown, and no answer rests on it: silence, questions, what is not modelled.",
            "*Missing* has no place in any policy.",
            "",
            "## Kinds of rule",
            "",
            _counted(kinds),
            "",
            "| kind | state | where |",
            "| --- | --- | --- |",
            *(line for _, line in kinds),
            "",
            "## Statements",
            "",
            "S1 to S54 and S70 to S72 are those of article A56518, S55 to S69 those of the third-party overview of code 81455.",
            _counted(statements),
            "",
            "| statement | state | where |",
            "| --- | --- | --- |",
            *(line for _, line in statements),
            "",
        )
    )


def _counted(rows: list[tuple[str, str]]) -> str:
    states = [state for state, _ in rows]
    counts = [f"{states.count(state)} {state}" for state in ("run", "recorded", "missing") if state in states]
    return f"Of {len(rows)}: {', '.join(counts)}."


def _row(covered: str, shown: str, found: dict[str, list[Home]]) -> tuple[str, str]:
    own = found.get(covered, [])
    state = "missing" if not own else "recorded" if all(home.recorded for home in own) else "run"
    policies = dict.fromkeys(home.policy for home in own)
    where = "; ".join(
        f"{policy}: {', '.join(dict.fromkeys(home.words for home in own if home.policy == policy))}"
        for policy in policies
    )
    return state, f"| {shown} | {state} | {where or '–'} |"
