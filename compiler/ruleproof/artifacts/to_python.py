"""Compiled policy to a Python module: standard library only, typed, readable, the same bytes every time.

Full cases are judged by functions that can be read; where inputs are unknown the tables below them are followed.  The text
of a policy reaches the module only inside quotes and comments, escaped to ASCII.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files

from ruleproof.artifacts.history_tables import identifier_inputs
from ruleproof.artifacts.list_tables import list_parts
from ruleproof.artifacts.names import file_stem, identifiers, unused
from ruleproof.artifacts.python.claim import RESERVED, ClaimClass
from ruleproof.artifacts.python.conditions import Conditions
from ruleproof.artifacts.python.door import Doors, as_listed
from ruleproof.artifacts.python.functions import Functions, possible_part
from ruleproof.artifacts.python.head import head
from ruleproof.artifacts.python.text import in_comment, in_docstring, literal, names_in_a_tuple, quoted
from ruleproof.artifacts.tables import Made, Tables, leaves_of, tables_of, unsound
from ruleproof.compiled import VERSION, Compiled
from ruleproof.graph.from_condition import MET, graph_of_condition
from ruleproof.graph.from_model import graph_of_decision
from ruleproof.graph.nodes import Graph, Leaf
from ruleproof.model import nodes as model
from ruleproof.model.meaning import Answer
from ruleproof.prover.expressions import some

KERNEL = ("values", "inputs", "lists", "consequences", "answers", "graphs", "history", "program", "over_time")

_PUBLIC = (
    "LISTS", "POLICY", "UNKNOWN", "Answer", "Claim", "ClaimJudgement", "Consequence", "InputError", "Judgement",
    "OverTime", "Period", "PolicyVersion", "Question", "Requirement", "Unknown", "claim_from", "decide",
    "decide_claim", "over_time",
)  # fmt: skip

_IN_A_JUDGEMENT = frozenset(
    ("self", "property", "Answer", "answers", "as_dict", "consequence", "findings", "policy", "requirements")
)

_FUNCTIONS = '''

class ClaimJudgement(JudgedClaim):
    """What the policy says of each line of a claim."""

    __slots__ = ()
    lines: tuple[Judgement, ...]


def claim_from(facts: Mapping[str, object]) -> Claim:
    """Give the claim of a mapping from the names of the inputs, as the policy writes them, to their values."""
    return Claim({fields})


def decide(
    line: Claim | Mapping[str, object], history: object = None, as_posted_on: dt.date | str | None = None
) -> Judgement:
    """Judge one claim line; inputs left out are unknown, and the answer is then still exact.

    {history}
    """
    claim = line if isinstance(line, Claim) else {reading}(line)
{judging}


def over_time(
    line: Claim | Mapping[str, object], history: object = None, since: dt.date | str | None = None
) -> OverTime:
    """Judge one claim line as posted on one day after another, from `since` on, and name what made each difference."""
    return over_time_of(_PROGRAM.postings, lambda day: decide(line, history, day), _PROGRAM.day("since", since))


def decide_claim(
    claim: Mapping[str, object], history: object = None, as_posted_on: dt.date | str | None = None
) -> ClaimJudgement:
    """Judge each of the `lines` of a claim; every other key is a fact of all its lines."""
    return ClaimJudgement(
        _PROGRAM.each_line(claim, lambda line, past: decide(line, past, as_posted_on), history, as_posted_on)
    )
'''


_QUICKLY = """\
    if not claim._full or history is not None or as_posted_on is not None:
        return Judgement(_PROGRAM, *_PROGRAM.judge(claim._values(), history, as_posted_on))
    known: Any = claim
{never}    judgement: Any = JudgedParts()
    judgement._program = _PROGRAM
    judgement._answers = {answers}
    judgement._requirements = {requirements}
    judgement.__class__ = Judgement
    return judgement  # type: ignore[no-any-return]"""

_CANNOT_HAPPEN = """\
    if {never}(known):
        _PROGRAM.check_possible(claim._values())
"""

_BY_THE_TABLES = """\
    return Judgement(_PROGRAM, *_PROGRAM.judge(claim._values(), history, as_posted_on))"""
"""How a line is judged where some inputs are worked out, so that a claim never holds everything."""

