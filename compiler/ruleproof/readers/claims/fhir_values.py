"""Small parts of FHIR to texts: codes, days, numbers and identifiers."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Any

from ruleproof.readers.claims.fhir_paths import text_of
from ruleproof.readers.claims.lines import Fault, Told, clipped, number_of

NPI = "http://hl7.org/fhir/sid/us-npi"
_OLD_DIAGNOSES = "icd-9"
_OLD_BY_NUMBER = "urn:oid:2.16.840.1.113883.6.103"
_HOUR = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_DAY = re.compile(
    rf"([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})(?:T{_HOUR}(?::(?:[0-5][0-9]|60)(?:\.[0-9]{{1,9}})?)?(?:Z|[+-]{_HOUR})?)?"
)


def objects(value: object) -> list[Mapping[str, Any]]:
    """Give the objects of a list; anything else is left out."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def is_list_of_objects(value: object) -> bool:
    """Tell whether a part is a list of objects, or not there."""
    return value is None or (isinstance(value, list) and all(isinstance(item, dict) for item in value))


def code_told(concept: object, name: str, systems: frozenset[str] | None) -> Told:
    """Give the code of a concept: of the systems that count, if any are named, and the same in all its codings."""
    if concept is None:
        return None
    if not isinstance(concept, dict) or not is_list_of_objects(concept.get("coding")):
        return Fault(f"`{name}` is no concept with a list of codings")
    codings = objects(concept.get("coding"))
    found: dict[str, None] = {}
    for coding in codings:
        code, system = text_of(coding.get("code")), coding.get("system")
        if system is not None and not isinstance(system, str):
            return Fault(f"`system` of a coding of `{name}` is no text")
        if code is not None and (systems is None or system in systems):
            if name == "diagnosis" and system and (_OLD_DIAGNOSES in system or system == _OLD_BY_NUMBER):
                return Fault("a diagnosis of the claim is of ICD-9")
            found[code] = None
    if len(found) > 1:
        some = ", ".join(clipped(code, 20) for code in list(found)[:4])
        return Fault(f"`{name}` has several codes ({some}): name the system that counts under [fhir.systems]")
    if not found:
        return Fault(f"`{name}` has no code" + (" of the systems that count" if systems else ""))
    return next(iter(found))


def days_told(day: object, period: object, first: str, last: str) -> dict[str, Told]:
    """Give the days of a date or of a period as the fields `first` and `last`; a date of a month or year is none."""
    if day is not None and period is not None:
        fault = Fault("the line has a date and a period of service")
        return {first: fault, last: fault}
    if day is not None:
        return dict.fromkeys((first, last), _day(day))
    if period is None:
        return {first: None, last: None}
    if not isinstance(period, dict):
        return dict.fromkeys((first, last), Fault("the period is no object"))
    found = {first: _end(period.get("start")), last: _end(period.get("end"))}
    days = [told for told in found.values() if isinstance(told, str)]
    if len(days) == 2 and days[0] > days[1]:
        return dict.fromkeys((first, last), Fault(f"the period ends before it begins: {days[0]} to {days[1]}"))
    return found


def _end(value: object) -> Told:
    return None if value is None else _day(value)


def _day(value: object) -> Told:
    found = _DAY.fullmatch(value) if isinstance(value, str) else None
    try:
        if found:
            return datetime.date.fromisoformat(found[1]).isoformat()
    except ValueError:
        pass
    return Fault(f"`{clipped(str(value))}` is no day")


def number_told(item: Mapping[str, Any], name: str) -> Told:
    """Give the value of a quantity or of an amount, exactly."""
    value = item.get(name)
    if value is None:
        return None
    text = text_of(value.get("value")) if isinstance(value, dict) else None
    return (number_of(text) if text else None) or Fault(f"`{name}` has no number")


def identifier_told(reference: object, name: str, system: str = "") -> Told:
    """Give the identifier of a reference, of a system where one is named; `name` is that of the reference."""
    if reference is None:
        return None
    if not isinstance(reference, dict):
        return Fault(f"`{name}` is no object")
    identifier = reference.get("identifier")
    if identifier is None:
        return None
    if not isinstance(identifier, dict):
        return Fault(f"`identifier` of `{name}` is no object")
    if system and identifier.get("system") != system:
        return None
    return plain_told(identifier.get("value"), f"{name}.identifier.value")


def patient_told(patient: object) -> Told:
    """Give the patient: by the reference, else by the identifier."""
    if isinstance(patient, dict) and patient.get("reference") is not None:
        return plain_told(patient["reference"], "patient.reference")
    return identifier_told(patient, "patient")


def plain_told(value: object, name: str) -> Told:
    """Give a plain value; one that is empty is none."""
    text = text_of(value)
    return text if text or value is None or isinstance(value, str) else Fault(f"`{name}` is no plain value")
