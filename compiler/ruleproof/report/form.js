/* The form that tries a case: facts in, answers out, and a link that carries the facts.  Nothing leaves the page. */
(function () {
  "use strict";

  const { Policy, Refused } = self.RuleproofEvaluator;
  const { clearTrails, markTrails } = self.RuleproofCharts;

  /* Make an element with texts and elements in it; texts stay texts. */
  function make(name, content, attributes) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
    made.append(...[content].flat(3).filter((part) => part !== "" && part !== null && part !== undefined));
    return made;
  }

  function listed(items) {
    return items.flatMap((item, place) => (place ? [", ", item] : [item]));
  }

  function written(text) {
    return Array.from(text, (letter) => (/[A-Za-z0-9_.]/.test(letter) ? letter : ":" + letter.codePointAt(0).toString(16) + ":")).join("");
  }

  /* Give the id of a row of the page; a sentence is found at its paragraph.  Empty where there is no such row. */
  function idOf(part, kind, name) {
    if (kind !== "s") return document.getElementById(part + "-" + kind + "-" + written(name)) ? part + "-" + kind + "-" + written(name) : "";
    const [source, ...rest] = name.split(" ");
    const paragraph = rest.join(" ");
    const ids = [paragraph, paragraph.split(".").slice(0, -1).join(".")].map((id) => [part, "s", written(source), written(id)].join("-"));
    return ids.find((id) => document.getElementById(id)) || "";
  }

  /* Write the nodes of a graph out again, which the page holds short. */
  function withNodes(graph) {
    const outAs = (end) => (node) => {
      if (node === null) return { cannot_happen: true };
      if (!Array.isArray(node)) return { [end]: node };
      const [ask, ...rest] = node;
      return { ask, from: rest.flatMap((cell, place) => (place % 2 ? [] : [[cell, rest[place + 1]]])) };
    };
    const never = graph.cannot_happen;
    const kinds = [[graph.decisions, "answer"], [graph.requirements, "state"], [graph.worked_out, "met"], [[never, ...never.each], "met"]];
    for (const [tables, end] of kinds) {
      for (const table of tables.flatMap((item) => [item, ...(item.earlier || [])])) {
        if (table.nodes) table.nodes = table.nodes.map(outAs(end));
        if (table.counts) table.counts = table.counts.map(outAs(end));
      }
    }
    return graph;
  }

  class Trial {
    constructor(form) {
      this.form = form;
      this.part = form.dataset.part;
      this.name = form.dataset.policy;
      const data = JSON.parse(document.getElementById(this.part + "-data").textContent);
      this.policy = new Policy(withNodes(data.graph));
      this.flows = data.flows;
      this.answers = document.getElementById(this.part + "-answers");
      this.link = form.querySelector(".case-link");
      this.labels = new Map(data.graph.inputs.map((item) => [item.name, item.label]));
      form.addEventListener("input", () => this.answer());
      form.addEventListener("submit", (event) => event.preventDefault());
      form.addEventListener("reset", () => setTimeout(() => this.answer(), 0));
    }

    controls() {
      return Array.from(this.form.elements).filter((item) => item.name);
    }

    none(name) {
      return Array.from(this.form.elements).find((item) => item.dataset.missing === name);
    }

    option(name) {
      return Array.from(this.form.elements).find((item) => item.dataset.option === name);
    }

    /* Give the facts of the form, as the evaluator takes them. */
    facts() {
      const facts = {};
      for (const item of this.controls()) {
        const text = item.value.trim();
        const none = this.none(item.name);
        if (none && none.checked) facts[item.name] = null;
        else if (text) facts[item.name] = "several" in item.dataset ? text.split(",").map((code) => code.trim()).filter(Boolean) : text;
      }
      return facts;
    }

    options() {
      const before = this.option("nothing-before"), posted = this.option("posted-on");
      return {
        nothingBefore: Boolean(before && before.checked),
        postedOn: posted && posted.value.trim() ? posted.value.trim() : null,
      };
    }

    /* Put what a link carries into the form. */
    take(pairs) {
      this.form.reset();
      const unknown = [];
      for (const name of new Set(pairs.map(([key]) => key))) {
        const texts = pairs.filter(([key]) => key === name).map(([, text]) => text);
        const item = this.controls().find((control) => control.name === name);
        if (name === "nothing before" && this.option("nothing-before")) this.option("nothing-before").checked = true;
        else if (name === "posted on" && this.option("posted-on")) this.option("posted-on").value = texts[0];
        else if (!item) unknown.push(name);
        else if (texts.every((text) => text === "") && this.none(name)) this.none(name).checked = true;
        else this.fill(item, texts, unknown);
      }
      this.answer(unknown);
    }

    fill(item, texts, unknown) {
      item.value = texts.join(", ");
      if (item.value !== texts.join(", ")) unknown.push(item.name + " is " + texts.join(", "));
    }

    fragment(facts, options) {
      const pairs = [["try", this.name]];
      for (const [name, value] of Object.entries(facts)) {
        for (const text of value === null ? [""] : [value].flat()) pairs.push([name, text]);
      }
      if (options.nothingBefore) pairs.push(["nothing before", "yes"]);
      if (options.postedOn) pairs.push(["posted on", options.postedOn]);
      return "#" + pairs.map((pair) => pair.map(encodeURIComponent).join("=")).join(";");
    }

    answer(unknown) {
      const facts = this.facts(), options = this.options();
      this.link.href = this.fragment(facts, options);
      this.controls().forEach((item) => this.wrong(item, false));
      clearTrails(this.flows);
      const told = [];
      if (unknown && unknown.length) told.push(make("p", "The link holds what this policy does not know: " + unknown.join("; ") + "."));
      try {
        const judged = this.policy.judge(facts, options);
        const trails = options.postedOn ? {} : markTrails(this.flows, judged.cells, judged.values);
        told.push(...this.decisions(judged, trails), ...this.requirements(judged));
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        this.controls().filter((item) => error.input.split(", ").includes(item.name)).forEach((item) => this.wrong(item, true));
        told.push(make("p", ["✗ ", error.message], { class: "warning" }));
      }
      this.answers.replaceChildren(...told);
    }

    wrong(item, is) {
      item.closest(".field").classList.toggle("wrong", is);
      if (is) item.setAttribute("aria-invalid", "true");
      else item.removeAttribute("aria-invalid");
    }

    // -------------------------------------------------------------- answers

    /* Give a rule, a place of a source or a question as a link to where it is described. */
    to(kind, name) {
      const id = idOf(this.part, kind, name);
      return id ? make("a", name, { href: "#" + id }) : make("span", name);
    }

    headline(answer) {
      const further = answer.further.length ? ", on a further line " + answer.further.join(", ") : "";
      const barred = answer.barred.length ? ", not " + answer.barred.join(", ") : "";
      const said = answer.kind === "outcome" ? answer.force + " " + answer.outcomes.join(", ") : answer.kind;
      const why = [answer.reason, answer.because].filter(Boolean).join("; ");
      return said + further + barred + (why ? ": " + why : "") + (answer.action ? ", then " + answer.action : "");
    }

    inputs(names) {
      return listed(names.map((name) => {
        // what is worked out from other facts has no field, and is described among the inputs
        const kind = this.controls().some((item) => item.name === name) ? "fact" : "input";
        return make("a", this.labels.get(name) || name, { href: "#" + [this.part, kind, written(name)].join("-") });
      }));
    }

    decisions(judged, trails) {
      return this.policy.graph.decisions.flatMap((table) => {
        const answer = judged.decisions[table.name];
        return [
          make("h4", table.label || table.name),
          make("p", this.headline(answer), { class: "headline" }),
          make("ul", [...this.reasons(table, answer), ...this.trail(trails[table.name])]),
        ];
      });
    }

    *reasons(table, answer) {
      if (answer.possible.length) {
        yield make("li", "still possible: " + answer.possible.map((other) => this.headline(other)).join("; "));
      }
      if (answer.needed.length) yield make("li", ["still missing, the first to ask first: ", this.inputs(answer.needed)]);
      for (const name of answer.rules) {
        const rule = table.rules[name] || { label: "" };
        yield make("li", ["by rule ", this.to("r", name), rule.label ? " " + rule.label : ""]);
      }
      if (answer.citations.length) yield make("li", ["cites ", listed(answer.citations.map((text) => this.to("s", text)))]);
      if (answer.questions.length) {
        yield make("li", ["rests on questions ", listed(answer.questions.map((name) => this.to("q", name)))]);
      }
      if (answer.presumed.length) yield make("li", ["presumes ", this.inputs(answer.presumed)]);
      if (answer.reviewer.length) yield make("li", ["a reviewer decides ", this.inputs(answer.reviewer)]);
    }

    trail(words) {
      if (!words || !words.length) return [];
      const said = words.map((step) => (step.box ? step.text : "→ " + step.text + " →")).join(" ");
      const last = words[words.length - 1].chart;
      return [make("li", ["way through the flowchart: " + said + " ", make("a", "(see it)", { href: "#" + last })])];
    }

    requirements(judged) {
      const listing = Object.values(judged.requirements);
      if (!listing.length) return [];
      const order = ["failed", "not checked", "met", "not applicable"];
      const signs = { failed: "✗", "not checked": "?", met: "✓", "not applicable": "–" };
      const sorted = order.flatMap((state) => listing.filter((item) => item.state === state));
      const items = sorted.map((item) => make("li", [
        make("strong", signs[item.state] + " " + item.state), ": ", this.to("r", item.name), " ", item.label,
        item.state === "failed" ? ", " + [item.action || "consequence not stated", item.reason_codes, item.text].filter(Boolean).join(" ") : "",
        item.needed.length ? [", still missing: ", this.inputs(item.needed)] : "",
        item.citations.length ? [", cites ", listed(item.citations.map((text) => this.to("s", text)))] : "",
      ]));
      return [make("h4", "Requirements and limits"), make("ul", items)];
    }
  }

  const trials = new Map(Array.from(document.querySelectorAll("form.try"), (form) => [form.dataset.policy, new Trial(form)]));

  function takeFragment() {
    const fragment = location.hash.slice(1);
    if (!fragment.startsWith("try=")) return;
    const trial = trialOf(fragment);
    if (!trial) return;
    const [found, pairs] = trial;
    found.take(pairs);
    document.getElementById(found.part + "-try").scrollIntoView();
  }

  /* Read a case that a link carries: `try=policy;input=value;…`, each percent-encoded, an empty value for none. */
  function trialOf(fragment) {
    try {
      const [[, name], ...pairs] = fragment.split(";").map((pair) => {
        const [key, ...value] = pair.split("=");
        return [decodeURIComponent(key), decodeURIComponent(value.join("="))];
      });
      return trials.has(name) ? [trials.get(name), pairs] : null;
    } catch {
      return null;  // a link that was cut off in the middle of a letter
    }
  }

  self.addEventListener("hashchange", takeFragment);
  takeFragment();
  self.RuleproofTrials = trials;
})();
