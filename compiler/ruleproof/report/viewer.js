/* Charts that can be looked through: larger and smaller, by hand, by words, and by the way to one rule.
 * Without it every chart is whole, and scrolls. */
(function () {
  "use strict";

  const { flowsOf, waysTo } = self.RuleproofCharts;
  const MOST = 6, LEAST = 0.2;
  /* A picture is drawn in points, and a screen counts in pixels. */
  const PIXELS = 4 / 3;

  function make(name, content, attributes) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
    made.append(...[content].flat());
    return made;
  }

  /* Give what a part of the page is about, with the policy that it is of. */
  function nameOf(part) {
    const [article, policy] = [part.closest("article"), part.closest("section.policy")];
    return article.querySelector("h4").textContent + " of " + policy.dataset.policy;
  }

  // ---------------------------------------------------------------- one chart: size and place

  class Frame {
    constructor(figure) {
      this.figure = figure;
      this.chart = figure.querySelector(".chart");
      this.svg = this.chart.querySelector("svg");
      const [, , width, height] = this.svg.getAttribute("viewBox").split(" ").map(Number);
      this.natural = { width: width * PIXELS, height: height * PIXELS };
      this.fingers = new Map();
      this.chart.before(this.tools());
      this.chart.addEventListener("keydown", (event) => this.key(event));
      this.chart.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
      this.chart.addEventListener("pointerdown", (event) => this.press(event));
      this.chart.addEventListener("pointermove", (event) => this.move(event));
      for (const end of ["pointerup", "pointercancel", "pointerleave"]) {
        this.chart.addEventListener(end, (event) => this.fingers.delete(event.pointerId));
      }
    }

    tools() {
      const button = (sign, name, act) => {
        const made = make("button", sign, { type: "button", "aria-label": name, title: name });
        made.addEventListener("click", act);
        return made;
      };
      return make("div", [
        button("+", "Larger", () => this.zoom(1.25)),
        button("−", "Smaller", () => this.zoom(0.8)),
        button("1:1", "Actual size", () => this.size(1)),
        button("Whole", "Show the whole chart", () => this.whole()),
      ], { class: "chart-tools", role: "group", "aria-label": "Size of the chart" });
    }

    get scale() {
      return this.svg.getBoundingClientRect().width / this.natural.width;
    }

    /* Show the chart at a size, 1 as it was drawn; what lies at a place of the frame stays there. */
    size(scale, at) {
      const box = this.chart.getBoundingClientRect();
      const [x, y] = at || [box.width / 2, box.height / 2];
      const before = this.scale;
      const now = Math.min(MOST, Math.max(LEAST, scale));
      const [left, top] = [(this.chart.scrollLeft + x) * now / before - x, (this.chart.scrollTop + y) * now / before - y];
      this.svg.style.width = this.natural.width * now + "px";
      this.chart.classList.add("sized");
      this.chart.scrollTo({ left, top, behavior: "instant" });
    }

    zoom(by, at) {
      this.size(this.scale * by, at);
    }

    whole() {
      const room = [this.chart.clientWidth - 18, Math.min(innerHeight * 0.85, this.natural.height) - 18];
      this.size(Math.min(room[0] / this.natural.width, room[1] / this.natural.height, 1));
    }

    key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target !== this.chart) return;
      const acts = { "+": () => this.zoom(1.25), "=": () => this.zoom(1.25), "-": () => this.zoom(0.8), 0: () => this.whole(), 1: () => this.size(1) };
      if (!acts[event.key]) return;
      acts[event.key]();
      event.preventDefault();
    }

    wheel(event) {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      this.zoom(Math.exp(-Math.max(-200, Math.min(200, event.deltaY)) / 400), this.placeOf(event));
    }

    placeOf(event) {
      const box = this.chart.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    }

    press(event) {
      if (event.pointerType === "mouse" && (event.button !== 0 || event.target.closest("a"))) return;
      this.fingers.set(event.pointerId, this.placeOf(event));
    }

    /* One mouse button moves the chart; one finger does so by itself, and two make it larger or smaller. */
    move(event) {
      if (!this.fingers.has(event.pointerId)) return;
      const before = this.fingers.get(event.pointerId), now = this.placeOf(event);
      if (event.pointerType === "mouse") {
        this.chart.scrollBy({ left: before[0] - now[0], top: before[1] - now[1], behavior: "instant" });
      } else if (this.fingers.size === 2) {
        const [other] = Array.from(this.fingers).filter(([id]) => id !== event.pointerId).map(([, place]) => place);
        const apart = (place) => Math.hypot(place[0] - other[0], place[1] - other[1]) || 1;
        this.zoom(apart(now) / apart(before), [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2]);
      }
      this.fingers.set(event.pointerId, now);
    }

    /* Bring a part of the chart into the middle of the frame, and the frame onto the screen. */
    show(part) {
      this.chart.scrollIntoView({ block: "nearest" });
      const [box, frame] = [part.getBoundingClientRect(), this.chart.getBoundingClientRect()];
      const left = box.left + box.width / 2 - frame.left - frame.width / 2;
      const top = box.top + box.height / 2 - frame.top - frame.height / 2;
      this.chart.scrollBy({ left, top, behavior: "instant" });
    }
  }

  // ---------------------------------------------------------------- the charts of a decision: words and rules

  class Viewer {
    constructor(charts) {
      this.charts = charts;
      const part = charts.closest("[data-part]").dataset.part;
      this.flow = flowsOf(part).decisions[charts.dataset.decision];
      this.frames = Array.from(charts.querySelectorAll("figure"), (figure) => new Frame(figure));
      this.words = make("input", [], { type: "search", spellcheck: "false", maxlength: "200" });
      this.rule = make("select", [make("option", "all of it", { value: "" }), ...this.rules().map((name) => make("option", name, { value: name }))]);
      this.said = make("p", "", { role: "status", "aria-live": "polite" });
      this.next = make("button", "Next", { type: "button" });
      this.hits = [];
      this.words.addEventListener("input", () => this.find());
      this.words.addEventListener("keydown", (event) => {
        if (event.key === "Enter") this.turn();
        if (event.key === "Escape") this.clear();
      });
      this.next.addEventListener("click", () => this.turn());
      this.rule.addEventListener("change", () => this.focus());
      charts.prepend(make("div", [
        make("label", ["Find in the chart ", this.words]), this.next,
        make("label", ["Show what leads to ", this.rule]), this.said,
      ], { class: "chart-tools", role: "search", "aria-label": "Look through the flowchart of " + nameOf(charts) }));
    }

    rules() {
      return Array.from(new Set(this.flow.flatMap((chart) => Object.values(chart.rules).flat())));
    }

    partsOf(chart) {
      return Array.from(document.querySelectorAll('#' + chart.name + ' svg [id^="' + chart.name + '-"]:not(title)'));
    }

    clear() {
      this.words.value = "";
      this.rule.value = "";
      this.find();
    }

    plain() {
      for (const part of this.charts.querySelectorAll(".dim, .near, .hit")) part.classList.remove("dim", "near", "hit");
      this.frames.forEach((frame) => (frame.figure.hidden = false));
    }

    find() {
      this.rule.value = "";
      this.plain();
      const words = this.words.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
      this.hits = [];
      if (words.length) {
        for (const [number, chart] of this.flow.entries()) {
          for (const part of this.partsOf(chart)) {
            const text = Array.from(part.querySelectorAll("text"), (line) => line.textContent).join(" ").toLowerCase();
            if (words.every((word) => text.includes(word))) this.hits.push([number, part]);
          }
        }
      }
      this.hits.forEach(([, part]) => part.classList.add("hit"));
      this.at = -1;
      this.said.textContent = !words.length ? "" : this.hits.length + (this.hits.length === 1 ? " place" : " places")
        + (this.hits.length ? ": Enter goes from one to the next" : "");
    }

    /* Go to the next place that was found. */
    turn() {
      if (!this.hits.length) return;
      this.at = (this.at + 1) % this.hits.length;
      const [number, part] = this.hits[this.at];
      this.frames[number].show(part);
      this.said.textContent = this.at + 1 + " of " + this.hits.length + this.section(number);
    }

    section(number) {
      return this.flow.length > 1 ? ", in section " + (number + 1) : "";
    }

    /* Show the ways to the ends of a rule; what else is asked on them stays, and the rest goes back. */
    focus() {
      const rule = this.rule.value;
      this.words.value = "";
      this.find();
      if (!rule) return;
      this.rule.value = rule;
      const { kept, near, ends } = waysTo(this.flow, rule);
      const shown = [];
      for (const [number, chart] of this.flow.entries()) {
        const parts = this.partsOf(chart);
        const isIn = (set, part) => set.has(part.id);
        this.frames[number].figure.hidden = !parts.some((part) => isIn(kept, part));
        if (!this.frames[number].figure.hidden) shown.push(number + 1);
        for (const part of parts) {
          if (isIn(kept, part)) continue;
          part.classList.add(isIn(near, part) ? "near" : "dim");
        }
      }
      for (const id of ends) document.getElementById(id).classList.add("hit");
      const where = this.flow.length > 1 ? ", in section " + shown.join(", ") + (shown.length < this.flow.length ? "; the others are hidden" : "") : "";
      this.said.textContent = rule + ": " + ends.length + (ends.length === 1 ? " end" : " ends") + where;
    }
  }

  /* Charts come into being as they come near: a report has dozens, and nobody looks at all of them. */
  const viewers = new Map();
  function open(charts) {
    if (!viewers.has(charts)) viewers.set(charts, new Viewer(charts));
    return viewers.get(charts);
  }

  const near = new IntersectionObserver((seen) => {
    for (const { target, isIntersecting } of seen) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      open(target);
    }
  }, { rootMargin: "600px" });
  document.querySelectorAll(".charts").forEach((charts) => near.observe(charts));

  self.RuleproofViewer = { open };
})();
