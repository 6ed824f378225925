"""`ruleproof diff --input`: which claims of a file two policies answer differently, one after the other."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruleproof.cli.claims import ClaimError, objects_in
from ruleproof.cli.failures import Failure
from ruleproof.cli.reading import shown

if TYPE_CHECKING:
    from ruleproof.compiled import Compiled
    from ruleproof.runtime.load import LoadedPolicy


def diff_claims(old: Compiled, new: Compiled, path: str, limit: int | None, format: str) -> int:
    """Judge every claim of a file by both policies, print those answered differently as they come, and count them.

    As JSON each of them is one line, and the counts are the last line.
    """
    from ruleproof.cli.terminal import emit
    from ruleproof.runtime.load import LoadedPolicy

    both = LoadedPolicy(old), LoadedPolicy(new)
    count = affected = refused = printed = 0
    for place, claim in claims_in(path, old):
        count += 1
        found = _affected(both, claim)
        affected += "refused" not in found and bool(found)
        refused += "refused" in found
        if found and (limit is None or printed < limit):
            printed += 1
            _print({"claim": place, **found}, format)
    totals = {"claims": count, "affected": affected, "refused": refused}
    if format == "json":
        emit(json.dumps(totals))
    else:
        _say_totals(count, affected, refused)
    return affected


def _affected(both: tuple[LoadedPolicy, LoadedPolicy], claim: Mapping[str, Any]) -> dict[str, Any]:
    """Give what differs of a claim, before and after, or why it is refused; nothing where both answer alike."""
    from ruleproof.runtime.kernel.values import InputError

    facts = dict(claim)
    told = facts.pop("history", None) if "history" not in both[0].compiled.space.inputs else None
    answers = []
    for policy in both:
        try:
            decide: Any = policy.decide_claim if isinstance(facts.get("lines"), list) else policy.decide
            answers.append(decide(facts, told))
        except InputError as error:
            from ruleproof.runtime.explain.faults import without_hidden
            from ruleproof.runtime.explain.record import ALWAYS_REDACTED

            return {"refused": str(without_hidden(error, ALWAYS_REDACTED, claim))}
    before, after = (dict(_said(answer)) for answer in answers)
    names = [name for name in dict.fromkeys([*before, *after]) if before.get(name) != after.get(name)]
    return (
        {"differs": {name: {"before": before.get(name), "after": after.get(name)} for name in names}} if names else {}
    )


def _said(judged: Any) -> Iterator[tuple[str, str]]:
    """Give what is said of a claim, by the names of decisions and requirements."""
    lines = getattr(judged, "lines", None)
    for number, line in enumerate([judged] if lines is None else lines, 1):
        prefix = "" if lines is None else f"line {number}: "
        for name, answer in line.answers.items():
            further = "".join(f"; {word} {', '.join(codes)}" for word, codes in _more(answer) if codes)
            yield f"{prefix}{name}", f"{str(answer).partition(' by ')[0]}{further}"
        for name, item in line.requirements.items():
            yield f"{prefix}{name}", item.state


def _more(answer: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return ("may also", answer.further), ("must not", answer.barred)


def _print(found: dict[str, Any], format: str) -> None:
    from ruleproof.cli.formats.letters import visible
    from ruleproof.cli.terminal import emit, say

    if format == "json":
        emit(json.dumps(found, ensure_ascii=False))
        return
    if "refused" in found:
        say(visible(f"claim {found['claim']}: refused: {found['refused']}"))
        return
    say(f"claim {found['claim']}")
    for name, said in found["differs"].items():
        say(visible(f"  {name}: {said['before'] or 'not asked'}, then {said['after'] or 'not asked'}"))


def _say_totals(count: int, affected: int, refused: int) -> None:
    from ruleproof.cli.terminal import say

    rest = f"; {refused:,} refused" if refused else ""
    say(f"{count:,} claim{'' if count == 1 else 's'}: {affected:,} answered differently{rest}")


# ---------------------------------------------------------------- claims from files


def claims_in(path: str, compiled: Compiled) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Give each claim of a file with its number: of NDJSON that of its line, of CSV that of its row below the header.

    In CSV an empty cell is missing, as for `eval`; several codes stand between semicolons.
    """
    kind = Path(path).suffix.lower()
    if kind not in (".ndjson", ".jsonl", ".csv"):
        raise Failure(f"{shown(path)}: claims come from a file that ends in .ndjson, .jsonl or .csv")
    try:
        if kind == ".csv":
            with Path(path).open(encoding="utf-8-sig", newline="") as stream:
                yield from _rows(csv.reader(stream, strict=True), compiled)
        else:
            with Path(path).open("rb") as lines:
                yield from _objects(lines)
    except OSError as error:
        raise Failure(f"{shown(path)}: the claims cannot be read: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError:
        raise Failure(f"{shown(path)}: the claims are not UTF-8 text", "save the file again as UTF-8") from None
    except (ClaimError, csv.Error) as error:
        raise Failure(f"{shown(path)}: {error}", getattr(error, "help", "")) from None


def _objects(stream: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, found in objects_in(stream):
        if not isinstance(found, dict):
            raise ClaimError(f"line {number}: a claim is one JSON object, input names to values")
        yield number, found


def _rows(reader: Any, compiled: Compiled) -> Iterator[tuple[int, Mapping[str, Any]]]:
    from ruleproof.model.nodes import SeveralCodes

    header = [name.strip() for name in next(reader, [])]
    inputs = compiled.space.inputs
    if not header or len(set(header)) < len(header):
        raise ClaimError("the first row is to name the inputs, each once")
    several = {name for name in header if name in inputs and isinstance(inputs[name].domain, SeveralCodes)}
    for number, row in enumerate(reader, 1):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header):
            raise ClaimError(f"row {number} has {len(row)} cells, and the first row {len(header)}")
        yield (
            number,
            {name: _value(cell, name in several) for name, cell in zip(header, row, strict=True)},
        )


def _value(cell: str, several: bool) -> object:
    text = cell.strip()
    if not text:
        return None
    return [part.strip() for part in text.split(";") if part.strip()] if several else text
