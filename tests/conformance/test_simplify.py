"""Tables of about a hundred rules that noise has cut into more: under FIRST, no more than a fifth above what they were."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ruleproof.model.tables import FIRST
from ruleproof.prover.table_difference import compare_tables
from ruleproof.prover.table_simplify import simplified
from ruleproof.readers import read_table

from .conftest import SUITES, files_of, named

MERGE = files_of("bench-lending/merge-*.csv")
ALLOWED = 1.2
"""How many times the rules before the noise may be left."""
SECONDS = 10.0
"""More than five times what it takes, so that a busy machine does not fail."""


def _expected(path: Path) -> dict[str, Any]:
    assert SUITES is not None
    found = json.loads((SUITES / "bench-lending" / "expected.json").read_text("utf-8"))
    return next(item for item in found["merge_tables"] if item["file"] == path.name)


@pytest.mark.parametrize("path", MERGE, ids=named)
def test_a_table_cut_by_noise_is_joined_again(path: Path) -> None:
    (table,) = read_table(path.name, path.read_bytes()).tables
    expected = _expected(path)
    assert len(table.rows) == expected["rules"]
    began = time.perf_counter()
    found = simplified(replace(table, hit_policy=FIRST))
    seconds = time.perf_counter() - began
    assert compare_tables(table, found.table).equal
    assert len(found.table.rows) <= ALLOWED * expected["rules_before_noise"]
    assert seconds < SECONDS


@pytest.mark.parametrize("path", MERGE, ids=named)
def test_rules_that_may_not_overlap_are_fewer_too(path: Path) -> None:
    (table,) = read_table(path.name, path.read_bytes()).tables
    found = simplified(table)
    assert compare_tables(table, found.table).equal
    assert len(found.table.rows) < len(table.rows)
