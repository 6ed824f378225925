"""Limits over a history as window functions: for each test of the history a column that tells what came out for a line.

A service is a row of the table of claims or of the table of earlier services.  Two numbers are counted for each test: the
services that count, and those that do or may, where something of them is unknown.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from ruleproof.artifacts.sql.cases import Ends, TooManyCasesError, case_of
from ruleproof.artifacts.sql.conditions import Columns, named_codes, wrong_value
from ruleproof.artifacts.sql.dialect import Dialect
from ruleproof.artifacts.sql.lists import CodeTable
from ruleproof.artifacts.sql.words import NotInSqlError
from ruleproof.compiled import Compiled
from ruleproof.graph.from_condition import MET, NOT_MET
from ruleproof.graph.from_model import graph_of_kind
from ruleproof.graph.nodes import Question
from ruleproof.model import nodes as model

TURN, CLAIM, PATIENT, PAID = "turn", "claim_id", "patient_id", "paid"
"""The columns that say which service a row is: its turn, its claim, its patient, and whether it was paid."""
MOST_CASES = 2_000
_BEFORE = "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING"
_BEHIND = "ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING"
_FROM_HERE = "ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING"


@dataclass(frozen=True)
class Test:
    """A test of the history, by its number, the dimension that it decides, and the inputs that tell what counts."""

    number: int
    name: str
    place: int
    asks: model.HistoryTest
    kind: str
    """The expression that tells whether a service is of the kind; null where that is unknown."""
    inputs: tuple[str, ...]

    @property
    def joins(self) -> bool:
        """Tell whether it counts from a date of the line, which no window can."""
        return self.asks.window == "year since" and isinstance(self.asks.since, str)


class History:
    """The tests of a policy in one dialect."""

    def __init__(self, compiled: Compiled, dialect: Dialect, codes: CodeTable) -> None:
        self.compiled, self.policy, self.dialect, self.codes = compiled, compiled.policy, dialect, codes
        self.tests = tuple(self._tests())
        used = {name for test in self.tests for name in (*test.inputs, *test.asks.same)}
        used |= {test.asks.since for test in self.tests if isinstance(test.asks.since, str) and test.asks.since}
        self.inputs = tuple(item for item in self.policy.asked if item.name in used or item.name == model.SERVICE_DATE)
        day = next((item for item in self.policy.asked if item.name == model.SERVICE_DATE), None)
        self.dated, self.day_may_be_missing = day is not None, day is not None and day.may_be_missing
        fields = {key.name: key.field for key in self.policy.keys}
        self.keys = tuple(
            dict.fromkeys(fields[key] for test in self.tests for key in test.asks.keys if fields[key] != PATIENT)
        )
        self.fields = fields
        for item in self.policy.asked:
            if item.name in (TURN, CLAIM):
                raise NotInSqlError(f"`{item.name}` says something else of a row that is judged by its history")

    def _tests(self) -> Iterator[Test]:
        columns = Columns(self.dialect, self.compiled.space, self._classes(), self.codes.flags(), nulls_unknown=True)
        for number, item in enumerate(self.policy.derived, 1):
            if not isinstance(item.derived, model.HistoryTest):
                continue
            graph = graph_of_kind("counts", item.derived.subject, self.compiled.study.compiler)
            try:
                kind = case_of(graph, columns, (), self._met, MOST_CASES, "    ")
            except TooManyCasesError as reason:
                raise NotInSqlError(f"what `{item.name}` counts has more than {MOST_CASES:,} cases") from reason
            asked = {node.dimension for node in graph.nodes if isinstance(node, Question)}
            inputs = [self.compiled.space.dimensions[place].input for place in sorted(asked)]
            (place,) = self.compiled.space.places[item.name]
            yield Test(number, item.name, place, item.derived, kind, tuple(dict.fromkeys(self._given(inputs))))

    def _classes(self) -> dict[str, str]:
        return {name: column for name, column, _ in self.codes.joined("c")}

    def _given(self, names: list[str]) -> Iterator[str]:
        """Give the inputs that inputs are worked out from."""
        for name in names:
            derived = self.policy.input(name).derived
            yield from (derived.first, derived.second) if isinstance(derived, model.DaysBetween) else (name,)

    def _met(self, ends: Ends) -> str:
        return "TRUE" if ends == (MET,) else "FALSE" if ends == (NOT_MET,) else self.dialect.null("BOOLEAN")

    def column(self, test: Test) -> str:
        return self._name("reached", test)

    def _name(self, word: str, test: Test | None = None) -> str:
        return self.dialect.name(f"ruleproof_{word}_{test.number}" if test else f"ruleproof_{word}")

    # ------------------------------------------------------------ the services

    def queries(self, claims: str, history: str) -> Iterator[tuple[str, list[str]]]:
        """Give the named queries that work the tests out; the last has a row for each line."""
        yield (
            self._name("services"),
            [*self._services(claims, True), "UNION ALL", *self._services(history, False)],
        )
        yield self._name("weighed"), list(self._weighed())
        for test in self.tests:
            if test.joins:
                yield self._name("joined", test), list(self._joined(test))
        yield self._name("counted"), list(self._counted())
        yield self._name("tests"), list(self._told())

    def join(self, claims: str) -> str:
        """Give the join that brings the columns of the tests to a table of claims."""
        patient, turn = self._as_text(f"{claims}.{self.dialect.name(PATIENT)}"), self.dialect.name(TURN)
        on = f"{self._name('patient')} = {patient} AND {self._name('turn')} = {claims}.{turn}"
        return f"LEFT JOIN {self._name('tests')} ON {on}"

    def _as_text(self, column: str) -> str:
        return f"CAST({column} AS {self.dialect.text_type})"

    def _services(self, table: str, is_line: bool) -> Iterator[str]:
        name, none = self.dialect.name, self.dialect.null()
        columns = [
            ("1" if is_line else "0", "origin"),
            (self._as_text(f"c.{name(PATIENT)}"), "patient"),
            (f"c.{name(TURN)}" if is_line else "NULL", "turn"),
            (self._as_text(f"c.{name(CLAIM)}") if is_line else none, "claim"),
            *((self._as_text(f"c.{name(key)}"), f"key_{index}") for index, key in enumerate(self.keys)),
            *((self._same(item), f"same_{index}") for index, item in enumerate(self._sames())),
            *([(f"c.{name(model.SERVICE_DATE)}", "day")] if self.dated else []),
        ]
        columns += [(f"c.{name(str(test.asks.since))}", f"since_{test.number}") for test in self.tests if test.joins]
        paid = any(test.asks.paid for test in self.tests)
        columns += [("TRUE" if is_line else f"c.{name(PAID)}", "paid")] if paid else []
        columns += [(" OR ".join(self._odd(is_line)) or "FALSE", "odd")]
        columns += [(test.kind, f"kind_{test.number}") for test in self.tests]
        yield "  SELECT"
        yield ",\n".join(f"    {expression} AS {self._name(word)}" for expression, word in columns)
        yield f"  FROM {table} AS c"
        yield from (f"  {join}" for _, _, join in self.codes.joined("c"))

    def _sames(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(item for test in self.tests for item in test.asks.same))

    def _same(self, item: str) -> str:
        column = f"c.{self.dialect.name(item)}"
        several = isinstance(self.policy.input(item).domain, model.SeveralCodes)
        return self.dialect.as_text(column) if several else column

    def _weighed(self) -> Iterator[str]:
        """Count each service: for sure, or perhaps, or perhaps for every line where it cannot be placed among the others."""
        columns = []
        for test in self.tests:
            wild = " OR ".join([self._name("odd"), *self._blank(test)])
            kind, paid = self._name("kind", test), self._name("paid")
            sure = f"{kind} AND {paid}" if test.asks.paid else kind
            may = f"coalesce({sure}, TRUE)"
            columns += [
                f"    CASE WHEN {wild} THEN 0 WHEN {sure} THEN 1 ELSE 0 END AS {self._name(f'sure_{test.number}')}",
                f"    CASE WHEN {wild} THEN 0 WHEN {may} THEN 1 ELSE 0 END AS {self._name(f'may_{test.number}')}",
                f"    CASE WHEN ({wild}) AND {may} THEN 1 ELSE 0 END AS {self._name(f'wild_{test.number}')}",
            ]
        yield "  SELECT s.*,"
        yield ",\n".join(columns)
        yield f"  FROM {self._name('services')} AS s"

    def _blank(self, test: Test) -> Iterator[str]:
        for name in test.asks.same:
            if not self.policy.input(name).may_be_missing:
                yield f"{self._name(f'same_{self._sames().index(name)}')} IS NULL"

    def _odd(self, is_line: bool) -> list[str]:
        """Give the tests that a row cannot be placed among the services, or holds what is not allowed."""
        tests = [f"c.{self.dialect.name(TURN)} IS NULL"] if is_line else []
        if self.dated and not self.day_may_be_missing:
            tests.append(f"c.{self.dialect.name(model.SERVICE_DATE)} IS NULL")
        for item in self.inputs:
            wrong = wrong_value(item, named_codes(self.compiled.space, item.name), self.dialect)
            tests += [wrong] if wrong else []
        return tests

    # ------------------------------------------------------------ what counts

    def _counted(self) -> Iterator[str]:
        yield "  SELECT s.*,"
        copies = [self._name(word) for word in ("origin", "patient", "turn")]
        columns = [f"    COUNT(*) OVER (PARTITION BY {', '.join(copies)}) AS {self._name('copies')}"]
        patient = self._name("patient")
        for test in self.tests:
            wild = self._name(f"wild_{test.number}")
            columns.append(f"    SUM({wild}) OVER (PARTITION BY {patient}) - {wild} AS {self._name('odd', test)}")
            if test.joins:
                continue
            for word in ("sure", "may"):
                counted = self._in_window(test, self._name(f"{word}_{test.number}"))
                columns.append(f"    {counted} AS {self._name(f'count_{word}_{test.number}')}")
        yield ",\n".join(columns)
        yield f"  FROM {self._name('weighed')} AS s"

    def _in_window(self, test: Test, counts: str) -> str:
        """Count the services before the line that share its keys and its stretch of time."""
        day, order = self._name("day"), f"{self._name('origin')}, {self._name('turn')}"
        alike = self._alike(test)
        if not self.dated:
            return _sum(counts, alike, order, _BEFORE)
        dated = f"CASE WHEN {day} IS NULL THEN 0 ELSE {counts} END"
        in_order = f"CASE WHEN {day} IS NULL THEN 0 ELSE 1 END, {day}, {order}"
        match test.asks.window:
            case "":
                before = _sum(dated, alike, in_order, _BEFORE)
                if not self.day_may_be_missing:
                    return before
                undated = f"CASE WHEN {day} IS NULL THEN {counts} ELSE 0 END"
                both = f"{before} + {_sum(undated, alike, order, _BEFORE)}"
                return f"CASE WHEN {day} IS NULL THEN {_sum(counts, alike, order, _BEFORE)} ELSE {both} END"
            case "day":
                found = _sum(dated, [*alike, day], order, _BEFORE)
                if test.asks.beside:
                    claim, origin = self._name("claim"), self._name("origin")
                    behind = _sum(dated, [*alike, day, origin, claim], order, _BEHIND)
                    found += f" + CASE WHEN {claim} IS NULL THEN 0 ELSE {behind} END"
            case "days":
                number = self.dialect.days(self.dialect.date(datetime.date(1970, 1, 1)), day)
                there = f"CASE WHEN {day} IS NULL THEN 0 ELSE 1 END"
                frame = f"RANGE BETWEEN {test.asks.days - 1} PRECEDING AND 0 FOLLOWING"
                later = _sum(dated, [*alike, day], order, _FROM_HERE)
                found = f"{_sum(dated, [*alike, there], number, frame)} - {later}"
            case _:
                found = _sum(dated, [*alike, self._period(test, day)], in_order, _BEFORE)
        return f"CASE WHEN {day} IS NULL THEN 0 ELSE {found} END"

    def _alike(self, test: Test) -> list[str]:
        """Give the columns in which the services that count are like the line."""
        return [self._name("patient"), *self._shared(test), *self._equal(test)]

    def _shared(self, test: Test) -> list[str]:
        """Give the columns of the keys that services must share; one that is null is like no other."""
        fields = [self.fields[key] for key in test.asks.keys]
        return [self._name(f"key_{self.keys.index(field)}") for field in fields if field != PATIENT]

    def _equal(self, test: Test) -> list[str]:
        """Give the columns that must be equal, and are where both are null."""
        return [self._name(f"same_{self._sames().index(item)}") for item in test.asks.same]

    def _period(self, test: Test, day: str) -> str:
        """Give a number that is the same for all days of one month, or of one year."""
        year = f"EXTRACT(YEAR FROM {day})"
        if test.asks.window == "month":
            return f"{year} * 12 + EXTRACT(MONTH FROM {day})"
        if test.asks.window == "year":
            return year
        assert isinstance(test.asks.since, datetime.date)
        event = test.asks.since
        return f"{year} - CASE WHEN {_day_of_year(day)} < {event.month * 100 + event.day} THEN 1 ELSE 0 END"

    # ------------------------------------------------------------ years since a date of the line

    def _joined(self, test: Test) -> Iterator[str]:
        patient, turn, day, origin = (self._name(word) for word in ("patient", "turn", "day", "origin"))
        since = self._name("since", test)
        yield f"  SELECT l.{patient} AS {self._name('of_patient')}, l.{turn} AS {self._name('of_turn')},"
        sums = (
            f"    SUM(s.{self._name(f'{word}_{test.number}')}) AS {self._name(f'count_{word}_{test.number}')}"
            for word in ("sure", "may")
        )
        yield ",\n".join(sums)
        yield f"  FROM {self._name('weighed')} AS l JOIN {self._name('weighed')} AS s ON l.{patient} = s.{patient}"
        yield from (f"    AND l.{column} = s.{column}" for column in self._shared(test))
        yield from (f"    AND l.{column} IS NOT DISTINCT FROM s.{column}" for column in self._equal(test))
        turned = f"s.{origin} < l.{origin} OR (s.{origin} = l.{origin} AND s.{turn} < l.{turn})"
        yield f"    AND (s.{day} < l.{day} OR (s.{day} = l.{day} AND ({turned})))"
        years = [
            f"EXTRACT(YEAR FROM {one}.{day}) - "
            f"CASE WHEN {_day_of_year(f'{one}.{day}')} < {_day_of_year(f'l.{since}')} THEN 1 ELSE 0 END"
            for one in "ls"
        ]
        yield f"    AND {years[0]} = {years[1]}"
        yield f"  WHERE l.{origin} = 1"
        yield f"  GROUP BY l.{patient}, l.{turn}"

    # ------------------------------------------------------------ what came out

    def _told(self) -> Iterator[str]:
        patient, turn = self._name("patient"), self._name("turn")
        yield f"  SELECT {patient}, {turn},"
        yield ",\n".join(f"    {self._reached(test)} AS {self.column(test)}" for test in self.tests)
        yield f"  FROM {self._name('counted')}"
        yield from (f"  {self._brought(test)}" for test in self.tests if test.joins)
        yield f"  WHERE {self._name('origin')} = 1 AND {self._name('copies')} = 1"

    def _brought(self, test: Test) -> str:
        """Give the join that brings what was counted from a date of the line."""
        kept = [
            f"{self._name(f'of_{word}')} AS {self._name(f'of_{word}_{test.number}')}" for word in ("patient", "turn")
        ]
        kept += [self._name(f"count_{word}_{test.number}") for word in ("sure", "may")]
        same = (f"{self._name(f'of_{word}_{test.number}')} = {self._name(word)}" for word in ("patient", "turn"))
        query = f"SELECT {', '.join(kept)} FROM {self._name('joined', test)}"
        return f"LEFT JOIN ({query}) AS {self._name('years', test)} ON {' AND '.join(same)}"

    def _reached(self, test: Test) -> str:
        """Tell whether the test holds: the line without a key is like no service, and one without a patient is unknown."""
        needed = [*self._shared(test), *([self._name("since", test)] if test.joins else [])]
        never = [f"{column} IS NULL" for column in needed]
        sure, may = (f"coalesce({self._name(f'count_{word}_{test.number}')}, 0)" for word in ("sure", "may"))
        least = test.asks.count
        whens = [f"WHEN {' OR '.join(never)} THEN FALSE"] if never else []
        whens.append(f"WHEN {self._name('patient')} IS NULL THEN {self.dialect.null('BOOLEAN')}")
        whens.append(f"WHEN {sure} >= {least} THEN TRUE")
        whens.append(f"WHEN {may} + {self._name('odd', test)} < {least} THEN FALSE")
        return f"CASE {' '.join(whens)} ELSE {self.dialect.null('BOOLEAN')} END"


def _sum(counts: str, alike: list[str], order: str, frame: str) -> str:
    return f"coalesce(SUM({counts}) OVER (PARTITION BY {', '.join(alike)} ORDER BY {order} {frame}), 0)"


def _day_of_year(day: str) -> str:
    """Give a number that grows from day to day of a year, 29 February before 1 March."""
    return f"(EXTRACT(MONTH FROM {day}) * 100 + EXTRACT(DAY FROM {day}))"
