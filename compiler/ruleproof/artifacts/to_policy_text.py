"""Decision tables made elsewhere to policy text: the same answers, in our language.

Rows become rows and rules; where one of several wins, rules override others; what is collected is collected; several outputs
are several decisions.  What the language cannot say is remarked, row by row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ruleproof.artifacts.imported import written
from ruleproof.artifacts.imported.asked_decisions import AskedDecision
from ruleproof.artifacts.imported.blocks import Ruled, blocks_of
from ruleproof.artifacts.imported.conditions import bare
from ruleproof.artifacts.imported.decisions import Decision
from ruleproof.artifacts.imported.lines import (
    COLLECTS,
    ONE_WINS,
    PLAIN,
    RECORDED,
    Line,
    Outcomes,
    kind_of_table,
    order_of,
    overrides_of,
)
from ruleproof.artifacts.imported.questions import AskedInput, Question, Unsupported, input_of
from ruleproof.artifacts.imported.remarks import CHOSEN, NOT_IMPORTED, Remarks
from ruleproof.finding import Finding, Severity
from ruleproof.model import tables
from ruleproof.model.tables import AnyValue, DecisionTable, InputColumn, Literal
from ruleproof.source import source_from_text
from ruleproof.tree.blocks import LONGEST_TEXT
from ruleproof.tree.tidy import tidy_text

MOST_OVERRIDES = 20_000
"""How many overrides one decision may get; beyond that nobody could read it."""
MOST_NOTES = 40
"""How many remarks stand in the policy itself; all are shown."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A policy made of tables."""

    text: str
    """Empty where nothing could be written."""
    findings: tuple[Finding, ...]
    inputs: Mapping[str, str]
    """The name of each input in the policy, by its expression in the tables."""
    decisions: Mapping[tuple[str, str], str]
    """The name of each decision, by the name of its table and of its output; an empty output stands for all together."""


def policy_text(found: Sequence[DecisionTable], name: str, origin: str, remarks: Iterable[Finding] = ()) -> Imported:
    """Write tables as one policy.

    A table stands after those that its columns are decided by (`decided_by` is the name of a table).  `name` is the
    policy's name, `origin` what it is made from, `remarks` what is to be said of the file already.
    """
    return _Writer(found, name, origin, remarks).run()


@dataclass
class _Given:
    """A decision of the policy that later tables may ask about."""

    name: str
    outcomes: Outcomes


