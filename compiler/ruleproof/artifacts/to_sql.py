"""Compiled policy to SQL for DuckDB: a macro for each decision and requirement, and one that judges a whole table.

The macro of a decision gives the number of its answer, so that it is worked out once, and the macro of the table puts words
for numbers.  What a single statement needs, other databases need too; only the macros around it are DuckDB's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ruleproof.artifacts.names import file_stem
from ruleproof.artifacts.sql.cases import Ends, case_of
from ruleproof.artifacts.sql.conditions import refused
from ruleproof.artifacts.sql.words import NotInSqlError, comment, name, text
from ruleproof.artifacts.tables import allowed_values, unsound
from ruleproof.compiled import VERSION, Compiled
from ruleproof.graph.from_condition import MET, graph_of_condition
from ruleproof.model import nodes as model
from ruleproof.model.meaning import FAILED, NOT_CHECKED, NOT_KNOWN, Answer
from ruleproof.prover.expressions import some

FIRST_TO_LAST = ("reject", "return", "deny", "pend", "needs record", "")
"""The consequences, the one that comes first first; the order is that of the evaluator."""
_REFUSED = "ruleproof refused"


@dataclass
class _Said:
    """A decision or a requirement: its macro, and the different things that it says, each by its number."""

    about: str
    macro: str
    ends: dict[Ends, int] = field(default_factory=dict)

    def number(self, ends: Ends) -> str:
        return str(self.ends.setdefault(ends, len(self.ends)))

    @property
    def column(self) -> str:
        """The column that holds the number on the way."""
        return name(f"ruleproof {self.about}")


def to_sql(compiled: Compiled) -> dict[str, str]:
    """Give the statements of a policy; what SQL cannot say exactly is said in a comment instead."""
    stem = file_stem(compiled.policy.name)
    try:
        lines = list(_Writer(compiled, stem).lines())
    except NotInSqlError as reason:
        lines = [*_heading(compiled), comment(f"There are no statements: {reason}.")]
    return {f"{stem}.duckdb.sql": "\n".join(lines).rstrip("\n") + "\n"}


def _heading(compiled: Compiled) -> Iterator[str]:
    policy = compiled.policy
    yield comment(f"{policy.label or policy.name}: the policy `{policy.name}`, {compiled.revision or 'no revision'}")
    yield comment(f"sha256 {compiled.source.sha256}, ruleproof {VERSION}")
    if unsound(compiled):
        yield comment(f"unsound: {', '.join(unsound(compiled))}")
    yield "--"


class _Writer:
    def __init__(self, compiled: Compiled, stem: str) -> None:
        self.compiled, self.policy, self.stem = compiled, compiled.policy, stem
        self.space = compiled.space
        self.inputs = tuple(compiled.policy.asked)
        _refuse_like_names([item.name for item in self.inputs])
        self.unknown = frozenset(
            place
            for item in compiled.policy.derived
            if isinstance(item.derived, model.HistoryTest)
            for place in self.space.places[item.name]
        )

    def lines(self) -> Iterator[str]:
        yield from _heading(self.compiled)
        yield from self._how_to_use()
        yield ""
        yield from self._macro("refused", self._refused())
        decisions = [_Said(item.name, f"{self.stem}_{item.name}") for item in self.policy.decisions]
        requirements = [_Said(item.name, f"{self.stem}_{item.name}") for item in self.policy.requirements]
        _refuse_like_names([self.stem, f"{self.stem}_refused", *(said.macro for said in (*decisions, *requirements))])
        for said in (*decisions, *requirements):
            graph = self.compiled.exact_graphs[said.about]
            yield from self._macro(said.about, case_of(graph, self.unknown, said.number))
        yield from self._table(decisions, requirements)

    def _how_to_use(self) -> Iterator[str]:
        yield comment(f"Judge a table or a view called claims:  FROM {name(self.stem)}('claims');")
        yield comment(f"Keep it as a view:  CREATE VIEW judged AS FROM {name(self.stem)}('claims');")
        yield comment(
            "It has the columns of claims, then the answers; a row that cannot be judged has the reason in `refused`."
        )
        yield comment(
            "A null is missing. Limits over a history are not checked here. These are the columns that it needs:"
        )
        for item in self.inputs:
            yield comment(f"  {item.name} {_type(item.domain)}: {allowed_values(item)}")

    def _macro(self, about: str, expression: str) -> Iterator[str]:
        """Write a macro that takes every input by its name."""
        parameters = ", ".join(name(item.name) for item in self.inputs)
        yield f"CREATE OR REPLACE MACRO {name(f'{self.stem}_{about}')}({parameters}) AS"
        yield f"  {expression};"
        yield ""

    def _call(self, macro: str) -> str:
        return f"{name(macro)}({', '.join(name(item.name) for item in self.inputs)})"

    # ------------------------------------------------------------ what is refused

    def _refused(self) -> str:
        """Give the reason why a row cannot be judged: the first input that is refused, or facts that cannot happen."""
        whens = []
        for item in self.inputs:
            reason = f"`{item.name}` is not {allowed_values(item)}"
            whens.append(f"    WHEN {refused(item, self._named(item))} THEN {text(reason)}")
        return "\n".join(["CASE", *whens, *self._impossible(), "    ELSE NULL END"])

    def _named(self, item: model.Input) -> tuple[str, ...]:
        dimensions = [self.space.dimensions[place] for place in self.space.places[item.name]]
        groups = [dimension.group for dimension in dimensions if dimension.group is not None]
        return tuple(dict.fromkeys(code for cell in (groups or dimensions[0].cells) for code in cell.values))

    def _impossible(self) -> Iterator[str]:
        """Say which combination cannot happen; a case that may still happen for some history is not refused."""
        graph = graph_of_condition(
            "never", some(self.compiled.study.compiler.impossible()), self.compiled.study.compiler
        )
        never = case_of(graph, self.unknown, lambda ends: "TRUE" if ends == (MET,) else "FALSE", "    ")
        if never == "FALSE":
            return
        names = ", ".join(item.name for item in self.policy.impossibles)
        yield f"    WHEN {never} THEN {text(f'these facts cannot happen together, by {names}')}"

    # ------------------------------------------------------------ the table

    def _table(self, decisions: list[_Said], requirements: list[_Said]) -> Iterator[str]:
        every = (*decisions, *requirements)
        yield f"CREATE OR REPLACE MACRO {name(self.stem)}(claims) AS TABLE"
        yield "WITH checked AS ("
        yield f"  SELECT *, {self._call(f'{self.stem}_refused')} AS {name(_REFUSED)} FROM query_table(claims)"
        yield "), judged AS ("
        yield "  SELECT *,"
        numbers = (
            f"    CASE WHEN {name(_REFUSED)} IS NULL THEN {self._call(said.macro)} END AS {said.column}"
            for said in every
        )
        yield ",\n".join(numbers)
        yield "  FROM checked"
        yield ")"
        excluded = ", ".join([name(_REFUSED), *(said.column for said in every)])
        yield f"SELECT * EXCLUDE ({excluded}),"
        columns = [column for said in decisions for column in self._words_of_decision(said)]
        columns += self._words_of_requirements(requirements) if requirements else []
        columns.append(f"  {name(_REFUSED)} AS refused")
        yield ",\n".join(columns)
        yield "FROM judged;"

    def _words_of_decision(self, said: _Said) -> Iterator[str]:
        """Give the columns of a decision: the outcome by its own name, and how it is said."""
        rules = [rule.name for rule in self.policy.decision(said.about).rules]
        told = {number: _answer(ends, rules) for ends, number in said.ends.items()}
        one = {number: answer.outcomes[0] if len(answer.outcomes) == 1 else "" for number, answer in told.items()}
        yield _put(said, one, said.about)
        yield _put(said, {number: answer.kind for number, answer in told.items()}, f"{said.about}.kind")
        yield _put(said, {number: answer.force for number, answer in told.items()}, f"{said.about}.force")
        yield _put(said, {number: ", ".join(answer.rules) for number, answer in told.items()}, f"{said.about}.rules")

    def _words_of_requirements(self, requirements: list[_Said]) -> Iterator[str]:
        actions = {item.name: item.action for item in self.policy.requirements}
        failed = {said.about: _in_state(said, FAILED) for said in requirements}
        open_ones = {said.about: _in_state(said, NOT_CHECKED) for said in requirements}
        yield f"  {_listed(failed)} AS findings"
        yield f"  {_listed(open_ones)} AS not_checked"
        whens = [
            f"    WHEN {test} THEN {text(action or 'not stated')}"
            for action in FIRST_TO_LAST
            for about, test in failed.items()
            if actions[about] == action and test
        ]
        consequence = "\n".join(["CASE", *whens, "    END"]) if whens else "CAST(NULL AS VARCHAR)"
        yield f"  {consequence} AS consequence"


def _answer(ends: Ends, rules: list[str]) -> Answer:
    """Give the one answer of an end, by every rule that may give it; where what is said hangs on a history, none is known."""
    answers = [end for end in ends if isinstance(end, Answer)]
    if len({answer.said for answer in answers}) > 1:
        return Answer(NOT_KNOWN)
    givers = {rule for answer in answers for rule in answer.rules}
    return (
        answers[0] if len(answers) == 1 else replace(answers[0], rules=tuple(rule for rule in rules if rule in givers))
    )


def _put(said: _Said, words: dict[int, str], column: str) -> str:
    """Put words for numbers; no word is null."""
    by_word: dict[str, list[int]] = {}
    for number, word in words.items():
        if word:
            by_word.setdefault(word, []).append(number)
    whens = [
        f"    WHEN {said.column} IN ({', '.join(map(str, numbers))}) THEN {text(word)}"
        for word, numbers in by_word.items()
    ]
    expression = "\n".join(["CASE", *whens, "    END"]) if whens else "CAST(NULL AS VARCHAR)"
    return f"  {expression} AS {name(column)}"


def _in_state(said: _Said, state: str) -> str:
    """Give the test that a requirement is in a state; empty where it never is."""
    numbers = [
        str(number) for ends, number in said.ends.items() if (ends[0] if len(ends) == 1 else NOT_CHECKED) == state
    ]
    return f"{said.column} IN ({', '.join(numbers)})" if numbers else ""


def _listed(tests: dict[str, str]) -> str:
    """Name what holds, between commas; null where nothing does."""
    named = [f"    CASE WHEN {test} THEN {text(about)} END" for about, test in tests.items() if test]
    if not named:
        return "CAST(NULL AS VARCHAR)"
    listed = ",\n".join(named)
    return f"nullif(concat_ws(', ',\n{listed}), '')"


def _type(domain: model.Domain) -> str:
    match domain:
        case model.YesNo():
            return "BOOLEAN"
        case model.WholeNumber():
            return "an integer"
        case model.DecimalNumber():
            return "DECIMAL"
        case model.Day():
            return "DATE"
        case model.SeveralCodes():
            return "VARCHAR[]"
        case _:
            return "VARCHAR"


def _refuse_like_names(names: list[str]) -> None:
    """Refuse names that a database takes for the same, since it does not look at capitals."""
    seen: dict[str, str] = {}
    for one in names:
        other = seen.setdefault(one.lower(), one)
        if other != one:
            raise NotInSqlError(f"`{one}` and `{other}` differ in capitals only")
    if len(seen) < len(names):
        raise NotInSqlError("two parts of the policy would have one name")
