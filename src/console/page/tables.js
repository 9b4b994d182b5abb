// SPDX-License-Identifier: Apache-2.0
// What the mappings want and what HBase has, side by side.
import { ask, by, el, write, Table, count, duration, plural } from "./dom.js";
import { offerRows } from "./rows.js";

const EVERY_MS = 30000;
const SOON_MS = 2000;
const MEMBERS = [
  ["versions", "versions"], ["compression", "compression"], ["bloom", "Bloom filter"], ["encoding", "encoding"],
  ["ttl_seconds", "kept for"], ["keeps_deleted", "keeps deleted"], ["new_versions", "new versions"],
];
const shown = new Map();

function value(family, member) {
  if (!family) return "–";
  if (member === "ttl_seconds") return family.ttl_seconds === 0 ? "for ever" : duration(family.ttl_seconds);
  if (typeof family[member] === "boolean") return family[member] ? "yes" : "no";
  return String(family[member] ?? "HBase's own");
}

// What differs is said, not only coloured.
function pair(family, member) {
  const wanted = value(family.wanted, member);
  const found = value(family.found, member);
  if (!family.wanted || !family.found || wanted === found || family.wanted[member] === undefined) return family.found ? found : wanted;
  return `${found} (mapping: ${wanted})`;
}

function columnsOf(family) {
  const columns = family.columns.map((c) => (c.type === "text" ? c.qualifier : `${c.qualifier} (${c.type})`));
  return family.wanted ? columns.join(", ") : "not in the mapping";
}

function make(table) {
  const families = new Table(`Families of ${table.table}`, [
    { head: "Family", kind: "head", text: (f) => f.family },
    { head: "Columns of the mapping", kind: "wrap", text: columnsOf },
    { head: "In HBase", text: (f) => (f.found ? "yes" : "no"), className: (f) => (f.found ? "yes" : "no") },
    ...MEMBERS.map(([member, head]) => ({
      head, text: (f) => pair(f, member), className: (f) => (pair(f, member).includes("(mapping:") ? "careful" : ""),
    })),
  ], (f) => f.family, "None.");
  const regions = new Table(`Regions of ${table.table}`, [
    { head: "From row", kind: "head", text: (r) => r.start || "the beginning" },
    { head: "To before", kind: "wrap", text: (r) => r.end || "the end" },
    { head: "Server", text: (r) => r.server },
  ], (r) => r.start, "Not known.");
  const one = { title: el("h3"), state: el("p", { class: "note" }), list: el("ul"), families, regions, areRegionsOpen: false };
  const toggle = el("button", { type: "button", class: "plain", "aria-expanded": "false", onclick: () => {
    one.areRegionsOpen = !one.areRegionsOpen;
    toggle.setAttribute("aria-expanded", String(one.areRegionsOpen));
    regions.node.hidden = !one.areRegionsOpen;
  } }, "Regions");
  regions.node.hidden = true;
  one.node = el("article", {}, one.title, one.state, one.list, families.node, toggle, regions.node);
  return one;
}

function stateOf(table) {
  if (table.reason) return [table.reason, "note no"];
  const regions = `${plural(table.regions_length, "region")}`;
  return [table.differences.length > 0 ? `${regions}; not as the mapping has it: sluice init ${table.table}` : `${regions}; as the mapping has it`,
    table.differences.length > 0 ? "note careful" : "note"];
}

function show(answer) {
  const seen = new Set();
  const list = by("table-list");
  if (answer.tables.length === 0) list.replaceChildren(el("p", { class: "note" }, "No mapping has a table yet."));
  else if (shown.size === 0) list.replaceChildren();
  for (const table of answer.tables) {
    if (!shown.has(table.table)) {
      shown.set(table.table, make(table));
      list.append(shown.get(table.table).node);
    }
    const one = shown.get(table.table);
    seen.add(table.table);
    write(one.title, `${table.table} – from ${table.topics.join(", ")}`);
    write(one.state, ...stateOf(table));
    if (one.list.childElementCount !== table.differences.length || one.list.textContent !== table.differences.join(""))
      one.list.replaceChildren(...table.differences.map((text) => el("li", {}, text)));
    one.list.hidden = table.differences.length === 0;
    one.families.update(table.families);
    one.regions.update(table.regions);
    write(one.regions.caption, table.regions.length < table.regions_length
      ? `Regions of ${table.table}: the first ${count(table.regions.length)} of ${count(table.regions_length)}` : `Regions of ${table.table}`);
  }
  for (const [name, one] of shown) {
    if (seen.has(name)) continue;
    one.node.remove();
    shown.delete(name);
  }
}

export async function startTables() {
  let next = EVERY_MS;
  if (!document.hidden) {
    try {
      const { status, body } = await ask("/api/tables");
      if (status !== 200) throw new Error(body.error);
      if (body.asked_seconds == null) next = SOON_MS;
      else {
        show(body);
        write(by("tables-age"), `as HBase said ${duration(body.asked_seconds)} ago`);
      }
      offerRows(body);
    } catch (error) {
      write(by("tables-age"), `not known: ${error.message}`);
    }
  }
  setTimeout(startTables, next);
}
