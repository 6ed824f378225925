"""A decision table of DMN: the element to the table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from ruleproof.finding import Finding
from ruleproof.model.cell_tests import all_of
from ruleproof.model.tables import (
    UNKNOWN,
    AnyOf,
    AnyValue,
    CellTest,
    DecisionTable,
    Expression,
    InputColumn,
    Literal,
    Negated,
    OutputCell,
    OutputColumn,
    Related,
    TableRow,
    Undecided,
)
from ruleproof.readers.columns import MOST_RULES, narrowed, output_type, settled, too_large, too_many
from ruleproof.readers.feel.names import Names, tidy
from ruleproof.readers.hit_policies import hit_policy_of
from ruleproof.readers.item_types import ANYTHING, ItemType, Types, at_path
from ruleproof.readers.reading import shortened, table_finding
from ruleproof.readers.remarks import remarks
from ruleproof.readers.unary_tests import Cells
from ruleproof.readers.xml_tree import Element, element_span, inner_span
from ruleproof.source import Source, Span


@dataclass(frozen=True, slots=True)
class Place:
    """Where a table stands: in whose logic, and what may be named there."""

    source: Source
    name: str
    owner: str
    type: ItemType
    """The type of the decision or entry that the table gives."""
    names: Names
    types: Types
    variables: Mapping[str, ItemType]
    decisions: frozenset[str]
    language: str
    """The expression language of the file."""
    report: Callable[[Finding], None]


def is_feel(language: str) -> bool:
    """Tell whether an expression language is FEEL, which is also what nothing means."""
    return not language.strip() or "feel" in language.lower()


def table_from_element(element: Element, place: Place) -> DecisionTable | None:
    """Read a table; `None`, with a finding, where it cannot be read at all."""
    return _TableReader(element, place).run()


class _TableReader:
    def __init__(self, element: Element, place: Place) -> None:
        self._element = element
        self._place = place
        self._source = place.source
        self._inputs = list(element.all("input"))
        self._outputs = list(element.all("output"))
        self._expressions = _names_of_inputs(self._inputs)
        aliases = {
            tidy(item.get("inputVariable")): tidy(name)
            for item, name in zip(self._inputs, self._expressions, strict=True)
            if item.get("inputVariable")
        }
        lists = [name for name, item in place.variables.items() if item.is_list]
        references = [*place.variables, *self._expressions]
        self._cells = Cells(place.names, references, lists, aliases)

    def run(self) -> DecisionTable | None:
        policy = hit_policy_of(f"{self._element.get('hitPolicy') or 'UNIQUE'} {self._element.get('aggregation')}")
        policy = policy or hit_policy_of(self._element.get("hitPolicy") or "UNIQUE")
        if policy is None:
            self._report("unreadable_table", self._element, f"`{self._element.get('hitPolicy')}` is no hit policy")
            return None
        if not self._outputs:
            self._report("unreadable_table", self._element, "the table has no output")
            return None
        rules = list(self._element.all("rule"))
        if len(rules) > MOST_RULES:
            self._report("unreadable_table", self._element, too_many(len(rules)), "part the table")
            return None
        outputs = tuple(self._output(item) for item in self._outputs)
        rows = [self._row(number, rule) for number, rule in enumerate(rules, 1)]
        columns, tests = self._columns(rows)
        table = DecisionTable(
            name=self._place.name,
            owner=self._place.owner,
            hit_policy=policy[0],
            aggregation=policy[1],
            columns=columns,
            outputs=tuple(
                replace(output, type=output_type([row.outputs[index] for row in rows], output.type))
                for index, output in enumerate(outputs)
            ),
            rows=tuple(row.finished(found) for row, found in zip(rows, tests, strict=True)),
            id=self._element.get("id"),
            path=self._source.path,
            span=element_span(self._source, self._element),
            references=self._references(tests),
        )
        if wrong := too_large(table):
            self._report("unreadable_table", self._element, wrong, "part the table")
            return None
        for finding in remarks(self._source, table):
            self._place.report(finding)
        return table

    def _report(self, name: str, element: Element, message: str, help: str = "", rules: Iterable[int] = ()) -> None:
        span = element_span(self._source, element)
        self._place.report(
            table_finding(self._source, name, span, message, help, decision=self._place.name, rules=rules)
        )

    # ------------------------------------------------------------ inputs

    def _columns(self, rows: list[_Row]) -> tuple[tuple[InputColumn, ...], list[tuple[CellTest, ...]]]:
        columns: list[InputColumn] = []
        by_column: list[tuple[CellTest, ...]] = []
        for index, (item, name) in enumerate(zip(self._inputs, self._expressions, strict=True)):
            kind = self._type_of_input(item, name)
            found = settled(
                [row.tests[index] for row in rows], [row.texts[index] for row in rows], kind.kind, is_list=kind.is_list
            )
            columns.append(
                InputColumn(
                    expression=name,
                    label=item.get("label") or name,
                    type=found.type,
                    allowed=self._allowed(item, kind, found.type),
                    nullable=found.nullable,
                    span=element_span(self._source, item),
                    decided_by=self._decided_by(name),
                    compares=self._cells.comparison(name),
                )
            )
            by_column.append(found.tests)
        return tuple(columns), [tuple(found) for found in zip(*by_column, strict=True)] if columns else [()] * len(rows)

    def _allowed(self, item: Element, kind: ItemType, type: str) -> CellTest:
        allowed, wrong = narrowed(kind.allowed, type, kind.is_list)
        if wrong and not kind.is_list:
            help = "correct the type or the values; until then every value is a case"
            self._report("unreadable_cell", item, f"the allowed values of this input are not used: {wrong}", help)
        return allowed

    def _type_of_input(self, item: Element, name: str) -> ItemType:
        expression = item.first("inputExpression")
        declared = ANYTHING
        if expression is not None:
            self._check_expression(expression)
            if expression.get("typeRef"):
                declared = self._place.types.named(expression.get("typeRef"), expression)
        variable = at_path(self._place.variables, name) or ANYTHING
        kind = ItemType(
            declared.kind if declared.kind != UNKNOWN else variable.kind,
            all_of(
                [declared.allowed, variable.allowed] if declared.allowed != variable.allowed else [declared.allowed]
            ),
            is_list=declared.is_list or variable.is_list,
        )
        values = item.first("inputValues")
        return kind if values is None else self._place.types.narrowed(kind, values)

    def _check_expression(self, expression: Element) -> None:
        text = _text_of(expression)
        wrong = self._cells.readable(text) if text.strip() and is_feel(self._language_of(expression)) else ""
        if wrong:
            self._report(
                "unreadable_cell",
                expression,
                f"the input expression `{shortened(text)}` cannot be worked out: {wrong}",
                "the table is analysed all the same, with the expression as the name of its value",
            )

    def _decided_by(self, name: str) -> str:
        head = tidy(name).split(".")[0]
        return next((found for found in (tidy(name), head) if found in self._place.decisions), "")

    def _references(self, tests: list[tuple[CellTest, ...]]) -> tuple[InputColumn, ...]:
        own = set(map(tidy, self._expressions))
        named = dict.fromkeys(name for row in tests for test in row for name in related_names(test))
        return tuple(self._reference(name) for name in named if name not in own)

    def _reference(self, name: str) -> InputColumn:
        kind = at_path(self._place.variables, name) or ANYTHING
        return InputColumn(name, name, kind.kind, kind.allowed, decided_by=self._decided_by(name))

    # ------------------------------------------------------------ outputs

    def _output(self, item: Element) -> OutputColumn:
        kind = self._type_of_output(item)
        values = item.first("outputValues")
        if values is not None:
            kind = self._place.types.narrowed(kind, values)
        default = item.first("defaultOutputEntry")
        name = item.get("name") or (item.get("label") if len(self._outputs) > 1 else "") or self._place.name
        return OutputColumn(
            name=name,
            label=item.get("label") or self._element.get("outputLabel") or name,
            type=kind.kind,
            allowed=kind.order,
            default=None if default is None else self._cells.output(_text_of(default)),
            span=element_span(self._source, item),
            constraint=AnyValue() if kind.order else kind.allowed,
        )

    def _type_of_output(self, item: Element) -> ItemType:
        if item.get("typeRef"):
            return self._place.types.named(item.get("typeRef"), item)
        given = self._element.get("typeRef")
        whole = self._place.types.named(given, self._element) if given else self._place.type
        if len(self._outputs) == 1 and not whole.parts:
            return whole
        return whole.parts.get(item.get("name"), ANYTHING)

    # ------------------------------------------------------------ rows

    def _row(self, number: int, rule: Element) -> _Row:
        inputs, outputs = list(rule.all("inputEntry")), list(rule.all("outputEntry"))
        texts = tuple(_text_of(entry) for entry in inputs)
        tests = tuple(self._test(*pair) for pair in zip(inputs, texts, self._expressions, strict=False))
        given = tuple(self._output_cell(entry) for entry in outputs)
        row = _Row(number, texts, tests, given, _annotation(rule), rule.span, rule.get("id"))
        row.spans = tuple(_text_span(self._source, entry) for entry in inputs)
        if len(inputs) != len(self._inputs) or len(outputs) != len(self._outputs):
            self._uneven(row, rule, len(inputs), len(outputs))
        return row

    def _test(self, entry: Element, text: str, own: str) -> CellTest:
        language = self._language_of(entry)
        return (
            self._cells.test(text, own) if is_feel(language) else Undecided(text, f"it is written in {language}", False)
        )

    def _output_cell(self, entry: Element) -> OutputCell:
        text = _text_of(entry)
        return self._cells.output(text) if is_feel(self._language_of(entry)) else Expression(text, False)

    def _language_of(self, entry: Element) -> str:
        return entry.get("expressionLanguage") or self._place.language

    def _uneven(self, row: _Row, rule: Element, inputs: int, outputs: int) -> None:
        """Keep a row of the wrong length in its place; nothing is claimed of it."""
        wanted = f"{len(self._inputs)} inputs and {len(self._outputs)} outputs"
        message = f"rule {row.number} has {inputs} input cells and {outputs} output cells, the table has {wanted}"
        self._report("uneven_row", rule, message, "give every rule one cell for each column", [row.number])
        row.texts = ("",) * len(self._inputs)
        row.tests = (Undecided("", "the rule has the wrong number of cells", False),) * len(self._inputs)
        row.outputs = (*row.outputs, *[Literal(None)] * len(self._outputs))[: len(self._outputs)]
        row.spans, row.is_uneven = (), True


@dataclass(slots=True)
class _Row:
    number: int
    texts: tuple[str, ...]
    tests: tuple[CellTest, ...]
    outputs: tuple[OutputCell, ...]
    annotation: str
    span: Span
    id: str
    spans: tuple[Span, ...] = ()
    is_uneven: bool = False

    def finished(self, tests: tuple[CellTest, ...]) -> TableRow:
        texts = () if self.is_uneven else self.texts
        return TableRow(
            self.number,
            tests,
            self.outputs,
            self.annotation,
            texts,
            self.span,
            self.id,
            () if self.is_uneven else self.spans,
        )


def related_names(test: CellTest) -> list[str]:
    """Give the other inputs that a test compares with."""
    match test:
        case Related(_, other):
            return [other]
        case Negated(part):
            return related_names(part)
        case AnyOf(parts):
            return [name for part in parts for name in related_names(part)]
        case _:
            return []


def _text_of(element: Element) -> str:
    inner = element.first("text")
    return inner.text if inner is not None else ""


def _text_span(source: Source, entry: Element) -> Span:
    inner = entry.first("text")
    return inner_span(source, inner) if inner is not None else element_span(source, entry)


def _annotation(rule: Element) -> str:
    """Give what is noted beside a rule: in annotations, or (Camunda) in its description."""
    said = [_text_of(entry) for entry in rule.all("annotationEntry")]
    said += [entry.text for entry in rule.all("description")]
    return " | ".join(tidy(text) for text in said if text.strip())


def _names_of_inputs(inputs: list[Element]) -> list[str]:
    """Name each input by its expression; one without an expression by its variable, its label, or its number."""
    names: list[str] = []
    for number, item in enumerate(inputs, 1):
        expression = item.first("inputExpression")
        text = _text_of(expression).strip() if expression is not None else ""
        text = text if '"' in text or "\n" in text else tidy(text)
        instead = [item.get("inputVariable"), item.get("label"), f"input {number}"]
        names.append(text or next(name for name in instead if name and name not in names))
    return names
