"""Rules of a table that match together: one finding for each set of rules, as a conflict or as an agreement.

Under UNIQUE and ANY rules that give different outputs are in conflict.  Under the other hit policies the table says which of
them counts, or takes all, so that they agree.  Together the regions are disjoint and cover all overlaps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ruleproof.checks.tables.findings import AboutTable
from ruleproof.finding import Edit, Finding, Repair
from ruleproof.model import tables
from ruleproof.model.tables import CellTest
from ruleproof.pages import Page
from ruleproof.prover.boxes import meets, without
from ruleproof.prover.space import Box
from ruleproof.prover.table_regions import row_tests
from ruleproof.prover.table_space import related_in
from ruleproof.prover.table_study import SHOWN
from ruleproof.prover.table_texts import cell_text
from ruleproof.prover.table_worth import Worth
from ruleproof.source import Source

MOST_FINDINGS = 10_000
"""How many sets of rules are written about: more than anybody reads, and each takes room."""
MOST_REPAIRS = 4
MOST_PARTS = 6
"""Into how many rules one is parted at most, to take what another one matches out of it."""


def overlaps(worth: Worth, source: Source | None, page: Page, *, clashing: bool) -> Iterator[Finding]:
    """Find the sets of rules that match together and clash, or those that do not."""
    about = AboutTable(worth, page, source)
    own = [item for item in worth.study.overlaps.boxes.items() if worth.study.outputs.clash(item[0]) == clashing]
    for count, (rows, boxes) in enumerate(own):
        if count >= MOST_FINDINGS:
            worth.study.stopped[SHOWN] = f"more than {MOST_FINDINGS:,} sets of rules match together"
            return
        if count and not worth.study.has_time():
            worth.study.stop(SHOWN)
            return
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
    found: list[tuple[list[Box], int, int]] = []
    for row in rows[:MOST_REPAIRS]:
        for other in rows[:MOST_REPAIRS]:
            if row != other and not about.study.outputs.agree((row, other)):
                own, theirs = about.space.rows[row], about.space.rows[other]
                if len(own.sure) == len(theirs.sure) == 1 and not own.maybe:
                    found.append((_left(own.sure[0], theirs.sure[0]), row, other))
    found.sort(key=lambda item: len(item[0]))
    short = sum(len(boxes) < 2 for boxes, _, _ in found)
    for boxes, row, other in found[: max(1, min(short, MOST_REPAIRS))]:
        parts = [row_tests(about.space, box) for box in boxes[:MOST_PARTS]]
        said = [_texts(about, row, boxes[index], tests) for index, tests in enumerate(parts) if tests is not None]
        if len(said) == len(boxes):
            yield _repair(about, row, other, said)


def _left(box: Box, taken: Box) -> list[Box]:
    return [box] if meets(box, taken) is None else without([box], taken)


def _texts(about: AboutTable, row: int, box: Box, tests: Sequence[CellTest]) -> tuple[str, ...]:
    """Give the texts of cells, as their author wrote them where the meaning stays."""
    own, before = about.table.rows[row], about.space.rows[row].sure[0]
    places = about.space.columns

    def stays(column: int, place: int, test: CellTest) -> bool:
        compares = any(related_in(test)) or any(related_in(own.tests[column]))
        same = test == own.tests[column] if compares else box[place] == before[place]
        return column < len(own.texts) and same

    return tuple(
        own.texts[column] or "-" if stays(column, place, test) else cell_text(test)
        for column, (place, test) in enumerate(zip(places, tests, strict=True))
    )


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
