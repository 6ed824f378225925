"""Steps to flowcharts: one box for each question and each end, cut into sections that fit on a page.

Ends are repeated wherever they are reached, and so are small groups of questions, so that no arrows cross.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ruleproof.artifacts.chart import Arrow, Box, Chart, Kind, remarks_of, wrapped
from ruleproof.artifacts.charts import words
from ruleproof.artifacts.charts.heading import Heading
from ruleproof.artifacts.charts.paper import SMALLEST, scale_on_page
from ruleproof.artifacts.charts.sections import Lines, Section, sections_of
from ruleproof.artifacts.charts.steps import Ask, Say, Step, Way
from ruleproof.model.nodes import Decision
from ruleproof.prover.space import Space

QUESTION_WIDTH, END_WIDTH, WORDS_WIDTH = 24, 28, 18
"""How many letters a line has in a question, at an end, and on an arrow."""

_HEADING_HEIGHT = 90.0


def fits_on_page(width: float, height: float) -> bool:
    """Tell whether a drawing of this size, with a heading above it, can be read on A4."""
    return scale_on_page(width, height + _HEADING_HEIGHT) >= SMALLEST


@dataclass(frozen=True, slots=True)
class Turn:
    """One way out of a question as drawn: the cells, the arrow, and the box that it leads to."""

    cells: int
    arrow: str
    box: str


@dataclass(frozen=True)
class Flow:
    """The flowcharts of one decision, with what is needed to find a case or a rule in them."""

    charts: tuple[Chart, ...]
    first_boxes: tuple[str, ...]
    """The box that each chart begins with."""
    questions: Mapping[tuple[int, str], tuple[int, tuple[Turn, ...]]]
    """By chart and box: the dimension asked, and the ways out."""
    jumps: Mapping[tuple[int, str], int]
    """By chart and box: the chart that it points to."""
    rules: Mapping[tuple[int, str], tuple[str, ...]]
    """By chart and box: the rules behind an end."""

    def trail(self, case: tuple[int, ...]) -> tuple[frozenset[str], ...]:
        """Give for each chart the ids of the boxes and arrows that a case goes along; `case` is its cell numbers.

        A cell of -1 is unknown: the way ends where it is asked.
        """
        found: list[set[str]] = [set() for _ in self.charts]
        chart, box = 0, self.first_boxes[0]
        while True:
            found[chart].add(box)
            if (chart, box) in self.jumps:
                chart = self.jumps[chart, box]
                box = self.first_boxes[chart]
                continue
            dimension, turns = self.questions.get((chart, box), (0, ()))
            taken = [turn for turn in turns if case[dimension] >= 0 and turn.cells >> case[dimension] & 1]
            if not taken:
                return tuple(map(frozenset, found))
            found[chart].add(taken[0].arrow)
            box = taken[0].box

    def boxes_of_rule(self, rule: str) -> tuple[frozenset[str], ...]:
        """Give for each chart the ids of the ends that a rule stands behind."""
        return tuple(
            frozenset(box for (chart, box), names in self.rules.items() if chart == number and rule in names)
            for number in range(len(self.charts))
        )


def flow_of(decision: Decision, space: Space, root: Step, heading: Heading, name: str) -> Flow:
    """Give the flowcharts of a decision, from its steps."""
    return _Drawing(decision, space, heading, name).run(root)


@dataclass
class _Drawing:
    decision: Decision
    space: Space
    heading: Heading
    name: str
    charts: list[Chart] = field(default_factory=list)
    first_boxes: list[str] = field(default_factory=list)
    questions: dict[tuple[int, str], tuple[int, tuple[Turn, ...]]] = field(default_factory=dict)
    jumps: dict[tuple[int, str], int] = field(default_factory=dict)
    rules: dict[tuple[int, str], tuple[str, ...]] = field(default_factory=dict)
    known: dict[int, tuple[Lines, Lines]] = field(default_factory=dict)
    boxes: list[Box] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)

    def run(self, root: Step) -> Flow:
        sections = sections_of(root, self.space.whole, self.lines, self.answer, fits_on_page)
        self.numbers = {id(section.first): section.number for section in sections}
        for section in sections:
            self.charts.append(self.chart(section, len(sections)))
        return Flow(tuple(self.charts), tuple(self.first_boxes), self.questions, self.jumps, self.rules)

    def chart(self, section: Section, count: int) -> Chart:
        self.boxes, self.arrows = [], []
        self.first_boxes.append(self.draw(section.first))
        many = count > 1
        return Chart(
            name=f"{self.name}-{section.number}" if many else self.name,
            title=self.heading.title_of(
                words.label_of(self.decision) + (f", section {section.number} of {count}" if many else "")
            ),
            notes=self.heading.notes_with(*self.notes(section, count)),
            boxes=tuple(self.boxes),
            arrows=tuple(self.arrows),
        )

    def notes(self, section: Section, count: int) -> Iterator[str]:
        here = [
            f"{words.subject(self.space, place)}: {words.answer(self.space, place, mask)}"
            for place, (mask, full) in enumerate(zip(section.reached_by, self.space.whole, strict=True))
            if mask != full
        ]
        if here:
            yield f"Here: {'; '.join(here)}{'' if section.exact else '; as far as section 1 leads here'}."
        if self.decision.out_of_scope and any(box.kind is Kind.OUT_OF_SCOPE for box in self.boxes):
            yield f"Out of scope: {self.decision.out_of_scope}."
        answered = ", or that an earlier section has answered," if count > 1 else ""
        yield f"Cases that cannot happen{answered} are left out."

    # -------------------------------------------------------------- boxes and arrows

    def draw(self, step: Step) -> str:
        """Draw a step and all that follows in its section; give the id of its box."""
        box = f"b{len(self.boxes) + 1}"
        place = (len(self.charts), box)
        heading, text = self.words(step)
        if isinstance(step, Say):
            kind, tooltip = words.kind_of(self.decision, step), words.end_in_full(self.decision, step)
            remarks = remarks_of(words.small_print(self.decision, step))
            self.boxes.append(Box(box, kind, heading, text, tooltip, remarks=remarks))
            self.rules[place] = (*step.always, *step.at_times)
            return box
        tooltip = words.question_in_full(self.space, step.dimension)
        remarks = remarks_of((words.asked_of(self.space, step.dimension),))
        self.boxes.append(Box(box, Kind.QUESTION, heading, text, tooltip, remarks=remarks))
        turns = [self.turn(step, way, box) for way in step.ways]
        self.questions[place] = (step.dimension, tuple(turns))
        return box

    def turn(self, step: Ask, way: Way, tail: str) -> Turn:
        number = self.numbers.get(id(way.step))
        head = self.draw(way.step) if number is None else self.jump(number)
        arrow = Arrow(f"a{len(self.arrows) + 1}", tail, head, self.answer(step, way))
        self.arrows.append(arrow)
        return Turn(way.cells, arrow.id, head)

    def jump(self, number: int) -> str:
        box = Box(f"b{len(self.boxes) + 1}", Kind.CONTINUES, ("continues in", f"section {number}"))
        self.boxes.append(box)
        self.jumps[len(self.charts), box.id] = number - 1
        return box.id

    def lines(self, step: Step) -> Lines:
        heading, text = self.words(step)
        return heading + text

    def words(self, step: Step) -> tuple[Lines, Lines]:
        """Give the heading and the smaller text of a step."""
        if id(step) not in self.known:
            if isinstance(step, Ask):
                heading = wrapped(words.question(self.space, step.dimension), QUESTION_WIDTH)
                self.known[id(step)] = heading, wrapped(words.asked_of(self.space, step.dimension), QUESTION_WIDTH)
            else:
                heading = wrapped(words.headline(self.decision, step), END_WIDTH - 2)
                remarks = words.small_print(self.decision, step)
                self.known[id(step)] = heading, tuple(line for remark in remarks for line in wrapped(remark, END_WIDTH))
        return self.known[id(step)]

    def answer(self, step: Ask, way: Way) -> Lines:
        return wrapped(words.answer(self.space, step.dimension, way.cells), WORDS_WIDTH)
