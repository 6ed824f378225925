"""One query that judges every row of a table: stages of columns, one resting on the other, and then the words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ruleproof.artifacts.sql.dialect import Dialect

Column = tuple[str, str]
"""An expression, and the name of the column that it becomes."""


@dataclass(frozen=True)
class Stage:
    """Columns that are worked out from the claims and the stages before, with the joins that they need."""

    name: str
    joins: tuple[str, ...] = ()
    brought: tuple[str, ...] = ()
    """The columns that come with the joins."""
    columns: tuple[Column, ...] = ()


@dataclass
class Query:
    """A query in the making: named queries first, then the stages over the claims, then the words."""

    dialect: Dialect
    claims: str
    """The table or the view that is judged."""
    named: list[tuple[str, list[str]]] = field(default_factory=list)
    stages: list[Stage] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Give the query line by line."""
        stages = [stage for stage in self.stages if stage.joins or stage.columns]
        named = list(self.named)
        if self.dialect.ending == "postgresql":
            body = list(self._side_by_side(stages))
        else:
            source = self.claims
            for stage in stages:
                named.append((stage.name, list(_staged(stage, source))))
                source = stage.name
            made = [name for stage in stages for name in (*stage.brought, *(name for _, name in stage.columns))]
            body = [f"SELECT {self.dialect.all_but(made)},", *",\n".join(self.words).split("\n"), f"FROM {source}"]
        return [*_with(named), *body]

    def _side_by_side(self, stages: Sequence[Stage]) -> Iterator[str]:
        """Give the stages for a database that cannot leave columns out: each beside the claims, worked out once a row."""
        yield "SELECT c.*,"
        yield from ",\n".join(self.words).split("\n")
        yield f"FROM {self.claims} AS c"
        for stage in stages:
            yield from stage.joins
            if stage.columns:
                yield "CROSS JOIN LATERAL ("
                yield from ",\n".join(["SELECT " + _as(stage.columns[0]), *map(_as, stage.columns[1:])]).split("\n")
                # Without it the columns would be put in wherever they are used, and worked out again there.
                yield f"OFFSET 0) AS {stage.name}"


def _with(named: Sequence[tuple[str, list[str]]]) -> Iterator[str]:
    for place, (name, lines) in enumerate(named):
        yield f"WITH {name} AS (" if place == 0 else f"), {name} AS ("
        yield from lines
    if named:
        yield ")"


def _staged(stage: Stage, source: str) -> Iterator[str]:
    columns = ["c.*", *stage.brought, *map(_as, stage.columns)]
    yield from ("  SELECT " + ",\n    ".join(columns)).split("\n")
    yield f"  FROM {source} AS c"
    yield from (f"  {join}" for join in stage.joins)


def _as(column: Column) -> str:
    expression, name = column
    return f"{expression} AS {name}"
