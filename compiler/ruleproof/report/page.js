/* Search, filters, and the marks that join a paragraph with its rules.  The page can be read without any of it. */
(function () {
  "use strict";

  const main = document.getElementById("main");
  const rows = Array.from(main.querySelectorAll("tbody tr"));

  // ---------------------------------------------------------------- search and filters

  const search = document.getElementById("search");
  const filter = document.getElementById("filter");
  const found = document.getElementById("found");
  const texts = new Map();

  function textOf(row) {
    if (!texts.has(row)) texts.set(row, row.textContent.toLowerCase());
    return texts.get(row);
  }

  function show() {
    const words = search.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = filter.value;
    const asked = words.length > 0 || wanted !== "";
    let count = 0;
    for (const row of rows) {
      const fits = words.every((word) => textOf(row).includes(word)) && (!wanted || row.matches(wanted));
      row.hidden = !fits;
      count += fits ? 1 : 0;
    }
    for (const table of main.querySelectorAll(".wide")) table.hidden = asked && !table.querySelector("tbody tr:not([hidden])");
    for (const part of main.querySelectorAll("article, section[id]")) {
      part.hidden = asked && !part.querySelector("tbody tr:not([hidden])");
    }
    for (const other of main.querySelectorAll(".charts, form.try, .answers")) other.hidden = asked;
    found.textContent = asked ? count + (count === 1 ? " row" : " rows") : "";
  }

  search.addEventListener("input", show);
  filter.addEventListener("change", show);
  search.form.addEventListener("submit", (event) => event.preventDefault());

  /* A link into what is hidden shows everything again, and opens what it lies in. */
  function reveal() {
    const target = document.getElementById(location.hash.slice(1));
    if (!target) return;
    if (target.closest("[hidden]")) {
      search.value = "";
      filter.value = "";
      show();
    }
    for (let part = target.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
    self.RuleproofJumps.goTo(target);
  }

  self.addEventListener("hashchange", reveal);
  reveal();

  // ---------------------------------------------------------------- marks

  let linking = null;

  /* Give the rows that link to a row; looked up once, when somebody first points at one. */
  function linkingTo(id) {
    if (!linking) {
      linking = new Map();
      for (const link of main.querySelectorAll('tr a[href^="#"]')) {
        const goal = link.getAttribute("href").slice(1);
        if (!linking.has(goal)) linking.set(goal, new Set());
        linking.get(goal).add(link.closest("tr"));
      }
    }
    return linking.get(id) || [];
  }

  /* Give what belongs to a row: where its links lead, and the rows that link to it. */
  function related(row) {
    const goals = Array.from(row.querySelectorAll('a[href^="#"]'), (link) => document.getElementById(link.getAttribute("href").slice(1)));
    return [row, ...goals.filter((goal) => goal && goal.tagName === "TR"), ...linkingTo(row.id), ...endsOf(row)];
  }

  /* Give the ends in the flowcharts that the rule of a row stands behind. */
  function endsOf(row) {
    const part = row.closest("[data-part]");
    if (!part || !row.id.startsWith(part.dataset.part + "-r-")) return [];
    const { endsOf: ends, flowsOf } = self.RuleproofCharts;
    return ends(flowsOf(part.dataset.part), row.querySelector("code").textContent).map((id) => document.getElementById(id)).filter(Boolean);
  }

  let marked = [];
  let markedFor = null;

  function mark(row) {
    if (row === markedFor) return;
    marked.forEach((item) => item.classList.remove("marked"));
    markedFor = row;
    marked = row ? related(row) : [];
    if (marked.length < 2) marked = [];
    marked.forEach((item) => item.classList.add("marked"));
  }

  const rowOf = (event) => (event.target instanceof Element ? event.target.closest("main tbody tr") : null);
  main.addEventListener("mouseover", (event) => mark(rowOf(event)));
  main.addEventListener("mouseleave", () => mark(null));
  main.addEventListener("focusin", (event) => mark(rowOf(event)));
  main.addEventListener("keydown", (event) => {
    if (event.key === "Escape") mark(null);
  });

  // ---------------------------------------------------------------- charts, wide tables and paper

  /* What scrolls must be reached by the keyboard, and say what it is. */
  function reachable(wide) {
    if (wide.scrollWidth <= wide.clientWidth || wide.tabIndex === 0) return;
    wide.tabIndex = 0;
    wide.setAttribute("role", "group");
    wide.setAttribute("aria-label", wide.querySelector("caption").textContent);
  }

  /* On a narrow screen each row becomes a card, whose cells have the titles of their columns; empty ones are left out. */
  function asCards(wide) {
    const titles = Array.from(wide.querySelectorAll("thead th"), (title) => title.textContent);
    if (titles.length < 3 || wide.dataset.cards) return;
    wide.dataset.cards = "yes";
    for (const row of wide.querySelectorAll("tbody tr")) {
      Array.from(row.children).forEach((cell, place) => {
        if (place) cell.dataset.title = titles[place];
        cell.classList.toggle("none", ["", "-"].includes(cell.textContent.trim()) && !cell.querySelector("svg"));
      });
    }
  }

  const narrow = self.matchMedia("(max-width: 45rem)");

  /* Tables are looked at as they come near: a report has hundreds, and measuring one that is far away draws it. */
  const tables = new IntersectionObserver((seen) => {
    for (const { target, isIntersecting } of seen) {
      if (!isIntersecting) continue;
      if (narrow.matches) asCards(target);
      reachable(target);
    }
  }, { rootMargin: "400px" });

  function watch() {
    tables.disconnect();
    main.querySelectorAll(".wide").forEach((wide) => tables.observe(wide));
  }

  /* What sticks to the top is as high as the title is long. */
  function measure() {
    const header = document.querySelector("header");
    document.documentElement.style.setProperty("--head", (narrow.matches ? 0 : header.offsetHeight) + "px");
  }

  self.addEventListener("resize", () => {
    measure();
    watch();
  });
  measure();
  watch();

  /* The contents are in the way on a narrow screen. */
  const contents = document.querySelector("nav > details");
  if (contents && self.matchMedia("(max-width: 60rem)").matches) contents.open = false;

  self.addEventListener("beforeprint", () => {
    for (const part of main.querySelectorAll("td details")) part.open = true;
  });
})();
