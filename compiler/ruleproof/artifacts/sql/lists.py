"""Long lists of codes as tables: what the decisions look up, and the ledgers as intervals of dates."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ruleproof.artifacts.sql.conditions import named_codes
from ruleproof.artifacts.sql.dialect import SEPARATORS, Dialect, Table
from ruleproof.artifacts.sql.words import NotInSqlError
from ruleproof.model import nodes as model
from ruleproof.model.days import day_before
from ruleproof.model.ledger_nodes import NO, Stretch
from ruleproof.model.ledgers import Ledger, Numbers
from ruleproof.prover.space import Space

MOST_CODES = 300
"""An input of which more codes are named has them in a table, not in the statement."""
_AT_ONCE = 5_000
"""How many items one statement inserts."""


@dataclass(frozen=True)
class CodeTable:
    """The table of the codes that decisions look up: of each input its codes, with the number of their cell or group."""

    dialect: Dialect
    space: Space
    table: str
    inputs: tuple[model.Input, ...]
    """The inputs of which it holds the codes."""

    def statements(self) -> list[str]:
        """Give the statements that make the table; none where no input needs it."""
        if not self.inputs:
            return []
        name = self.dialect.name
        columns = (
            (name("input"), self.dialect.text_type),
            (name("class"), self.dialect.number_type),
            (name("code"), self.dialect.text_type),
        )
        key = (name("input"), name("code"))
        return self.dialect.table(Table(self.dialect.fitted(self.table), columns, key, list(self._rows())))

    def _rows(self) -> Iterator[str]:
        dialect = self.dialect
        for item in self.inputs:
            for number, codes in self._classes(item.name):
                for part in _queries(dialect, codes):
                    yield (
                        f"SELECT {dialect.text(item.name)} AS {dialect.name('input')}, {number} AS {dialect.name('class')}, "
                        f"listed.item AS {dialect.name('code')} FROM ({part}) AS listed"
                    )

    def _classes(self, name: str) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Give the codes of each cell by its number, of each group by that of its dimension."""
        for place in self.space.places[name]:
            dimension = self.space.dimensions[place]
            if dimension.group is not None:
                if dimension.group.values:
                    yield place, dimension.group.values
                continue
            for number, cell in enumerate(dimension.cells):
                if cell.values:
                    yield number, cell.values

    def joined(self, claims: str) -> Iterator[tuple[str, str, str]]:
        """Give, for each input of one code, its name, the column of its class, and the join that brings it."""
        name = self.dialect.name
        for index, item in enumerate(self.inputs, 1):
            if isinstance(item.domain, model.SeveralCodes):
                continue
            found, code = name(f"ruleproof_class_{index}"), name(f"ruleproof_code_{index}")
            query = (
                f"SELECT {name('code')} AS {code}, {name('class')} AS {found} "
                f"FROM {self.dialect.fitted(self.table)} WHERE {name('input')} = {self.dialect.text(item.name)}"
            )
            alias = name(f"ruleproof_listed_{index}")
            yield item.name, found, f"LEFT JOIN ({query}) AS {alias} ON {code} = {claims}.{name(item.name)}"

    def looked_up(self) -> Mapping[str, str]:
        """Give, for each input of one code, its class as an expression of its own."""
        name = self.dialect.name
        return {
            item.name: f"(SELECT max(listed.{name('class')}) FROM {self.dialect.fitted(self.table)} AS listed "
            f"WHERE listed.{name('input')} = {self.dialect.text(item.name)} "
            f"AND listed.{name('code')} = {name(item.name)})"
            for item in self.inputs
            if not isinstance(item.domain, model.SeveralCodes)
        }

    def flags(self) -> Mapping[int, str]:
        """Give, for each group of several codes, the test that a code of it is there."""
        found: dict[int, str] = {}
        for item in self.inputs:
            if isinstance(item.domain, model.SeveralCodes):
                found |= {place: self._flag(item.name, place) for place in self.space.places[item.name]}
        return found

    def _flag(self, name: str, place: int) -> str:
        dialect, group = self.dialect, self.space.dimensions[place].group
        assert group is not None
        query = (
            f"SELECT listed.{dialect.name('code')} FROM {dialect.fitted(self.table)} AS listed "
            f"WHERE listed.{dialect.name('input')} = {dialect.text(name)}"
        )
        if group.others:
            return dialect.some_listed(dialect.name(name), query, not_in=True)
        return dialect.some_listed(dialect.name(name), f"{query} AND listed.{dialect.name('class')} = {place}")


def code_table(dialect: Dialect, space: Space, inputs: Sequence[model.Input], table: str) -> CodeTable:
    """Give the table of the inputs of which more codes are named than a statement should hold."""
    coded = (model.OneCode, model.CodePattern, model.SeveralCodes)
    long = tuple(
        item for item in inputs if isinstance(item.domain, coded) and len(named_codes(space, item.name)) > MOST_CODES
    )
    return CodeTable(dialect, space, table, long)


