"""An explanation as HTML for notebooks: everything escaped, no scripts, no styles from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING

from ruleproof.runtime.explain.why import Met, RuleReason

if TYPE_CHECKING:
    from ruleproof.runtime.explain.explanation import Explanation

_MARKS = {True: "✓", False: "✗", None: "?"}


def html_of(explanation: Explanation) -> str:
    """Give an explanation as HTML: for each decision its paragraph, and a table of what its rules need."""
    parts = ['<div class="ruleproof">']
    for reason in explanation.decisions.values():
        parts.append(f"<p>{_strong_start(reason.text)}</p>")
        for rule in (*reason.rules, *reason.overridden):
            parts += _table(rule.title, rule.needs, _overridden(rule))
        if reason.lacks:
            parts += _table("asked for", reason.lacks, "")
    rest = explanation.texts[len(explanation.decisions) :]
    parts += [f"<p>{escape(text)}</p>" for text in rest]
    return "\n".join([*parts, "</div>"])


def answers_as_html(title: str, rows: Sequence[tuple[str, str, str]]) -> str:
    """Give answers as a table: what is asked, what is said, and by which rules."""
    head = "<tr><th>decision</th><th>answer</th><th>by</th></tr>"
    cells = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<table class="ruleproof"><caption>{escape(title)}</caption>{head}{cells}</table>'


def _strong_start(text: str) -> str:
    """Mark the first sentence, which is the answer."""
    answer, stop, rest = text.partition(". ")
    return (
        f"<strong>{escape(answer + stop.strip())}</strong> {escape(rest)}"
        if stop
        else f"<strong>{escape(text)}</strong>"
    )


def _overridden(rule: RuleReason) -> str:
    return "; ".join(f"gives way to {winner}: {because}" for winner, because in rule.overridden_by)


def _table(title: str, needs: Sequence[Met], remark: str) -> list[str]:
    rows = [
        f"<tr><td>{'&nbsp;' * 4 * depth}{escape(met.needed)}</td><td>{escape(met.had)}</td>"
        f"<td>{_MARKS[met.state]}</td></tr>"
        for depth, met in _rows(needs, 0)
    ]
    caption = f"<caption>{escape(title)}{escape(f' ({remark})') if remark else ''}</caption>"
    return ["<table>", caption, "<tr><th>needed</th><th>here</th><th></th></tr>", *rows, "</table>"]


def _rows(needs: Sequence[Met], depth: int) -> Iterator[tuple[int, Met]]:
    for met in needs:
        yield depth, met
        yield from _rows(met.parts, depth + 1)
