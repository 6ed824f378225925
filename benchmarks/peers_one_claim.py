"""How long other engines take for one claim of the first policy; run by the interpreter of the peers, prints JSON.

    .cache/peers/bin/python benchmarks/peers_one_claim.py CLAIMS.json MODULE.py

The emitted module is measured among them, in the same way and on the same claims.

Each engine is measured in a process of its own, so that none slows or stops another.
Every engine gets the same rules, compiled once, in the form that it is fastest with, and the same dictionaries; what it
answers is compared with the hand-written function before it is measured.  The middle one of the runs counts.
"""

from __future__ import annotations

import importlib.util
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from first_policy import GENES, INPUTS, RULES, Test, by_hand, in_order, interpreted

Claim = dict[str, Any]
Answer = Callable[[Claim], object]

BUDGET = 2.0
"""About how many seconds each engine is measured."""

RUNS = 5


# ---------------------------------------------------------------- the rules, as each engine writes them


def conditions(tests: Mapping[str, Test], and_: str, one: Callable[[str, Test], str]) -> str:
    return and_.join(one(name, allowed) for name, allowed in tests.items())


def chained(one: Callable[[str, Test], str]) -> str:
    """Give all rules as one expression of `? :`; the last rule needs no condition."""
    *rules, (_, _, last) = RULES
    return "".join(
        f"({conditions(tests, ' && ', one)}) ? {quoted(outcome)} : " for _, tests, outcome in rules
    ) + quoted(last)


def quoted(value: object) -> str:
    return json.dumps(value)


def bounds(name: str, allowed: range, and_: str = " && ") -> str:
    low, high = allowed[0], allowed[-1]
    parts = [f"{name} >= {low}"] * (low > GENES[0]) + [f"{name} <= {high}"] * (high < GENES[-1])
    return and_.join(parts)


def as_cel(name: str, allowed: Test) -> str:
    if isinstance(allowed, range):
        return bounds(name, allowed)
    if isinstance(allowed[0], bool):
        return name if allowed[0] else f"!{name}"
    return f"{name} == {quoted(allowed[0])}" if len(allowed) == 1 else f"{name} in {quoted(list(allowed))}"


def as_zen(name: str, allowed: Test) -> str:
    if isinstance(allowed, range):
        return bounds(name, allowed, " and ")
    if isinstance(allowed[0], bool):
        return f"{name} == {quoted(allowed[0])}"
    return f"{name} == {quoted(allowed[0])}" if len(allowed) == 1 else f"{name} in {quoted(list(allowed))}"


# ---------------------------------------------------------------- the engines


def zen_expression() -> Answer:
    import zen

    compiled = zen.compile_expression(chained(as_zen).replace(" && ", " and "))
    return compiled.evaluate


def zen_table() -> Answer:
    import zen

    names = list(INPUTS)

    def cell(allowed: Test | None) -> str:
        if allowed is None:
            return ""
        if isinstance(allowed, range):
            return f"[{allowed[0]}..{allowed[-1]}]"
        return ", ".join(map(quoted, allowed))

    rules = [
        {"_id": rule, **{name: cell(tests.get(name)) for name in names}, "code": quoted(outcome)}
        for rule, tests, outcome in RULES
    ]
    table = {
        "hitPolicy": "first",
        "inputs": [{"id": name, "name": name, "field": name, "type": "expression"} for name in names],
        "outputs": [{"id": "code", "name": "code", "field": "code", "type": "expression"}],
        "rules": rules,
    }
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in", "position": {"x": 0, "y": 0}},
        {"id": "table", "type": "decisionTableNode", "name": "table", "content": table, "position": {"x": 0, "y": 0}},
        {"id": "out", "type": "outputNode", "name": "out", "position": {"x": 0, "y": 0}},
    ]
    edges = [
        {"id": "a", "type": "edge", "sourceId": "in", "targetId": "table"},
        {"id": "b", "type": "edge", "sourceId": "table", "targetId": "out"},
    ]
    content = zen.ZenDecisionContent(json.dumps({"nodes": nodes, "edges": edges}))
    engine = zen.ZenEngine({"loader": lambda _: content})
    return lambda claim: engine.evaluate("first", claim)["result"]["code"]


