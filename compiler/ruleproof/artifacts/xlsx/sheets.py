"""The sheets of a workbook that are for reading: what the policy is, its rules as written, requirements, lists, sources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ruleproof.artifacts import policy_tables as tables
from ruleproof.artifacts.policy_tables import Cited, Table
from ruleproof.artifacts.xlsx.book import Book, Cell
from ruleproof.model import nodes as model

READING_ONLY = "ruleproof: "
"""What the first cell of such a sheet begins with, so that the reader of tables leaves it out."""

_ADDRESS = re.compile(r"https://[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]{1,1900}")


@dataclass(frozen=True, slots=True)
class Places:
    """Where a place of a source stands: the sheet of sources, and its row by citation."""

    sheet: str
    rows: Mapping[str, int]

    def cell(self, text: str, cited: Iterable[str], look: str = "text") -> Cell:
        """Give a cell that leads to the first of the places that it names."""
        first = next((self.rows[place] for place in cited if place in self.rows), None)
        return Cell(text, look=look) if first is None else Cell(text, self.sheet, first)


def heads(*titles: str) -> list[list[Cell]]:
    """Give one row of headings."""
    return [[Cell(title, look="head") for title in titles]]


def write_table(book: Book, sheet: str, title: str, table: Table, places: Places) -> None:
    """Write a table of the policy as it stands, each cell as text."""
    titles = [_plain(cell) for cell in table.head]
    rows = [[_cell(cell, places) for cell in row] for row in table.rows]
    book.write(sheet, f"{READING_ONLY}{title}", heads(*titles), rows)


def _plain(cell: tables.Cell) -> str:
    return "".join(piece if isinstance(piece, str) else piece.text for piece in cell)


def _cell(cell: tables.Cell, places: Places) -> Cell:
    cited = [piece.text for piece in cell if isinstance(piece, Cited)]
    return places.cell(_plain(cell), cited)


# ---------------------------------------------------------------- sources


@dataclass(frozen=True, slots=True)
class _Place:
    """A place of a source with what cites it and the words quoted from it."""

    text: str
    source: str
    by: tuple[str, ...]
    says: tuple[str, ...]


def cited_places(policy: model.Policy) -> tuple[_Place, ...]:
    """Give every place that the policy cites, source by source."""
    by: dict[str, list[str]] = {}
    says: dict[str, list[str]] = {}
    sources: dict[str, str] = {}
    for name, citation in _citations(policy):
        by.setdefault(citation.text, []).append(name)
        sources[citation.text] = citation.source
        if citation.says:
            says.setdefault(citation.text, []).append(citation.says)
    order = {item.name: place for place, item in enumerate(policy.sources)}
    listed = sorted(by, key=lambda text: (order.get(sources[text], len(order)), _natural(text)))
    return tuple(
        _Place(text, sources[text], tuple(dict.fromkeys(by[text])), tuple(dict.fromkeys(says.get(text, ()))))
        for text in listed
    )


def _natural(text: str) -> list[tuple[bool, int, str]]:
    """Order `a.2` before `a.10`."""
    return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in re.split(r"(\d+)", text)]


def _citations(policy: model.Policy) -> Iterator[tuple[str, model.Citation]]:
    """Give every citation with the name of what cites it."""
    for decision in policy.decisions:
        yield from ((decision.name, citation) for citation in decision.citations)
        yield from ((rule.name, citation) for rule in decision.rules for citation in rule.citations)
    for group in (policy.requirements, policy.definitions, policy.impossibles, policy.code_lists, policy.questions):
        yield from ((item.name, citation) for item in group for citation in item.citations)
    yield from ((item.input, citation) for item in policy.presumptions for citation in item.citations)
    yield from (("not modelled", item.citation) for item in policy.not_modelled)


def address_of(source: model.SourceDocument) -> str:
    """Give the address that the policy names for a source, if it names one; only one that is safe to follow."""
    texts = (source.label, *source.notes)
    found = (match for text in texts for word in text.split() if (match := _ADDRESS.match(word.strip("<>()[]\"'.,;"))))
    return next((match[0].rstrip(".,;)") for match in found), "")


def write_sources(book: Book, sheet: str, policy: model.Policy, listed: Iterable[_Place]) -> None:
    """Write what is cited, with what cites it; a place leads to its source on the web where the policy says where that is."""
    addresses = {item.name: address_of(item) for item in policy.sources}
    labels = {item.name: item.label for item in policy.sources}
    rows = [
        [
            Cell(place.text),
            Cell(labels.get(place.source, ""), address=addresses.get(place.source, "")),
            Cell(", ".join(place.by)),
            Cell("\n".join(f"“{words}”" for words in place.says)),
        ]
        for place in listed
    ]
    book.write(
        sheet, f"{READING_ONLY}places that the policy cites", heads("place", "source", "cited by", "quoted"), rows
    )


# ---------------------------------------------------------------- code lists


def write_code_lists(book: Book, sheet: str, policy: model.Policy, places: Places) -> None:
    """Write every code of every list with the services for which it counts."""
    book.write(
        sheet,
        f"{READING_ONLY}codes of the lists, as posted last",
        heads("list", "code", "services from", "services until", "cites"),
        _codes(policy, places),
        fixed=2,
    )


def _codes(policy: model.Policy, places: Places) -> Iterator[list[Cell]]:
    for item in policy.code_lists:
        cited = [citation.text for citation in item.citations]
        for entry in item.entries:
            days = [Cell(str(day)) if day else Cell("") for day in (entry.services_from, entry.services_until)]
            yield [Cell(item.name), Cell(entry.code), *days, places.cell("; ".join(cited), cited)]
