"""A mapping file (TOML) to a column mapping; what is wrong with it is said in a sentence, with its line and what was meant."""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ruleproof.model.nodes import Day, Domain, SeveralCodes
from ruleproof.readers.claims.catalogue import looked_up
from ruleproof.readers.claims.date_forms import EXAMPLES, DateForm, date_form
from ruleproof.readers.claims.fhir_paths import FhirPath, path_from_text
from ruleproof.readers.claims.fields import FHIR, FIELDS, FLAT, FORMATS, KEPT, RIF, fields_of
from ruleproof.readers.claims.lines import clipped
from ruleproof.readers.claims.mapping import KEEP, MISSING, REJECT, UNKNOWN, ColumnMapping, MappingError, Way
from ruleproof.readers.claims.toml_places import line_of, places_of_keys
from ruleproof.source import BesideError
from ruleproof.tree.messages import did_you_mean

LARGEST_MAPPING = 4 * 1024 * 1024
MOST_VALUES = 100_000
_MOST_NAMES = 500
_TOP = ("format", "separator", "inputs", "unknown", "keep", "fhir")
_WAY = (
    "from", "constant", "split", "place", "holds", "like", "values", "lookup", "others", "date", "point_after", "prefix", "empty",
)  # fmt: skip
_SYSTEMS = ("procedure", "diagnosis", "modifier")
_AT_LINE = re.compile(r"^(.*?) \(at (?:line (\d+), column \d+|end of document)\)$")

Read = Callable[[str], bytes | None]
"""Gives the content of a file beside the mapping; nothing where there is none."""


def mapping_from_toml(path: str, content: bytes, inputs: Mapping[str, Domain], read: Read) -> ColumnMapping:
    """Read a mapping for a policy with these inputs; whatever is wrong is a `MappingError`."""
    text, data = _parsed(content)
    return _Reader(path, data, places_of_keys(text), inputs, read).mapping()


def _parsed(content: bytes) -> tuple[str, dict[str, Any]]:
    if len(content) > LARGEST_MAPPING:
        raise MappingError(
            f"the mapping is larger than {LARGEST_MAPPING // 1024 // 1024} MB", 1, "put long lists into a `lookup`"
        )
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
        return text, tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise MappingError(
            "the mapping is not UTF-8 text", content.count(b"\n", 0, error.start) + 1, "save it as UTF-8"
        ) from None
    except tomllib.TOMLDecodeError as error:
        found = _AT_LINE.match(str(error))
        what, line = (found[1], int(found[2] or text.count("\n") + 1)) if found else (str(error), 1)
        again = "overwrite" in what or "twice" in what or "already" in what
        help = "keep one of the two" if again else 'write, for example: genes = "GENES", or a table [inputs.genes]'
        said = "a name stands here a second time" if again else f"this is no TOML: {what[:1].lower()}{what[1:]}"
        raise MappingError(said, line, help) from None
    except (RecursionError, ValueError):
        raise MappingError(
            "this is no TOML that can be read: it is nested too deeply, or a number is too long", 1
        ) from None


