"""Steps cut into sections that fit on a page each.

A group of questions that is reached from several places is a section of its own, unless it is so small that it is easier
read where it is reached; what is too large for a page is cut at its largest branch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from ruleproof.artifacts.charts import extent
from ruleproof.artifacts.charts.extent import Extent
from ruleproof.artifacts.charts.steps import Ask, Say, Step, Way, bottom_up
from ruleproof.prover.space import Box

MOST_REPEATED = 4
"""How many questions may be drawn again for the sake of reading on without turning a page."""

Lines: TypeAlias = tuple[str, ...]
Fits: TypeAlias = Callable[[float, float], bool]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the steps: its first step, its number from 1, and the smallest box around all cases that reach it."""

    number: int
    first: Step
    reached_by: Box
    exact: bool
    """Whether every case in the box that can happen reaches it; where that is not plain, it counts as not so."""


def sections_of(
    root: Step, whole: Box, box_of: Callable[[Step], Lines], words_of: Callable[[Ask, Way], Lines], fits: Fits
) -> tuple[Section, ...]:
    """Cut steps into sections; `box_of` and `words_of` say what is written in the boxes and on the arrows."""
    heads = _Cutting(box_of, words_of, fits).run(root)
    reached = _reached_by(root, whole)
    found: list[Section] = []
    stack, seen = [root], set[int]()
    while stack:
        step = stack.pop()
        if id(step) in seen:
            continue
        seen.add(id(step))
        if step is root or id(step) in heads:
            box = reached[id(step)]
            found.append(Section(len(found) + 1, step, box, _all_come_by(root, step, box)))
        if isinstance(step, Ask):
            stack.extend(way.step for way in reversed(step.ways))
    return tuple(found)


def _reached_by(root: Step, whole: Box) -> dict[int, Box]:
    """Give for each step the smallest box that holds all cases that come by it."""
    nothing = (0,) * len(whole)
    reached = {id(root): whole}
    for step in reversed(bottom_up(root)):
        if isinstance(step, Ask):
            for way in step.ways:
                here = reached[id(step)]
                there = (*here[: step.dimension], here[step.dimension] & way.cells, *here[step.dimension + 1 :])
                known = reached.get(id(way.step), nothing)
                reached[id(way.step)] = tuple(old | new for old, new in zip(known, there, strict=True))
    return reached


def _all_come_by(root: Step, goal: Step, box: Box) -> bool:
    """Tell whether every way through the steps that is open to cases of a box comes by a step."""
    stack, seen = [root], set[int]()
    while stack:
        step = stack.pop()
        if step is goal or id(step) in seen:
            continue
        if isinstance(step, Say):
            return False
        seen.add(id(step))
        stack.extend(way.step for way in step.ways if way.cells & box[step.dimension])
    return True


@dataclass
class _Cutting:
    box_of: Callable[[Step], Lines]
    words_of: Callable[[Ask, Way], Lines]
    fits: Fits
    heads: set[int] = field(default_factory=set)
    extents: dict[int, Extent] = field(default_factory=dict)
    questions: dict[int, int] = field(default_factory=dict)

    def run(self, root: Step) -> set[int]:
        order = bottom_up(root)
        entries: dict[int, int] = {}
        for step in order:
            for way in step.ways if isinstance(step, Ask) else ():
                entries[id(way.step)] = entries.get(id(way.step), 0) + 1
        for step in order:
            if isinstance(step, Say):
                self.extents[id(step)] = extent.of_box(self.box_of(step))
                continue
            self.measure(step)
            while not self.fits(self.extents[id(step)].width, self.extents[id(step)].height) and self.cut(step):
                self.measure(step)
            if (entries.get(id(step), 0) - 1) * self.questions[id(step)] > MOST_REPEATED:
                self.heads.add(id(step))
        return self.heads

    def branches(self, step: Ask) -> list[Ask]:
        return [way.step for way in step.ways if isinstance(way.step, Ask) and id(way.step) not in self.heads]

    def measure(self, step: Ask) -> None:
        """Set the size of what is drawn in one piece from a question on."""
        trees = []
        for way in step.ways:
            tree = extent.of_box(CONTINUED) if id(way.step) in self.heads else self.extents[id(way.step)]
            trees.append(extent.below(extent.of_words(self.words_of(step, way)), tree))
        self.extents[id(step)] = extent.over(extent.of_box(self.box_of(step)), trees)
        self.questions[id(step)] = 1 + sum(self.questions[id(branch)] for branch in self.branches(step))

    def cut(self, step: Ask) -> bool:
        """Make the largest branch of a question a section of its own; false where none is left."""
        branches = self.branches(step)
        if branches:
            sizes = {id(branch): self.extents[id(branch)] for branch in branches}
            largest = max(branches, key=lambda branch: sizes[id(branch)].width * sizes[id(branch)].height)
            self.heads.add(id(largest))
        return bool(branches)


CONTINUED: Lines = ("continues in", "section 99")
"""The words of a box that points to a section, for measuring."""
