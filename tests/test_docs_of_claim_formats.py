"""The page about claims as the trade keeps them: its example runs, and what it says of fields is so."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

pytest.importorskip("pyarrow", reason="the extra `columns` is not installed")

from ruleproof.cli import main
from ruleproof.model.nodes import CodePattern, Day, Domain, OneCode, SeveralCodes, WholeNumber
from ruleproof.readers.claims.fields import FIELDS, fields_of
from ruleproof.readers.claims.mapping_reading import _WAY, mapping_from_toml
from ruleproof.readers.claims.rif import CARRIER, OUTPATIENT

DOCS = Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "claim_formats.md").read_text("utf-8")
_FILE = re.compile(r"`([\w.]+)`(?::| then is)\n\n```\w+\n(.*?)^```", re.DOTALL | re.MULTILINE)


def test_the_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (policy,) = re.findall(
        r"^```policy\n(.*?)^```", (DOCS / "evaluators.md").read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    files = dict(_FILE.findall(PAGE))
    assert files.keys() == {"tests.csv", "claims.csv", "columns.toml", "answers.rejects.csv"}
    rejects = files.pop("answers.rejects.csv")
    monkeypatch.chdir(tmp_path)
    for name, text in {**files, "panels.policy": policy}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    ((command, said),) = re.findall(
        r"^```sh\nruleproof (.*?)\n```\n\n```text\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE
    )
    done = CliRunner().invoke(main, command.split())
    assert (done.exit_code, done.output) == (1, said)
    assert (tmp_path / "answers.rejects.csv").read_text("utf-8") == rejects


DOMAINS: dict[str, Domain] = {
    "service_date": Day(datetime.date(2015, 1, 1), None),
    "units": WholeNumber(0, 999),
    "billed_code": OneCode("cpt", "CPT", "[0-9]{5}"),
    "diagnoses": SeveralCodes("icd10cm", "ICD", "[A-Z].*"),
    "z_code": CodePattern("Z....", "", "ZB123", ()),
}


def test_the_mappings_of_the_formats_can_be_read() -> None:
    found = [text for text in re.findall(r"^```toml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE) if "format" in text]
    assert [mapping_from_toml("m.toml", text.encode(), DOMAINS, lambda _: None).format for text in found] == [
        "rif",
        "fhir",
    ]


_KINDS = ("rif", "x12", "fhir")


def _columns(row: str) -> set[str]:
    """Give the columns of RIF of all the fields of a row of the table."""
    names = re.findall(r"`(\w+)`", row.split("|")[1])
    return {column for layout in (CARRIER, OUTPATIENT) for name in names for column in layout.get(name, ())}


def test_the_page_names_every_field_and_every_key() -> None:
    table = PAGE.partition("## Fields")[2].partition("\n\nEach claim line")[0]
    rows = {
        name: row
        for row in table.splitlines()
        for name in re.findall(r"`(\w+)`", row.split("|")[1] if "|" in row else "")
    }
    assert rows.keys() == FIELDS.keys()
    for name, row in rows.items():
        cells = [cell.strip() for cell in row.split("|")[2:5]]
        if name != "service_date":
            told = [kind for kind, cell in zip(_KINDS, cells, strict=True) if cell]
            assert told == [kind for kind in _KINDS if name in fields_of(kind)], name
        for column in re.findall(r"[A-Z0-9_]{6,}", cells[0]):
            assert any(known.startswith(column) for known in _columns(row)), name
    keys = PAGE.partition("| key of an input")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `(\w+)`", keys, re.MULTILINE) == list(_WAY)
