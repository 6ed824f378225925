"""Compiled policy to SQL: for each dialect a query that judges a whole table, and an expression for each decision.

The expression of a decision gives the number of its answer, so that it is worked out once, and the query puts words for
numbers.  DuckDB gets macros, the others a view over a table `claims`; `sql/dialects.py` holds all that they say differently.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ruleproof.artifacts.names import file_stem
from ruleproof.artifacts.sql.answers import (
    FIRST_TO_LAST,
    TOLD,
    Said,
    Words,
    WordTable,
    answer_of,
    outcome_of,
    state_of,
    told_where,
)
from ruleproof.artifacts.sql.cases import Ends, TooManyCasesError, case_of
from ruleproof.artifacts.sql.conditions import Columns, named_codes, refused
from ruleproof.artifacts.sql.dialect import Dialect, Table
from ruleproof.artifacts.sql.dialects import DIALECTS
from ruleproof.artifacts.sql.history import CLAIM, PAID, PATIENT, TURN, History
from ruleproof.artifacts.sql.lists import code_table, ledger_statements, numbered
from ruleproof.artifacts.sql.lookups import MOST_ROWS, LookUps, TooManyRowsError, look_ups_of
from ruleproof.artifacts.sql.query import Column, Query, Stage
from ruleproof.artifacts.sql.words import NotInSqlError, comment, line_of
from ruleproof.artifacts.tables import allowed_values, leaves_of, unsound
from ruleproof.compiled import VERSION, Compiled
from ruleproof.graph.from_condition import MET, graph_of_condition
from ruleproof.graph.nodes import Graph
from ruleproof.model import nodes as model
from ruleproof.model.meaning import Answer
from ruleproof.prover.boxes import TooManyBoxesError
from ruleproof.prover.expressions import some

__all__ = ["FIRST_TO_LAST", "MOST_CASES", "to_sql"]

MOST_CASES = 300
"""A graph with more ends is looked up in tables, since a CASE of that size takes longer."""
LARGEST_CASE = 5_000
"""What cannot be looked up is a CASE of at most so many ends: a larger one is never planned."""

Plans = dict[tuple[str, bool], LookUps | None]
"""The look-ups of each graph, without a history or with it; `None` where they would be too large.  All dialects share them."""


def to_sql(compiled: Compiled, only: str = "") -> dict[str, str]:
    """Give the statements of a policy, file by file; what SQL cannot say exactly is said in a comment instead.

    `only` is the ending of one dialect, such as `spark`; without it all are written.
    """
    stem = file_stem(compiled.policy.name)
    files: dict[str, str] = {}
    plans: Plans = {}
    for dialect in (dialect for dialect in DIALECTS if only in ("", dialect.ending)):
        files[f"{stem}.{dialect.ending}.sql"] = _file(compiled, dialect, stem, plans, with_history=False)
        if compiled.policy.keys:
            files[f"{stem}.history.{dialect.ending}.sql"] = _file(
                compiled, dialect, f"{stem}_with_history", plans, with_history=True
            )
        if compiled.policy.code_lists:
            files[f"{stem}.lists.{dialect.ending}.sql"] = _written(compiled, _lists(compiled, dialect, f"{stem}_lists"))
    return files


def _file(compiled: Compiled, dialect: Dialect, name: str, plans: Plans, *, with_history: bool) -> str:
    return _written(compiled, lambda: _Writer(compiled, dialect, name, plans, with_history).lines())


def _lists(compiled: Compiled, dialect: Dialect, table: str) -> Callable[[], Iterator[str]]:
    def lines() -> Iterator[str]:
        yield comment("When each list holds a code: for services from and until a day, as posted from and until a day.")
        yield comment(
            "A date that is null is an open end, and both ends belong to it.  `held` is yes, elsewhere or unknown."
        )
        yield comment("A code that is null stands for every code that the list does not name.")
        yield ""
        yield from ledger_statements(dialect, compiled.policy.code_lists, table)

    return lines


def _written(compiled: Compiled, lines: Callable[[], Iterator[str]]) -> str:
    try:
        told = list(lines())
    except NotInSqlError as reason:
        told = [comment(f"There are no statements: {reason}.")]
    except TooManyBoxesError:
        told = [comment("There are no statements: a graph of the policy would be too large.")]
    return "\n".join([*_heading(compiled), *told]).rstrip("\n") + "\n"


def _heading(compiled: Compiled) -> Iterator[str]:
    policy = compiled.policy
    yield comment(f"{policy.label or policy.name}: the policy `{policy.name}`, {compiled.revision or 'no revision'}")
    yield comment(f"sha256 {compiled.source.sha256}, ruleproof {VERSION}")
    if unsound(compiled):
        yield comment(f"unsound: {', '.join(unsound(compiled))}")
    yield "--"


@dataclass
class _Steps:
    """The look-ups of all graphs that are too large for a CASE: one table, and the joins that follow it."""

    table: str
    rows: list[str] = field(default_factory=list)
    joins: list[str] = field(default_factory=list)
    brought: list[str] = field(default_factory=list)


class _Writer:
    """Writes one file: the query without a history, or the one with it."""

    def __init__(self, compiled: Compiled, dialect: Dialect, stem: str, plans: Plans, with_history: bool) -> None:
        self.plans = plans
        self.compiled, self.policy, self.stem, self.dialect = compiled, compiled.policy, stem, dialect
        self.space, self.inputs = compiled.space, tuple(compiled.policy.asked)
        _refuse_like_names([item.name for item in self.inputs])
        if any(item.name.lower().startswith("ruleproof_") for item in self.inputs):
            raise NotInSqlError("columns that begin with `ruleproof_` are those of the statements")
        self.codes = code_table(dialect, self.space, self.inputs, f"{stem}_codes")
        self.steps = _Steps(dialect.fitted(f"{stem}_steps"))
        self.told = {item.name: _told(compiled, item.name) for item in self.policy.decisions}
        of_some = tuple(word for word in TOLD if any(word in told for told in self.told.values()))
        self.words = WordTable(dialect, dialect.fitted(f"{stem}_words"), of_some)
        self.history = History(compiled, dialect, self.codes) if with_history else None
        tests = self.history.tests if self.history else ()
        self.columns = Columns(
            dialect,
            self.space,
            {name: found for name, found, _ in self.codes.joined("c")},
            {place: dialect.name(f"ruleproof_some_{place}") for place in self.codes.flags()},
            {test.place: self.history.column(test) for test in tests} if self.history else {},
        )
        self.unknown = frozenset(
            place
            for item in compiled.policy.derived
            if isinstance(item.derived, model.HistoryTest) and not self.history
            for place in self.space.places[item.name]
        )

    def lines(self) -> Iterator[str]:
        name = self.dialect.name
        decisions = [
            Said(about, name(f"ruleproof_answer_{n}"), told) for n, (about, told) in enumerate(self.told.items(), 1)
        ]
        asked = [Said(item.name, name(f"ruleproof_state_{n}")) for n, item in enumerate(self.policy.requirements, 1)]
        is_macro = self.dialect.ending == "duckdb"
        claims, history = (
            ("query_table(claims)", "query_table(history)") if is_macro else (name("claims"), name("history"))
        )
        query = self._query(decisions, asked, claims, history)
        yield from self._how_to_use()
        yield ""
        yield from self.codes.statements()
        yield from self._step_table()
        yield from self.words.statements()
        fitted = self.dialect.fitted(self.stem)
        if is_macro:
            yield f"CREATE OR REPLACE MACRO {fitted}(claims{', history' if self.history else ''}) AS TABLE"
            yield from [*query[:-1], f"{query[-1]};"]
        else:
            yield from self.dialect.view(fitted, query)
        if not self.history:
            yield from self._expressions()

    # ------------------------------------------------------------ what stands above

    def _how_to_use(self) -> Iterator[str]:
        view, label = self.dialect.fitted(self.stem), self.dialect.label
        if self.dialect.ending == "duckdb":
            call = "'claims', 'history'" if self.history else "'claims'"
            yield comment(f"Judge a table or a view called claims:  FROM {view}({call});")
            yield comment(f"Keep it as a view:  CREATE VIEW judged AS FROM {view}({call});")
        else:
            yield comment(f"A view for {label} over the table {self.dialect.name('claims')}:  SELECT * FROM {view};")
            yield comment("Another table: change the name where it stands behind FROM.")
        yield comment(
            "It has the columns of claims, then the answers; a row that cannot be judged has the reason in `refused`."
        )
        if self.history:
            yield from self._how_to_tell_the_past()
        elif self.policy.keys:
            yield comment(
                "A null is missing.  Limits over a history are not checked here: see the file with `history` in its name."
            )
        else:
            yield comment("A null is missing.")
        yield comment("It answers by all that has been posted.  These are the columns that it needs:")
        for item in self.inputs:
            yield comment(f"  {item.name} {self.dialect.type_of(item.domain)}: {allowed_values(item)}")

    def _how_to_tell_the_past(self) -> Iterator[str]:
        assert self.history is not None
        keys = ", ".join(self.history.keys)
        yield comment(
            f"claims also needs {PATIENT}, {CLAIM}, and {TURN}: a whole number, in which order the rows of a patient came."
        )
        yield comment("history holds earlier services that are not in claims.  It needs these columns:")
        for item in self.history.inputs:
            yield comment(f"  {item.name} {self.dialect.type_of(item.domain)}")
        yield comment(f"  {PATIENT}, and {PAID} BOOLEAN")
        if keys:
            yield comment(f"Both need {keys}, texts: what is null is like no other.")
        yield comment(
            "In history a null is unknown, of an input that may be missing it is missing; what hangs on it is not checked."
        )
        yield comment(
            "Nor is what hangs on a row that holds what is not allowed, or on one of two rows of a patient with one turn."
        )

    # ------------------------------------------------------------ the query

    def _query(self, decisions: list[Said], requirements: list[Said], claims: str, history: str) -> list[str]:
        name = self.dialect.name
        query = Query(self.dialect, claims)
        codes = list(self.codes.joined("c"))
        joins, brought = [join for _, _, join in codes], [found for _, found, _ in codes]
        if self.history:
            query.named += list(self.history.queries(claims, history))
            joins.append(self.history.join("c"))
            brought += [self.history.column(test) for test in self.history.tests]
        query.stages.append(Stage(name("ruleproof_read"), tuple(joins), tuple(brought)))
        flags = tuple((test, self.columns.flags[place]) for place, test in self.codes.flags().items())
        query.stages.append(Stage(name("ruleproof_listed"), columns=flags))
        query.stages.append(Stage(name("ruleproof_checked"), columns=((self._refused(), name("ruleproof_refused")),)))
        answers = tuple(self._answered(said) for said in (*decisions, *requirements))
        steps = self.steps
        query.stages.append(Stage(name("ruleproof_judged"), tuple(steps.joins), tuple(steps.brought), answers))
        words = Words(self.dialect)
        for said in decisions:
            rules = [rule.name for rule in self.policy.decision(said.about).rules]
            self.words.take(said, rules)
            query.words += words.of_decision(said, rules)
        query.stages.append(Stage(name("ruleproof_worded"), tuple(self.words.joins), tuple(self.words.brought)))
        if requirements:
            actions = {item.name: item.action for item in self.policy.requirements}
            query.words += words.of_requirements(requirements, actions)
        query.words.append(f"  {name('ruleproof_refused')} AS {name('refused')}")
        return query.lines()

    def _answered(self, said: Said) -> Column:
        graph = self.compiled.exact_graphs[said.about]
        try:
            expression = case_of(graph, self.columns, self.unknown, said.number, MOST_CASES)
        except TooManyCasesError:
            said.ends.clear()
            look_ups = self._look_ups(graph)
            expression = self._largest_case(graph, said) if look_ups is None else self._looked_up(look_ups, said)
        is_judged = f"{self.dialect.name('ruleproof_refused')} IS NULL"
        return f"\n    -- {_plain(said.about)}\n    CASE WHEN {is_judged} THEN {expression} END", said.column

    # ------------------------------------------------------------ look-ups

    def _look_ups(self, graph: Graph) -> LookUps | None:
        key = (graph.name, bool(self.history))
        if key not in self.plans:
            try:
                self.plans[key] = look_ups_of(graph, self.columns, self.unknown)
            except TooManyRowsError:
                self.plans[key] = None
        return self.plans[key]

    def _largest_case(self, graph: Graph, said: Said) -> str:
        try:
            return case_of(graph, self.columns, self.unknown, said.number, LARGEST_CASE)
        except TooManyCasesError as reason:
            told = f"`{graph.name}` has more than {LARGEST_CASE:,} cases, and look-ups of more than {MOST_ROWS:,} rows"
            raise NotInSqlError(told) from reason

    def _looked_up(self, look_ups: LookUps, said: Said) -> str:
        """Follow a graph by look-ups; give the column that holds the number of what it says."""
        name, steps, so_far = self.dialect.name, self.steps, ""
        said.ends.update({ends: number for number, ends in reversed(list(enumerate(look_ups.ends)))})
        same = [said.ends[ends] for ends in look_ups.ends]
        for place, table in enumerate(look_ups.tables):
            number = len(steps.joins) + 1
            leads_to = table.next if place < len(look_ups.tables) - 1 else tuple(same[way] for way in table.next)
            steps.rows += self._rows(number, leads_to)
            key, way = name(f"ruleproof_key_{number}"), name(f"ruleproof_way_{number}")
            columns = f"{name('place')} AS {key}, {name('leads_to')} AS {way}"
            query = f"SELECT {columns} FROM {steps.table} WHERE {name('look_up')} = {number}"
            steps.joins.append(
                f"LEFT JOIN ({query}) AS {name(f'ruleproof_step_{number}')} ON {key} = {table.key(so_far, self.columns)}"
            )
            steps.brought.append(way)
            so_far = way
        return so_far or "0"

    def _rows(self, number: int, leads_to: tuple[int, ...]) -> Iterator[str]:
        name = self.dialect.name
        for first, query in numbered(self.dialect, leads_to):
            place, item = f"listed.place + {first}", f"CAST(listed.item AS {self.dialect.number_type})"
            columns = f"{number} AS {name('look_up')}, {place} AS {name('place')}, {item} AS {name('leads_to')}"
            yield f"SELECT {columns} FROM ({query}) AS listed"

    def _step_table(self) -> Iterator[str]:
        if self.steps.rows:
            columns = [
                (self.dialect.name(column), self.dialect.number_type) for column in ("look_up", "place", "leads_to")
            ]
            key = [column for column, _ in columns[:2]]
            yield from self.dialect.table(Table(self.steps.table, columns, key, self.steps.rows))

    # ------------------------------------------------------------ what is refused

    def _refused(self) -> str:
        """Give the reason why a row cannot be judged: the first input that is refused, or facts that cannot happen."""
        whens = []
        for item in self.inputs:
            reason = f"`{item.name}` is not {allowed_values(item)}"
            test = refused(item, named_codes(self.space, item.name), self.dialect)
            whens.append(f"    WHEN {test} THEN {self.dialect.text(reason)}")
        return "\n".join(["CASE", *whens, *self._impossible(), f"    ELSE {self.dialect.null()} END"])

    def _impossible(self) -> Iterator[str]:
        """Say which combination cannot happen; a case that may still happen for some history is not refused."""
        compiler = self.compiled.study.compiler
        graph = graph_of_condition("never", some(compiler.impossible()), compiler)
        try:
            never = case_of(
                graph, self.columns, self.unknown, lambda ends: "TRUE" if ends == (MET,) else "FALSE", 5_000, "    "
            )
        except TooManyCasesError as reason:
            raise NotInSqlError("what cannot happen has more than 5,000 cases") from reason
        if never == "FALSE":
            return
        names = ", ".join(item.name for item in self.policy.impossibles)
        yield f"    WHEN {never} THEN {self.dialect.text(f'these facts cannot happen together, by {names}')}"

    # ------------------------------------------------------------ bare expressions

    def _expressions(self) -> Iterator[str]:
        """Give each decision and requirement as one expression of the columns: a macro, or lines to paste."""
        columns = Columns(self.dialect, self.space, self.codes.looked_up(), self.codes.flags())
        is_macro = self.dialect.ending == "duckdb"
        parameters = ", ".join(self.dialect.name(item.name) for item in self.inputs)
        taken = {self.stem.lower()}
        yield ""
        yield comment("One expression each, of the columns of a row that is not refused: the outcome, or the state.")
        items: tuple[model.Decision | model.Requirement, ...] = (*self.policy.decisions, *self.policy.requirements)
        for item in items:
            graph = self.compiled.exact_graphs[item.name]
            macro = f"{self.stem}_{item.name}"
            yield ""
            try:
                expression = case_of(graph, columns, self.unknown, self._bare(item), MOST_CASES)
            except TooManyCasesError:
                yield comment(f"{item.name}: it is looked up in a table, see above")
                continue
            if is_macro and macro.lower() not in taken:
                taken.add(macro.lower())
                yield f"CREATE OR REPLACE MACRO {self.dialect.name(macro)}({parameters}) AS"
                yield f"  {expression};"
            else:
                yield comment(f"{item.name}:")
                yield from (line_of(line) for line in f"  {expression}".split("\n"))

    def _bare(self, item: model.Decision | model.Requirement) -> Callable[[Ends], str]:
        def said(ends: Ends) -> str:
            if isinstance(item, model.Requirement):
                return self.dialect.text(state_of(ends))
            outcome = outcome_of(answer_of(ends, [rule.name for rule in item.rules]))
            return self.dialect.text(outcome) if outcome else self.dialect.null()

        return said


def _told(compiled: Compiled, decision: str) -> tuple[str, ...]:
    """Give what is told of a decision; what was ever answered counts, so that the columns are those of `decide_table`."""
    graphs = (compiled.exact_graphs, *(epoch.exact_graphs for epoch in compiled.epochs[:-1]))
    leaves = (leaf for graph in graphs for leaf in leaves_of(graph[decision]))
    return told_where([leaf for leaf in leaves if isinstance(leaf, Answer)])


def _plain(name: str) -> str:
    return comment(name).removeprefix("-- ")


def _refuse_like_names(names: list[str]) -> None:
    """Refuse names that a database takes for the same, since it does not look at capitals."""
    seen: dict[str, str] = {}
    for one in names:
        other = seen.setdefault(one.lower(), one)
        if other != one:
            raise NotInSqlError(f"`{one}` and `{other}` differ in capitals only")
    if len(seen) < len(names):
        raise NotInSqlError("two parts of the policy would have one name")