def cel_rust() -> Answer:
    import cel

    return cel.compile(chained(as_cel)).execute


def cel_google() -> Answer:
    from cel_expr_python import cel

    kinds = {
        name: cel.Type.BOOL if True in values else cel.Type.STRING if values else cel.Type.INT
        for name, values in INPUTS.items()
    }
    compiled = cel.NewEnv(variables=kinds).compile(chained(as_cel))
    return lambda claim: compiled.eval(data=claim).value()


def cel_python() -> Answer:
    import celpy

    environment = celpy.Environment()
    program = environment.program(environment.compile(chained(as_cel)))

    def answer(claim: Claim) -> object:
        return str(program.evaluate({name: celpy.json_to_cel(value) for name, value in claim.items()}))

    return answer


def rego_text() -> str:
    """Give the rules as one chain of `else`."""

    def one(name: str, allowed: Test) -> str:
        if isinstance(allowed, range):
            return bounds(f"input.{name}", allowed, "; ")
        if len(allowed) == 1:
            return f"input.{name} == {quoted(allowed[0])}"
        return f"input.{name} in {{{', '.join(map(quoted, allowed))}}}"

    parts = [f"{quoted(outcome)} if {{ {conditions(tests, '; ', one)} }}" for _, tests, outcome in RULES]
    return "package first\n\nimport rego.v1\n\ncode := " + " else := ".join(parts) + "\n"


def rego_cpp() -> Answer:
    from regopy import Input, Interpreter

    maker = Interpreter()
    maker.add_module("first.rego", rego_text())
    bundle = maker.build("x = data.first.code", [])
    runner = Interpreter()

    def answer(claim: Claim) -> object:
        runner.set_input(Input(claim))
        found = runner.query_bundle(bundle)  # what is bound lives no longer than this
        return json.loads(str(found.binding("x")))

    return answer


def regorus() -> Answer:
    import regorus as engine_of

    engine = engine_of.Engine()
    engine.add_policy("first.rego", rego_text())

    def answer(claim: Claim) -> object:
        engine.set_input(claim)
        return engine.eval_rule("data.first.code")

    return answer


def cedar() -> Answer:
    import cedarpy

    def one(name: str, allowed: Test) -> str:
        if isinstance(allowed, range):
            return bounds(f"context.{name}", allowed)
        if len(allowed) == 1:
            return f"context.{name} == {quoted(allowed[0])}"
        return f"{quoted(list(allowed))}.contains(context.{name})"

    text = "\n".join(
        f"permit(principal, action, resource) when {{ {conditions(tests, ' && ', one)} }};" for _, tests, _ in RULES
    )
    policies = cedarpy.PolicySet.from_str(text)
    entities = cedarpy.Entities.from_json_str("[]")
    numbers = {f"policy{number}": number for number in range(len(RULES))}
    request = {"principal": 'User::"a"', "action": 'Action::"b"', "resource": 'Claim::"c"'}

    def answer(claim: Claim) -> object:
        found = cedarpy.is_authorized({**request, "context": claim}, policies, entities)
        return RULES[min(map(numbers.__getitem__, found.diagnostics.reasons))][2]

    return answer


def dmn_python() -> Answer:
    from bkflow_dmn.api import SingleDecisionTable

    def cell(allowed: Test | None) -> str:
        if allowed is None:
            return ""
        if isinstance(allowed, range):
            return f"[{allowed[0]}..{allowed[-1]}]"
        if isinstance(allowed[0], bool):
            return str(allowed[0]).lower()
        return ", ".join(map(quoted, allowed))

    names = list(INPUTS)
    rows = [[cell(tests.get(name)) for name in names] for _, tests, _ in RULES]
    table = SingleDecisionTable(
        title="first",
        hit_policy="First",
        inputs={"cols": [{"id": name} for name in names], "rows": rows},
        outputs={"cols": [{"id": "code"}], "rows": [[quoted(outcome)] for _, _, outcome in RULES]},
    )
    return lambda claim: table.decide(claim)[0]["code"]


