"""The columns of the research files of CMS (RIF, as the CCW lays them out), carrier and outpatient, by the names of our fields."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ruleproof.readers.claims.date_forms import DateForm, date_form
from ruleproof.readers.claims.fields import FIELDS
from ruleproof.readers.claims.lines import Fault, UnreadableError, clipped, number_of

SEPARATOR = "|"
_FORM = date_form("DD-MON-YYYY")
assert _FORM is not None
DATES: DateForm = _FORM
"""How the files write dates."""

NUMBERS = frozenset(("units", "charge"))
_MODIFIERS = tuple(f"HCPCS_{ordinal}_MDFR_CD" for ordinal in ("1ST", "2ND", "3RD", "4TH", "5TH"))


def _diagnoses(most: int) -> tuple[str, ...]:
    return ("PRNCPAL_DGNS_CD", *(f"ICD_DGNS_CD{number}" for number in range(1, most + 1)))


CARRIER: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "claim_id": ("CLM_ID",),
        "line_number": ("LINE_NUM",),
        "patient_id": ("BENE_ID",),
        "procedure": ("HCPCS_CD",),
        "modifiers": _MODIFIERS,
        "diagnoses": ("LINE_ICD_DGNS_CD",),
        "claim_diagnoses": _diagnoses(12),
        "principal_diagnosis": ("PRNCPAL_DGNS_CD",),
        "service_from": ("LINE_1ST_EXPNS_DT",),
        "service_to": ("LINE_LAST_EXPNS_DT",),
        "statement_from": ("CLM_FROM_DT",),
        "statement_to": ("CLM_THRU_DT",),
        "units": ("LINE_SRVC_CNT",),
        "charge": ("LINE_SBMTD_CHRG_AMT",),
        "place_of_service": ("LINE_PLACE_OF_SRVC_CD",),
        "rendering_npi": ("PRF_PHYSN_NPI",),
        "billing_npi": ("CARR_CLM_BLG_NPI_NUM",),
        "clia_number": ("CARR_LINE_CLIA_LAB_NUM",),
        "payer_id": ("CARR_NUM",),
    }
)
OUTPATIENT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "claim_id": ("CLM_ID",),
        "line_number": ("CLM_LINE_NUM",),
        "patient_id": ("BENE_ID",),
        "procedure": ("HCPCS_CD",),
        "modifiers": _MODIFIERS,
        "revenue_code": ("REV_CNTR",),
        "diagnoses": _diagnoses(25),
        "claim_diagnoses": _diagnoses(25),
        "principal_diagnosis": ("PRNCPAL_DGNS_CD",),
        "service_from": ("REV_CNTR_DT",),
        "service_to": ("REV_CNTR_DT",),
        "statement_from": ("CLM_FROM_DT",),
        "statement_to": ("CLM_THRU_DT",),
        "units": ("REV_CNTR_UNIT_CNT",),
        "charge": ("REV_CNTR_TOT_CHRG_AMT",),
        "frequency": ("CLM_FREQ_CD",),
        "rendering_npi": ("RNDRNG_PHYSN_NPI",),
        "billing_npi": ("ORG_NPI_NUM",),
        "payer_id": ("FI_NUM",),
    }
)
_OF_A_CARRIER, _OF_OUTPATIENTS = "LINE_NUM", "CLM_LINE_NUM"
OLD_DIAGNOSES = "9"
"""Stands in the column of the version beside a diagnosis of ICD-9."""


@dataclass(frozen=True, slots=True)
class RifColumns:
    """Where a file keeps a field: the columns that it has of those that the layout names, and what kind of text is there."""

    columns: tuple[str, ...]
    is_day: bool = False
    is_number: bool = False
    several: bool = False
    versions: tuple[str, ...] = ()
    """Of diagnoses: the column of the version of each, empty where the file has none."""

    def told(self, text: str) -> str | Fault:
        """Give a text of the file as a field tells it."""
        if self.is_day:
            return DATES.read(text) or Fault(f"`{clipped(text)}` is no date written as {DATES.text}")
        if self.is_number:
            return number_of(text) or Fault(f"`{clipped(text)}` is no number")
        return text


def version_of(column: str) -> str:
    """Name the column of the version of a diagnosis.

    >>> version_of("LINE_ICD_DGNS_CD"), version_of("ICD_DGNS_CD12")
    ('LINE_ICD_DGNS_VRSN_CD', 'ICD_DGNS_VRSN_CD12')
    """
    return column.replace("DGNS_CD", "DGNS_VRSN_CD")


def columns_of_rif(header: Collection[str]) -> Mapping[str, RifColumns]:
    """Give the columns of each field that a file has; the header tells a carrier file from an outpatient one."""
    if _OF_A_CARRIER in header:
        layout = CARRIER
    elif _OF_OUTPATIENTS in header:
        layout = OUTPATIENT
    else:
        raise UnreadableError(
            f"the header has neither {_OF_A_CARRIER} (a carrier file) nor {_OF_OUTPATIENTS} (an outpatient file)",
            'give the file with one row for each line, or map its columns with format = "flat"',
        )
    found: dict[str, RifColumns] = {}
    for name, columns in layout.items():
        there = tuple(column for column in columns if column in header)
        if there:
            versions = tuple(version_of(column) for column in there if "DGNS_CD" in column)
            known = tuple(version if version in header else "" for version in versions)
            found[name] = RifColumns(there, FIELDS[name].is_day, name in NUMBERS, FIELDS[name].several, known)
    if "service_from" in found:
        both = dict.fromkeys((*found["service_from"].columns, *found.get("service_to", found["service_from"]).columns))
        found["service_date"] = RifColumns(tuple(both), is_day=True)
    return found