@dataclass
class _Writer:
    found: Sequence[DecisionTable]
    name: str
    origin: str
    said: Iterable[Finding]
    remarks: Remarks = field(default_factory=Remarks)
    names: written.Names = field(default_factory=written.Names)
    questions: dict[str, Question | Unsupported] = field(default_factory=dict)
    given: dict[tuple[str, str], _Given] = field(default_factory=dict)
    blocks: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    """The names of the inputs that some rule asks about."""

    def run(self) -> Imported:
        self.remarks.findings += self.said
        self._read_inputs()
        for table in self.found:
            self._decide(table)
        asked = [item for item in self.questions.values() if isinstance(item, AskedInput) and item.name in self.used]
        text = self._whole(asked) if self.given else ""
        if len(text) > LONGEST_TEXT or any(len(line) > 10_000 for line in text.split("\n")):
            self.remarks.say(NOT_IMPORTED, "the policy would be larger than a policy may be", "split the tables")
            text = ""
        return Imported(
            text,
            tuple(self.remarks.findings),
            {item.expression: item.name for item in asked},
            {key: item.name for key, item in self.given.items()},
        )

    def _whole(self, asked: Sequence[AskedInput]) -> str:
        blocks = [self._heading(), *(item.declaration() for item in asked), *self._impossible(asked), *self.blocks]
        return tidy_text(source_from_text("\n\n".join(blocks) + "\n", "imported.policy"))

    def _heading(self) -> str:
        lines = [f"policy {written.name(self.name)} {written.text(written.shortened(self.origin))}"]
        lines.append(f"  note {written.text(f'Made from {self.origin} by ruleproof import.')}")
        lost = [finding for finding in self.remarks.findings if finding.severity is not Severity.NOTE]
        for finding in lost[:MOST_NOTES]:
            begin = "Not in this policy" if finding.severity is Severity.ERROR else "Not quite as in the file"
            lines.append(f"  note {written.text(f'{begin}: {written.shortened(finding.message)}.')}")
        if len(lost) > MOST_NOTES:
            lines.append(
                f"  note {written.text(f'And {len(lost) - MOST_NOTES} more remarks; import again to see them.')}"
            )
        return "\n".join(lines)

    def _impossible(self, asked: Sequence[AskedInput]) -> Iterable[str]:
        for item in asked:
            condition = item.impossible()
            if condition:
                own = self.names.free(f"{written.slug(item.name)}_outside")
                because = written.text("the table does not allow these values")
                yield f"cannot happen {own}\n  when {bare(condition)}\n  because {because}"

    # ------------------------------------------------------------ inputs

    def _read_inputs(self) -> None:
        decided = {table.name for table in self.found if self._can_be_asked(table)}
        columns: dict[str, list[InputColumn]] = {}
        tests: dict[str, list[tables.CellTest]] = {}
        for table in self.found:
            for index, column in enumerate(table.columns):
                if column.decided_by not in decided:
                    columns.setdefault(column.expression, []).append(column)
                    tests.setdefault(column.expression, []).extend(row.tests[index] for row in table.rows)
        for number, (expression, own) in enumerate(columns.items(), 1):
            asked = [test for test in tests[expression] if not isinstance(test, AnyValue)]
            if not asked:
                self.remarks.say(CHOSEN, f"no rule asks about `{written.shortened(expression, 80)}`: it is left out")
                continue
            self.questions[expression] = self._input(expression, own, asked, number)

    def _can_be_asked(self, table: DecisionTable) -> bool:
        """Tell whether a table decides one value of those that are written in it; else what it decides is an input."""
        cells = [cell for row in table.rows for cell in row.outputs] + [output.default for output in table.outputs]
        known = all(cell is None or isinstance(cell, Literal) for cell in cells)
        if known and kind_of_table(table) in (PLAIN, ONE_WINS):
            return True
        if any(column.decided_by == table.name for other in self.found for column in other.columns):
            message = f"what `{table.name}` decides is no value that is known beforehand: it is an input where others ask for it"
            self.remarks.say(NOT_IMPORTED, message, "give it with each claim", table=table)
        return False

    def _input(
        self, expression: str, columns: Sequence[InputColumn], tests: Sequence[tables.CellTest], number: int
    ) -> Question | Unsupported:
        found = input_of(columns, tests, lambda: self.names.of(expression, f"input_{number}"))
        short = written.shortened(expression, 80)
        if isinstance(found, Unsupported):
            self.remarks.say(NOT_IMPORTED, f"the input `{short}` cannot be written: {found.reason}", _MEND)
            return found
        if found.name != expression and not found.label:
            found.label = expression
        if found.is_open():
            found.notes.append(f"The table sets no bounds; {found.ends} was chosen.")
            self.remarks.say(CHOSEN, f"the table sets no bounds for `{short}`: {found.ends} was chosen")
        if found.has_others:
            found.notes.append(f"{found.others} stands for every value that the table does not name.")
            self.remarks.say(CHOSEN, f"`{found.others}` stands for every value of `{short}` that no cell names")
        if found.unit:
            found.notes.append(f"A number of {found.unit}; the table has a duration or a time of day.")
            self.remarks.say(CHOSEN, f"`{short}` is written as a number of {found.unit}")
        return found

    def _question(self, column: InputColumn) -> Question | Unsupported | None:
        """Give what a column asks about; `None` where no row asks."""
        if column.expression in self.questions:
            return self.questions[column.expression]
        above = next((table for table in self.found if table.name == column.decided_by), None)
        if above is None:
            return None
        part = column.expression.removeprefix(f"{above.name}.") if column.expression != above.name else ""
        output = part or (above.outputs[0].name if len(above.outputs) == 1 else "")
        given = self.given.get((above.name, output))
        if given is None:
            reason = f"`{above.name}`, which decides it, is not in the policy"
            found: Question | Unsupported = Unsupported(column.expression, reason)
            self.remarks.say(NOT_IMPORTED, f"the input `{column.expression}` cannot be written: {reason}", _MEND)
        else:
            found = AskedDecision(given.name, list(given.outcomes.values.items()))
        self.questions[column.expression] = found
        return found

    # ------------------------------------------------------------ decisions

    def _decide(self, table: DecisionTable) -> None:
        kind = kind_of_table(table)
        if kind in (COLLECTS, RECORDED) or len(table.outputs) == 1:
            self._one(table, kind, None if kind in (COLLECTS, RECORDED) else 0)
        else:
            for output in range(len(table.outputs)):
                self._one(table, kind, output)

    def _one(self, table: DecisionTable, kind: str, output: int | None) -> None:
        order = order_of(table, output or 0) if kind == ONE_WINS or table.hit_policy == tables.OUTPUT_ORDER else None
        if order is None and kind == ONE_WINS:
            message = f"`{table.name}` cannot be written: which rule wins hangs on outputs that are expressions"
            self.remarks.say(NOT_IMPORTED, message, "write its outputs as values", table=table)
            return
        several = len(table.outputs) > 1
        column = table.outputs[output or 0]
        wanted = f"{table.name}: {column.name}" if several and output is not None else table.name
        name = self.names.of(wanted, f"decision_{len(self.given) + 1}")
        decision = Decision(
            table, kind, output, order, [self._question(column) for column in table.columns], self.remarks
        )
        lines = decision.lines()
        if not any(line.outcome is not None for line in lines):
            self.remarks.say(NOT_IMPORTED, f"`{table.name}` is not written: none of its rules could be", table=table)
            return
        decision.remark_overlaps(lines)
        stem = written.slug(name) if len(self.found) > 1 or (several and output is not None) else ""
        overrides = overrides_of(lines, MOST_OVERRIDES)
        if overrides is None:
            message = f"`{table.name}` cannot be written: more than {MOST_OVERRIDES:,} pairs of its rules hold together"
            self.remarks.say(NOT_IMPORTED, message, "split the table", table=table)
            return
        label = column.label if column.label not in (column.name, table.name, name) else ""
        self.given[table.name, "" if output is None else column.name] = _Given(name, decision.outcomes)
        self.used |= decision.used(lines)
        self.blocks.append(self._declared(name, label, kind, decision))
        self.blocks += blocks_of(
            Ruled(
                written.name(name),
                written.name(self.names.free(f"{stem or written.slug(name)}_rows")),
                decision.questions,
                tuple(lines),
                tuple(self._rule_name(line, stem) for line in lines),
                overrides,
                _BECAUSE.get(table.aggregation or table.hit_policy, _BECAUSE["default"]),
                decision.why_open,
                kind == COLLECTS and table.hit_policy in (tables.RULE_ORDER, tables.OUTPUT_ORDER),
            )
        )

    def _rule_name(self, line: Line, stem: str) -> str:
        own = "default" if line.row is None else f"R{line.row.number}"
        return written.name(self.names.free(f"{stem}_{own}" if stem else f"R_{own}" if own == "default" else own))

    def _declared(self, name: str, label: str, kind: str, decision: Decision) -> str:
        head = f"decision {written.name(name)}{f' {written.text(written.shortened(label))}' if label else ''}"
        gives = "gives one of" if kind in (PLAIN, ONE_WINS) else "collects any of"
        used = dict.fromkeys(decision.outcomes.keys.values())
        lines = [f"{head} {gives} {written.listed(used)}"]
        scope = decision.scope()
        if scope:
            lines.append(f"  scope when {scope} else {written.text('outside the values that the table allows')}")
        lines += [f"  note {written.text(note)}" for note in decision.notes]
        return "\n".join(lines)


_MEND = "rules that ask about it are not in the policy; give the input yes or no, numbers, dates or named texts"
_BECAUSE = {
    tables.FIRST: "FIRST: the first rule that matches is taken",
    tables.PRIORITY: "PRIORITY: the output that is listed first is taken",
    tables.MIN: "MIN: the least of the outputs is taken",
    tables.MAX: "MAX: the greatest of the outputs is taken",
    "default": "the default output is for cases that no rule matches",
}
