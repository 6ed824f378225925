"""Decision records: every answer as one line of JSON, and the same answers given again from it.

A record holds what the policy was told, without the fields on the redaction list.  A value that is left out is replaced by
a word of its own for each value of the record, so that a limit that counts the services of one patient still comes to the
same end when the record is replayed.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

RECORD = "ruleproof decision record 1"
"""What the first key of a record says: its kind and version."""
REDACTED = "redacted"
ALWAYS_REDACTED = frozenset(
    {"beneficiary", "hicn", "mbi", "medicare_id", "member", "member_id", "patient", "patient_id", "patient_name", "ssn"}
)
"""The fields that no record and no explanation shows, whatever the caller says: they name a member."""


class RecordError(ValueError):
    """A line that is no decision record, with what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of a record."""

    same: bool
    differences: tuple[str, ...]
    """What differs, one sentence each; empty where the same answers were given again."""
    notes: tuple[str, ...] = ()
    """What is to be known besides: that the policy had another text then."""


class Redaction:
    """Replaces the values of some fields by words that tell equal values from different ones, within one record."""

    def __init__(self, fields: Iterable[str] = ()) -> None:
        self.fields = ALWAYS_REDACTED | frozenset(fields)
        self._words: dict[object, str] = {}

    def __call__(self, value: object, field: str = "") -> Any:
        """Give a value as JSON can hold it, redacted where its field, or a field inside it, is on the list."""
        if field in self.fields and value is not None:
            return self._words.setdefault(repr(value), f"{REDACTED} {len(self._words) + 1}")
        match value:
            case Mapping():
                return {str(name): self(item, str(name)) for name, item in value.items()}
            case list() | tuple():
                return [self(item) for item in value]
            case datetime.date():
                return value.isoformat()
            case Decimal():
                return str(value)
            case bool() | int() | float() | str() | None:
                return value
            case _:
                return str(value)


def record_of(
    judged: Any,
    claim: Mapping[str, object],
    *,
    history: object = None,
    as_posted_on: datetime.date | str | None = None,
    redact: Iterable[str] = (),
    at: datetime.datetime | None = None,
) -> dict[str, Any]:
    """Give the record of one judged claim line, or claim with lines, as JSON can hold it.

    `at` is when it was decided, if the caller wants that in the record; nothing else in it depends on the clock.
    """
    hide = Redaction(redact)
    told = judged.as_dict()
    first = judged.lines[0].as_dict() if "lines" in told and judged.lines else told
    found: dict[str, Any] = {
        "record": RECORD,
        "policy": first.get("policy", {}),
        "as_posted_on": as_posted_on.isoformat() if isinstance(as_posted_on, datetime.date) else as_posted_on,
        "claim": hide(claim),
        "history": None if history is None else hide(history),
        "answer": told,
    }
    return found | ({"at": at.isoformat()} if at is not None else {})


def replay(
    record: object,
    judge: Callable[[Mapping[str, object], object, str | None], Any],
    version: Mapping[str, object],
    ties: frozenset[str] = frozenset(),
) -> Replayed:
    """Answer a record again, and say what differs from what it holds.

    `judge` takes the claim, the history and the day of posting; `version` is what the policy at hand says of itself; `ties`
    are the fields that only tie services together, for which any word will do.  Any other field that was left out is
    unknown.  Raises `RecordError` for what is no record, and for one of another policy.
    """
    claim, history, posted, logged, policy = _read(record)
    if policy.get("name") != version.get("name"):
        message = f"the record is of the policy `{policy.get('name')}`, and this one is `{version.get('name')}`"
        raise RecordError(message)
    was, now = policy.get("sha256"), version.get("sha256")
    notes = (f"the policy had another text then: {_short(was)}, now {_short(now)}",) if was != now else ()
    left_out = _Left(ties)
    try:
        given = judge(left_out.without(claim), left_out.without(history), posted).as_dict()
    except ValueError as error:
        return Replayed(False, (f"the claim is refused now: {error}",), notes)
    answers = list(_different(logged, given))
    if answers and left_out.names:
        answers.append(
            f"left out of the record: {', '.join(sorted(left_out.names))}; what rests on it may differ for that"
        )
    return Replayed(not answers, tuple(answers), notes)


class _Left:
    """Takes the fields out of a claim that its record left out, and keeps their names."""

    def __init__(self, ties: frozenset[str]) -> None:
        self.ties, self.names = ties, set[str]()

    def without(self, told: Any) -> Any:
        if isinstance(told, dict):
            kept = {name: item for name, item in told.items() if not self._left_out(name, item)}
            return {name: self.without(item) for name, item in kept.items()}
        return [self.without(item) for item in told] if isinstance(told, list) else told

    def _left_out(self, name: str, item: object) -> bool:
        found = name not in self.ties and isinstance(item, str) and _WORD.fullmatch(item) is not None
        if found:
            self.names.add(name)
        return found


_WORD = re.compile(rf"{REDACTED} [0-9]+")


def _read(record: object) -> tuple[dict[str, Any], object, str | None, dict[str, Any], dict[str, Any]]:
    if not isinstance(record, dict) or record.get("record") != RECORD:
        raise RecordError(f'no decision record: an object that begins with {{"record": "{RECORD}"}} is one')
    kinds: tuple[tuple[str, type], ...] = (("claim", dict), ("answer", dict), ("policy", dict))
    for key, kind in kinds:
        if not isinstance(record.get(key), kind):
            raise RecordError(f"the record has no `{key}`")
    posted = record.get("as_posted_on")
    if posted is not None and not isinstance(posted, str):
        raise RecordError("`as_posted_on` of the record is no date")
    return record["claim"], record.get("history"), posted, record["answer"], record["policy"]


_OF_THE_TEXT = frozenset({"policy"})
"""What differs with the text of the policy, and is compared by its hash."""


def _different(logged: object, given: object, where: str = "") -> Iterable[str]:
    if isinstance(logged, dict) and isinstance(given, dict):
        for name in dict.fromkeys([*logged, *given]):
            if not where and name in _OF_THE_TEXT:
                continue
            place = f"{where}.{name}" if where else str(name)
            if name not in logged or name not in given:
                yield f"{place}: only {'then' if name in logged else 'now'}"
            else:
                yield from _different(logged[name], given[name], place)
    elif isinstance(logged, list) and isinstance(given, list) and len(logged) == len(given):
        for number, (one, other) in enumerate(zip(logged, given, strict=True), 1):
            yield from _different(one, other, f"{where} {number}")
    elif logged != given:
        yield f"{where}: {_shown(logged)} then, {_shown(given)} now"


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(_shown, value)) or "nothing"
    if isinstance(value, dict):
        return str(value.get("name") or value.get("outcome") or value.get("kind") or "something else")
    return str(value) if value not in (None, "") else "nothing"


def _short(sha256: object) -> str:
    return str(sha256)[:12]
