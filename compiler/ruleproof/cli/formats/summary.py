"""What was proved of each decision, and how many findings there are, in a few lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ruleproof.cli.formats.letters import visible
from ruleproof.cli.report import Checked, Report, counts
from ruleproof.cli.terminal import Style
from ruleproof.tree.tidy import text_width

if TYPE_CHECKING:
    from ruleproof.compiled import Proof


def summary_in_words(report: Report, style: Style) -> str:
    """Give the proofs of every policy, and the last line with the counts."""
    lines = [
        line
        for file in report.files
        for line in (*(_proofs(file.proofs, style) if file.proofs else ()), *_coverage(file, style))
    ]
    return "\n".join([*lines, last_line(report, style)])


def _proofs(proofs: Sequence[Proof], style: Style) -> Iterator[str]:
    yield style.strong(visible(proofs[0].policy))
    width = max(text_width(visible(proof.decision)) for proof in proofs)
    for proof in proofs:
        name = visible(proof.decision)
        padded = name + " " * (width - text_width(name))
        says = ", ".join((_verdict("complete", proof.complete, style), _verdict("consistent", proof.consistent, style)))
        yield f"  {padded}  {_count(proof.rules, 'rule')}, {says}, {proof.seconds:.2f} s"
        yield from _open(proof, " " * (width + 4), style)


def _coverage(file: Checked, style: Style) -> Iterator[str]:
    """Say how much of each source the policy speaks for, and whether its quotes were compared with the text."""
    for item in file.compiled.coverage if file.compiled else ():
        percent = f"{item.percent:.1f}".removesuffix(".0")
        if percent == "100" and item.cited + item.not_modelled < item.sentences:
            percent = "99.9"
        said = f"{percent} % of {_count(item.sentences, 'sentence')} cited or declared not modelled"
        if item.quotes:
            quotes = _count(item.quotes, "quote")
            said += (
                f", {quotes} checked" if item.checked else f", {style.warning(f'{quotes} unchecked')} (no text at hand)"
            )
        yield f"  source {visible(item.source)}: {said}"


def _open(proof: Proof, margin: str, style: Style) -> Iterator[str]:
    kinds: dict[str, list[str]] = {}
    for item in proof.open:
        kinds.setdefault(item["kind"], []).append(
            item["rules"] + (f" ({item['question']})" if item["question"] else "")
        )
    for kind, rules in kinds.items():
        yield margin + style.faint(visible(f"{kind}: {', '.join(rules)}"))


def _verdict(what: str, verdict: str, style: Style) -> str:
    paint = {"proved": style.good, "refuted": style.error}.get(verdict, style.warning)
    return f"{what}: {paint(verdict)}"


def last_line(report: Report, style: Style) -> str:
    """Count the findings by severity; those that the policy expects or accepts are counted apart."""
    found = Counter(finding.severity.value for finding in report.findings if not (finding.expected or finding.accepted))
    apart = Counter(
        "expected" if finding.expected else "accepted"
        for finding in report.findings
        if finding.expected or finding.accepted
    )
    said = [_count(found[word], word) for word in ("error", "warning", "note") if found[word]]
    if found["note"]:
        said[-1] += " (shown by --notes)"
    said += [f"{apart[word]} {word}" for word in ("expected", "accepted") if apart[word]]
    where = f" in {_count(len(report.files), 'file')}" if len(report.files) != 1 else ""
    line = f"{', '.join(said) or 'no findings'}{where}"
    return style.error(line) if any(map(counts, report.findings)) else style.good(line)


def _count(number: int, word: str) -> str:
    return f"{number} {word}" + ("" if number == 1 else "s")
