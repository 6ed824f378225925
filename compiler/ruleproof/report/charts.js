/* Finds the way of a case, and the ends of a rule, in the flowcharts of a page, and marks them. */
(function (root) {
  "use strict";

  const { cellsOf, withCodes } = typeof require === "undefined" ? root.RuleproofValues : require("./values.js");

  /* Give for each chart of a decision the boxes and arrows that a case goes along, in order.
   * `flow` is what the report says of the charts, `cells` the cell of each dimension, -1 where it is unknown. */
  function trailOf(flow, cells) {
    const steps = [];
    let number = 0, box = flow[0].first;
    for (;;) {
      const chart = flow[number];
      steps.push({ chart: chart.name, box });
      if (chart.jumps[box] !== undefined) {
        number = chart.jumps[box];
        box = flow[number].first;
        continue;
      }
      const [dimension, turns] = chart.questions[box] || [0, []];
      const taken = turns.find(([own]) => own.includes(cells[dimension]));
      if (!taken) return steps;
      steps.push({ chart: chart.name, arrow: taken[1] });
      box = taken[2];
    }
  }

  /* Give the cells that the charts ask for, where these are not those of the graphs. */
  function cellsOfCharts(flows, cells, values) {
    return flows.space ? cellsOf(flows.space, values) : cells;
  }

  /* Mark the ways of a case through the charts of a policy; give each in words. */
  function markTrails(flows, cells, values) {
    const told = {};
    const asked = cellsOfCharts(flows, cells, values);
    for (const [decision, flow] of Object.entries(flows.decisions)) {
      clear(flow, "trail");
      const words = [];
      for (const step of trailOf(flow, asked)) {
        const part = document.getElementById(step.chart + "-" + (step.box || step.arrow));
        if (!part) continue;
        part.classList.add("trail");
        const texts = Array.from(part.querySelectorAll(step.box ? '.b' : "text"));
        words.push({ chart: step.chart, box: Boolean(step.box), text: texts.map((item) => item.textContent).join(" ") });
      }
      told[decision] = words;
    }
    return told;
  }

  function clear(flow, mark) {
    for (const chart of flow) {
      const drawn = document.querySelectorAll('[id^="' + chart.name + '-"].' + mark);
      drawn.forEach((part) => part.classList.remove(mark));
    }
  }

  function clearTrails(flows) {
    Object.values(flows.decisions).forEach((flow) => clear(flow, "trail"));
  }

  const known = new Map();

  /* Give the charts of a policy of the page, as data. */
  function flowsOf(part) {
    if (!known.has(part)) {
      const flows = JSON.parse(document.getElementById(part + "-flows").textContent);
      if (flows.space) withCodes(flows.space);
      known.set(part, flows);
    }
    return known.get(part);
  }

  /* Give the ids of the ends that a rule stands behind. */
  function endsOf(flows, rule) {
    return Object.values(flows.decisions).flat().flatMap((chart) =>
      Object.entries(chart.rules).filter(([, rules]) => rules.includes(rule)).map(([box]) => chart.name + "-" + box));
  }

  /* Give the ids of the parts on the ways to the ends of a rule, and of those one arrow off them; and of the ends. */
  function waysTo(flow, rule) {
    const into = new Map(), out = [];
    const arrow = (from, id, to) => {
      out.push([from, id, to]);
      into.set(to, [...(into.get(to) || []), [from, id]]);
    };
    flow.forEach((chart, number) => {
      const id = (part) => flow[number].name + "-" + part;
      for (const [box, [, turns]] of Object.entries(chart.questions)) {
        for (const [, turn, goal] of turns) arrow(id(box), id(turn), id(goal));
      }
      for (const [box, goal] of Object.entries(chart.jumps)) arrow(id(box), "", flow[goal].name + "-" + flow[goal].first);
    });
    const ends = endsOf({ decisions: { flow } }, rule);
    const kept = new Set(ends), waiting = [...ends];
    while (waiting.length) {
      for (const [from, id] of into.get(waiting.pop()) || []) {
        kept.add(id);
        if (!kept.has(from)) waiting.push(from);
        kept.add(from);
      }
    }
    const near = new Set(out.filter(([from]) => kept.has(from)).flatMap(([, id, to]) => [id, to]));
    return { kept, near, ends };
  }

  const exported = { cellsOfCharts, clearTrails, endsOf, flowsOf, markTrails, trailOf, waysTo };
  if (typeof module !== "undefined" && module.exports) module.exports = exported;
  else root.RuleproofCharts = exported;
})(typeof self === "undefined" ? this : self);
