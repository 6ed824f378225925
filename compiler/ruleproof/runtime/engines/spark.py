"""Spark: claims in a DataFrame to a DataFrame with the answers, by batches that Python judges or by SQL alone."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from ruleproof.artifacts.names import file_stem
from ruleproof.artifacts.to_sql import to_sql
from ruleproof.compiled import Compiled
from ruleproof.model import nodes as model
from ruleproof.runtime.engines.batches import JudgeBatches, judge_batches
from ruleproof.runtime.engines.needed import spark_sql
from ruleproof.runtime.engines.spark_workers import EngineError
from ruleproof.runtime.kernel.values import InputError
from ruleproof.runtime.load import LoadedPolicy, load

if TYPE_CHECKING:
    import datetime

_CLAIMS = "claims"
"""The name of the view that the statements judge."""
_VIEW = re.compile(r"^CREATE OR REPLACE TEMPORARY VIEW `(\w+)` AS$", re.MULTILINE)
_naming = threading.Lock()
"""Held while the views of the statements have their names: a session has one view of a name."""


def judge_in_batches(
    claims: Any,
    policy: str | Path | LoadedPolicy | JudgeBatches,
    *,
    as_posted_on: datetime.date | str | None = None,
    only: Sequence[str] | None = None,
    words: Sequence[str] | None = None,
    nulls_unknown: Sequence[str] = (),
    keep: Sequence[str] | None = None,
) -> Any:
    """Give a DataFrame of Spark with the answers to the claims in another: a row for each row, by `mapInArrow`.

    It has the columns of the claims (those in `keep`), the answers, and `refused`; see `JudgeBatches`.  Each worker needs
    ruleproof with its extra `columns`, and none compiles the policy.  What `judge_batches` refuses is refused here.
    """
    judge = (
        policy
        if isinstance(policy, JudgeBatches)
        else judge_batches(
            policy, as_posted_on=as_posted_on, only=only, words=words, nulls_unknown=nulls_unknown, keep=keep
        )
    )
    return claims.mapInArrow(judge, _schema(judge, claims))


def _schema(judge: JudgeBatches, claims: Any) -> Any:
    """Give the columns of the answers in the types of Spark; the names of columns alone say which there are."""
    types = spark_sql().types
    told = judge.schema(pa.schema([(name, pa.null()) for name in claims.columns]))
    fields = {field.name: field for field in claims.schema.fields}
    return types.StructType(
        [fields.get(field.name, types.StructField(field.name, types.StringType())) for field in told]
    )


# ---------------------------------------------------------------- by SQL


def judge_by_sql(claims: Any, policy: str | Path | LoadedPolicy) -> Any:
    """Give a DataFrame of Spark with the answers to the claims in another: a row for each row, by SQL alone.

    The statements are those of `NAME.spark.sql`; no worker needs Python.  Every input needs its column in the type that the
    statements name, else this raises `InputError`; it raises `EngineError` for a policy that SQL cannot say exactly.
    A null is missing, limits over a history are not checked, and all that has been posted counts.
    """
    compiled = (load(policy) if isinstance(policy, str | Path) else policy).compiled
    stem = file_stem(compiled.policy.name)
    statements = statements_of(to_sql(compiled, "spark")[f"{stem}.spark.sql"])
    _refuse_columns(compiled, claims)
    session = claims.sparkSession
    # A DataFrame knows what it rests on once it is made, so the names may go, and mean something else in the next call.
    with _naming, _kept_views(session, statements):
        claims.createOrReplaceTempView(_CLAIMS)
        for statement in statements:
            session.sql(statement)
        return session.table(f"`{stem}`")


def statements_of(file: str) -> tuple[str, ...]:
    """Give the statements of an emitted file: a line that ends in `;` and is no comment ends one.

    Raises `EngineError` with the reason for a file that holds none.

    >>> statements_of("-- a;\\nSELECT 1\\nFROM a;\\n-- b\\nSELECT 2;\\n")
    ('-- a;\\nSELECT 1\\nFROM a', '-- b\\nSELECT 2')
    """
    found: list[str] = []
    lines: list[str] = []
    for line in file.splitlines():
        lines.append(line)
        if line.endswith(";") and not line.startswith("--"):
            found.append("\n".join(lines).removesuffix(";"))
            lines.clear()
    if not found:
        reason = next((line for line in reversed(lines) if line.startswith("-- There are no statements: ")), "")
        raise EngineError(f"SQL cannot say this policy: {reason.removeprefix('-- There are no statements: ')}")
    return tuple(found)


@contextmanager
def _kept_views(session: Any, statements: Sequence[str]) -> Iterator[None]:
    """Drop the views of statements when all is done; what had one of their names before has it again."""
    made = [_CLAIMS, *(name for statement in statements for name in _VIEW.findall(statement))]
    before = {name: session.table(f"`{name}`") for name in made if _is_view(session, name)}
    try:
        yield
    finally:
        for name in made:
            if name in before:
                before[name].createOrReplaceTempView(name)
            else:
                session.catalog.dropTempView(name)


def _is_view(session: Any, name: str) -> bool:
    """Tell whether there is a temporary view of a name; a table of that name is another thing, and stays hidden meanwhile."""
    return bool(session.catalog.tableExists(name) and session.catalog.getTable(name).isTemporary)


def _refuse_columns(compiled: Compiled, claims: Any) -> None:
    """Refuse claims that lack the column of an input, or have it in another type."""
    types = spark_sql().types
    fields = {field.name: field.dataType for field in claims.schema.fields}
    for item in compiled.policy.asked:
        found = fields.get(item.name)
        if found is None:
            message = (
                f"the claims have no column `{item.name}`, and SQL judges by every input: add it, or judge in batches"
            )
            raise InputError(message, item.name, None, "a column for each input")
        words, kinds = _type_of(item.domain)
        wrong = not isinstance(found, kinds) or (
            isinstance(found, types.ArrayType) and not isinstance(found.elementType, types.StringType)
        )
        if wrong:
            message = f"the column `{item.name}` is {found.simpleString()}, and SQL needs {words}: change it, or judge in batches"
            raise InputError(message, item.name, found.simpleString(), words)


def _type_of(domain: model.Domain) -> tuple[str, tuple[type, ...]]:
    """Say which type the column of an input has."""
    types = spark_sql().types
    whole = (types.ByteType, types.ShortType, types.IntegerType, types.LongType)
    match domain:
        case model.YesNo():
            return "BOOLEAN", (types.BooleanType,)
        case model.WholeNumber():
            return "a whole number, such as INT", whole
        case model.DecimalNumber():
            return "DECIMAL", (types.DecimalType, *whole)
        case model.Day():
            return "DATE", (types.DateType,)
        case model.SeveralCodes():
            return "ARRAY<STRING>", (types.ArrayType,)
        case _:
            return "STRING", (types.StringType,)