class _Reader:
    def __init__(
        self,
        path: str,
        data: dict[str, Any],
        places: Mapping[tuple[str, ...], int],
        inputs: Mapping[str, Domain],
        read: Read,
    ) -> None:
        self.path, self.data, self.places, self.inputs, self.read = path, data, places, inputs, read
        self.format = FLAT
        self.paths: dict[str, FhirPath] = {}
        self.files: dict[str, None] = {}

    def mapping(self) -> ColumnMapping:
        self._only(self.data, _TOP, (), "a mapping")
        self.format = self._word("format", FORMATS, (), FLAT)
        systems = self._fhir()
        table = self.data.get("inputs", {})
        if not isinstance(table, dict) or not table:
            raise self._error(("inputs",), "no input is mapped: `inputs` is a table of inputs and where each is found")
        ways = tuple(self._way(name, entry) for name, entry in table.items())
        unknown = self._texts(self.data, "unknown", ())
        for name in unknown:
            self._known(name, self.inputs, ("unknown",), "input")
            if name in table:
                raise self._error(("inputs", name), f"`{name}` is mapped, and `unknown` says that no claim tells it")
        if "unknown" in self.data:
            for name in (name for name in self.inputs if name not in table and name not in unknown):
                hint = "map it, or name it in `unknown`"
                raise self._error(("unknown",), f"`{name}` is neither mapped nor named in `unknown`", hint)
        keep = self._texts(self.data, "keep", ()) if "keep" in self.data else () if self.format in (FLAT, RIF) else KEPT
        if self.format not in (FLAT, RIF):
            for name in keep:
                self._known(name, self._fields(), ("keep",), "field")
        for name in (name for name in keep if name in self.inputs and name not in FIELDS):
            raise self._error(("keep",), f"`{name}` is an input, and what is kept goes along beside the inputs")
        return ColumnMapping(
            self.path,
            self.format,
            ways,
            unknown,
            keep,
            "keep" in self.data,
            self._separator(),
            self.paths,
            systems,
            line_of(self.places, ("keep",)),
            tuple(self.files),
        )

    # ------------------------------------------------------------ parts of the mapping

    def _separator(self) -> str:
        sign = self.data.get("separator", "|" if self.format == RIF else ",")
        if self.format not in (FLAT, RIF) and "separator" in self.data:
            raise self._error(("separator",), f"`separator` is for columns, and the format is `{self.format}`")
        if not isinstance(sign, str) or len(sign) != 1 or sign.isalnum() or sign in '"\r\n ' or not sign.isascii():
            raise self._error(("separator",), '`separator` is one sign, such as , or | or ; or a tab written "\\t"')
        return sign

    def _fhir(self) -> dict[str, frozenset[str]]:
        """Read what is said of FHIR: fields by paths, and the code systems that count."""
        table = self._table(self.data, "fhir", ())
        if table and self.format != FHIR:
            raise self._error(("fhir",), f"`fhir` is for the format `fhir`, and the format is `{self.format}`")
        self._only(table, ("fields", "systems"), ("fhir",), "`fhir`")
        for name, text in self._table(table, "fields", ("fhir",)).items():
            found = path_from_text(text) if isinstance(text, str) else None
            if found is None:
                raise self._error(
                    ("fhir", "fields", name),
                    f"`{clipped(str(text))}` is no path",
                    "write, for example: supportingInfo[category.coding.code=dex].valueString",
                )
            self.paths[name] = found
        named = self._table(table, "systems", ("fhir",))
        self._only(named, _SYSTEMS, ("fhir", "systems"), "`systems`")
        return {name: frozenset(self._texts(named, name, ("fhir", "systems"))) for name in named}

    def _fields(self) -> tuple[str, ...]:
        """Name the fields of the format; in FHIR a test identifier has no place of its own."""
        return tuple(
            dict.fromkeys(
                [*(name for name in fields_of(self.format) if name != "z_code" or self.format != FHIR), *self.paths]
            )
        )

    # ------------------------------------------------------------ the way to an input

    def _way(self, name: str, entry: object) -> Way:
        at = ("inputs", name)
        self._known(name, self.inputs, at, "input")
        domain = self.inputs[name]
        table: dict[str, Any] = {"from": entry} if isinstance(entry, str | list) else entry  # type: ignore[assignment]
        if not isinstance(table, dict):
            raise self._error(
                at, f"`{name}` is mapped to a column or field, named in quotes, or to a table with `from`"
            )
        self._only(table, _WAY, at, f"the way to `{name}`")
        line = line_of(self.places, at)
        if "constant" in table:
            self._alone(table, at)
            constant = self._plain(table["constant"], (*at, "constant"))
            return Way(name, line, constant=constant, several=isinstance(domain, SeveralCodes), date=None)
        fields = self._from(table, at)
        several, is_day = isinstance(domain, SeveralCodes), isinstance(domain, Day)
        values = self._values(table, at)
        way = Way(
            name, line, fields, None, several,
            self._text(table, "split", at),
            self._count(table, "place", at),
            frozenset(self._texts(table, "holds", at)),
            self._like(table, at),
            values,
            self._word("others", (REJECT, MISSING, UNKNOWN, KEEP), at, REJECT, table),
            self._date(table, at, is_day, fields),
            self._count(table, "point_after", at),
            self._text(table, "prefix", at),
            self._word("empty", (MISSING, UNKNOWN), at, MISSING, table),
        )  # fmt: skip
        self._fits(way, table, at)
        return way

    def _alone(self, table: dict[str, Any], at: tuple[str, ...]) -> None:
        for key in table:
            if key != "constant":
                raise self._error(
                    (*at, key), f"`{at[-1]}` is constant: `{key}` says nothing about it", "keep one of the two"
                )

    def _from(self, table: dict[str, Any], at: tuple[str, ...]) -> tuple[str, ...]:
        given = table.get("from")
        names = (given,) if isinstance(given, str) else tuple(given) if isinstance(given, list) else ()
        if not names or not all(isinstance(name, str) and name for name in names):
            raise self._error(
                (*at, "from"),
                f"`{at[-1]}` does not say where it is found",
                'add from = "COLUMN", or constant = "VALUE"',
            )
        if len(names) > _MOST_NAMES:
            raise self._error((*at, "from"), f"`from` names more than {_MOST_NAMES} columns")
        for place, name in enumerate(names):
            if name in names[:place]:
                raise self._error((*at, "from"), f"`from` names `{name}` twice", "keep one of the two")
            if self.format not in (FLAT, RIF):
                if name == "z_code" and self.format == FHIR and name not in self.paths:
                    raise self._error(
                        (*at, "from"),
                        "FHIR has no place of its own for `z_code`",
                        "say where it stands under [fhir.fields]",
                    )
                self._known(name, self._fields(), (*at, "from"), "field")
        return names

    def _like(self, table: dict[str, Any], at: tuple[str, ...]) -> re.Pattern[str] | None:
        text = self._text(table, "like", at)
        if text.count("*") > 1 or len(text) > 100:
            raise self._error((*at, "like"), "`like` has one `*` at most, and 100 signs")
        signs = {"#": "[0-9]", "?": ".", "*": ".*"}
        return re.compile("".join(signs.get(sign, re.escape(sign)) for sign in text), re.DOTALL) if text else None

    def _values(self, table: dict[str, Any], at: tuple[str, ...]) -> Mapping[str, str | None] | None:
        if "lookup" in table:
            if "values" in table:
                raise self._error((*at, "lookup"), f"`{at[-1]}` has both `values` and `lookup`", "keep one of the two")
            return self._lookup(self._table(table, "lookup", at), (*at, "lookup"))
        if "values" not in table:
            return None
        found = self._table(table, "values", at)
        if not found or len(found) > MOST_VALUES:
            raise self._error((*at, "values"), f"`values` names from 1 to {MOST_VALUES:,} values")
        values: dict[str, str | None] = {}
        for key, value in found.items():
            name = key.strip()
            if name in values:
                hint = "blanks around a value do not count: keep one of the two"
                raise self._error((*at, "values", key), f"`values` names `{clipped(name)}` twice", hint)
            values[name] = self._plain(value, (*at, "values", key))
        return values

    def _lookup(self, table: dict[str, Any], at: tuple[str, ...]) -> Mapping[str, str | None]:
        self._only(table, ("file", "key", "gives"), at, "`lookup`")
        file, key, gives = (self._text(table, name, at) for name in ("file", "key", "gives"))
        if not (file and key and gives):
            raise self._error(at, "`lookup` names a `file` and two of its columns, `key` and `gives`")
        self.files[file] = None
        try:
            content = self.read(file)
        except BesideError as error:
            raise self._error((*at, "file"), str(error).replace("the policy", "the mapping")) from None
        if content is None:
            raise self._error((*at, "file"), f"there is no file `{clipped(file)}` beside the mapping")
        try:
            return looked_up(content, key, gives, MOST_VALUES)
        except ValueError as error:
            raise self._error(at, f"{clipped(file)}: {error}") from None

    def _date(self, table: dict[str, Any], at: tuple[str, ...], is_day: bool, fields: Sequence[str]) -> DateForm | None:
        text = self._text(table, "date", at)
        if not text:
            return None
        if not is_day:
            raise self._error((*at, "date"), f"`{at[-1]}` is no date", "leave `date` out")
        form = date_form(text)
        if form is None:
            raise self._error(
                (*at, "date"), f"`{clipped(text)}` does not say how dates are written", f"write {EXAMPLES}"
            )
        if self.format != FLAT and any(name in fields_of(self.format) for name in fields):
            raise self._error(
                (*at, "date"), f"`{fields[0]}` is a field whose dates the format fixes", "leave `date` out"
            )
        return form

    def _fits(self, way: Way, table: dict[str, Any], at: tuple[str, ...]) -> None:
        """Refuse what cannot work whatever the claims hold."""
        field = FIELDS.get(way.fields[0]) if self.format != FLAT and len(way.fields) == 1 else None
        if ((field and field.several) or len(way.fields) > 1) and not (way.several or way.holds or way.place):
            what = (
                f"`{way.fields[0]}` holds several values"
                if len(way.fields) == 1
                else "several columns give several values"
            )
            raise self._error(
                at, f"{what}, and `{way.input}` takes one", "choose one with `place`, or ask with `holds`"
            )
        if way.several and (way.holds or way.place):
            key = "holds" if way.holds else "place"
            raise self._error(
                (*at, key), f"`{way.input}` takes several codes, and `{key}` gives one value", f"leave `{key}` out"
            )
        if way.others != REJECT and way.like is None and way.values is None:
            raise self._error(
                (*at, "others"), "`others` says what is done with what `values` or `like` leave over", "leave it out"
            )
        if way.holds and (
            rest := [
                key for key in ("like", "values", "lookup", "prefix", "date", "point_after", "place") if key in table
            ]
        ):
            raise self._error(
                (*at, rest[0]), f"`holds` gives yes or no, and `{rest[0]}` changes neither", "leave one of them out"
            )

    # ------------------------------------------------------------ keys

    def _only(self, table: Mapping[str, Any], known: Sequence[str], at: tuple[str, ...], what: str) -> None:
        for key in table:
            if key not in known:
                near = did_you_mean(key, tuple(known))
                hint = f"did you mean `{near}`?" if near else f"there are {', '.join(known)}"
                raise self._error((*at, key), f"{what} has no `{clipped(key)}`", hint)

    def _known(self, name: str, known: Sequence[str] | Mapping[str, Any], at: tuple[str, ...], what: str) -> None:
        if name not in known:
            near = did_you_mean(name[:80], tuple(known))
            some = ", ".join(list(known)[:40])
            hint = f"did you mean `{near}`?" if near else f"there are {some}{', …' if len(known) > 40 else ''}"
            of = "the policy" if what == "input" else f"the format `{self.format}`"
            raise self._error(at, f"{of} has no {what} `{clipped(name)}`", hint)

    def _table(self, table: Mapping[str, Any], key: str, at: tuple[str, ...]) -> dict[str, Any]:
        found = table.get(key, {})
        if not isinstance(found, dict):
            raise self._error((*at, key), f"`{key}` is a table: names and what they stand for")
        return found

    def _word(
        self, key: str, known: Sequence[str], at: tuple[str, ...], usual: str, table: Mapping[str, Any] | None = None
    ) -> str:
        found = (self.data if table is None else table).get(key, usual)
        if found not in known:
            near = did_you_mean(str(found)[:80], tuple(known))
            hint = f"did you mean `{near}`?" if near else ""
            raise self._error(
                (*at, key), f"`{key}` cannot be `{clipped(str(found))}`: it is one of {', '.join(known)}", hint
            )
        return str(found)

    def _text(self, table: Mapping[str, Any], key: str, at: tuple[str, ...]) -> str:
        found = table.get(key, "")
        if (
            not isinstance(found, str)
            or (key in table and not (found if key == "split" else found.strip()))
            or len(found) > 400
        ):
            raise self._error((*at, key), f"`{key}` is a text in quotes")
        return found

    def _texts(self, table: Mapping[str, Any], key: str, at: tuple[str, ...]) -> tuple[str, ...]:
        found = table.get(key, [])
        texts = [found] if isinstance(found, str) else found
        if (
            not isinstance(texts, list)
            or not all(isinstance(text, str) and text for text in texts)
            or len(texts) > _MOST_NAMES
        ):
            raise self._error((*at, key), f"`{key}` is a list of texts in quotes, {_MOST_NAMES} at most")
        for place, text in enumerate(texts):
            if text in texts[:place]:
                raise self._error((*at, key), f"`{key}` names `{clipped(text)}` twice", "keep one of the two")
        return tuple(texts)

    def _count(self, table: Mapping[str, Any], key: str, at: tuple[str, ...]) -> int:
        found = table.get(key, 0)
        if type(found) is not int or not (1 <= found <= 100 or key not in table):
            raise self._error((*at, key), f"`{key}` is a whole number from 1 to 100")
        return found

    def _plain(self, value: object, at: tuple[str, ...]) -> str:
        """Give a value of TOML as a policy reads it: true is yes, a date and a whole number are as they are written."""
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, str) and value.strip():
            return value
        if type(value) is int and value.bit_length() < 200:
            return str(value)
        if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
            return value.isoformat()
        raise self._error(at, f"`{clipped(at[-1])}` is a text in quotes, a whole number, a date, true or false")

    def _error(self, at: Sequence[str], message: str, help: str = "") -> MappingError:
        return MappingError(message, line_of(self.places, at), help)
