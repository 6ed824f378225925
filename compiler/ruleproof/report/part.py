"""One policy of a report, with what all its sections need: its place on the page, its sources, and where links lead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import assert_never
from urllib.parse import quote

from ruleproof.artifacts.policy_tables import QUESTION, RULE, Cell, Cited, Name, Piece, Stressed, Table, Text
from ruleproof.checks.sources.library import Library
from ruleproof.compiled import Compiled
from ruleproof.finding import Value
from ruleproof.model.nodes import Definition, Impossible, Policy, Requirement, Rule, Service
from ruleproof.report.markup import Content, Markup, anchor, element, joined
from ruleproof.report.places import Place, place_id, places_of

RULE_ID, PLACE_ID, QUESTION_ID = "r", "s", "q"
"""What the ids of rules, places of sources and questions hold; short, since a page has thousands of links to them."""

MANY = 9
"""With more columns than this a table is printed in smaller letters."""


@dataclass(frozen=True)
class Part:
    """A policy of a report; its number tells its ids from those of the others."""

    compiled: Compiled
    library: Library
    number: int
    as_of: date | None = None
    """The date of service on which code lists are shown; `None` shows all that they have ever held."""

    @property
    def policy(self) -> Policy:
        return self.compiled.policy

    @property
    def title(self) -> str:
        return self.policy.label or self.policy.name

    def id(self, *parts: str) -> str:
        """Give the id of something on the page."""
        return anchor(f"p{self.number}", *parts)

    # ------------------------------------------------------------ sources

    @cached_property
    def places(self) -> Mapping[str, tuple[Place, ...]]:
        """The places of each source, by the name of the source."""
        return {item.document.name: places_of(self.policy, item) for item in self.library.materials}

    @cached_property
    def _paragraphs(self) -> Mapping[str, frozenset[str]]:
        return {name: frozenset(place.id for place in places) for name, places in self.places.items()}

    def place(self, cited: str) -> str | None:
        """Give the id of the place that a citation (`article coding.1`) is shown at; `None` where there is none."""
        source, _, paragraph = cited.partition(" ")
        ids = self._paragraphs.get(source, frozenset())
        found = place_id(paragraph, ids)
        return self.id(PLACE_ID, source, found) if found in ids else None

    def library_has_text(self, source: str) -> bool:
        """Tell whether the words of a source are at hand."""
        return any(item.document.name == source and item.article for item in self.library.materials)

    # ------------------------------------------------------------ names and links

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """The labels of rules and other blocks, by name."""
        policy = self.policy
        rules = (rule for decision in policy.decisions for rule in decision.rules)
        blocks: tuple[Definition | Impossible | Requirement | Rule, ...]
        blocks = (*policy.definitions, *policy.impossibles, *policy.requirements, *rules)
        return {item.name: item.label for item in blocks}

    def rule(self, name: str) -> Markup:
        """Give the name of a rule or another block, as a link to where it is described."""
        return self._link(RULE_ID, name) if name in self.labels else element("code", name)

    def question(self, name: str) -> Markup:
        known = any(item.name == name for item in self.policy.questions)
        return self._link(QUESTION_ID, name) if known else element("code", name)

    def cited(self, text: str) -> Markup:
        """Give a place of a source as a link to its row."""
        target = self.place(text)
        return element("a", text, href=f"#{target}") if target else element("span", text)

    def _link(self, kind: str, name: str) -> Markup:
        return element("a", name, href=f"#{self.id(kind, name)}")

    def try_link(
        self,
        facts: Mapping[str, Value],
        words: str,
        posted: date | None = None,
        before: Sequence[Service] | None = None,
        keys: Mapping[str, str | None] | None = None,
    ) -> Markup:
        """Give a link that puts a case into the form and answers it.

        The case is facts, the day of posting, the services that came before (`None` where that is unknown), and the keys
        that tie it to them.
        """
        pairs: list[tuple[str, str]] = [("try", self.policy.name), *self._facts(facts)]
        pairs += [("posted on", posted.isoformat())] if posted else []
        pairs += [(f"{key}_id", value) for key, value in (keys or {}).items() if value]
        pairs += [("nothing before", "yes")] if before is not None and not before else []
        for number, service in enumerate(before or (), 1):
            told = [("id", str(number)), *self._facts(service.facts)]
            told += [(f"{key}_id", value) for key, value in service.keys.items() if value]
            told += [] if service.paid is None else [("paid", "yes" if service.paid else "no")]
            pairs += [(f"before {number} {name}", text) for name, text in told]
        case = ";".join(f"{quote(name, safe='')}={quote(text, safe='')}" for name, text in pairs)
        return element("a", words, href=f"#{case}")

    def _facts(self, facts: Mapping[str, Value]) -> list[tuple[str, str]]:
        asked = {item.name for item in self.policy.asked}
        return [(name, text) for name, value in facts.items() if name in asked for text in _texts(value)]

    # ------------------------------------------------------------ tables

    def cell(self, cell: Cell) -> Markup:
        """Give a cell of a described table as markup."""
        return joined(map(self._piece, cell))

    def _piece(self, piece: Piece) -> Content:
        match piece:
            case str():
                return piece
            case Name(text, of):
                return (
                    self.rule(text) if of == RULE else self.question(text) if of == QUESTION else element("code", text)
                )
            case Text(text):
                return text
            case Cited(text):
                return self.cited(text)
            case Stressed(text):
                return element("em", text)
            case _:
                assert_never(piece)

    def table(self, table: Table, caption: str, of: str = "") -> Markup:
        """Give a described table; with `of` each row has the id of what it is about, and its name is no link."""
        about = table.about if of and table.about else ("",) * len(table.rows)
        rows = (
            self.row((self._own_name(row[0]) if name else self.cell(row[0]), *map(self.cell, row[1:])),
                     self.id(of, name) if name else None)
            for row, name in zip(table.rows, about, strict=True)
        )  # fmt: skip
        return table_of(caption, map(self.cell, table.head), rows)

    def _own_name(self, cell: Cell) -> Markup:
        return joined(element("code", piece.text) if isinstance(piece, Name) else self._piece(piece) for piece in cell)

    def row(self, cells: Iterable[Content], id: str | None = None) -> Markup:
        """Give a row of a table, whose first cell is its heading; one with an id can be gone to and marked."""
        first, *others = cells
        head = element("th", first)
        return element("tr", head, [element("td", cell) for cell in others], id=id)


def table_of(caption: str, head: Iterable[Content], rows: Iterable[Content]) -> Markup:
    """Give a table that scrolls on a narrow screen, with its caption for those who come to it from a list of tables."""
    titles = [element("th", title, scope="col") for title in head]
    inside = (
        element("caption", caption),
        element("thead", element("tr", titles)),
        element("tbody", list(rows)),
    )
    return element("div", element("table", *inside, class_="many" if len(titles) > MANY else None), class_="wide")


def _texts(value: Value) -> list[str]:
    """Give a value as a link carries it: texts, of a list each of its codes, and an empty one for none."""
    match value:
        case None:
            return [""]
        case bool():
            return ["yes" if value else "no"]
        case Decimal():
            return [f"{value:f}"]
        case tuple():
            return list(value)
        case _:
            return [str(value)]


def facts_in_words(facts: Mapping[str, Value]) -> str:
    """Say facts with the names of their inputs.

    >>> facts_in_words({"msi": True, "z_code": None})
    'msi is yes, z_code is missing'
    """
    return ", ".join(f"{name} is {' and '.join(_texts(value)) or 'missing'}" for name, value in facts.items())
