// SPDX-License-Identifier: Apache-2.0
// Rows of the mapped tables: by key, by prefix, the newest. Only where the service lets one.
import { ask, by, el, write, Table, bytes, count, plural, utc } from "./dom.js";

const form = by("look-up");
let tables = [];
let query = null; // of the pages that are shown
let next = null; // where the next one begins
let page = 1;
let rows = []; // of the page: {key, node, table, cells}

const choice = (name) => form.elements[name].value;

export function offerRows(answer) {
  if (!answer.browse) return;
  by("rows").hidden = by("rows-link").hidden = false;
  // Keys are made as the table's first mapping makes them.
  const firsts = answer.mappings.filter((m, i, all) => all.findIndex((other) => other.table === m.table) === i);
  if (JSON.stringify(firsts) === JSON.stringify(tables)) return;
  const chosen = choice("table");
  tables = firsts;
  form.elements.table.replaceChildren(...firsts.map((m) => el("option", { value: m.table, selected: m.table === chosen }, m.table)));
  showFields();
}

// The fields of what is looked up by.
function showFields() {
  const table = tables.find((t) => t.table === choice("table"));
  const kind = choice("by");
  const field = (label, name, hint) =>
    el("label", { class: "grow" }, label, el("input", { name, autocomplete: "off", spellcheck: "false", placeholder: hint }));
  const hint = "as it is, or with bytes as \\x00";
  const made = {
    key: () => [field("Row key", "key", hint)],
    prefix: () => [field("Row keys that begin with", "prefix", `${hint}; nothing: from the first row on`)],
    newest: () => [el("p", { class: "note" }, "Rows with the newest timestamps: of a large table, of the part that could be read in time.")],
    parts: () => (table?.inputs ?? []).map((name, i) => field(name, `part${i}`, "as a CSV file would have it")),
  };
  by("key-fields").replaceChildren(...made[kind]());
}

// A time of day without a zone is of the one that timestamps are shown in.
const inUtc = (text) => (/:\d\d(\.\d+)?$/.test(text) && !/[+-]\d\d:\d\d$/.test(text) ? `${text}Z` : text);

function time(text) {
  if (text.trim() === "") return null;
  const ms = /^\d+$/.test(text.trim()) ? text.trim() : Date.parse(inUtc(text.trim()));
  if (Number.isNaN(ms)) throw new Error(`${text}: not a time; write 2024-02-29T16:05:00Z, or milliseconds since 1970`);
  return String(ms);
}

function asked() {
  const wanted = new URLSearchParams({ table: choice("table"), versions: choice("versions") || "1" });
  const [from, until] = [time(choice("from")), time(choice("until"))];
  const kind = choice("by");
  if (choice("columns").trim() !== "") wanted.set("columns", choice("columns"));
  if (from != null) wanted.set("from_ms", from);
  if (until != null) wanted.set("until_ms", until);
  if (kind === "newest") wanted.set("newest", "1");
  for (const input of by("key-fields").querySelectorAll("input")) wanted.set(input.name, input.value);
  return wanted;
}

// The shell's notation as bytes.
function unescaped(text) {
  const out = [];
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "\\" && text[i + 1] === "x") {
      out.push(parseInt(text.slice(i + 2, i + 4), 16));
      i += 3;
    } else out.push(text.charCodeAt(i));
  }
  return new Uint8Array(out);
}

// Text where all of it is text, else the shell's notation.
function readable(text) {
  try {
    const whole = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(unescaped(text));
    return /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(whole) ? text : whole;
  } catch {
    return text;
  }
}