def rule_engine_python() -> Answer:
    import rule_engine

    def one(name: str, allowed: Test) -> str:
        if isinstance(allowed, range):
            return bounds(name, allowed, " and ")
        if isinstance(allowed[0], bool):
            return name if allowed[0] else f"not {name}"
        return f"{name} == {quoted(allowed[0])}" if len(allowed) == 1 else f"{name} in {quoted(list(allowed))}"

    rules = [(rule_engine.Rule(conditions(tests, " and ", one)), outcome) for _, tests, outcome in RULES]

    def answer(claim: Claim) -> object:
        for rule, outcome in rules:
            if rule.matches(claim):
                return outcome
        raise LookupError("no rule holds")

    return answer


def emitted() -> Any:
    """Import the emitted module; it needs nothing but the standard library."""
    spec = importlib.util.spec_from_file_location("first", sys.argv[2])
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["first"] = module
    spec.loader.exec_module(module)
    return module


def fast_door() -> Answer:
    answer: Answer = emitted().outcome_of_code
    return answer


def checked() -> Answer:
    decide = emitted().decide
    return lambda claim: decide(claim).code.outcome


FAST, CHECKED = "ruleproof, outcome only", "ruleproof, checked, with rules and citations"

ENGINES: tuple[tuple[str, str, Callable[[], Answer]], ...] = (
    (FAST, "", fast_door),
    (CHECKED, "", checked),
    ("hand-written `if`, nested", "", lambda: by_hand),
    ("hand-written `if`, rule by rule", "", lambda: in_order),
    ("naive interpreter in Python", "", lambda: interpreted),
    ("Zen, one expression", "zen-engine", zen_expression),
    ("Zen, decision table", "zen-engine", zen_table),
    ("CEL in Rust", "common-expression-language", cel_rust),
    ("CEL in C++", "cel-expr-python", cel_google),
    ("CEL in Python", "cel-python", cel_python),
    ("Rego in Rust", "regorus", regorus),
    ("Rego in C++", "regopy", rego_cpp),
    ("Cedar", "cedarpy", cedar),
    ("DMN in Python", "bkflow-dmn", dmn_python),
    ("rule-engine", "rule-engine", rule_engine_python),
)
"""What is measured: what it is called, its package, and how its answer is made."""


def measured(make: Callable[[], Answer], claims: list[Claim]) -> dict[str, Any]:
    """Give the microseconds for one claim, or why there are none."""
    try:
        answer = make()
        wrong = sum(answer(claim) != by_hand(claim) for claim in claims[:300])
        if wrong:
            return {"failed": f"{wrong} of {min(300, len(claims))} answers differ"}
        began = time.process_time()
        for claim in claims[:100]:
            answer(claim)
        each = max((time.process_time() - began) / min(100, len(claims)), 1e-8)
        some = claims[: max(20, min(len(claims), int(BUDGET / RUNS / each)))]
        return {"microseconds": statistics.median(_times(answer, some)) * 1e6, "claims": len(some)}
    except Exception as error:  # whatever an engine of others raises: it is told on the page
        return {"failed": f"{type(error).__name__}: {error}".splitlines()[0][:160]}


def _times(answer: Answer, claims: list[Claim]) -> Iterator[float]:
    for _ in range(RUNS):
        began = time.process_time()
        for claim in claims:
            answer(claim)
        yield (time.process_time() - began) / len(claims)


def main() -> None:
    if len(sys.argv) > 3:
        claims = json.loads(Path(sys.argv[1]).read_text("utf-8"))
        print(json.dumps(measured(ENGINES[int(sys.argv[3])][2], claims)))
        return
    print(
        json.dumps(
            [{"name": name, "package": package, **alone(number)} for number, (name, package, _) in enumerate(ENGINES)]
        )
    )


def alone(number: int) -> dict[str, Any]:
    """Measure one engine in a process of its own."""
    command = [sys.executable, __file__, *sys.argv[1:3], str(number)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        return {"failed": f"stopped with status {done.returncode}"}
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    main()
