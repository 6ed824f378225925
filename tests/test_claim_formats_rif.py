"""The RIF layout: carrier and outpatient files, their dates, blanks, versions of diagnoses, and rows that cannot be judged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="the extra `columns` is not installed")

from claim_writers import POLICY, mapping_of
from ruleproof.cli.claim_files.judging import Job, judge_files
from ruleproof.cli.failures import Failure
from ruleproof.compiled import Compiled
from ruleproof.pipeline import compile_source
from ruleproof.readers.claims.fields import fields_of
from ruleproof.readers.claims.rif import CARRIER, OUTPATIENT, columns_of_rif
from ruleproof.source import source_from_text

CARRIER_ROW = {
    "BENE_ID": "-1", "CLM_ID": "-10", "CLM_FROM_DT": "03-Jun-2024", "CLM_THRU_DT": "03-Jun-2024", "PRNCPAL_DGNS_CD": "C3411",
    "PRNCPAL_DGNS_VRSN_CD": "0", "LINE_NUM": "1", "LINE_SRVC_CNT": "1", "LINE_PLACE_OF_SRVC_CD": "81",
    "LINE_1ST_EXPNS_DT": "03-Jun-2024", "LINE_LAST_EXPNS_DT": "03-Jun-2024", "HCPCS_CD": "81445", "HCPCS_1ST_MDFR_CD": "59",
    "HCPCS_2ND_MDFR_CD": "", "LINE_ICD_DGNS_CD": "C3411", "LINE_ICD_DGNS_VRSN_CD": "0", "Z": "ZB123",
}  # fmt: skip


@pytest.fixture(scope="module")
def compiled() -> Compiled:
    found = compile_source(source_from_text(POLICY, "trade.policy"))
    assert isinstance(found, Compiled)
    return found


def judged(compiled: Compiled, folder: Path, text: str, mapping: str) -> list[Any]:
    """Give the findings of each row, or the input and the reason of a rejected one, in the order of the file."""
    (folder / "tests.csv").write_text("z_code,genes,tissue\nZB123,40,solid_organ\n", encoding="utf-8")
    (folder / "map.toml").write_text(mapping, encoding="utf-8")
    (folder / "file.txt").write_text(text, encoding="utf-8")
    out, bad = folder / "out.ndjson", folder / "bad.ndjson"
    judge_files(compiled, Job(folder / "t.policy", (folder / "file.txt",), out, bad, columns=folder / "map.toml"))
    found: dict[int, Any] = {}
    for row in map(json.loads, out.read_text("utf-8").splitlines()):
        found[row["row"]] = row["findings"]
    for row in map(json.loads, bad.read_text("utf-8").splitlines()):
        found[row["row"]] = (row["input"], row["reason"])
    return [found[row] for row in sorted(found)]


def carrier(*rows: dict[str, str]) -> str:
    lines = [list(CARRIER_ROW), *([*(CARRIER_ROW | row).values()] for row in rows)]
    return "".join("|".join(line) + "\n" for line in lines)


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        ({}, None),
        ({"LINE_SRVC_CNT": "1.000"}, None),
        ({"LINE_SRVC_CNT": "2"}, "T2"),
        ({"LINE_SRVC_CNT": "one"}, "`units`: `one` is no number"),
        ({"LINE_PLACE_OF_SRVC_CD": " "}, None),
        ({"LINE_PLACE_OF_SRVC_CD": "11"}, "T6"),
        ({"HCPCS_2ND_MDFR_CD": "91"}, "T5"),
        ({"LINE_ICD_DGNS_CD": "", "LINE_ICD_DGNS_VRSN_CD": ""}, "T3"),
        ({"LINE_ICD_DGNS_CD": "1629", "LINE_ICD_DGNS_VRSN_CD": "9"}, "`diagnoses`: `1629` is a diagnosis of ICD-9"),
        ({"LINE_1ST_EXPNS_DT": "30-MAY-2024", "LINE_LAST_EXPNS_DT": "30-May-2024"}, None),
        ({"LINE_LAST_EXPNS_DT": "04-Jun-2024"}, "`service_date`: the line has two days of service, 2024-06-03 and 2024-06-04"),
        ({"LINE_LAST_EXPNS_DT": ""}, "`service_date`: the line has no last day of service"),
        ({"LINE_1ST_EXPNS_DT": "2024-06-03"}, "`service_date`: `2024-06-03` is no date written as DD-MON-YYYY"),
        ({"LINE_1ST_EXPNS_DT": "", "LINE_LAST_EXPNS_DT": ""}, "`service_date` may not be missing"),
        ({"Z": ""}, "T1"),
        ({"HCPCS_CD": "81"}, "`billed` cannot be 'CPT 81'"),
    ],
)  # fmt: skip
def test_a_carrier_file(compiled: Compiled, tmp_path: Path, row: dict[str, str], wanted: str | None) -> None:
    other, found = judged(compiled, tmp_path, carrier({}, row), mapping_of("rif", "Z"))
    assert other is None
    assert found == wanted or (isinstance(found, tuple) and wanted is not None and wanted in found[1]), found


def test_rows_of_another_length_are_rejected(compiled: Compiled, tmp_path: Path) -> None:
    text = carrier({}, {}, {}).replace("|ZB123\n", "\n", 1).replace("81445", '8"445', 1)
    found = judged(compiled, tmp_path, text + "\n" + carrier({}).partition("\n")[2].strip(), mapping_of("rif", "Z"))
    assert found[0] == ("", "the row has 16 fields and the header 17")
    assert found[1:] == [None, None, None]


def test_an_outpatient_file_shares_the_diagnoses_of_the_claim(compiled: Compiled, tmp_path: Path) -> None:
    row = {
        "CLM_ID": "-10", "PRNCPAL_DGNS_CD": "Z853", "PRNCPAL_DGNS_VRSN_CD": "0", "ICD_DGNS_CD1": "Z853", "ICD_DGNS_VRSN_CD1": "0",
        "ICD_DGNS_CD2": "C3411", "ICD_DGNS_VRSN_CD2": "0", "CLM_LINE_NUM": "1", "REV_CNTR": "0310", "REV_CNTR_DT": "03-Jun-2024",
        "HCPCS_CD": "81445", "REV_CNTR_UNIT_CNT": "1", "Z": "ZB123",
    }  # fmt: skip
    old = row | {"ICD_DGNS_CD2": "1629", "ICD_DGNS_VRSN_CD2": "9"}
    text = "".join("|".join(line) + "\n" for line in (row, row.values(), old.values()))
    mapping = mapping_of("rif", "Z", place=False).replace('modifiers = { from = "modifiers", prefix = "MOD" }\n', "")
    assert judged(compiled, tmp_path, text, mapping) == [
        None,
        ("diagnoses", "`diagnoses`: `1629` is a diagnosis of ICD-9"),
    ]


@pytest.mark.parametrize("version", ["9", "9 ", " 9"])
def test_a_diagnosis_goes_with_its_own_version(compiled: Compiled, tmp_path: Path, version: str) -> None:
    row = {
        "CLM_ID": "1",
        "CLM_LINE_NUM": "1",
        "REV_CNTR_DT": "03-Jun-2024",
        "HCPCS_CD": "81445",
        "HCPCS_1ST_MDFR_CD": "59",
    }
    row |= {"REV_CNTR_UNIT_CNT": "1", "Z": "ZB123", "PRNCPAL_DGNS_CD": "C3411", "ICD_DGNS_CD1": "E830"}
    text = "".join("|".join(line) + "\n" for line in ([*row, "ICD_DGNS_VRSN_CD1"], [*row.values(), version]))
    mapping = mapping_of("rif", "Z", place=False)
    said = ("diagnoses", "`diagnoses`: `E830` is a diagnosis of ICD-9")
    assert judged(compiled, tmp_path, text, mapping) == [said]
    alone = mapping.replace('{ from = "diagnoses", ', '{ from = "principal_diagnosis", ')
    assert judged(compiled, tmp_path, text, alone) == [None]


def test_a_field_that_the_file_has_no_column_for_is_said(compiled: Compiled, tmp_path: Path) -> None:
    text = "".join("|".join(line) + "\n" for line in (["CLM_ID", "LINE_NUM", "HCPCS_CD"], ["1", "1", "81445"]))
    with pytest.raises(Failure, match=r"map\.toml, line 4: the file has no column `service_date`"):
        judged(compiled, tmp_path, text, mapping_of("rif", "Z"))


def test_the_layouts_are_told_apart_by_their_headers() -> None:
    assert columns_of_rif(CARRIER_ROW)["units"].columns == ("LINE_SRVC_CNT",)
    assert columns_of_rif(["CLM_LINE_NUM", "REV_CNTR_UNIT_CNT"])["units"].columns == ("REV_CNTR_UNIT_CNT",)
    assert {"claim_id", "procedure", "diagnoses", "service_from", "payer_id"} <= CARRIER.keys() & OUTPATIENT.keys()
    assert {*CARRIER, *OUTPATIENT, "service_date"} == set(fields_of("rif"))
