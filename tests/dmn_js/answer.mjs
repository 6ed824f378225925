// Reads a DMN file with dmn-moddle and answers cases with feelin: two programs that share nothing with ruleproof.
// Standard input: {"xml": …, "cases": [{input: value}]}; a date is {"date": "2024-03-21"}.
// Standard output: {"warnings": [text], "answers": [{decision: value}], "tables": number, "shapes": number}.
import { readFileSync } from "node:fs";
import { DmnModdle } from "dmn-moddle";
import { evaluate, unaryTest } from "feelin";

const { xml, cases } = JSON.parse(readFileSync(0, "utf8"));
const { rootElement: model, warnings } = await new DmnModdle().fromXML(xml);
const problems = warnings.map((warning) => warning.message);
const decisions = (model.drgElement ?? []).filter((element) => element.$type === "dmn:Decision");

function worth(text, context) {
  const { value, warnings } = evaluate(text, context);
  problems.push(...warnings.map((warning) => `${text}: ${warning.message}`));
  return value;
}

const known = new Map();
function passes(test, value, key) {
  const asked = `${test}\u0000${key}`;
  if (!known.has(asked)) {
    const { value: said, warnings } = unaryTest(test, { "?": value });
    problems.push(...warnings.map((warning) => `${test}: ${warning.message}`));
    known.set(asked, said === true);
  }
  return known.get(asked);
}

function answer(logic, context, keys) {
  if (logic.$type === "dmn:LiteralExpression") return worth(logic.text, context);
  const names = logic.input.map((input) => input.inputExpression.text);
  const hit = logic.rule.filter((rule) =>
    rule.inputEntry.every((entry, place) => passes(entry.text, context[names[place]], keys[names[place]])),
  );
  if (hit.length > 1) problems.push(`${logic.id}: ${hit.length} rules hold together`);
  return hit.length === 1 ? worth(hit[0].outputEntry[0].text, context) : null;
}

const answers = cases.map((facts) => {
  const keys = Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, JSON.stringify(value)]));
  const context = {};
  for (const [name, value] of Object.entries(facts)) {
    context[name] = value !== null && typeof value === "object" && "date" in value ? worth(`date("${value.date}")`, {}) : value;
  }
  for (const decision of decisions) {
    context[decision.name] = answer(decision.decisionLogic, context, keys);
    keys[decision.name] = JSON.stringify(context[decision.name]);
  }
  return Object.fromEntries(decisions.map((decision) => [decision.name, context[decision.name]]));
});

const tables = decisions.filter((decision) => decision.decisionLogic.$type === "dmn:DecisionTable").length;
const shapes = model.dmnDI.diagrams[0].diagramElements.length;
process.stdout.write(JSON.stringify({ warnings: [...new Set(problems)], answers, tables, shapes }));
