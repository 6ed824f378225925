"""Spark on a cluster answers as `decide` does, in both forms, also where a worker is killed half-way through."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyspark", reason="pyspark is not installed (the extra `spark`)")
pytest.importorskip("pyarrow", reason="the extra `columns` is not installed")

from ruleproof.runtime.engines.spark import judge_by_sql, judge_in_batches
from ruleproof.runtime.kernel.values import InputError
from ruleproof.runtime.load import LoadedPolicy
from spark.claims import NUMBER, Claims, agree, generated
from test_bundled import POLICIES, bundled, named

pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")

ROWS = 1500


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.stem)
def test_batches_are_judged_as_decide_does(path: Path, session: Any) -> None:
    claims = generated(bundled(path), ROWS, ROWS)
    assert 0 < claims.rejected < ROWS
    judged = judge_in_batches(frame(session, claims), LoadedPolicy(claims.policy))
    agree(claims, judged.toArrow(), reasons=True)


@pytest.mark.parametrize("name", ["tumor_ngs", "myeloid_ngs", "code_facts"])
def test_sql_judges_as_decide_does(name: str, session: Any) -> None:
    """Generated claims; `test_sql_on_spark.py` tries the statements of every bundled policy on cases of its cells."""
    claims = generated(named(name), ROWS, ROWS)
    judged = judge_by_sql(frame(session, claims), LoadedPolicy(claims.policy))
    agree(claims, judged.toArrow(), reasons=False, needed=False)


def frame(session: Any, claims: Claims) -> Any:
    return session.createDataFrame(claims.table).repartition(3)


def test_views_keep_their_names(session: Any) -> None:
    """SQL needs views; those of the program with the same names are there afterwards, and no other."""
    session.range(3).createOrReplaceTempView("claims")
    first, second = (generated(named(name), 40, 40) for name in ("mrd", "tumor_ngs"))
    judged = [judge_by_sql(frame(session, claims), LoadedPolicy(claims.policy)) for claims in (first, second, first)]
    assert [table.name for table in session.catalog.listTables() if table.isTemporary] == ["claims"]
    assert session.table("claims").count() == 3
    session.catalog.dropTempView("claims")
    for claims, answers in zip((first, second, first), judged, strict=True):
        agree(claims, answers.toArrow(), reasons=False, needed=False)


def test_claims_that_do_not_fit_are_refused_before_anything_runs(session: Any) -> None:
    policy = LoadedPolicy(named("tumor_ngs"))
    claims = frame(session, generated(policy.compiled, 40, 40))
    with pytest.raises(InputError, match=r"no column `genes`.*every input"):
        judge_by_sql(claims.drop("genes"), policy)
    with pytest.raises(InputError, match=r"`genes` is string, and SQL needs a whole number"):
        judge_by_sql(claims.withColumn("genes", claims["genes"].cast("string")), policy)
    with pytest.raises(InputError, match=r"`diagnoses` is array<bigint>, and SQL needs ARRAY<STRING>"):
        judge_by_sql(claims.withColumn("diagnoses", claims["diagnoses"].cast("array<bigint>")), policy)
    with pytest.raises(InputError, match=r"`findings` of the claims has the name of a column of the answers"):
        judge_in_batches(claims.withColumn("findings", claims["genes"]), policy)
    with pytest.raises(InputError, match=r"no decision or requirement `billing_cod`.*billing_code"):
        judge_in_batches(claims, policy, only=["billing_cod"])
    with pytest.raises(InputError, match=r"`keep`: the claims have no column `claim`"):
        judge_in_batches(claims, policy, keep=["claim"])


def test_only_what_is_asked_for_comes_back(session: Any) -> None:
    claims = generated(named("tumor_ngs"), 400, 400)
    judged = judge_in_batches(
        frame(session, claims), LoadedPolicy(claims.policy), only=["billing_code"], words=["outcome"], keep=[NUMBER]
    )
    assert judged.columns == [NUMBER, "billing_code", "refused"]
    told = judged.toArrow().sort_by(NUMBER)
    assert told.column("billing_code").equals(claims.expected.column("billing_code"))
