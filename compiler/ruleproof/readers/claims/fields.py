"""The fields of a claim line that the readers know: our own names, and what each format keeps there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

FLAT, RIF, X12, FHIR = "flat", "rif", "x12", "fhir"
FORMATS = (FLAT, RIF, X12, FHIR)
_ALL = (RIF, X12, FHIR)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a claim line."""

    words: str
    formats: tuple[str, ...] = _ALL
    several: bool = False
    is_day: bool = False


FIELDS: Mapping[str, Field] = MappingProxyType(
    {
        "claim_id": Field("the number of the claim"),
        "line_number": Field("the number of the line in its claim"),
        "line_control": Field("the sender's own number of the line", (X12,)),
        "patient_id": Field("the patient, as the file names the person"),
        "procedure": Field("the procedure code"),
        "modifiers": Field("the modifiers, in their order", several=True),
        "z_code": Field("the test identifier", (X12, FHIR)),
        "revenue_code": Field("the revenue code of an institutional line"),
        "diagnoses": Field(
            "the diagnoses of the line: those it points to, or all where lines point to none", several=True
        ),
        "claim_diagnoses": Field("all diagnoses of the claim, the principal one first", several=True),
        "principal_diagnosis": Field("the principal diagnosis of the claim"),
        "service_date": Field("the day of service; refused where a line names two different days", is_day=True),
        "service_from": Field("the first day of service", is_day=True),
        "service_to": Field("the last day of service", is_day=True),
        "statement_from": Field("the first day that the claim covers", is_day=True),
        "statement_to": Field("the last day that the claim covers", is_day=True),
        "units": Field("the units of the line"),
        "unit_kind": Field("what the units are", (X12,)),
        "charge": Field("the charge of the line"),
        "place_of_service": Field("the place of service of the line, else of the claim"),
        "type_of_bill": Field("the type of bill of an institutional claim", (X12,)),
        "frequency": Field("whether the claim is the first, replaces one or voids one", (RIF, X12)),
        "rendering_npi": Field("the NPI of who rendered the service"),
        "billing_npi": Field("the NPI of who bills"),
        "clia_number": Field("the number of the laboratory's certificate", (RIF, X12)),
        "payer_id": Field("the payer or contractor"),
    }
)

KEPT = ("claim_id", "line_number")
"""The fields that go along to the answers, unless a mapping says otherwise."""


def fields_of(format: str) -> tuple[str, ...]:
    """Name the fields that a format has."""
    return tuple(name for name, field in FIELDS.items() if format in field.formats)
