/* The form that tries a case: facts in, answers out, and a link that carries the facts.  Nothing leaves the page. */
(function () {
  "use strict";

  const { Policy, Refused, saidBy, standing } = self.RuleproofEvaluator;
  const { changesTo } = self.RuleproofChanges;
  const { withCodes } = self.RuleproofValues;
  const { clearTrails, flowsOf, markTrails } = self.RuleproofCharts;

  const MOST_OTHERS = 8;

  /* Make an element with texts and elements in it; texts stay texts. */
  function make(name, content, attributes) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
    made.append(...[content].flat(Infinity).filter((part) => part !== "" && part !== null && part !== undefined));
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

  const ANSWER = { kind: "", force: "", outcomes: [], further: [], barred: [], reason: "", rules: [] };
  const RULE = { label: "", citations: [], questions: [], reviewer: [], because: "", action: "" };
  const REQUIREMENT = { ...RULE, limit: "", reason_codes: "", text: "" };

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
        if (table.answers) table.answers = table.answers.map((answer) => ({ ...ANSWER, ...answer }));
        for (const [name, rule] of Object.entries(table.rules || {})) table.rules[name] = { ...RULE, ...rule };
      }
    }
    graph.requirements = graph.requirements.map((table) => ({ ...REQUIREMENT, ...table }));
    return graph;
  }

  /* The part of a form that tells what came before: unknown, nothing, or services with the facts that limits ask for. */
  class Before {
    constructor(place, trial) {
      this.trial = trial;
      const { worked_out: worked, dimensions } = trial.policy.graph;
      const counts = worked.filter((item) => item.count !== undefined);
      const asked = counts.flatMap((item) => item.counts.flatMap((node) => (node.ask === undefined ? [] : [dimensions[node.ask].input])));
      this.keys = Array.from(new Set(counts.flatMap((item) => item.keys)));
      const facts = trial.controls().map((item) => item.name);
      const wanted = new Set(["service_date", ...asked, ...counts.flatMap((item) => item.same)]);
      this.inputs = facts.filter((name) => wanted.has(name));
      this.own = new Map(this.keys.map((name) => [name, make("input", [], { type: "text", "data-key": name, maxlength: "200" })]));
      this.state = make("select", [["", "unknown"], ["nothing", "nothing"], ["services", "these services"]].map(
        ([value, words]) => make("option", words, { value })), { "data-option": "before" });
      this.listed = make("div", []);
      const add = make("button", "Add an earlier service", { type: "button" });
      add.addEventListener("click", () => {
        this.add();
        trial.answer();
      });
      place.append(make("fieldset", [
        make("legend", "What came before"),
        make("p", "Limits look at earlier services of the same patient; of each, only what the limits ask for is asked here.", { class: "small" }),
        make("div", [
          this.field("services before this one", this.state),
          ...this.keys.map((name) => this.field(name + " of this service", this.own.get(name))),
        ], { class: "fields" }),
        this.listed, make("p", add),
      ]));
    }

    field(label, control) {
      return make("div", make("label", [label, " ", control]), { class: "field" });
    }

    /* Add the fields of one more earlier service, filled with what is told of it. */
    add(told) {
      const number = this.listed.children.length + 1;
      const controls = [["id", make("input", [], { type: "text", maxlength: "200", value: String(number) })]];
      for (const name of this.inputs) {
        const control = this.trial.control(name).cloneNode(true);
        for (const key of ["id", "aria-describedby", "aria-invalid", "name"]) control.removeAttribute(key);
        control.value = "";
        controls.push([name, control]);
      }
      controls.push(...this.keys.map((name) => [name, make("input", [], { type: "text", maxlength: "200" })]));
      const options = ["", "yes", "no"].map((value) => make("option", value || "unknown", { value }));
      controls.push(["paid", make("select", options)]);
      for (const [name, control] of controls) {
        control.dataset.earlier = name;
        if (told && told[name] !== undefined) control.value = told[name];
      }
      const drop = make("button", "Leave it out", { type: "button" });
      const group = make("fieldset", [
        make("legend", "Earlier service " + number),
        make("div", controls.map(([name, control]) => this.field(this.trial.labels.get(name) || name, control)), { class: "fields" }),
        make("p", drop),
      ]);
      drop.addEventListener("click", () => {
        group.remove();
        this.trial.answer();
        this.state.focus();
      });
      this.listed.append(group);
      this.state.value = "services";
    }

    reset() {
      this.listed.replaceChildren();
      this.state.value = "";
      this.own.forEach((control) => (control.value = ""));
    }

    /* Give the identifiers of the service that is judged. */
    facts() {
      return Object.fromEntries(Array.from(this.own).filter(([, control]) => control.value.trim()).map(([name, control]) => [name, control.value.trim()]));
    }

    services() {
      return Array.from(this.listed.children, (group) => {
        const told = Array.from(group.querySelectorAll("[data-earlier]"), (control) => [control.dataset.earlier, control]);
        return Object.fromEntries(told.filter(([, control]) => control.value.trim()).map(([name, control]) => [name, valueOf(control)]));
      });
    }

    history() {
      return { "": null, nothing: [], services: this.services() }[this.state.value];
    }

    /* Write what came before into the pairs of a link. */
    *pairs() {
      for (const [name, value] of Object.entries(this.facts())) yield [name, value];
      if (this.state.value === "nothing") yield ["nothing before", "yes"];
      if (this.state.value !== "services") return;
      for (const [place, service] of this.services().entries()) {
        for (const [name, value] of Object.entries(service)) yield ["before " + (place + 1) + " " + name, [value].flat().join(", ")];
      }
    }

    /* Take a pair of a link; tell whether it was one of ours. */
    take(name, text) {
      const [, number, of] = /^before ([1-9][0-9]?) (.+)$/.exec(name) || [];
      if (name === "nothing before") this.state.value = "nothing";
      else if (this.own.has(name)) this.own.get(name).value = text;
      else if (this.trial.policy.graph.identifiers.includes(name)) return true;
      else if (number && Number(number) <= this.listed.children.length + 1) {
        if (Number(number) > this.listed.children.length) this.add();
        const control = Array.from(this.listed.children[number - 1].querySelectorAll("[data-earlier]")).find((item) => item.dataset.earlier === of);
        // what no limit asks for has no field, and changes nothing
        if (!control) return this.trial.labels.has(of) || this.trial.policy.graph.identifiers.includes(of);
        control.value = text;
        return control.value === text;
      } else return false;
      return true;
    }
  }

  /* Give the value of a field, as the evaluator takes it. */
  function valueOf(control) {
    const text = control.value.trim();
    return "several" in control.dataset ? text.split(",").map((code) => code.trim()).filter(Boolean) : text;
  }

  class Trial {
    constructor(form) {
      this.form = form;
      this.part = form.dataset.part;
      this.name = form.dataset.policy;
      const data = JSON.parse(document.getElementById(this.part + "-data").textContent);
      this.policy = new Policy(withNodes(withCodes(data.graph)));
      this.flows = flowsOf(this.part);
      this.answers = document.getElementById(this.part + "-answers");
      this.link = form.querySelector(".case-link");
      this.labels = new Map(data.graph.inputs.map((item) => [item.name, item.label]));
      const before = form.querySelector(".before");
      this.before = before ? new Before(before, this) : null;
      form.addEventListener("input", () => this.answer());
      form.addEventListener("submit", (event) => event.preventDefault());
      // the fields are empty only after the event; what a link carries is filled in at once
      form.addEventListener("reset", () => this.taking || setTimeout(() => {
        if (this.before) this.before.reset();
        this.answer();
      }, 0));
    }

    controls() {
      return Array.from(this.form.elements).filter((item) => item.name);
    }

    control(name) {
      return this.controls().find((item) => item.name === name);
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
        const none = this.none(item.name);
        if (none && none.checked) facts[item.name] = null;
        else if (item.value.trim()) facts[item.name] = valueOf(item);
      }
      return { ...facts, ...(this.before ? this.before.facts() : {}) };
    }

    options() {
      const posted = this.option("posted-on");
      return {
        history: this.before ? this.before.history() : null,
        postedOn: posted && posted.value.trim() ? posted.value.trim() : null,
      };
    }

    /* Put what a link carries into the form. */
    take(pairs) {
      this.taking = true;
      this.form.reset();
      this.taking = false;
      if (this.before) this.before.reset();
      const unknown = [];
      for (const name of new Set(pairs.map(([key]) => key))) {
        const texts = pairs.filter(([key]) => key === name).map(([, text]) => text);
        const item = this.control(name);
        if (this.before && this.before.take(name, texts[0])) continue;
        if (name === "posted on" && this.option("posted-on")) this.option("posted-on").value = texts[0];
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
      for (const item of this.controls().filter((control) => facts[control.name] !== undefined)) {
        const value = facts[item.name];
        for (const text of value === null ? [""] : [value].flat()) pairs.push([item.name, text]);
      }
      if (this.before) pairs.push(...this.before.pairs());
      if (options.postedOn) pairs.push(["posted on", options.postedOn]);
      return "#" + pairs.map((pair) => pair.map(encodeURIComponent).join("=")).join(";");
    }

    answer(unknown) {
      const facts = this.facts(), options = this.options();
      this.link.href = this.fragment(facts, options);
      this.form.querySelectorAll(".field.wrong").forEach((field) => this.wrong(field.querySelector("input, select"), false));
      clearTrails(this.flows);
      const told = [];
      if (unknown && unknown.length) told.push(make("p", "The link holds what this policy does not know: " + unknown.join("; ") + "."));
      try {
        const judged = this.policy.judge(facts, options);
        const trails = options.postedOn ? {} : markTrails(this.flows, judged.cells, judged.values);
        told.push(...this.decisions(judged, trails, options), ...this.requirements(judged));
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        this.refused(error).forEach((item) => this.wrong(item, true));
        told.push(make("p", ["✗ ", error.message], { class: "warning" }));
      }
      this.answers.replaceChildren(...told);
      if (/\b(consider|may report|may also report|must not report|, not) /.test(this.answers.textContent)) {
        this.answers.append(make("p", document.getElementById("forces").textContent, { class: "small" }));
      }
    }

    /* Give the fields that are refused. */
    refused(error) {
      const names = error.input.split(", ");
      if (error.service && this.before) {
        const group = this.before.listed.children[error.service - 1];
        return Array.from(group.querySelectorAll("[data-earlier]")).filter((item) => names.includes(item.dataset.earlier));
      }
      const options = { history: "before", as_posted_on: "posted-on" };
      return Array.from(this.form.elements).filter((item) => names.includes(item.name) || names.includes(item.dataset.key)
        || names.some((name) => options[name] && item.dataset.option === options[name]));
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

    decisions(judged, trails, options) {
      return this.policy.graph.decisions.flatMap((part) => {
        const answer = judged.decisions[part.name], table = standing(part, options.postedOn);
        return [
          make("h4", table.label || table.name),
          make("p", this.headline(answer), { class: "headline" }),
          make("ul", [...this.reasons(table, answer), ...this.trail(trails[table.name])]),
          this.whyNot(table, answer, judged),
        ];
      });
    }

    /* Give what would have to be otherwise for another answer; worked out when somebody opens it. */
    whyNot(table, answer, judged) {
      const listing = make("div", []);
      const details = make("details", [make("summary", "Why not another answer?"), listing]);
      details.addEventListener("toggle", () => {
        if (!details.open || listing.children.length) return;
        listing.append(...this.others(table, answer, judged));
      });
      return details;
    }

    others(table, answer, judged) {
      const { dimensions } = this.policy.graph;
      const now = JSON.stringify(saidBy(answer));
      const said = new Map(table.answers.map((other) => [JSON.stringify(saidBy(other)), other]));
      said.delete(now);
      const found = [];
      for (const [text, other] of said) {
        const wanted = (node) => JSON.stringify(saidBy(table.answers[node.answer])) === text;
        const changes = changesTo(table.nodes, judged.cells, (place) => dimensions[place].input, wanted, 2);
        if (changes === null || !changes.length) continue;
        found.push({ other, changes });
      }
      const far = ({ other, changes }) => changes[0].inputs.length + (other.kind === "outcome" ? 0 : 1000);
      found.sort((one, other) => far(one) - far(other));
      const items = found.slice(0, MOST_OTHERS).map(({ other, changes }) => make("li", [
        make("strong", this.headline({ action: "", because: "", ...other })),
        changes[0].inputs.length ? ": if " : ": still possible as it stands",
        ...changes.flatMap((change, place) => [place ? "; or if " : "", change.inputs.length ? this.otherwise(change) : ""]),
      ]));
      if (!items.length) return [make("p", "No other answer can be reached.")];
      const left = found.length - items.length;
      return [
        make("p", "The fewest facts that would have to be otherwise, the nearest outcomes first:"),
        make("ul", items), left > 0 ? make("p", "and " + left + " more answers") : "",
      ];
    }

    /* Say the cells that some facts would have to be in. */
    otherwise(change) {
      const { dimensions, inputs } = this.policy.graph;
      const parts = change.ways.map(([place, own]) => {
        const item = inputs.find((known) => known.name === dimensions[place].input);
        const cells = dimensions[place].cells.map((cell, number) => [cell, number]).filter(([, number]) => own(number));
        return [this.inputs([item.name]), " is ", wordsOf(item, dimensions[place], cells.map(([cell]) => cell))];
      });
      return listed(parts);
    }

    *reasons(table, answer) {
      if (answer.possible.length) {
        const first = answer.possible.filter((other) => other.kind === "outcome");
        const others = answer.possible.filter((other) => other.kind !== "outcome");
        yield make("li", "still possible: " + [...first, ...others].map((other) => this.headline(other)).join("; "));
      }
      if (answer.needed.length) yield make("li", ["still missing, the first to ask first: ", this.inputs(answer.needed)]);
      for (const name of answer.rules) {
        const rule = table.rules[name] || { label: "" };
        yield make("li", ["by rule ", this.to("r", name), rule.label ? " " + rule.label : ""]);
      }
      if (answer.citations.length) {
        yield make("li", ["cites ", listed(answer.citations.map((text) => [this.to("s", text), this.quoteOf(text, answer.rules)]))]);
      }
      if (answer.questions.length) {
        yield make("li", ["rests on questions ", listed(answer.questions.map((name) => this.to("q", name)))]);
      }
      if (answer.presumed.length) yield make("li", ["presumes ", this.inputs(answer.presumed)]);
      if (answer.reviewer.length) yield make("li", ["a reviewer decides ", this.inputs(answer.reviewer)]);
    }

    /* Give the words that rules quote from a place, which stand in the rows of the rules. */
    quoteOf(place, rules) {
      for (const rule of rules) {
        const row = document.getElementById(idOf(this.part, "r", rule));
        const link = row && Array.from(row.querySelectorAll("a")).find((item) => item.textContent === place);
        const after = link && link.nextSibling && link.nextSibling.nodeType === Node.TEXT_NODE ? link.nextSibling.textContent : "";
        const [quote] = /^ “[^”]*”/.exec(after) || [""];
        if (quote) return quote;
      }
      return "";
    }

    trail(words) {
      if (!words || !words.length) return [];
      const said = words.map((step) => (step.box ? step.text : "→ " + step.text + " →")).join(" ");
      const last = words[words.length - 1].chart;
      return [make("li", [
        "marked in the flowchart ", make("a", "(see it)", { href: "#" + last }),
        make("details", [make("summary", "the way in words"), said]),
      ])];
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

  /* Say what some cells of an input hold. */
  function wordsOf(item, dimension, cells) {
    if (dimension.group) return (cells[0].some ? "some of " : "none of ") + dimension.group.name;
    const words = [];
    let run = null;
    const close = () => {
      if (run) words.push(run.low === run.high ? run.low : run.high === null ? "from " + run.low : (run.low || "lowest") + " to " + run.high);
      run = null;
    };
    for (const cell of cells) {
      if (cell.low !== undefined && run && dimension.cells.indexOf(cell) === run.place + 1) {
        run = { ...run, high: cell.high, place: run.place + 1 };
      } else if (cell.low !== undefined) {
        close();
        run = { low: cell.low, high: cell.high, place: dimension.cells.indexOf(cell) };
      } else {
        close();
        words.push(cell.missing ? "missing" : cell.others ? "any other" : cell.values.slice(0, 8).join(" or ") + (cell.values.length > 8 ? " or " + (cell.values.length - 8) + " more" : ""));
      }
    }
    close();
    return words.join(" or ") + (item.unit && dimension.cells[0].low !== undefined ? " " + item.unit : "");
  }

  /* Trials are made when they are first looked at: the graphs of a large report take a while to read. */
  const forms = new Map(Array.from(document.querySelectorAll("form.try"), (form) => [form.dataset.policy, form]));
  const made = new Map();
  const trials = {
    has: (name) => forms.has(name),
    get(name) {
      if (!made.has(name) && forms.has(name)) made.set(name, new Trial(forms.get(name)));
      return made.get(name);
    },
  };
  const near = new IntersectionObserver((seen) => {
    for (const { target, isIntersecting } of seen) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      trials.get(target.dataset.policy);
    }
  }, { rootMargin: "800px" });
  forms.forEach((form) => {
    near.observe(form);
    form.addEventListener("focusin", () => trials.get(form.dataset.policy), { once: true });
  });

  function takeFragment() {
    const fragment = location.hash.slice(1);
    if (!fragment.startsWith("try=")) return;
    const trial = trialOf(fragment);
    if (!trial) return;
    const [found, pairs] = trial;
    found.take(pairs);
    self.RuleproofJumps.goTo(document.getElementById(found.part + "-try"));
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
