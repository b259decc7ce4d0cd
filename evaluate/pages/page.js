"use strict";
/* Tips of marks, sorting of tables, axes of charts. A page without this script shows all but tips. */
(() => {
  const make = (name, text, more = {}) =>
    Object.assign(document.createElement(name), { textContent: text }, more);

  /* tips: what a mark says, at the pointer, or by arrow keys in a chart */
  const tip = make("div", "", { id: "tip" });
  tip.setAttribute("role", "status");
  document.body.append(tip);
  let hot = null;
  const show = (mark, x, y) => {
    if (hot) hot.classList.remove("hot");
    hot = mark;
    tip.textContent = mark ? mark.dataset.tip : "";
    if (!mark) return;
    mark.classList.add("hot");
    const box = tip.getBoundingClientRect();
    tip.style.left = Math.max(4, Math.min(x + 12, innerWidth - box.width - 4)) + "px";
    tip.style.top = (y + 16 + box.height > innerHeight ? y - box.height - 10 : y + 16) + "px";
  };
  const follow = (event) => {
    const mark = event.target.closest ? event.target.closest("[data-tip]") : null;
    if (mark || hot) show(mark, event.clientX, event.clientY);
  };
  document.addEventListener("pointermove", follow);
  document.addEventListener("pointerdown", follow);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return show(null);
    const chart = event.target.closest ? event.target.closest(".chart") : null;
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!chart || !step || event.target !== chart) return;
    const marks = [...chart.querySelectorAll("[data-tip]")].filter((m) => m.getClientRects().length);
    if (!marks.length) return;
    event.preventDefault();
    const at = marks.indexOf(hot);
    const next = marks[(at + step + marks.length) % marks.length];
    const box = next.getBoundingClientRect();
    show(next, box.right, box.bottom);
  });
  document.addEventListener("focusout", () => show(null));

  /* tables: a button in each heading; numbers before texts, again for the other way */
  const key = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.k === undefined
      ? [1, cell.textContent.trim()]
      : [0, Number(cell.dataset.k)];
  };
  const sort = (table, heading) => {
    const column = heading.cellIndex;
    const way = heading.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    for (const other of heading.parentNode.cells) other.setAttribute("aria-sort", "none");
    heading.setAttribute("aria-sort", way > 0 ? "ascending" : "descending");
    const rows = [...table.tBodies[0].rows].map((row) => [key(row, column), row]);
    rows.sort(([[a, x]], [[b, y]]) =>
      a - b || way * (a ? x.localeCompare(y, "en", { numeric: true }) : x - y));
    table.tBodies[0].append(...rows.map(([, row]) => row));
  };
  for (const table of document.querySelectorAll("table.sortable"))
    for (const heading of table.tHead.rows[0].cells) {
      const button = make("button", "", { type: "button" });
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => sort(table, heading));
    }

  /* charts with several horizontal axes: one is shown */
  let count = 0;
  for (const chart of document.querySelectorAll(".chart")) {
    const views = [...chart.querySelectorAll(":scope > .view")];
    if (views.length < 2) continue;
    const pick = make("select", "", { id: "axis" + ++count });
    views.forEach((view, n) => pick.append(make("option", view.dataset.view, { value: n })));
    pick.addEventListener("change", () => {
      show(null);
      views.forEach((view, n) => { view.hidden = n !== Number(pick.value); });
    });
    const line = make("p", "", { className: "pick" });
    line.append(make("label", "Horizontal axis: ", { htmlFor: pick.id }), pick);
    chart.before(line);
  }

  /* paper shows what is folded away on a screen */
  addEventListener("beforeprint", () => {
    for (const part of document.querySelectorAll("details")) part.open = true;
  });
})();
