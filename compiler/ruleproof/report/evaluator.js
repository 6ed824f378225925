/* The evaluator of NAME.graph.json: the same answers as the evaluators in Python.
 *
 * A claim is judged without a history, or by the services that came before it; lines of a claim do not see each other.
 * No text is ever run as code, and nothing here touches the page.
 */
(function (root) {
  "use strict";

  const {
    Refused, cellsOf, compareTexts, isDay, near, numberOfDay, readIdentifier, readInput, shown, wordOf, written,
  } = typeof require === "undefined" ? root.RuleproofValues : require("./values.js");

  const { checkAgainst, isReached, pastOf } =
    typeof require === "undefined" ? root.RuleproofHistory : require("./history.js");

  // ---------------------------------------------------------------- graphs

  function wayOf(node, cell) {
    let way = node.from[0][1];
    for (const [first, next] of node.from) if (first <= cell) way = next;
    return way;
  }

  function leafOf(nodes, cells) {
    let node = nodes[0];
    while (node.ask !== undefined) node = nodes[wayOf(node, cells[node.ask])];
    return node;
  }

  /* Follow a graph with some cells unknown: the leaves that can be reached, what is still said, what is still asked.
   * `said` gives the text of a leaf; two leaves with one text are one thing to say. */
  function open(nodes, cells, said) {
    const ways = new Map(), waiting = [0], reached = new Set();
    while (waiting.length) {
      const index = waiting.pop();
      if (ways.has(index)) continue;
      const node = nodes[index];
      let own = [];
      if (node.ask !== undefined) {
        own = cells[node.ask] >= 0 ? [[0, wayOf(node, cells[node.ask])]] : node.from;
      } else if (!node.cannot_happen) {
        reached.add(index);
      }
      ways.set(index, own);
      waiting.push(...own.map((way) => way[1]));
    }
    const kept = [], numbers = new Map(), left = new Map();
    const number = (key, item) => {
      if (!numbers.has(key)) {
        numbers.set(key, kept.length);
        kept.push(item);
      }
      return numbers.get(key);
    };
    for (const index of Array.from(ways.keys()).sort((one, other) => other - one)) {
      const node = nodes[index];
      if (node.ask === undefined) {
        const text = node.cannot_happen ? null : said(node);
        left.set(index, text === null ? -1 : number("said " + text, { said: text, node }));
        continue;
      }
      const next = ways.get(index).map((way) => left.get(way[1]));
      const different = new Set(next.filter((item) => item >= 0));
      if (different.size < 2) {
        left.set(index, different.size ? Array.from(different)[0] : -1);
      } else {
        const starts = ways.get(index).map((way) => way[0]);
        left.set(index, number("ask " + node.ask + ":" + starts + ":" + next, { ask: node.ask, ways: next }));
      }
    }
    return { reached, ...whatIsLeft(kept, left.get(0)) };
  }

  function whatIsLeft(kept, first) {
    const said = [], asked = [], seen = new Set(first >= 0 ? [first] : []);
    for (const number of seen) {
      const item = kept[number];
      if (item.ask === undefined) {
        said.push(item);
        continue;
      }
      if (!asked.includes(item.ask)) asked.push(item.ask);
      item.ways.filter((way) => way >= 0).forEach((way) => seen.add(way));
    }
    return { said, asked };
  }

  /* Give what stood as posted on a day. */
  function standing(part, posted) {
    if (!posted || !part.earlier) return part;
    const earlier = part.earlier.find((item) => posted < item.before);
    return earlier ? { ...part, ...earlier } : part;
  }

  function unique(listed) {
    return Array.from(new Set(listed));
  }

  // ---------------------------------------------------------------- a policy

  class Policy {
    constructor(graph) {
      this.graph = graph;
      const derived = new Set(graph.worked_out.map((item) => item.input));
      this.asked = graph.inputs.filter((item) => !derived.has(item.name));
      this.names = [...this.asked.map((item) => item.name), ...graph.identifiers];
    }

    /* Give the checked values of facts, by name; what is unknown has none. */
    read(facts) {
      for (const name of Object.keys(facts)) {
        if (!this.names.includes(name)) {
          throw new Refused("there is no input " + shown(name) + near(name, this.names), name);
        }
      }
      const values = {};
      for (const item of this.asked) values[item.name] = readInput(item, facts[item.name], this.graph);
      for (const name of this.graph.identifiers) values[name] = readIdentifier(name, facts[name]);
      return values;
    }

    /* Give values with what is worked out from them, and from the services that came before: null where nobody told. */
    workedOut(values, services, postedOn) {
      const all = { ...values };
      if (services) checkAgainst(services, values);
      for (const made of this.graph.worked_out) {
        const item = standing(made, postedOn);
        all[item.input] = item.count === undefined ? daysBetween(item, values)
          : isReached(item, values, services, "service_date" in values, (service) => isOfKind(item.counts, service.cells));
      }
      return all;
    }

    /* Give the values and cells of an earlier service. */
    earlier(facts) {
      const values = this.read(facts);
      const cells = cellsOf(this.graph, this.workedOut(values, null, null));
      this.checkPossible(values, cells, null);
      return { values, cells };
    }

    /* Judge a claim: `history` holds the services that came before, in order; null where that is unknown. */
    judge(facts, options) {
      const { history = null, postedOn = null } = options || {};
      const told = this.read(facts);
      const services = pastOf(history, this.graph.identifiers.length > 0, (service) => this.earlier(service));
      if (postedOn !== null && !isDay(postedOn)) {
        const said = "`as_posted_on` cannot be " + shown(postedOn) + ": it is a date, written like 2024-03-21";
        throw new Refused(said, "as_posted_on");
      }
      const values = this.workedOut(told, services, postedOn);
      const cells = cellsOf(this.graph, values);
      this.checkPossible(told, cells, postedOn);
      if (!cells.includes(-1)) return { values, cells, ...this.answersOfCells(cells, postedOn) };
      return this.partial(told, values, cells, services, postedOn);
    }

    /* Give the answers of a full case that can happen. */
    answersOfCells(cells, postedOn) {
      const decisions = {}, requirements = {};
      for (const part of this.graph.decisions) {
        const table = standing(part, postedOn);
        decisions[part.name] = this.answer(table, table.answers[leafOf(table.nodes, cells).answer], {});
      }
      for (const part of this.graph.requirements) {
        const table = standing(part, postedOn);
        requirements[part.name] = this.requirement(table, table.states[leafOf(table.nodes, cells).state], {});
      }
      return { decisions, requirements };
    }

    partial(told, values, cells, services, postedOn) {
      const presumptions = this.graph.presumptions.filter((item) => told[item.input] === undefined);
      const more = {};
      for (const { input, value } of presumptions) {
        more[input] = readInput(this.asked.find((item) => item.name === input), value, this.graph);
      }
      let presumed = presumptions.map((item) => item.input);
      let filled = this.workedOut({ ...told, ...more }, services, postedOn);
      let filledCells = cellsOf(this.graph, filled);
      if (!presumed.length || !this.canHappen(filledCells, postedOn)) {
        [filled, filledCells, presumed] = [values, cells, []];
      }
      const decisions = {}, requirements = {};
      for (const part of this.graph.decisions) {
        decisions[part.name] = this.partialAnswer(standing(part, postedOn), cells, filledCells, presumed);
      }
      for (const part of this.graph.requirements) {
        requirements[part.name] = this.partialState(standing(part, postedOn), cells, filledCells, presumed);
      }
      return { values, cells, decisions, requirements };
    }

    /* Ask a graph with what is known and presumed, and say whether that rests on what is presumed. */
    asks(nodes, cells, filled, presumed, said) {
      const bare = open(nodes, cells, said);
      const asked = new Set(nodes.map((node) => node.ask));
      if (!cells.some((cell, place) => cell !== filled[place] && asked.has(place))) return { opened: bare, presumed: [] };
      const opened = open(nodes, filled, said);
      const texts = (found) => JSON.stringify(found.said.map((item) => item.said).sort());
      return { opened, presumed: texts(opened) === texts(bare) ? [] : presumed };
    }

    needed(asked) {
      return unique(asked.map((place) => this.graph.dimensions[place].input));
    }

    partialAnswer(table, cells, filled, known) {
      const said = (node) => JSON.stringify(saidBy(table.answers[node.answer]));
      const { opened, presumed } = this.asks(table.nodes, cells, filled, known, said);
      const reached = Array.from(opened.reached, (index) => table.answers[table.nodes[index].answer]);
      const found = opened.said.map(({ said: text, node }) => {
        const alike = reached.filter((answer) => JSON.stringify(saidBy(answer)) === text);
        const givers = new Set(alike.flatMap((answer) => answer.rules));
        return { ...table.answers[node.answer], rules: Object.keys(table.rules).filter((rule) => givers.has(rule)) };
      });
      if (found.length === 1) return this.answer(table, found[0], { presumed });
      const parts = (answer) => written([...saidBy(answer), answer.rules]);
      const possible = found.sort((one, other) => compareTexts(parts(one), parts(other)));
      const answers = possible.map((answer) => this.answer(table, answer, {}));
      const nothing = { kind: "not known yet", force: "", outcomes: [], further: [], barred: [], reason: "", rules: [] };
      return this.answer(table, nothing, { presumed, needed: this.needed(opened.asked), possible: answers });
    }

    partialState(table, cells, filled, known) {
      const { opened, presumed } = this.asks(table.nodes, cells, filled, known, (node) => table.states[node.state]);
      if (opened.said.length === 1) return this.requirement(table, opened.said[0].said, { presumed });
      return this.requirement(table, "not checked", { presumed, needed: this.needed(opened.asked) });
    }

    /* Give an answer with what its rules rest on. */
    answer(table, answer, more) {
      const rules = answer.rules.map((name) => table.rules[name]);
      const scope = ["cannot answer", "not known yet"].includes(answer.kind) ? [] : table.reviewer;
      return {
        ...answer, presumed: [], needed: [], possible: [], ...more,
        citations: unique(rules.flatMap((rule) => rule.citations)),
        questions: unique(rules.flatMap((rule) => rule.questions)),
        reviewer: unique([...scope, ...rules.flatMap((rule) => rule.reviewer)]),
        because: rules.map((rule) => rule.because).filter(Boolean).join("; "),
        action: rules.map((rule) => rule.action).find(Boolean) || "",
      };
    }

    requirement(table, state, more) {
      const { name, label, limit, action, reason_codes, text, citations, questions, reviewer } = table;
      return {
        name, label, limit, state, action, reason_codes, text, citations, questions, reviewer, presumed: [], needed: [], ...more,
      };
    }

    canHappen(cells, postedOn) {
      const { reached } = open(standing(this.graph.cannot_happen, postedOn).nodes, cells, () => "");
      const { nodes } = standing(this.graph.cannot_happen, postedOn);
      return Array.from(reached).some((index) => !nodes[index].met);
    }

    checkPossible(values, cells, postedOn) {
      if (this.canHappen(cells, postedOn)) return;
      const known = this.graph.cannot_happen.each.map((item) => standing(item, postedOn));
      const ends = known.map((item) => {
        const { reached } = open(item.nodes, cells, () => "");
        return Array.from(reached, (index) => item.nodes[index].met);
      });
      let met = known.filter((_, place) => ends[place].every(Boolean));
      if (!met.length) met = known.filter((_, place) => ends[place].some(Boolean));
      const inputs = new Set(met.flatMap((item) => item.inputs));
      const told = this.names.filter((name) => inputs.has(name) && values[name] !== undefined);
      const facts = told.map((name) => name + " is " + wordOf(values[name])).join(", ");
      const why = met.map((item) => item.name + ": " + (item.because || item.label)).join("; ");
      throw new Refused(
        facts ? "these facts cannot happen together (" + facts + ") by " + why : "nothing can happen by " + why,
        told.join(", "),
      );
    }
  }

  function saidBy(answer) {
    return [answer.kind, answer.force, answer.outcomes, answer.further, answer.barred, answer.reason];
  }

  /* Tell whether a service is of a kind; undefined where that hangs on what is unknown of it. */
  function isOfKind(nodes, cells) {
    const { reached } = open(nodes, cells, () => "");
    const ends = new Set(Array.from(reached, (index) => nodes[index].met));
    return ends.size === 1 ? ends.has(true) : undefined;
  }

  function daysBetween(item, values) {
    const first = values[item.first], second = values[item.second];
    if (first === null || second === null) return false;
    if (first === undefined || second === undefined) return undefined;
    const days = numberOfDay(first) - numberOfDay(second);
    return (item.low === null || days >= item.low) && (item.high === null || days <= item.high);
  }

  const exported = { Policy, Refused, cellsOf, saidBy, standing };
  if (typeof module !== "undefined" && module.exports) module.exports = exported;
  else root.RuleproofEvaluator = exported;
})(typeof self === "undefined" ? this : self);