def _queries(dialect: Dialect, items: Sequence[str]) -> Iterator[str]:
    """Give queries of some items, so many at once."""
    separator = next((one for one in SEPARATORS if not any(one in item for item in items)), "")
    if not separator:
        raise NotInSqlError("the codes of a list hold every letter that could stand between them")
    for start in range(0, len(items), _AT_ONCE):
        part = items[start : start + _AT_ONCE]
        yield dialect.items(separator.join(part), separator)


def numbered(dialect: Dialect, numbers: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Give queries of numbers with their places, and the place that the first of each query has."""
    for start in range(0, len(numbers), 4 * _AT_ONCE):
        part = numbers[start : start + 4 * _AT_ONCE]
        yield start, dialect.items("|".join(map(str, part)), "|")


# ---------------------------------------------------------------- ledgers

Interval = tuple[str, datetime.date | None, datetime.date | None, datetime.date | None, datetime.date | None]
"""Whether the list holds a code, for services from and until, as posted from and until; `None` is an open end."""


def ledger_statements(dialect: Dialect, lists: Sequence[model.CodeList], table: str) -> list[str]:
    """Give the statements that make the table of all lists: of each code the intervals in which a list holds it."""
    name = dialect.name
    dates = ("services_from", "services_until", "posted_from", "posted_until")
    columns = (
        *((name(column), dialect.text_type) for column in ("list", "code", "held")),
        *((name(column), "DATE") for column in dates),
    )
    rows = [row for item in lists for row in _ledger_rows(dialect, item)]
    return dialect.table(Table(dialect.fitted(table), columns, (), rows)) if rows else []


def _ledger_rows(dialect: Dialect, item: model.CodeList) -> Iterator[str]:
    ledger = item.ledger
    everyone = list(intervals(ledger, ledger.everyones, ledger.start(None)))
    for interval in everyone:
        yield f"SELECT {_ledger_columns(dialect, item.name, dialect.null(), interval)}"
    for numbers, codes in ledger.classes.items():
        for interval in intervals(ledger, numbers, ledger.start(codes[0])):
            for part in _queries(dialect, sorted(codes)):
                yield f"SELECT {_ledger_columns(dialect, item.name, 'listed.item', interval)} FROM ({part}) AS listed"


def _ledger_columns(dialect: Dialect, name: str, code: str, interval: Interval) -> str:
    held, *days = interval
    dates = [dialect.null("DATE") if day is None else dialect.date(day) for day in days]
    columns = ("list", "code", "held", "services_from", "services_until", "posted_from", "posted_until")
    values = (dialect.text(name), code, dialect.text(held), *dates)
    return ", ".join(f"{value} AS {dialect.name(column)}" for value, column in zip(values, columns, strict=True))


def intervals(ledger: Ledger, numbers: Numbers, start: str) -> Iterator[Interval]:
    """Give the intervals in which a code is held, elsewhere, or not known to be held; in all others it is not.

    `numbers` are the events that are about the code.  Both ends of an interval belong to it.
    """
    views = []
    days = ledger.posting_days
    for posted, after in zip((None, *days), (*days, None), strict=True):
        known = tuple(n for n in numbers if ledger.events[n].posted is None) if posted is None else numbers
        line = ledger.line(known, posted, start)
        views.append((posted, None if after is None else day_before(after), tuple(_held(line))))
    opened: dict[tuple[str, datetime.date | None, datetime.date | None], datetime.date | None] = {}
    for place, (posted, until, held) in enumerate(views):
        for stretch in held:
            opened.setdefault(stretch, posted)
        following = views[place + 1][2] if place + 1 < len(views) else ()
        for stretch in [one for one in opened if one not in following]:
            yield (*stretch, opened.pop(stretch), until)


def _held(line: Sequence[Stretch]) -> Iterator[tuple[str, datetime.date | None, datetime.date | None]]:
    """Give the stretches of a line in which a list may hold a code, neighbours that say the same joined."""
    found: list[tuple[str, datetime.date | None, datetime.date | None]] = []
    for place, stretch in enumerate(line):
        after = line[place + 1].first if place + 1 < len(line) else None
        last = None if after is None else day_before(after)
        if stretch.state == NO:
            continue
        joins = found and found[-1][0] == stretch.state and found[-1][2] == _before(stretch.first)
        found[-1:] = [(*found[-1][:2], last)] if joins else [*found[-1:], (stretch.state, stretch.first, last)]
    yield from found


def _before(day: datetime.date | None) -> datetime.date | None:
    return None if day is None else day_before(day)
