// SPDX-License-Identifier: Apache-2.0
// What the page is made of. Texts of others go in as text alone: nothing here takes HTML.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child != null));
  return node;
}

export function el(tag, properties = {}, ...children) {
  return fill(document.createElement(tag), properties, children);
}

export function svg(tag, properties = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), properties, children);
}

export const by = (id) => document.getElementById(id);

// Changes what differs, so that nothing jumps, is read anew or loses what was selected.
export function write(node, text, className) {
  if (node.textContent !== text) node.textContent = text;
  if (className !== undefined && node.className !== className) node.className = className;
}

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const tenth = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

export const count = (n) => (n == null ? "–" : whole.format(n));
export const rate = (n) => (n == null ? "–" : n !== 0 && n < 100 ? tenth.format(n) : whole.format(n));

export function duration(seconds) {
  if (seconds == null) return "–";
  if (seconds < 1) return seconds === 0 ? "0 s" : "< 1 s";
  const s = Math.round(seconds);
  if (s < 120) return `${s} s`;
  if (s < 7200) return `${Math.floor(s / 60)} min ${s % 60} s`;
  if (s < 172800) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return `${Math.floor(s / 86400)} d ${Math.floor((s % 86400) / 3600)} h`;
}

// In one unit.
export function about(seconds) {
  if (seconds == null) return "–";
  const [size, unit] = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]].find(([s]) => seconds >= 2 * s) ?? [1, "s"];
  return `${seconds % size === 0 ? whole.format(seconds / size) : rate(seconds / size)} ${unit}`;
}

export function milliseconds(ms) {
  if (ms == null) return "–";
  return ms < 1000 ? `${whole.format(ms)} ms` : ms < 10000 ? `${tenth.format(ms / 1000)} s` : duration(ms / 1000);
}

export function bytes(n) {
  if (n == null) return "–";
  if (n < 1024) return `${whole.format(n)} B`;
  const [size, unit] = n < 1048576 ? [1024, "KiB"] : [1048576, "MiB"];
  return `${n % size === 0 ? whole.format(n / size) : tenth.format(n / size)} ${unit}`;
}

export function utc(ms) {
  const date = new Date(Number(ms));
  return Number.isNaN(date.getTime()) ? "beyond the calendar" : date.toISOString().replace("T", " ");
}

export const clock = (ms) => utc(ms).slice(0, 19) + " UTC";

export function plural(n, word) {
  return `${count(n)} ${word}${n === 1 ? "" : "s"}`;
}

// A table whose rows are updated in place. columns: {head, kind: "number"|"wrap"|"head", text(row),
// className(row), fill(td, row)}; key(row) tells rows apart.
export class Table {
  constructor(label, columns, key, empty) {
    this.columns = columns;
    this.key = key;
    this.rows = new Map();
    this.empty = el("tr", { class: "empty" }, el("td", { colspan: columns.length }, empty));
    this.body = el("tbody", {}, this.empty);
    const heads = columns.map((c) => el("th", { scope: "col", class: c.kind === "head" ? null : c.kind }, c.head));
    this.caption = el("caption", {}, label);
    this.node = el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label },
      el("table", {}, this.caption, el("thead", {}, el("tr", {}, ...heads)), this.body));
  }

  update(list) {
    const seen = new Set(list.map(this.key));
    for (const [key, row] of this.rows) {
      if (seen.has(key)) continue;
      row.node.remove();
      this.rows.delete(key);
    }
    let place = this.empty;
    this.empty.hidden = list.length > 0;
    for (const one of list) {
      const key = this.key(one);
      let row = this.rows.get(key);
      if (row === undefined) {
        const cells = this.columns.map((c) =>
          c.kind === "head" ? el("th", { scope: "row", class: "wrap" }) : el("td", { class: c.kind }));
        row = { node: el("tr", {}, ...cells), cells };
        this.rows.set(key, row);
      }
      this.columns.forEach((column, i) => {
        if (column.fill) column.fill(row.cells[i], one);
        else write(row.cells[i], column.text(one),
          [column.kind === "head" ? "wrap" : column.kind, column.className?.(one)].filter(Boolean).join(" "));
      });
      if (place.nextSibling !== row.node) place.after(row.node);
      place = row.node;
    }
  }
}

// {status, body}: what the service answers; body.error is a sentence where it has one.
export async function ask(path) {
  const answer = await fetch(path, { cache: "no-store", credentials: "same-origin", signal: AbortSignal.timeout(12000) });
  const text = await answer.text();
  try {
    return { status: answer.status, body: parse(text) };
  } catch {
    return { status: answer.status, body: { error: text.trim() || `status ${answer.status}` } };
  }
}

// Timestamps beyond 2^53 are not to lose their last digits.
function parse(text) {
  return JSON.parse(text.replace(/("timestamp_ms":)(\d{16,})/g, '$1"$2"'));
}