const hex = (text) => [...unescaped(text)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");

function valueText(cell) {
  if (cell.left_out) return null;
  const kind = choice("form");
  if (kind === "hex") return hex(cell.value);
  return kind === "mapped" && cell.typed !== undefined ? cell.typed : readable(cell.value);
}

async function fetchValue(row, cell, td) {
  const wanted = new URLSearchParams({
    table: query.get("table"), key: row.key, family: cell.family, qualifier: cell.qualifier, timestamp_ms: cell.timestamp_ms,
  });
  const { status, body } = await ask(`/api/value?${wanted}`).catch(() => ({ status: 0, body: { error: "no answer" } }));
  if (status !== 200) {
    write(td.firstChild, body.error);
    return;
  }
  Object.assign(cell, body, { left_out: false });
  showValue(td, row, cell);
}

function showValue(td, row, cell) {
  const text = valueText(cell);
  if (text != null) {
    td.replaceChildren(el("span", { class: "code" }, text));
    return;
  }
  const most = tables.length > 0 ? offer.most : 0;
  td.replaceChildren(el("span", { class: "note" }, cell.length > most ? `too long to be shown (${bytes(cell.length)}) ` : `left out (${bytes(cell.length)}) `));
  if (cell.length <= most)
    td.append(el("button", { type: "button", onclick: () => fetchValue(row, cell, td) }, "Show it"));
}

const offer = { most: 262144 };

function makeRow(key) {
  const row = { key, cells: [] };
  row.table = new Table(`Cells of row ${readable(key)}`, [
    { head: "Column", kind: "head", text: (c) => `${readable(c.family)}:${readable(c.qualifier)}` },
    { head: "Value", kind: "wrap", fill: (td, c) => showValue(td, row, c) },
    { head: "Type", text: (c) => c.type ?? "" },
    { head: "Bytes", kind: "number", text: (c) => count(c.length) },
    { head: "Timestamp, ms", kind: "number", text: (c) => String(c.timestamp_ms) },
    { head: "UTC", kind: "number", text: (c) => utc(c.timestamp_ms) },
  ], (c) => JSON.stringify([c.family, c.qualifier, String(c.timestamp_ms)]), "No cell.");
  row.node = el("article", { class: "cells" }, row.table.node);
  return row;
}

// One page takes the place of the one before: of a row as wide as it gets, too.
function show(answer) {
  rows = answer.rows.map((one) => {
    const row = makeRow(one.key);
    row.cells = one.cells;
    row.table.update(one.cells);
    write(row.table.caption, `${readable(one.key)} – ${plural(one.cells.length, "cell")}${page > 1 && one === answer.rows[0] ? " of this page" : ""}`);
    return row;
  });
  by("row-list").replaceChildren(...rows.map((row) => row.node));
  next = answer.next ?? null;
  by("more").hidden = next == null;
  const cells = rows.reduce((sum, row) => sum + row.cells.length, 0);
  const why = answer.ended === "time" ? " It took too long to go on." : "";
  const which = page > 1 || next != null ? `Page ${count(page)}: ` : "";
  write(by("rows-note"), rows.length === 0 && next == null ? "There is no such row." :
    `${which}${plural(rows.length, "row")}, ${plural(cells, "cell")}.${answer.note ? ` ${answer.note}` : ""}${next == null ? "" : `${why} There is more.`}`);
}

async function look(isNext) {
  const button = form.querySelector("button[type=submit]");
  try {
    if (!isNext) query = asked();
    write(by("rows-note"), "Looking…");
    button.disabled = by("more").disabled = true;
    const wanted = new URLSearchParams(query);
    if (isNext) wanted.set("after", next);
    const { status, body } = await ask(`/api/rows?${wanted}`);
    if (status !== 200) throw new Error(body.error);
    page = isNext ? page + 1 : 1;
    show(body);
    if (isNext) by("rows-note").scrollIntoView();
  } catch (error) {
    write(by("rows-note"), error.name === "Error" ? error.message : "The service does not answer.");
    if (!isNext) {
      by("more").hidden = true;
      by("row-list").replaceChildren();
    }
  }
  button.disabled = by("more").disabled = false;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  look(false);
});
form.addEventListener("change", (event) => {
  if (event.target.name === "by" || event.target.name === "table") showFields();
  if (event.target.name === "form") rows.forEach((row) => row.table.update(row.cells));
});
by("more").addEventListener("click", () => look(true));
