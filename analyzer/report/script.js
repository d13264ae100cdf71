"use strict";
(() => {
  const all = (query, root = document) => [...root.querySelectorAll(query)];
  const make = (tag, properties) => Object.assign(document.createElement(tag), properties);
  const button = (text, press) => {
    const made = make("button", { type: "button", textContent: text });
    made.addEventListener("click", press);
    return made;
  };

  // Nothing is stored: all pages opened from files share one store.
  const root = document.documentElement;
  const theme = document.getElementById("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const name = () => { theme.textContent = isDark() ? "Light colours" : "Dark colours"; };
  theme.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; name(); });
  system.addEventListener("change", name);
  name();
  theme.hidden = false;

  // Numbers with their units and times come first, then words; what is not known comes last both ways.
  const FACTORS = { µs: 1, ms: 1e3, s: 1e6, min: 6e7, h: 36e8, d: 864e8, day: 864e8, days: 864e8, kB: 1e3, MB: 1e6, GB: 1e9 };
  const UNKNOWN = /^(|[-–]|none|unknown|not known)$/i;
  const order = new Intl.Collator("en", { numeric: true }).compare;
  const measure = (text) => {
    const [, edge, amount] = /^(under |over )?(.*?)(?: of [\d,]+)?$/s.exec(text);
    const terms = [...amount.matchAll(/([-−]?\d[\d,]*(?:\.\d+)?)(?: ([a-zµ%]+))?(?: |$)/giy)];
    const read = terms.reduce((length, [term]) => length + term.length, 0);
    // Several numbers are one measure only as in 1 min 30 s.
    if (!terms.length || read < amount.length || (terms[1] && !terms.every(([, , unit]) => unit in FACTORS))) return NaN;
    const sum = terms.reduce((total, [, digits, unit]) => total + digits.replaceAll(",", "").replace("−", "-") * (FACTORS[unit] ?? 1), 0);
    return edge ? sum + (edge === "over " ? 1e-9 : -1e-9) : sum;
  };
  const key = (cell) => {
    const time = cell.querySelector("time");
    const text = cell.dataset.sort ?? cell.textContent.trim();
    const value = time ? Date.parse(time.dateTime) : measure(text);
    if (!Number.isNaN(value)) return [0, value];
    return UNKNOWN.test(text) ? [2, 0] : [1, text];
  };
  const sort = (table, head) => {
    const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", sign < 0 ? "descending" : "ascending");
    const rows = [...table.tBodies[0].rows].map((row) => [...key(row.cells[head.cellIndex]), row]);
    rows.sort(([rank, one], [other, two]) => rank - other || sign * (rank === 1 ? order(one, two) : one - two));
    table.tBodies[0].append(...rows.map(([, , row]) => row));
  };
  for (const table of all("table.sortable")) {
    for (const head of table.tHead.rows[0].cells) {
      const made = button("", () => sort(table, head));
      made.title = "Sort by this column";
      made.append(...head.childNodes);
      head.append(made);
    }
  }

  // A link to a row that the filter hides, or that lies in closed details, must still lead somewhere.
  const clear = new Map();
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (!target) return;
    if (target.hidden) clear.get(target.closest("table"))?.();
    for (let parent = target.parentElement; parent; parent = parent.parentElement) if (parent.tagName === "DETAILS") parent.open = true;
    target.scrollIntoView();
  };

  // Gives a full time, a time of day where no day is said, or nothing.
  const moment = (text) => {
    const found = /^(\d{4}-\d\d-\d\d(?:[T ]|$))?(?:([01]?\d|2[0-3]):([0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?) ?(Z|UTC|[+-]\d\d:\d\d)?)?$/i.exec(text);
    const [, day, hour = "0", rest = "00", zone = "Z"] = found ?? [];
    const clock = `${hour.padStart(2, "0")}:${rest.replace(",", ".")}`;
    const isUtc = !/^[+-]/.test(zone);
    if (!day) return found?.[2] && isUtc ? clock : "";
    const time = Date.parse(`${day.slice(0, 10)}T${clock}${isUtc ? "Z" : zone}`);
    return Number.isNaN(time) ? "" : new Date(time).toISOString();
  };
  const jump = (table, rows) => {
    const times = rows.filter((row) => row.id && row.querySelector("time")).map((row) => [new Date(row.querySelector("time").dateTime).toISOString(), row]);
    times.sort(([one], [two]) => (one < two ? -1 : Number(one > two)));
    const field = make("input", { id: `${table.id}-jump`, placeholder: "16:32", autocomplete: "off" });
    const output = make("output", { htmlFor: field.id });
    const go = () => {
      const text = field.value.trim();
      const wanted = moment(text);
      // A time of day is looked for on one day after the other.
      const after = times.filter(([time]) => (wanted.length > 20 ? time : time.slice(11)) >= wanted);
      const [time, row] = after.find(([, each]) => !each.hidden) ?? [];
      if (wanted && row) {
        output.textContent = `Line of ${time.replace("T", " ").replace("Z", " UTC")}`;
        location.hash = row.id;
        reveal();
        row.querySelector("a").focus({ preventScroll: true });
      } else {
        const where = after.length ? " among those that the filter shows" : "";
        output.textContent = wanted ? `No line at or after ${text}${where}` : "Not a time; write 16:32, 16:32:05 or 2026-05-12T16:32Z";
      }
    };
    field.addEventListener("keydown", (event) => { if (event.key === "Enter") go(); });
    const line = make("p", { className: "filter" });
    line.append(make("label", { htmlFor: field.id, textContent: "Jump to time (UTC)" }), " ", field, " ", button("Jump", go), " ", output);
    return times.length ? line : "";
  };
  for (const input of all("input[data-filter]")) {
    const table = document.getElementById(input.dataset.filter);
    const rows = [...table.tBodies[0].rows];
    const output = input.parentElement.querySelector("output");
    const texts = rows.map((row) => row.textContent.toLowerCase());
    const apply = () => {
      const wanted = input.value.trim().toLowerCase();
      rows.forEach((row, index) => { row.hidden = !texts[index].includes(wanted); });
      output.textContent = wanted ? `${rows.filter((row) => !row.hidden).length} of ${rows.length} rows` : "";
    };
    input.addEventListener("input", apply);
    input.parentElement.hidden = false;
    clear.set(table, () => { input.value = ""; apply(); });
    input.parentElement.after(jump(table, rows));
  }
  addEventListener("hashchange", reveal);
  reveal();

  const copy = async (text, source, output, said = "Copied") => {
    let isDone = true;
    output.textContent = "";
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const fill = (event) => { event.clipboardData.setData("text/plain", text); event.preventDefault(); };
      getSelection().selectAllChildren(source);
      addEventListener("copy", fill);
      isDone = document.execCommand("copy");
      removeEventListener("copy", fill);
    }
    output.textContent = isDone ? said : "Selected: press Ctrl+C";
    return isDone;
  };
  for (const made of all("button[data-copy]")) {
    const source = document.getElementById(made.dataset.copy);
    made.addEventListener("click", () => copy(source.textContent, source, made.parentElement.querySelector("output")));
    made.hidden = false;
  }
  const equip = (list) => {
    const codes = all("code", list);
    const texts = codes.map((code) => code.textContent);
    const every = `all ${codes.length} ${list.dataset.copyable}`;
    const output = make("output");
    let last;
    const label = (made, word, text) => Object.assign(made, { textContent: word, ariaLabel: `${word} ${text}` });
    codes.forEach((code, index) => {
      const text = texts[index];
      const made = label(button("", async () => {
        if (!(await copy(text, code, output, `Copied ${text}`))) return;
        last?.();
        label(made, "Copied", text);
        last = () => label(made, "Copy", text);
      }), "Copy", text);
      code.after(" ", made);
    });
    const line = make("p", { className: "copies" });
    line.append(codes[1] ? button(`Copy ${every}`, () => copy(texts.join("\n"), list, output, `Copied ${every}`)) : "", " ", output);
    list.prepend(line);
  };
  // A button for each of many ids is made when somebody opens the list.
  for (const list of all("[data-copyable]")) {
    const fold = list.closest("details:not([open])");
    if (fold) fold.addEventListener("toggle", () => equip(list), { once: true });
    else equip(list);
  }

  let closed = [];
  addEventListener("beforeprint", () => {
    closed = all("details:not([open], .numbers, .alike)");
    for (const details of closed) details.open = true;
  });
  addEventListener("afterprint", () => { for (const details of closed) details.open = false; });
})();
