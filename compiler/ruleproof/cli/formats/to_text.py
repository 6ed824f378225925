"""Findings in words, for a terminal: what is wrong, where, on which claim, and the ways out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, TypeAlias

from ruleproof.cli.formats.letters import visible
from ruleproof.cli.formats.sentences import sentences
from ruleproof.cli.formats.snippet import WIDEST, snippet
from ruleproof.cli.formats.values import claim_in_words, dates_in_words
from ruleproof.cli.report import Checked, Report, counts
from ruleproof.cli.terminal import Style
from ruleproof.finding import Finding, Place, Severity
from ruleproof.source import Source
from ruleproof.tree.tidy import text_width

Amount: TypeAlias = Literal["errors", "usual", "all"]
"""What is printed: errors only; errors, warnings and what the policy expects; or the notes too."""

_MOST_RELATED = 4
_MOST_WAYS_OUT = 6
_LABEL = 13


def findings_in_words(report: Report, limit: int | None, amount: Amount, style: Style) -> str:
    """Give the findings of a report: errors and warnings in full, notes in a line each."""
    chosen = [finding for finding in report.asked_for if _is_wanted(finding, amount)]
    shown = chosen if limit is None else chosen[:limit]
    policies = {file.path: file for file in report.files}
    parts: list[str] = []
    for finding in shown:
        full = _is_shown_in_full(finding)
        lines = [*_heading(finding, report, style), *(_details(finding, report, policies, style) if full else ())]
        parts += ["\n".join(lines) + ("\n" if full else "")]
    left = len(chosen) - len(shown)
    if left:
        parts.append(style.faint(f"… and {left} more, not shown (--limit {limit})"))
    return "\n".join(parts)


def _is_wanted(finding: Finding, amount: Amount) -> bool:
    return counts(finding) or amount == "all" or (amount == "usual" and _is_shown_in_full(finding))


def _is_shown_in_full(finding: Finding) -> bool:
    return finding.severity is not Severity.NOTE and not finding.accepted


def _heading(finding: Finding, report: Report, style: Style) -> Iterator[str]:
    paint = {Severity.ERROR: style.error, Severity.WARNING: style.warning, Severity.NOTE: style.note}[finding.severity]
    apart = "expected " if finding.expected else "accepted " if finding.accepted else ""
    word = (style.note if apart else paint)(f"{apart}{finding.severity.value}[{finding.code}]")
    where = where_in_words(finding.places[0], report.sources) + ": " if finding.places else ""
    yield f"{style.strong(where)}{word} {visible(finding.message)}"


def where_in_words(place: Place, sources: Mapping[str, Source]) -> str:
    """Give a place as `path:line:column`, or the path alone where there is no text to point into."""
    source = sources.get(place.path)
    if source is None:
        return visible(place.path)
    line, column = source.line_and_column(place.span.start)
    return f"{visible(place.path)}:{line}:{column}"


def _details(finding: Finding, report: Report, files: dict[str, Checked], style: Style) -> Iterator[str]:
    yield from _snippets(finding, report, style)
    file = files.get(finding.places[0].path) if finding.places else None
    policy = file.compiled.policy if file and file.compiled else None
    if policy is not None:
        yield from _indented(sentences(policy, finding.rules, style))
    elif finding.rules:
        yield from _labelled("rules", [", ".join(finding.rules)], style)
    claim = finding.claim or claim_in_words(finding.witness)
    yield from _labelled("for example", [claim] if claim else [], style)
    yield from _labelled("service", dates_in_words(finding), style)
    yield from _labelled("cases", [f"{finding.size:,}"] if finding.size is not None else [], style)
    yield from _labelled("cites", finding.citations if policy is None else (), style)
    yield from _labelled("expected" if finding.expected else "accepted", [finding.note] if finding.note else [], style)
    yield from _labelled("help", [finding.help] if finding.help else [], style)
    yield from _labelled("ways out", _ways_out(finding), style)


def _snippets(finding: Finding, report: Report, style: Style) -> Iterator[str]:
    if not finding.places:
        return
    main, *others = finding.places
    source = report.sources.get(main.path)
    if source is None:
        return
    here = [place.span for place in others if place.path == main.path]
    yield from _indented(snippet(source, main.span, here[:_MOST_RELATED], style))
    if len(here) > _MOST_RELATED:
        yield style.faint(f"  … and {len(here) - _MOST_RELATED} more places")
    for place in others:
        other = report.sources.get(place.path)
        if place.path != main.path and other is not None:
            yield style.faint(f"  {where_in_words(place, report.sources)}")
            yield from _indented(snippet(other, place.span, (), style))


def _ways_out(finding: Finding) -> list[str]:
    titles = [repair.title for repair in finding.repairs]
    more = len(titles) - _MOST_WAYS_OUT
    return titles[:_MOST_WAYS_OUT] + ([f"… and {more} more"] if more > 0 else [])


def _labelled(label: str, said: Sequence[str], style: Style) -> Iterator[str]:
    for index, text in enumerate(line for part in said for line in _wrapped(visible(part))):
        yield "  " + style.faint(f"{'' if index else label:<{_LABEL}}") + text


def _wrapped(text: str) -> Iterator[str]:
    """Break a long text between words, counting columns as a terminal does."""
    line = ""
    for word in text.split(" "):
        if line and text_width(line) + 1 + text_width(word) > WIDEST - _LABEL:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield line


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)
