"""Rules of a table that match together: one finding for each set of rules, as a conflict or as an agreement.

Under UNIQUE and ANY rules that give different outputs are in conflict.  Under the other hit policies the table says which of
them counts, or takes all, so that they agree.  Together the regions are disjoint and cover all overlaps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ruleproof.checks.tables.findings import AboutTable
from ruleproof.finding import Edit, Finding, Repair
from ruleproof.model import tables
from ruleproof.pages import Page
from ruleproof.prover.boxes import meets, without
from ruleproof.prover.space import Box
from ruleproof.prover.table_regions import row_tests
from ruleproof.prover.table_texts import cell_text
from ruleproof.prover.table_worth import Worth
from ruleproof.source import Source

MOST_REPAIRS = 4
MOST_PARTS = 6
"""Into how many rules one is parted at most, to take what another one matches out of it."""


def overlaps(worth: Worth, source: Source | None, page: Page, *, clashing: bool) -> Iterator[Finding]:
    """Find the sets of rules that match together and clash, or those that do not."""
    about = AboutTable(worth, page, source)
    for rows, boxes in worth.study.overlaps.boxes.items():
        if worth.study.outputs.clash(rows) == clashing:
            message = f"{about.rules(rows)} all match" if len(rows) > 2 else f"{about.rules(rows)} both match"
            yield about.finding(
                f"{message} {about.where(boxes)}{_and_say(about, rows)}",
                help="narrow one of them, or choose a hit policy that says which of them counts" if clashing else "",
                rows=rows,
                boxes=boxes,
                repairs=tuple(_repairs(about, rows)) if clashing else (),
            )


def _and_say(about: AboutTable, rows: Sequence[int]) -> str:
    outputs = about.study.outputs
    if outputs.clash(rows):
        said = list(dict.fromkeys(about.said(row) for row in rows))
        more = f" and {len(said) - 4} more" if len(said) > 4 else ""
        return f", but give {' and '.join(said) if len(said) < 3 else ', '.join(said[:4])}{more}"
    if outputs.agree(rows):
        return ", and give the same"
    if outputs.collects:
        return ", and all outputs are taken"
    if outputs.places is None:
        return ", and the one with the most important output wins"
    winner = min(rows, key=outputs.places.__getitem__)
    why = "comes first" if about.table.hit_policy == tables.FIRST else "has priority"
    return f"; {about.rules([winner])} {why}"


# ---------------------------------------------------------------- ways out


def _repairs(about: AboutTable, rows: Sequence[int]) -> Iterator[Repair]:
    """Offer to narrow one rule by what another one matches, the shortest changes first."""
    found: list[tuple[int, Repair]] = []
    for row in rows[:MOST_REPAIRS]:
        for other in rows[:MOST_REPAIRS]:
            if row != other and not about.study.outputs.agree((row, other)):
                parts = _narrowed(about, row, other)
                if parts is not None and len(parts) <= MOST_PARTS:
                    found.append((len(parts), _repair(about, row, other, parts)))
    found.sort(key=lambda item: item[0])
    yield from (repair for _, repair in found[:MOST_REPAIRS])


def _narrowed(about: AboutTable, row: int, other: int) -> list[tuple[str, ...]] | None:
    """Give the rows of cell texts that say what a row matches and another one does not."""
    own, theirs = about.space.rows[row], about.space.rows[other]
    if len(own.sure) != 1 or own.maybe or len(theirs.sure) != 1:
        return None
    found = []
    for box in _left(own.sure[0], theirs.sure[0]):
        tests = row_tests(about.space, box)
        if tests is None:
            return None
        found.append(tuple(_text(about, row, column, cell_text(test)) for column, test in enumerate(tests)))
    return found


def _left(box: Box, taken: Box) -> list[Box]:
    return [box] if meets(box, taken) is None else without([box], taken)


def _text(about: AboutTable, row: int, column: int, text: str) -> str:
    """Keep the text of a cell as its author wrote it, where its meaning stays."""
    written = about.table.rows[row].texts
    place = about.space.columns[column]
    if column < len(written) and about.space.columns.index(place) == column:
        unchanged = row_tests(about.space, about.space.rows[row].sure[0])
        if unchanged is not None and cell_text(unchanged[column]) == text:
            return written[column] or "-"
    return text


def _repair(about: AboutTable, row: int, other: int, parts: Sequence[tuple[str, ...]]) -> Repair:
    own = about.table.rows[row]
    rule = about.rules([row])
    if not parts:
        title = f"take out {rule}: {about.rules([other])} matches whatever it matches"
        return Repair(title, about.editor.without([own]))
    written = [text or "-" for text in own.texts] or ["-"] * len(parts[0])
    changed = [column for column, text in enumerate(parts[0]) if text != written[column]]
    edits: list[Edit] = [edit for column in changed for edit in about.editor.cell(own, column, parts[0][column])]
    if len(parts) == 1:
        names = [about.space.labels[about.space.columns[column]] for column in changed]
        said = ", ".join(f"{name} {parts[0][column]}" for name, column in zip(names, changed, strict=True))
        return Repair(f"narrow {rule} to {said}", tuple(edits))
    title = f"part {rule} into {len(parts)} rules without what {about.rules([other])} matches"
    return Repair(f"{title}: {'; '.join(' | '.join(part) for part in parts)}")
