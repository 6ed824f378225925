"""XML from anybody, read safely: no document type, no entities of its own, bounded in size, depth and number of elements.

Nothing outside the text is ever looked at.  Each element knows where it stands, so that a finding can point there.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from xml.parsers import expat

from ruleproof.source import NOWHERE, Source, Span, source_from_text

LARGEST_FILE = 64 * 1024 * 1024
MOST_ELEMENTS = 1_500_000
DEEPEST = 200
LONGEST_NAME = 1_000
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]*)["']""")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_ENCODINGS = {"utf-8", "utf-16", "ascii", "iso8859-1", "iso8859-15", "cp1252"}
_START_TAG = re.compile(r"""<(?:[^>"']|"[^"]*"|'[^']*')*>""")
_NAME = re.compile(r"<[^\s/>]*")


class UnsafeError(Exception):
    """The text cannot be read as XML, or should not be; `str()` says why, `span` where in the text as far as it can be shown."""

    def __init__(self, message: str, span: Span = NOWHERE, help: str = "", shown: str = "") -> None:
        super().__init__(message)
        self.span, self.help, self.shown = span, help, shown


@dataclass(slots=True, eq=False)
class Element:
    """An element: its namespace and name, its attributes (those without a namespace by their bare name), what it holds."""

    namespace: str
    name: str
    attributes: dict[str, str]
    start: int
    end: int = 0
    """Where the end tag ends."""
    children: list[Element] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text directly inside."""
        return "".join(self.texts)

    def get(self, attribute: str) -> str:
        """Give an attribute, an empty text where it is not there."""
        return self.attributes.get(attribute, "")

    def all(self, *names: str) -> Iterator[Element]:
        """Give the children with one of these names, in the namespace of this element."""
        return (child for child in self.children if child.name in names and child.namespace == self.namespace)

    def first(self, *names: str) -> Element | None:
        """Give the first such child."""
        return next(self.all(*names), None)

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)


def encoding_of(data: bytes) -> str:
    """Give the name of the encoding that a text declares, by its mark or as XML does; UTF-8 where it says nothing."""
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "")
    declared = _DECLARED.match(data[:1024])
    try:
        return encoding or codecs.lookup(declared[1].decode("ascii") if declared else "utf-8").name
    except LookupError:
        return "unknown"


def text_of_xml(data: bytes, path: str) -> Source:
    """Decode XML as it declares itself; UTF-8 where it says nothing."""
    if len(data) > LARGEST_FILE:
        raise UnsafeError(f"the file is larger than {LARGEST_FILE // 1024 // 1024} MB", help="part the model")
    encoding = encoding_of(data)
    if encoding.removesuffix("-sig") not in _ENCODINGS:
        raise UnsafeError("the file declares an encoding that is not read here", help="save it in UTF-8")
    try:
        return source_from_text(data.decode(encoding), path)
    except UnicodeDecodeError as error:
        place = len(source_from_text(data[: error.start].decode(encoding, "replace")).text)
        raise UnsafeError(
            f"byte {error.start + 1:,} of the file is no text in {encoding.removesuffix('-sig').upper()}",
            Span(place, place + 1),
            "save the file in UTF-8, or name its encoding in its first line",
            data.decode(encoding, "replace"),
        ) from None


def element_span(source: Source, element: Element) -> Span:
    """Give where the name of an element stands: enough to point at."""
    match = _NAME.match(source.text, element.start)
    return Span(element.start, match.end() if match else element.end)


def inner_span(source: Source, element: Element) -> Span:
    """Give where the content of an element stands."""
    match = _START_TAG.match(source.text, element.start)
    if match is None or match[0].endswith("/>"):
        return element_span(source, element)
    closing = source.text.rfind("</", match.end(), element.end)
    return Span(match.end(), closing if closing >= 0 else element.end)


def tree_from_xml(source: Source) -> Element:
    """Read the elements of a text."""
    return _Builder(source).run()


class _Builder:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._root: Element | None = None
        self._open: list[Element] = []
        self._count = 0
        self._plain = source.text.isascii()
        self._names: dict[str, tuple[str, str]] = {}
        self._parser = expat.ParserCreate("utf-8", namespace_separator="\n")
        self._parser.buffer_text = True
        self._parser.ordered_attributes = False
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.EntityDeclHandler = self._entity
        self._parser.ExternalEntityRefHandler = self._outside

    def run(self) -> Element:
        try:
            self._parser.Parse(self._source.text.encode("utf-8", "replace"), True)
        except expat.ExpatError as error:
            place = self._offset(max(0, self._parser.ErrorByteIndex))
            said = expat.ErrorString(error.code)
            help = "export it again from the tool that made it"
            raise UnsafeError(f"the XML is broken: {said}", Span(place, place + 1), help) from None
        if self._root is None:
            raise UnsafeError("the XML is broken: no element found")
        return self._root

    @cached_property
    def _wide(self) -> tuple[list[int], list[int]]:
        """Byte offsets after each character of several bytes, and how many bytes more than characters there are so far."""
        ends: list[int] = []
        extra: list[int] = []
        more = 0
        for match in re.finditer(r"[^\x00-\x7f]", self._source.text):
            more += len(match[0].encode("utf-8", "replace")) - 1
            ends.append(match.end() + more)
            extra.append(more)
        return ends, extra

    def _offset(self, byte: int) -> int:
        if self._plain:
            return byte
        ends, extra = self._wide
        index = bisect_left(ends, byte + 1)
        return byte - (extra[index - 1] if index else 0)

    def _here(self) -> int:
        return self._offset(self._parser.CurrentByteIndex)

    def _refuse(self, message: str, help: str = "") -> None:
        place = self._here()
        raise UnsafeError(message, Span(place, place + 1), help)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MOST_ELEMENTS:
            self._refuse(f"more than {MOST_ELEMENTS:,} elements")
        if len(self._open) >= DEEPEST:
            self._refuse(f"elements inside one another, more than {DEEPEST} deep")
        namespace, local = self._names.get(name) or self._split(name)
        if "\n" in "".join(attributes):
            attributes = _plain(attributes)
        element = Element(namespace, local, attributes, self._here())
        if self._open:
            self._open[-1].children.append(element)
        else:
            self._root = element
        self._open.append(element)

    def _split(self, name: str) -> tuple[str, str]:
        if len(name) > LONGEST_NAME:
            self._refuse(f"an element whose name has more than {LONGEST_NAME:,} characters")
        namespace, _, local = name.rpartition("\n")
        self._names[name] = (namespace, local)
        return namespace, local

    def _end(self, _name: str) -> None:
        element = self._open.pop()
        here, text = self._here(), self._source.text
        is_empty = not element.children and not element.texts and text[here - 2 : here] == "/>"
        element.end = here if is_empty else text.find(">", here) + 1

    def _characters(self, text: str) -> None:
        if self._open:
            self._open[-1].texts.append(text)

    def _doctype(self, *_: object) -> None:
        self._refuse(
            "the file has a document type (<!DOCTYPE …>), which is not read: it could load or repeat other text",
            "take it out; no DMN file needs one",
        )

    def _entity(self, *_: object) -> None:
        self._refuse("the file declares an entity, which is not read: it could load or repeat other text")

    def _outside(self, *_: object) -> int:
        self._refuse("the file refers to another text, which is not read")
        return 0


def _plain(attributes: dict[str, str]) -> dict[str, str]:
    """Name attributes of other namespaces by their bare name, unless there is one of that name without a namespace."""
    foreign = {key.rpartition("\n")[2]: value for key, value in attributes.items() if "\n" in key}
    return foreign | {key: value for key, value in attributes.items() if "\n" not in key}
