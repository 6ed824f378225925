"""Elements of X12 segments to fields of a claim line: procedures, diagnoses, days, numbers and identifiers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ruleproof.readers.claims.lines import Fault, Told, clipped, day_from, number_of

_MOST_PARTS = 8
_FIRST_MODIFIER, _BEHIND_MODIFIERS, _TEST_IDENTIFIER = 2, 6, 6
_DIAGNOSES = frozenset(("ABK", "ABF"))
_OLD_DIAGNOSES = frozenset(("BK", "BF"))
_PRINCIPAL = frozenset(("ABK", "BK"))
_OTHER_CODES = frozenset(
    (
        "ABJ",
        "ABN",
        "APR",
        "BJ",
        "BN",
        "PR",
        "DR",
        "BBR",
        "BBQ",
        "BR",
        "BQ",
        "CAH",
        "BE",
        "BG",
        "BH",
        "BI",
        "BO",
        "BP",
        "TC",
    )
)
"""The qualifiers of what else HI segments say: admission, external causes, procedures, occurrences, values, conditions."""


def element(elements: Sequence[str], place: int) -> str:
    """Give an element of a segment by its number, empty where the segment ends before."""
    return elements[place].strip() if place < len(elements) else ""


def service_told(composite: str, component: str, name: str) -> dict[str, Told]:
    """Give the procedure, the modifiers and the test identifier, which is the seventh part; `name` is the element's."""
    if not composite:
        return {"procedure": None, "modifiers": (), "z_code": None}
    parts = composite.split(component)
    fault = None
    if parts[0] != "HC":
        fault = Fault(f"{name}-1 is `{clipped(parts[0], 20)}`, and only `HC` is read")
    elif len(parts) > _MOST_PARTS:
        fault = Fault(f"{name} has {len(parts)} parts, and {_MOST_PARTS} at most")
    elif len(parts) < 2 or not parts[1].strip():
        fault = Fault(f"{name}-2 has no procedure code")
    if fault:
        return {"procedure": fault, "modifiers": fault, "z_code": fault}
    modifiers = tuple(part.strip() for part in parts[_FIRST_MODIFIER:_BEHIND_MODIFIERS] if part.strip())
    identifier = parts[_TEST_IDENTIFIER].strip() if len(parts) > _TEST_IDENTIFIER else ""
    return {"procedure": parts[1].strip(), "modifiers": modifiers, "z_code": identifier or None}


def place_told(composite: str, component: str, institutional: bool) -> dict[str, Told]:
    """Give the place of service of a professional claim, or the type of bill of an institutional one."""
    place, qualifier, frequency = (*composite.split(component), "", "", "")[:3]
    wanted = "A" if institutional else "B"
    if composite and qualifier != wanted:
        fault = Fault(f"CLM05-2 is `{clipped(qualifier, 20)}`, and `{wanted}` is read in such a claim")
        return {("type_of_bill" if institutional else "place_of_service"): fault, "frequency": frequency or None}
    if institutional:
        return {"type_of_bill": f"{place}{frequency}" or None, "frequency": frequency or None}
    return {"place_of_service": place or None, "frequency": frequency or None}


def diagnoses_in(elements: Sequence[str], component: str) -> Iterator[tuple[str | Fault, bool]]:
    """Give the diagnoses of an HI segment in their order, and whether each is the principal one.

    Other codes of a claim stand in segments of the same name.  What cannot be read keeps its place, since lines point to
    diagnoses by their places.
    """
    parts = [[part.strip() for part in composite.split(component)] for composite in elements[1:]]
    if parts and all(part[0] in _OTHER_CODES or not any(part) for part in parts) and any(map(any, parts)):
        return
    for qualifier, *rest in parts:
        code = rest[0] if rest else ""
        principal = qualifier in _PRINCIPAL
        if qualifier in _DIAGNOSES:
            yield code or Fault(f"HI has no code after `{qualifier}`"), principal
        elif qualifier in _OLD_DIAGNOSES:
            yield Fault(f"HI has a diagnosis of ICD-9 (`{qualifier}`)"), principal
        elif not qualifier and not code:
            yield Fault("HI has an empty element where a diagnosis is expected"), False
        elif qualifier not in _OTHER_CODES:
            yield Fault(f"HI has the qualifier `{clipped(qualifier, 20)}`, which is none that is known"), False


def principal_told(diagnoses: Sequence[str | Fault], principals: Sequence[str | Fault]) -> str | Fault | None:
    """Give the principal diagnosis; where none is named, what could not be read may have been it."""
    if len(principals) > 1:
        return Fault("HI has two principal diagnoses (`ABK`)")
    return principals[0] if principals else next((code for code in diagnoses if isinstance(code, Fault)), None)


def principal_first(every: Told, principal: str | Fault | None) -> Told:
    """Give all diagnoses of a claim, the principal one first."""
    if not isinstance(every, tuple) or principal is None or every[:1] == (principal,):
        return every
    if isinstance(principal, Fault):
        return principal
    place = every.index(principal)
    return (principal, *every[:place], *every[place + 1 :])


def pointed_to(pointers: str, component: str, diagnoses: Sequence[str | Fault]) -> Told:
    """Give the diagnoses that a line points to, by their numbers in the claim."""
    found: list[str] = []
    for pointer in map(str.strip, pointers.split(component)):
        if not pointer:
            continue
        number = int(pointer) if pointer.isascii() and pointer.isdigit() and len(pointer) < 4 else 0
        if not 1 <= number <= len(diagnoses):
            return Fault(f"SV107 points to diagnosis `{clipped(pointer, 20)}`, and the claim has {len(diagnoses)}")
        code = diagnoses[number - 1]
        if isinstance(code, Fault):
            return code
        found.append(code)
    return tuple(found)


def codes_told(diagnoses: Sequence[str | Fault]) -> Told:
    """Give all diagnoses of a claim, or what is wrong with the first that cannot be read."""
    found: list[str] = []
    for code in diagnoses:
        if isinstance(code, Fault):
            return code
        found.append(code)
    return tuple(found)


def days_told(elements: Sequence[str], first: str, last: str) -> dict[str, Told]:
    """Give the days of a DTP segment as the fields `first` and `last`."""
    qualifier, text = element(elements, 2), element(elements, 3)
    match qualifier:
        case "D8":
            days = [day_from(text)]
        case "RD8":
            days = [day_from(part) for part in text.split("-")]
        case _:
            return _no_days(f"DTP02 is `{clipped(qualifier, 20)}`, and only `D8` and `RD8` are read", first, last)
    if None in days or len(days) != (1 if qualifier == "D8" else 2):
        return _no_days(f"DTP03 `{clipped(text)}` is no day written as `{qualifier}` says", first, last)
    if days[0] > days[-1]:  # type: ignore[operator]
        return _no_days(f"DTP03 `{clipped(text)}` ends before it begins", first, last)
    return {first: days[0], last: days[-1]}


def _no_days(reason: str, first: str, last: str) -> dict[str, Told]:
    return {first: Fault(reason), last: Fault(reason)}


def number_told(text: str, name: str) -> Told:
    """Give a number; nothing where the element is empty."""
    if not text:
        return None
    return number_of(text) or Fault(f"{name} `{clipped(text)}` is no number")


def npi_told(elements: Sequence[str]) -> Told:
    """Give the NPI of an NM1 segment; nothing where it has an identifier of another kind, or none."""
    return element(elements, 9) or None if element(elements, 8) == "XX" else None