_HISTORIES = {
    False: "The policy never looks at a history, so any history is refused instead of left unread.",
    True: "`history` are the earlier services of the patient, the earliest first, each a mapping with an `id`;\n"
    "    left out, it is unknown, and what hangs on it is not checked.",
}
"""What is said of a history, for policies that never look at one and for those that do."""


def to_python(compiled: Compiled) -> dict[str, str]:
    """Give the module of a policy, and the mark that its folder is typed."""
    return {f"{file_stem(compiled.policy.name)}.py": _Module(compiled).text(), "py.typed": ""}


def kernel_text() -> str:
    """Give the text that every module contains: the parts of the kernel, without what they import."""
    folder = files("ruleproof") / "runtime" / "kernel"
    parts = [(folder / f"{name}.py").read_text("utf-8") for name in KERNEL]
    text = "".join(f"\n{part[part.index('# -----') :]}" for part in parts)
    return re.sub(r"  # noqa.*", "", text)


def _top_names(text: str) -> Iterator[str]:
    for node in ast.parse(text).body:
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)]):
                yield name
            case _:
                pass


class _Module:
    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self.policy = compiled.policy
        self.tables: Tables = tables_of(compiled)
        self.kernel = kernel_text()
        self.used = {
            *_top_names(self.kernel),
            *dir(builtins),
            *_PUBLIC,
            "dt",
            "bisect_right",
            "Decimal",
            "Literal",
            "Any",
        }
        self.used |= {
            "TYPE_CHECKING",
            "_PROGRAM",
            "_QUESTIONS",
            "_Later",
            "_Known",
            "_checked",
            "Callable",
            "Collection",
            "Hashable",
            "Iterable",
        }
        self.used |= {"Iterator", "Mapping", "Sequence", "annotations", "known", "_known", "claim", "_claim"}
        self.given = (*self.policy.asked, *identifier_inputs(self.policy))
        names = [item.name for item in (*self.given, *self.policy.derived)]
        fields = identifiers(names, RESERVED, "input")
        self.fields = {item.name: fields[item.name] for item in self.given}
        self.constants = {item.name: self.name(f"_{fields[item.name].upper()}") for item in self.given}
        worked_out = {fields[item.name]: item.label for item in self.policy.derived}
        self.claims = ClaimClass(self.given, self.fields, self.constants, self.name, worked_out)
        # the inputs tell classes of codes by the numbers of the space that all epochs share, so the functions must too
        self.latest = compiled.epochs[-1]
        self.conditions = Conditions(self.latest.compiler.space, fields, self.constants, self.used)
        self.attributes = identifiers([item.name for item in self.policy.decisions], _IN_A_JUDGEMENT, "decision")
        self.fast = Doors(self.policy, self.conditions, self.attributes, self.used)

    def name(self, wish: str) -> str:
        found = unused(wish, self.used)
        self.used.add(found)
        return found

    def text(self) -> str:
        decisions = [
            self.decision(item, made) for item, made in zip(self.policy.decisions, self.tables.decisions, strict=True)
        ]
        requirements = [
            self.requirement(item, made)
            for item, made in zip(self.policy.requirements, self.tables.requirements, strict=True)
        ]
        never, never_lines = self.never()
        doors = self.doors()
        imports = head(
            dates=self.has_dates(), decimals=self.conditions.needs_decimal, literals=self.claims.uses_literals
        )
        answers = _called([call for call, _, _, _ in decisions])
        states = _called([call for call, _, _, _ in requirements])
        tables = [line for _, _, table, _ in (*decisions, *requirements) for line in table]
        functions = [line for _, _, _, lines in (*decisions, *requirements) for line in lines]
        constants = [f"{name} = {text}" for text, name in self.conditions.constants.items()]
        own = {"fields": self.claims.from_mapping(), "never": never, "answers": answers, "requirements": states}
        own["reading"] = "claim_from" if self.policy.derived else "_checked"
        own["judging"] = _filled(_BY_THE_TABLES if self.policy.derived else _QUICKLY, own)
        own["history"] = _HISTORIES[bool(self.policy.keys)]
        judging = _filled(_FUNCTIONS, own)
        program = self.program([table for _, table, _, _ in decisions], [table for _, table, _, _ in requirements])
        sections = [
            self.docstring(), imports,
            _section("how a case is decided"), *constants, *never_lines, *functions,
            self.kernel,
            _section("the tables of this policy"), *self.about(), *self.claims.lines(), *self.judgement(),
            *tables, *program, *([] if self.policy.derived else self.claims.reading()), judging, *doors,
        ]  # fmt: skip
        return re.sub(r"\n{4,}", "\n\n\n", "\n".join(sections)).rstrip("\n") + "\n"

    # ------------------------------------------------------------ the policy

    def docstring(self) -> str:
        version = self.policy.name, self.compiled.revision, self.compiled.source.sha256
        name, revision, digest = map(in_docstring, version)
        return (
            f'"""{in_docstring(self.policy.label) or name}.\n\n'
            f"Policy {name}, revision {revision or 'not stated'}, sha256 {digest}.\n"
            f"Generated by ruleproof {VERSION}: do not edit, change the policy and build again.\n\n"
            f"{self.warning()}"
            f"To use it: `from {file_stem(self.policy.name)} import Claim, decide`, with the folder of this file on the path.\n"
            "First stands how a case is decided, to be read: each answer with its rules and what they cite.\n"
            "Then follow the kernel, the same in every such module, then `Claim` and the tables, and at the end `decide`\n"
            "and a fast door for claims that were checked before.\n\n"
            "Codes are named by their numbers, which are facts; what they are called belongs to the owners of the code sets.\n"
            '"""\n'
        )

    def has_dates(self) -> bool:
        """Tell whether anything in the policy is a date, so that the module needs them at once."""
        policy = self.policy
        dated = any(isinstance(item.domain, model.Day) for item in policy.inputs)
        return dated or bool(policy.code_lists or policy.postings or policy.derived or policy.keys)

    def warning(self) -> str:
        names = in_docstring(", ".join(unsound(self.compiled)))
        return f"BUILT ALL THE SAME, with these findings standing: {names}.\n\n" if names else ""

    def about(self) -> Iterator[str]:
        public = ", ".join(map(quoted, sorted((*_PUBLIC, *self.fast.names), key=as_listed)))
        yield f"__all__ = [{public}]"
        yield ""
        yield f"POLICY = {literal(self.tables.version)}"
        yield ""
        lists = {item.name: Made("CodeList", list_parts(item)) for item in self.policy.code_lists}
        yield f"LISTS: dict[str, CodeList] = {literal(lists)}"
        yield ""
        yield f"_QUESTIONS: dict[str, Question] = {literal(self.tables.questions)}"
        for item, made in zip(self.given, self.tables.inputs, strict=True):
            yield f"{self.constants[item.name]} = {literal(made)}"

    # ------------------------------------------------------------ decisions and requirements

    def judgement(self) -> Iterator[str]:
        names = self.attributes
        yield "\n\nclass Judgement(Judged):"
        yield '    """All that the policy says of one claim line."""\n'
        yield "    __slots__ = ()"
        for number, item in enumerate(self.policy.decisions):
            yield "\n    @property"
            yield f"    def {names[item.name]}(self) -> Answer:"
            yield f'        """{in_docstring(item.label or item.name)}"""'
            yield f"        return self._answers[{number}]"

    def decision(self, item: model.Decision, made: Made) -> tuple[str, str, list[str], list[str]]:
        """Give the call that answers, the name of the table, the lines of the table, and the lines of the functions."""
        table = self.name(f"_{self.label(item.name, 'DECISION').upper()}")
        answers = self.name(f"{table}_ANSWERS")
        function = self.name(f"_{self.label(item.name, 'decision')}")
        leaves = leaves_of(self.latest.exact_graphs[item.name])
        number = {leaf: index for index, leaf in enumerate(leaves)}
        cited = {rule.name: [citation.text for citation in rule.citations] for rule in item.rules}

        def end(leaf: Leaf) -> tuple[str, str]:
            answer = leaf.answer
            if not isinstance(answer, Answer):
                return f"{answers}[0]", "nothing can happen"
            return f"{answers}[{number[answer]}]", in_words(answer, cited)

        says = in_docstring(item.label or item.name)
        functions = Functions(self.graph(item), self.conditions, function, "Answer", end, says, self.used)
        lines = [f"{table} = {literal(made)}", f"{answers} = {table}.answers"]
        return f"{function}(known)", table, lines, list(functions.lines())

    def graph(self, item: model.Decision) -> Graph:
        if self.latest.compiler is self.compiled.study.compiler:
            return self.compiled.graphs[item.name]
        return graph_of_decision(self.policy, item, self.latest.compiler, exact=False)

    def requirement(self, item: model.Requirement, made: Made) -> tuple[str, str, list[str], list[str]]:
        table = self.name(f"_{self.label(item.name, 'REQUIREMENT').upper()}")
        states = self.name(f"{table}_STATES")
        function = self.name(f"_{self.label(item.name, 'requirement').lower()}")
        cited = ", ".join(citation.text for citation in item.citations)

        def end(leaf: Leaf) -> tuple[str, str]:
            state = str(leaf.answer or "not checked")
            return f"{states}[{quoted(state)}]", f"{state} ({cited})" if state == "failed" and cited else state

        graph = possible_part(self.latest.exact_graphs[item.name])
        functions = Functions(
            graph, self.conditions, function, "Requirement", end, in_docstring(item.label or item.name), self.used
        )
        lines = [f"{table} = {literal(made)}", f"{states} = {table}.states"]
        return f"{function}(known)", table, lines, list(functions.lines())

    def doors(self) -> list[str]:
        """Give the lines of the fast door of each decision."""
        written = [line for item in self.policy.decisions for line in self.fast.lines(item, self.graph(item))]
        return [_section("the fast door"), *written] if written else []

    def never(self) -> tuple[str, list[str]]:
        """Give what refuses facts that cannot happen together, and the lines of its function; nothing where all can happen."""
        compiler = self.latest.compiler
        graph = graph_of_condition("cannot happen", some(compiler.impossible()), compiler)
        if isinstance(graph.root, Leaf) and graph.root.answer != MET:
            return "", []
        function = self.name("_cannot_happen")

        def end(leaf: Leaf) -> tuple[str, str]:
            return ("True", "") if leaf.answer == MET else ("False", "")

        functions = Functions(
            graph, self.conditions, function, "bool", end, "Tell whether the facts cannot happen together.", self.used
        )
        return _filled(_CANNOT_HAPPEN, {"never": function}), list(functions.lines())

    def label(self, name: str, fallback: str) -> str:
        return identifiers([name], (), fallback)[name]

    def program(self, decisions: list[str], requirements: list[str]) -> list[str]:
        tables = self.tables
        return [
            "_PROGRAM = Program(",
            "    POLICY,",
            "    Claim._inputs,",
            f"    {names_in_a_tuple(decisions)},",
            f"    {names_in_a_tuple(requirements)},",
            *(
                f"    {literal(part, 4)},"
                for part in (
                    tables.impossibles,
                    tables.never,
                    tables.never_earlier,
                    tables.presumptions,
                    tables.postings,
                    tables.derived,
                )
            ),
            ")",
        ]


def _filled(text: str, own: Mapping[str, str]) -> str:
    return re.sub(r"\{(fields|history|judging|reading|never|answers|requirements)\}", lambda found: own[found[1]], text)


def in_words(answer: Answer, cited: dict[str, list[str]]) -> str:
    """Say an answer, its rules and what they cite, on one line."""
    said = f"{answer.force} {', '.join(answer.outcomes)}" if answer.outcomes else answer.kind
    if answer.further:
        said += f", and on a further line {', '.join(answer.further)}"
    if answer.barred and answer.force != model.MUST_NOT:
        said += f", not {', '.join(answer.barred)}"
    said += f" ({answer.reason})" if answer.reason else ""
    if answer.rules:
        places = dict.fromkeys(text for rule in answer.rules for text in cited[rule])
        said += f" by {', '.join(answer.rules)}" + (f" ({', '.join(places)})" if places else "")
    return said


def _section(title: str) -> str:
    return f"\n# {'-' * 64} {in_comment(title)}\n"


def _called(calls: list[str]) -> str:
    flat = names_in_a_tuple(calls)
    return flat if len(flat) < 100 else "(\n" + "".join(f"            {call},\n" for call in calls) + "        )"
