"""Sets of codes: which codes a system has, on which days each is valid, and what it is called.

ICD-10-CM is there where the package `simple-icd-10-cm` is installed; of every system a policy may bring its own, as a file.
"""

from __future__ import annotations

import datetime
import importlib.util
import json
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, version

from ruleproof.cache import cache_folder, keep, read_kept
from ruleproof.model.csv_rows import Rows
from ruleproof.model.declared import Declared
from ruleproof.model.domains import SYSTEMS, system_of
from ruleproof.source import FilesRead
from ruleproof.tree import nodes as tree

Days = tuple[datetime.date | None, datetime.date | None]
"""The first and the last day of a stretch; `None` is an open end."""

ALWAYS: tuple[Days, ...] = ((None, None),)


@dataclass(frozen=True)
class CodeSet:
    """The codes of a system, without its prefix."""

    system: str
    says: str
    """Which set it is, in words."""
    titles: Mapping[str, str]
    """What each code is called; empty where the set does not say."""
    days: Mapping[str, tuple[Days, ...]] = field(default_factory=dict)
    """When each code is valid; a code that is not in here always is."""
    headings: frozenset[str] = frozenset()
    """The codes that stand for others, so that no claim can carry them."""

    @cached_property
    def ordered(self) -> tuple[str, ...]:
        return tuple(sorted(code for code in self.titles if code not in self.headings))

    @property
    def is_dated(self) -> bool:
        return bool(self.days)

    def valid(self, code: str) -> tuple[Days, ...]:
        """Give the days on which a code is valid."""
        return self.days.get(code, ALWAYS)

    def valid_on(self, code: str, day: datetime.date) -> bool:
        return any((low is None or low <= day) and (high is None or day <= high) for low, high in self.valid(code))

    def between(self, first: str, last: str) -> Iterator[str]:
        """Give the codes from one to another, the codes below the last one included."""
        for code in self.ordered[bisect_left(self.ordered, first) :]:
            if code > last and not code.startswith(last):
                return
            yield code

    def beginning(self, start: str) -> Iterator[str]:
        """Give the codes that begin with some letters."""
        return self.between(start, start)


@dataclass
class CodeSets:
    """Finds the set of a system: the one that the policy brings, else the one that is installed."""

    declared: Declared
    files: FilesRead
    _own: dict[str, CodeSet] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for block in self.declared.tree.of(tree.CodeSet):
            system = block.system.text
            system_of(self.declared, block.system)
            if system in self._own:
                message = f"there is a code set of {system} already"
                self.declared.report("duplicate_name", block.name.span, message, "keep one code set of each system")
                continue
            self._own[system] = self._read(block)

    def of(self, system: str) -> CodeSet | None:
        return self._own.get(system) or (installed_icd10cm() if system == "icd10cm" else None)

    def how_to_get(self, system: str) -> str:
        """Say what to do so that a set is there."""
        own = f'`code set my_codes of {system} from "codes.csv"`'
        return (
            f"install it with `pip install 'ruleproof[icd10]'`, or add {own}" if system == "icd10cm" else f"add {own}"
        )

    def _read(self, block: tree.CodeSet) -> CodeSet:
        key = ("code set", block.name.text)
        if key not in self.files.worked_out:
            self.files.worked_out[key] = self._from_file(block)
        found = self.files.worked_out[key]
        assert isinstance(found, CodeSet)
        return found

    def _from_file(self, block: tree.CodeSet) -> CodeSet:
        prefix, shape = SYSTEMS.get(block.system.text, ("", ".*"))
        matches = re.compile(shape).fullmatch
        rows = Rows(self.declared, self.files, ("code", "valid_from", "valid_to", "title"), ("code",))
        titles: dict[str, str] = {}
        days: dict[str, list[Days]] = {}
        for row in rows.read(block.file):
            code = row.get("code").removeprefix(f"{prefix} ")
            if not matches(code):
                rows.report(row.span, f"no code of {block.system.text} is written `{code}`", "correct the code")
                continue
            low, high = rows.day(row, "valid_from"), rows.day(row, "valid_to")
            if low is not None and high is not None and high < low:
                rows.report(row.span, f"no day lies from {low} to {high}", "write the earlier day first")
                continue
            if any(_overlap((low, high), other) for other in days.get(code, ())):
                rows.report(
                    row.span, f"`{code}` stands in this file twice for the same days", "keep one of the two rows"
                )
                continue
            titles[code] = row.get("title") or titles.get(code, "")
            days.setdefault(code, []).append((low, high))
        dated = {code: tuple(found) for code, found in days.items() if tuple(found) != ALWAYS}
        return CodeSet(block.system.text, f"`{block.name.text}`", titles, dated)


def _overlap(one: Days, other: Days) -> bool:
    low = max(one[0] or datetime.date.min, other[0] or datetime.date.min)
    return low <= min(one[1] or datetime.date.max, other[1] or datetime.date.max)


# ---------------------------------------------------------------- the installed ICD-10-CM


_PACKAGE, _MODULE = "simple-icd-10-cm", "simple_icd_10_cm"


@cache
def installed_icd10cm() -> CodeSet | None:
    """Give the ICD-10-CM that is installed; reading it from its package takes seconds, so that it is kept in short."""
    try:
        release = version(_PACKAGE)
    except PackageNotFoundError:
        return None
    if importlib.util.find_spec(_MODULE) is None:
        return None
    path = cache_folder() / f"icd10cm-{release}.json"
    kept = read_kept(path)
    if kept is None:
        kept = json.dumps(_from_package()).encode()
        keep(path, kept)
    titles, headings = json.loads(kept)
    return CodeSet("icd10cm", "the installed ICD-10-CM", titles, {}, frozenset(headings))


def _from_package() -> tuple[dict[str, str], list[str]]:
    import simple_icd_10_cm as package  # noqa: PLC0415 - it takes a second, and is needed once

    shape = re.compile(SYSTEMS["icd10cm"][1])
    codes = [code for code in package.get_all_codes(True) if shape.fullmatch(code)]
    return {code: package.get_description(code) for code in codes}, [
        code for code in codes if not package.is_leaf(code)
    ]


# ---------------------------------------------------------------- what a code is called


def same_title(one: str, other: str) -> bool:
    """Tell whether two titles have the same words, whatever the signs between them and the size of the letters.

    >>> same_title("Malignant neoplasm of lip, NOS", "malignant  neoplasm of lip NOS")
    True
    """
    return _words(one) == _words(other)


def _words(title: str) -> list[str]:
    return re.findall(r"[^\W_]+", title.casefold())


def listed(codes: Iterable[str], most: int = 3) -> str:
    """Name some codes, the first few by name.

    >>> listed(["A", "B", "C", "D", "E"])
    'A, B, C and 2 more'
    """
    names = list(codes)
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
