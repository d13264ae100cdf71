"use strict";
(() => {
  const all = (query, root = document) => [...root.querySelectorAll(query)];

  const theme = document.getElementById("theme");
  const root = document.documentElement;
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);
  const name = () => { theme.textContent = isDark() ? "Light colours" : "Dark colours"; };
  theme.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; name(); });
  name();
  theme.hidden = false;

  const value = (row, column) => row.cells[column].dataset.sort ?? row.cells[column].textContent.trim();
  const compare = (one, two) => {
    // A count may be followed by its unit; a date is no count.
    const [a, b] = [one, two].map((text) => {
      const found = /^([\d,]+(?:\.\d+)?)(?: [a-zµ%]+)?$/.exec(text);
      return found ? Number(found[1].replaceAll(",", "")) : NaN;
    });
    return Number.isNaN(a) || Number.isNaN(b) ? one.localeCompare(two, "en", { numeric: true }) : a - b;
  };
  const sort = (table, head) => {
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const rows = [...table.tBodies[0].rows].map((row) => [value(row, head.cellIndex), row]);
    rows.sort(([a], [b]) => (down ? compare(b, a) : compare(a, b)));
    table.tBodies[0].append(...rows.map(([, row]) => row));
  };
  for (const table of all("table.sortable")) {
    for (const head of table.tHead.rows[0].cells) {
      const button = document.createElement("button");
      button.type = "button";
      button.title = "Sort by this column";
      button.append(...head.childNodes);
      button.addEventListener("click", () => sort(table, head));
      head.append(button);
    }
  }

  for (const input of all("input[data-filter]")) {
    const rows = [...document.getElementById(input.dataset.filter).tBodies[0].rows];
    const output = input.parentElement.querySelector("output");
    const texts = rows.map((row) => row.textContent.toLowerCase());
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLowerCase();
      rows.forEach((row, index) => { row.hidden = !texts[index].includes(wanted); });
      const shown = rows.filter((row) => !row.hidden).length;
      output.textContent = wanted ? `${shown} of ${rows.length} rows` : "";
    });
    input.parentElement.hidden = false;
  }

  const select = (node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  };
  for (const button of all("button[data-copy]")) {
    const source = document.getElementById(button.dataset.copy);
    const output = button.parentElement.querySelector("output");
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(source.textContent);
        output.textContent = "Copied";
      } catch {
        select(source);
        output.textContent = document.execCommand("copy") ? "Copied" : "Selected: press Ctrl+C";
      }
    });
    button.hidden = false;
  }

  // A link to a row that the filter hides, or that lies in closed details, must still lead somewhere.
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (!target) return;
    target.hidden = false;
    for (let parent = target.parentElement; parent; parent = parent.parentElement) if (parent.tagName === "DETAILS") parent.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);

  let closed = [];
  addEventListener("beforeprint", () => {
    closed = all("details:not([open], .numbers, .alike)");
    for (const details of closed) details.open = true;
  });
  addEventListener("afterprint", () => { for (const details of closed) details.open = false; });
})();
