/* Looking a code up in a list: on which dates of service it is held.  Of large lists the page holds the codes as one text
 * for each row, and shows only those that were asked for. */
(function () {
  "use strict";

  const MOST = 100;

  function make(name, content, attributes) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
    made.append(...[content].flat());
    return made;
  }

  /* Give the rows of a list: its dates, and its codes as they are written. */
  function rowsOf(article) {
    const data = article.querySelector('script[type="application/json"]');
    if (data) {
      return JSON.parse(data.textContent).map(([first, last, prefix, codes]) => (
        { first, last, codes: codes.split(prefix ? " " : "\n").map((code) => prefix + code) }));
    }
    return Array.from(article.querySelectorAll("tr[data-from]"), (row) => {
      const cell = row.lastElementChild, inside = cell.querySelector("details");
      const text = inside ? inside.lastChild.textContent : cell.textContent;
      return { first: row.dataset.from, last: row.dataset.until, codes: text.split(", ") };
    });
  }

  class Lookup {
    constructor(article) {
      this.article = article;
      const table = article.querySelector(".wide");
      this.code = make("input", [], { type: "search", spellcheck: "false", maxlength: "60" });
      this.day = make("input", [], { type: "text", placeholder: "2024-03-21", maxlength: "10" });
      this.said = make("div", [], { role: "status", "aria-live": "polite" });
      table.before(make("div", [
        make("label", ["Find a code ", this.code]), make("label", ["for services on ", this.day]), this.said,
      ], { class: "chart-tools", role: "search", "aria-label": "Look up a code: " + article.querySelector("h4").textContent + " of " + article.closest("section.policy").dataset.policy }));
      this.code.addEventListener("input", () => this.show());
      this.day.addEventListener("input", () => this.show());
    }

    show() {
      this.rows = this.rows || rowsOf(this.article);
      const wanted = this.code.value.trim().toUpperCase(), day = this.day.value.trim();
      const isDay = self.RuleproofValues.isDay(day);
      if (!wanted && !day) return this.said.replaceChildren();
      if (day && !isDay) return this.said.replaceChildren(make("p", "A date is written like 2024-03-21."));
      let count = 0;
      const found = [];
      for (const { first, last, codes } of this.rows) {
        if (day && ((first && first > day) || (last && last < day))) continue;
        for (const code of codes) {
          if (wanted && !code.toUpperCase().includes(wanted)) continue;
          count += 1;
          if (found.length < MOST) found.push([code, first, last]);
        }
      }
      const words = ([code, first, last]) => code + (first ? " from " + first : "") + (last ? " until " + last : "") + (first || last ? "" : " on any date");
      this.said.replaceChildren(
        make("p", count === 0 ? "The list does not hold it" + (day ? " on this date." : ".") : count + (count === 1 ? " entry" : " entries") + (count > MOST ? ", the first " + MOST + ":" : ":")),
        make("ul", found.map((entry) => make("li", words(entry))), { class: "codes" }),
      );
    }
  }

  const near = new IntersectionObserver((seen) => {
    for (const { target, isIntersecting } of seen) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      if (!target.querySelector("[role=search]") && target.querySelector("tr[data-from]")) new Lookup(target);
    }
  }, { rootMargin: "600px" });
  document.querySelectorAll(".code-list").forEach((article) => near.observe(article));
})();
