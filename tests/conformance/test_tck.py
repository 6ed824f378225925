"""The DMN TCK: every decision of every case gives what is expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from ruleproof.readers.dmn import read_dmn
from ruleproof.readers.dmn_model import decide, invoke

from .conftest import files_of, named, others_of
from .tck import equal, wanted_in

CASES = files_of("dmn-tck/**/*-test-*.xml")


@pytest.mark.parametrize("path", CASES, ids=named)
def test_every_result_is_as_expected(path: Path) -> None:
    (model_path,) = path.parent.glob("*.dmn")
    reading = read_dmn(model_path.name, model_path.read_bytes(), others_of(model_path))
    assert reading.model is not None
    assert not [finding for finding in reading.findings if finding.severity.value == "error"]
    seen = 0
    for wanted in wanted_in(path):
        run = decide if wanted.kind == "decision" else invoke
        result = run(reading.model, wanted.node if run is decide else wanted.invocable, wanted.inputs)
        assert equal(result.value, wanted.expected), (wanted, result)
        assert not wanted.is_error or result.value is None
        seen += 1
    assert seen


def test_the_cases_are_there() -> None:
    assert len(CASES) >= 20
