"""One output of a table (or all of them together) on its way to a decision of the policy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ruleproof.artifacts.imported import written
from ruleproof.artifacts.imported.blocks import halved
from ruleproof.artifacts.imported.lines import COLLECTS, NO_VALUE, ONE_WINS, PLAIN, RECORDED, Line, Outcomes, repeated
from ruleproof.artifacts.imported.questions import AskedInput, Question, Unsupported, is_beyond
from ruleproof.artifacts.imported.remarks import CHOSEN, NOT_IMPORTED, OTHERWISE, Remarks
from ruleproof.model import tables
from ruleproof.model.nodes import LEFT_OPEN
from ruleproof.model.tables import AnyValue, DecisionTable, TableRow
from ruleproof.prover.table_space import undecided_in

_OPEN = f"its output is `{LEFT_OPEN}`, which a policy says of a case that no rule answers"


class Decision:
    """One output of a table (or all together) on its way to a decision."""

    def __init__(
        self,
        table: DecisionTable,
        kind: str,
        output: int | None,
        order: Sequence[int] | None,
        columns: Sequence[Question | Unsupported | None],
        remarks: Remarks,
    ) -> None:
        """Take what the hit policy becomes, which output is written, which row wins, and what each column asks about."""
        self._table, self._kind, self._output, self._order = table, kind, output, order
        self._columns, self._remarks = columns, remarks
        self.outcomes = Outcomes()
        self.notes: list[str] = []
        self.why_open: dict[int, str] = {}
        self.questions: tuple[Question, ...] = tuple(
            {
                item.name: item for item in self._columns if item is not None and not isinstance(item, Unsupported)
            }.values()
        )

    def lines(self) -> list[Line]:
        """Give the lines, in the order in which they are written; `why_open` goes by their places."""
        found: list[Line] = []
        rows = self._table.rows
        order: Sequence[int] = range(len(rows))
        if self._table.hit_policy == tables.OUTPUT_ORDER and self._order is not None:
            order = sorted(order, key=self._order.__getitem__)
        for index in order:
            line = self._line(rows[index], 0 if self._order is None else self._order[index])
            if line is not None:
                if line.outcome is None:
                    self.why_open[len(found)] = f"rule {rows[index].number} of the table: {self._why_not(rows[index])}"
                found.append(line)
        if self._has_default:
            cells = [output.default for output in self._table.outputs]
            full = tuple(question.full for question in self.questions)
            found.append(Line(None, full, self._outcome(cells, "default"), 3 * len(rows) + 3))
        self._remark_outputs()
        return found

    @property
    def _has_default(self) -> bool:
        return any(output.default is not None for output in self._table.outputs)

    def _line(self, row: TableRow, place: int) -> Line | None:
        level = 3 * place if self._kind == ONE_WINS else 0
        box = self._box(row)
        if not all(box):
            message = f"rule {row.number} of `{self._table.name}` can never match here: it is left out"
            self._remarks.say(CHOSEN, message, table=self._table, rows=[row])
            return None
        why = self._why_not(row)
        if why == _OPEN and self.questions and self._kind in (ONE_WINS, PLAIN):
            message = f"rule {row.number} of `{self._table.name}` gives `{LEFT_OPEN}`: the policy leaves its case open"
            self._remarks.say(OTHERWISE, message, table=self._table, rows=[row])
            return Line(row, box, None, level)
        if not why:
            return Line(row, box, self._outcome(row.outputs, f"row {row.number}"), level)
        left_open = self._kind == ONE_WINS or (self._kind == PLAIN and self._has_default)
        end = "; where it might match, the case is left open" if left_open else ""
        self._remarks.say(
            NOT_IMPORTED,
            f"rule {row.number} of `{self._table.name}` could not be imported: {why}{end}",
            "write it as a comparison with values, or add an input for what it asks",
            table=self._table,
            rows=[row],
        )
        return Line(row, box, None, level + 1) if left_open and self.questions else None

    def _box(self, row: TableRow) -> tuple[int, ...]:
        masks = {question.name: question.full for question in self.questions}
        for item, test in zip(self._columns, row.tests, strict=True):
            if item is not None and not isinstance(item, Unsupported) and not is_beyond(test):
                masks[item.name] &= item.mask(test)
        return tuple(masks.values())

    def _why_not(self, row: TableRow) -> str:
        """Say which cell of a row the language cannot say; an empty text where there is none."""
        for index, (item, test) in enumerate(zip(self._columns, row.tests, strict=True)):
            text = row.texts[index] if index < len(row.texts) else ""
            cell = f"the cell `{written.shortened(text, 60)}`" if text.strip() else "a cell"
            expression = written.shortened(self._table.columns[index].expression, 60)
            if is_beyond(test):
                reason = next((part.reason for part in undecided_in(test)), "")
                said = f"is not decided: {reason}" if reason else "compares it with another input"
                return f"{cell} under `{expression}` {said}"
            if isinstance(item, Unsupported) and not isinstance(test, AnyValue):
                return f"{cell} asks about `{expression}`, which cannot be written"
        for cell_given in row.outputs:
            if isinstance(cell_given, tables.Literal) and not _can_stand(cell_given.value):
                return "its output holds letters that cannot be seen, or more than 1,000 letters"
            if _is_open(cell_given):
                return _OPEN
        return ""

    def _outcome(self, cells: Sequence[tables.OutputCell | None], number: str) -> str:
        if self._output is not None:
            return self.outcomes.of_cell(cells[self._output])
        names = [output.name for output in self._table.outputs]
        if self._kind == COLLECTS and len(cells) == 1:
            return self.outcomes.of_cell(cells[0])
        return self.outcomes.of_cells(names, cells, number if self._kind == RECORDED else "")

    def used(self, lines: Sequence[Line]) -> set[str]:
        """Give the names of the questions that the lines ask, or that limit the decision."""
        asked = {
            question.name
            for place, question in enumerate(self.questions)
            if any(line.box[place] != question.full for line in lines)
        }
        if any(line.outcome is None and self._is_everywhere(line) for line in lines):
            asked.add(halved(self.questions).name)
        return asked | {item.name for item, _ in self._limits()}

    def _is_everywhere(self, line: Line) -> bool:
        return all(mask == item.full for item, mask in zip(self.questions, line.box, strict=True))

    # ------------------------------------------------------------ remarks

    def _remark_outputs(self) -> None:
        table = self._table
        places = range(len(table.outputs)) if self._output is None else [self._output]
        for place in places:
            output = table.outputs[place]
            rows = [row for row in table.rows if not isinstance(row.outputs[place], tables.Literal)]
            if rows:
                self._remarks.say(
                    OTHERWISE,
                    f"the output `{output.name}` of `{table.name}` is an expression in {_rules(rows)}: "
                    "recorded, not run",
                    "the policy answers with the text of the expression",
                    table=table,
                    rows=rows,
                )
            if any(
                isinstance(cell, tables.Literal) and cell.value is None
                for cell in (row.outputs[place] for row in table.rows)
            ):
                note = f"{NO_VALUE} stands for an output that is empty"
                if self._output is not None and note not in self.notes:
                    self.notes.append(note)

    def remark_overlaps(self, lines: Sequence[Line]) -> None:
        """Say where rules that hold together give another answer than in the table."""
        if self._kind in (COLLECTS, RECORDED):
            self._remark_collection(lines)
        elif self._table.hit_policy == tables.UNIQUE:
            twice = repeated([line for line in lines if line.row is not None and line.outcome is not None])
            if twice is not None:
                rows = [line.row for line in twice if line.row is not None]
                message = f"{_rules(rows)} of `{self._table.name}` hold together, which UNIQUE forbids"
                help = "where they say the same, the policy answers; an engine gives an error"
                self._remarks.say(OTHERWISE, message, help, table=self._table, rows=rows)

    def _remark_collection(self, lines: Sequence[Line]) -> None:
        """Say how what is collected differs from what the table gives."""
        table, say = self._table, self._remarks.say
        if self._kind == RECORDED:
            message = f"`{table.name}` takes the {table.aggregation} of its outputs: recorded, not run"
            say(NOT_IMPORTED, message, "the policy collects what each rule adds", table=table)
            self.notes.append(f"The table takes the {table.aggregation} of what is collected here: recorded, not run.")
            return
        if table.hit_policy == tables.OUTPUT_ORDER and self._order is None:
            message = f"the order of what `{table.name}` gives hangs on expressions: what is collected is in rule order"
            say(OTHERWISE, message, table=table)
        twice = repeated(lines)
        if twice is not None:
            rows = [line.row for line in twice if line.row is not None]
            message = f"`{table.name}` can give a value twice ({_rules(rows)}); a policy collects it once"
            say(OTHERWISE, message, table=table, rows=rows)

    def scope(self) -> str:
        """Write the cases that the columns of this table allow, where its inputs can be more."""
        return "\n    and ".join(
            dict.fromkeys(item.condition(item.full & ~outside) for item, outside in self._limits())
        )

    def _limits(self) -> Iterator[tuple[AskedInput, int]]:
        """Give the inputs that a column allows less of than they can be, with what is outside."""
        for column, item in zip(self._table.columns, self._columns, strict=True):
            if isinstance(item, AskedInput) and not is_beyond(column.allowed):
                outside = item.outside(column.allowed)
                if outside:
                    yield item, outside


def _rules(rows: Sequence[TableRow]) -> str:
    numbers = [str(row.number) for row in rows]
    if len(numbers) == 1:
        return f"rule {numbers[0]}"
    shown = ", ".join(numbers[:8])
    return f"rules {shown}{' …' if len(numbers) > 8 else ''}"


def _is_open(cell: tables.OutputCell | None) -> bool:
    return isinstance(cell, tables.Literal) and cell.value == LEFT_OPEN


def _can_stand(value: tables.Scalar) -> bool:
    return not isinstance(value, str) or (written.can_be_written(value) and len(value) <= 1_000)
