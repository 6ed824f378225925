"""What a decision or a requirement says, as a number on the way and as words in the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ruleproof.artifacts.sql.cases import Ends
from ruleproof.artifacts.sql.dialect import Dialect, Table
from ruleproof.model.meaning import FAILED, NOT_CHECKED, NOT_KNOWN, Answer

FIRST_TO_LAST = ("reject", "return", "deny", "pend", "needs record", "")
"""The consequences, the one that comes first first; the order is that of the evaluator."""

MOST_WORDS = 60
"""A decision that says more different things has its words in a table."""
_AT_ONCE = 500


@dataclass
class Said:
    """A decision or a requirement, and the different things that it says, each by its number."""

    about: str
    column: str
    """The column that holds the number on the way."""
    told: tuple[str, ...] = ()
    """What is told of a decision, each in a column."""
    ends: dict[Ends, int] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    """Where its words are looked up: the columns that hold them."""

    def number(self, ends: Ends) -> str:
        return str(self.ends.setdefault(ends, len(self.ends)))


def answer_of(ends: Ends, rules: Sequence[str]) -> Answer:
    """Give the one answer of an end, by every rule that may give it; where what is said is unknown, none is known."""
    answers = [end for end in ends if isinstance(end, Answer)]
    if len({answer.said for answer in answers}) > 1:
        return Answer(NOT_KNOWN)
    givers = {rule for answer in answers for rule in answer.rules}
    return (
        answers[0] if len(answers) == 1 else replace(answers[0], rules=tuple(rule for rule in rules if rule in givers))
    )


def state_of(ends: Ends) -> str:
    """Give the state of a requirement at an end."""
    return str(ends[0]) if len(ends) == 1 else NOT_CHECKED


def outcome_of(answer: Answer) -> str:
    """Give the outcomes of an answer, several between commas; empty where there is none."""
    return ", ".join(answer.outcomes)


TOLD = ("outcome", "kind", "force", "rules", "further", "barred")
"""What is told of a decision, each in a column."""
_WHERE_SAID = ("further", "barred")
"""What is told only of decisions that can say such a thing."""


def told_where(answers: Sequence[Answer]) -> tuple[str, ...]:
    """Give what is told of a decision with these answers: codes of a further line, and barred ones, where one names them."""
    return tuple(word for word in TOLD if word not in _WHERE_SAID or any(getattr(answer, word) for answer in answers))


def told_of(answer: Answer, told: Sequence[str]) -> tuple[str, ...]:
    """Give what is told of an answer, word by word; an empty text stands for nothing."""
    words = {
        "outcome": outcome_of(answer),
        "kind": answer.kind,
        "force": answer.force,
        "rules": ", ".join(answer.rules),
        "further": ", ".join(answer.further),
        "barred": ", ".join(answer.barred),
    }
    return tuple(words[word] for word in told)


@dataclass(frozen=True)
class WordTable:
    """The table of the words of decisions that say too many different things for a CASE."""

    dialect: Dialect
    table: str
    told: tuple[str, ...]
    """What is told of some decision of the policy."""
    rows: list[tuple[str, ...]] = field(default_factory=list)
    joins: list[str] = field(default_factory=list)
    brought: list[str] = field(default_factory=list)

    def take(self, said: Said, rules: Sequence[str]) -> None:
        """Take the words of a decision into the table where they are many."""
        if len(said.ends) <= MOST_WORDS:
            return
        name, number = self.dialect.name, len(self.joins) + 1
        for ends, answer in said.ends.items():
            words = told_of(answer_of(ends, rules), self.told) if ends else ("",) * len(self.told)
            texts = (self.dialect.text(word) if word else self.dialect.null() for word in words)
            self.rows.append((str(number), str(answer), *texts))
        said.words = tuple(name(f"ruleproof_{word}_{number}") for word in said.told)
        key = name(f"ruleproof_number_{number}")
        columns = [f"{name('answer')} AS {key}"]
        columns += [f"{name(word)} AS {found}" for word, found in zip(said.told, said.words, strict=True)]
        query = f"SELECT {', '.join(columns)} FROM {self.table} WHERE {name('decision')} = {number}"
        self.joins.append(f"LEFT JOIN ({query}) AS {name(f'ruleproof_words_{number}')} ON {key} = {said.column}")
        self.brought.extend(said.words)

    def statements(self) -> list[str]:
        """Give the statements that make the table; none where no decision needs it."""
        if not self.rows:
            return []
        name, number, text = self.dialect.name, self.dialect.number_type, self.dialect.text_type
        columns = [(name("decision"), number), (name("answer"), number), *((name(word), text) for word in self.told)]
        names = [column for column, _ in columns]
        queries = [
            self.dialect.rows(names, self.rows[start : start + _AT_ONCE])
            for start in range(0, len(self.rows), _AT_ONCE)
        ]
        return self.dialect.table(Table(self.table, columns, names[:2], queries))


@dataclass(frozen=True)
class Words:
    """Writes the columns of words."""

    dialect: Dialect

    def of_decision(self, said: Said, rules: Sequence[str]) -> Iterator[str]:
        """Give the columns of a decision: the outcome by its own name, and how it is said."""
        names = (self.dialect.name(said.about), *(self.dialect.part(said.about, word) for word in said.told[1:]))
        if said.words:
            yield from (f"  {column} AS {name}" for column, name in zip(said.words, names, strict=True))
            return
        told = {number: told_of(answer_of(ends, rules), said.told) for ends, number in said.ends.items() if ends}
        for place, name in enumerate(names):
            yield self._put(said, {number: words[place] for number, words in told.items()}, name)

    def of_requirements(self, requirements: Sequence[Said], actions: Mapping[str, str]) -> Iterator[str]:
        failed = {said.about: _in_state(said, FAILED) for said in requirements}
        open_ones = {said.about: _in_state(said, NOT_CHECKED) for said in requirements}
        name = self.dialect.name
        yield f"  {self._listed(failed)} AS {name('findings')}"
        yield f"  {self._listed(open_ones)} AS {name('not_checked')}"
        whens = [
            f"    WHEN {test} THEN {self.dialect.text(action or 'not stated')}"
            for action in FIRST_TO_LAST
            for about, test in failed.items()
            if actions[about] == action and test
        ]
        consequence = "\n".join(["CASE", *whens, "    END"]) if whens else self.dialect.null()
        yield f"  {consequence} AS {name('consequence')}"

    def _put(self, said: Said, words: Mapping[int, str], column: str) -> str:
        """Put words for numbers; no word is null."""
        by_word: dict[str, list[int]] = {}
        for number, word in words.items():
            if word:
                by_word.setdefault(word, []).append(number)
        whens = [
            f"    WHEN {said.column} IN ({', '.join(map(str, numbers))}) THEN {self.dialect.text(word)}"
            for word, numbers in by_word.items()
        ]
        expression = "\n".join(["CASE", *whens, "    END"]) if whens else self.dialect.null()
        return f"  {expression} AS {column}"

    def _listed(self, tests: Mapping[str, str]) -> str:
        """Name what holds, between commas; null where nothing does."""
        named = [f"CASE WHEN {test} THEN {self.dialect.text(about)} END" for about, test in tests.items() if test]
        return self.dialect.named(named) if named else self.dialect.null()


def _in_state(said: Said, state: str) -> str:
    """Give the test that a requirement is in a state; empty where it never is."""
    numbers = [str(number) for ends, number in said.ends.items() if ends and state_of(ends) == state]
    return f"{said.column} IN ({', '.join(numbers)})" if numbers else ""
