/* The smallest changes of a case that lead to another answer, read off the graph of a decision.
 *
 * A graph asks each input at most once on a way, and what it does not ask is free.  What cannot happen leads nowhere, so
 * every change that is found can happen.
 */
(function (root) {
  "use strict";

  const MOST_STATES = 20000;

  /* Give the minimal sets of inputs that, changed together, lead to an end that is wanted, the smallest first; each with
   * one way: for every changed dimension the cells that it can have.  Null where the search would take too long.
   * `cells` is the case, -1 where it is unknown and so free; `inputOf` names the input of a dimension. */
  function changesTo(nodes, cells, inputOf, wanted, limit) {
    const least = leastOf(nodes, cells, wanted);
    if (least[0] === Infinity) return [];
    const found = [], seen = new Map();
    let waiting = [{ node: 0, changed: [], ways: [] }], looked = 0;
    // sets grow by one input at a time, so those of one size are all found before any that is larger
    for (let size = 0; waiting.length && found.length < limit; size += 1) {
      const later = [];
      while (waiting.length) {
        const state = waiting.pop();
        if (covered(state.changed, found.map((item) => item.inputs))) continue;
        const before = seen.get(state.node) || [];
        if (covered(state.changed, before)) continue;
        seen.set(state.node, [...before, state.changed]);
        looked += 1;
        if (looked > MOST_STATES) return null;
        const node = nodes[state.node];
        if (node.ask === undefined) {
          found.push({ inputs: state.changed, ways: state.ways });
          continue;
        }
        const input = inputOf(node.ask);
        for (const [next, own] of targets(node)) {
          if (least[next] === Infinity) continue;
          const free = cells[node.ask] < 0 || own(cells[node.ask]);
          const known = free || state.changed.includes(input);
          const changed = known ? state.changed : [...state.changed, input].sort();
          const step = { node: next, changed, ways: free ? state.ways : [...state.ways, [node.ask, own]] };
          (changed.length > size ? later : waiting).push(step);
        }
      }
      waiting = later;
    }
    return found.slice(0, limit);
  }

  /* Give for each node whether an end that is wanted can be reached at all: 0, or Infinity. */
  function leastOf(nodes, cells, wanted) {
    const least = nodes.map(() => Infinity);
    for (let index = nodes.length - 1; index >= 0; index -= 1) {
      const node = nodes[index];
      const good = node.ask === undefined ? !node.cannot_happen && wanted(node) : node.from.some(([, next]) => least[next] === 0);
      if (good) least[index] = 0;
    }
    return least;
  }

  /* Give where a question leads, each goal once, with what tells whether a cell leads there. */
  function targets(node) {
    const goals = new Map();
    node.from.forEach(([first, next], place) => {
      const last = place + 1 < node.from.length ? node.from[place + 1][0] - 1 : Infinity;
      goals.set(next, [...(goals.get(next) || []), [first, last]]);
    });
    return Array.from(goals, ([next, parts]) => [next, (cell) => parts.some(([first, last]) => first <= cell && cell <= last)]);
  }

  function covered(inputs, sets) {
    return sets.some((one) => one.every((name) => inputs.includes(name)));
  }

  const exported = { changesTo };
  if (typeof module !== "undefined" && module.exports) module.exports = exported;
  else root.RuleproofChanges = exported;
})(typeof self === "undefined" ? this : self);
