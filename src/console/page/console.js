// SPDX-License-Identifier: Apache-2.0
// Asks the service every two seconds, and shows what it says.
import { ask, by, el, write, Table, count, rate, duration, about, milliseconds, bytes, clock, plural } from "./dom.js";
import { Chart, WINDOW_MS, ofTen, ofBytes, ofSeconds, ofMilliseconds } from "./chart.js";
import { startTables } from "./tables.js";

const EVERY_MS = 2000;

// State

const peers = new Table("Peers", [
  { head: "Peer", kind: "head", text: (p) => p.name },
  { head: "Kind", text: (p) => p.kind },
  { head: "State", text: (p) => (p.up ? "up" : "away"), className: (p) => (p.up ? "yes" : "no") },
  { head: "Connections", kind: "number", text: (p) => count(p.connections) },
  { head: "Failures", kind: "number", text: (p) => count(p.failures) },
  { head: "Mean answer", kind: "number", text: (p) => milliseconds(p.mean) },
  { head: "Last answer", kind: "number", text: (p) => (p.answered == null ? "–" : `${duration(p.answered)} ago`) },
  { head: "Why", kind: "wrap", text: (p) => p.reason ?? "" },
], (p) => `${p.kind} ${p.name}`, "None yet.");

function peersOf(status) {
  const kafka = { name: status.kafka.brokers, kind: "Kafka", up: status.kafka.up, reason: status.kafka.reason };
  const gateways = status.gateways.map((g) => ({
    name: g.gateway, kind: "gateway", up: g.up,
    reason: !g.up && status.reason?.includes(g.gateway) ? status.reason : "", connections: g.connections, failures: g.failures,
    mean: g.answers > 0 ? Math.round((g.answer_seconds / g.answers) * 1000) : null, answered: g.answered_seconds,
  }));
  const registry = status.registry
    ? [{ name: status.registry.urls.join(", "), kind: "registry", up: status.registry.up, answered: status.registry.answered_seconds }]
    : [];
  return [kafka, ...gateways, ...registry];
}

const facts = new Map();

function fact(name, value) {
  if (!facts.has(name)) {
    const node = el("dd");
    facts.set(name, node);
    by("facts").append(el("div", {}, el("dt", {}, name), node));
  }
  write(facts.get(name), value);
}

// Several tables of one topic share its partitions.
const heldBy = (list) => new Set(list.flatMap((t) => t.partitions.map((p) => `${t.topic}\n${p.partition}`))).size;

// Of the banner the word alone is read out, when it changes: the rest counts seconds.
const banner = { word: by("ready").querySelector("strong"), rest: by("ready").querySelector("span") };

function showState(status) {
  const box = by("ready");
  write(banner.word, status.ready ? "Records flow" : "Not ready");
  write(banner.rest, `${status.ready ? "" : `(${status.reason}) `}for ${duration(status.since_seconds)}`);
  box.className = `banner ${status.ready ? "good" : "bad"}`;
  document.title = `${status.ready ? "" : "not ready – "}sluice ${status.group}`;
  fact("Group", status.group);
  fact("Instance", status.instance);
  fact("Up for", duration(status.uptime_seconds));
  fact("Version", `${status.version} (${status.revision})`);
  fact("Partitions held", count(heldBy(status.topics)));
  fact("Memory of batches", status.memory.used_bytes == null ? "–"
    : `${bytes(status.memory.used_bytes)} of ${bytes(status.memory.limit_bytes)}`);
  const tries = Object.entries(status.retries ?? {}).filter(([, n]) => n > 0);
  fact("Failed tries", tries.length === 0 ? "none" : tries.map(([cause, n]) => `${cause} ${count(n)}`).join(", "));
  fact("librdkafka", status.librdkafka);
  peers.update(peersOf(status));
}

// Flow

// The histogram's last bound is a day.
const delay = (ms) => (ms == null ? "–" : ms >= 86400000 ? "over a day" : ms < 1000 ? milliseconds(ms) : about(ms / 1000));

const charts = [
  new Chart("Records a second", "records/s", [
    { name: "written", label: "written" }, { name: "skipped", label: "skipped" }, { name: "dead_lettered", label: "dead-lettered" },
  ], rate, ofTen),
  new Chart("Waiting in Kafka", "records", [{ name: "lag", label: "lag" }], count, ofTen),
  new Chart("Waiting for how long", "age of the oldest", [{ name: "lag_seconds", label: "lag in time" }], about, ofSeconds),
  new Chart("From a record's time to HBase", "delay", [{ name: "p50_ms", label: "half within" }, { name: "p99_ms", label: "99 % within" }], delay, ofMilliseconds),
  new Chart("Memory of batches", "bytes", [{ name: "held_bytes", label: "held" }], bytes, ofBytes),
  new Chart("Failed tries a second", "tries/s", [{ name: "retries", label: "retries" }], rate, ofTen),
];
const kept = { at: [], samples: {} };

function showFlow(flow) {
  const at = kept.at.concat(flow.at_ms);
  const old = at.filter((ms) => ms < at[at.length - 1] - WINDOW_MS).length;
  for (const [name, values] of Object.entries(flow.all ?? {}))
    kept.samples[name] = (kept.samples[name] ?? []).concat(values).slice(old);
  kept.at = at.slice(old);
  charts.forEach((chart) => chart.update(kept.at, kept.samples));
}

let opened = null;
const name = (topic) => `${topic.topic}\n${topic.table}`;
const largest = (list, member) => list.reduce((most, p) => (p[member] == null ? most : Math.max(most ?? 0, p[member])), null);
const speed = (topic) => topic.partitions.reduce((sum, p) => (p.rate == null ? sum : (sum ?? 0) + p.rate), null);
const whenCaughtUp = (lag, seconds) => (lag === 0 ? "now" : seconds == null ? "–" : `in ${duration(seconds)}`);

// Whether one partition is not known to end makes the topic's end unknown.
function topicEnd(topic) {
  if (topic.partitions.some((p) => p.lag > 0 && p.caught_up_seconds == null)) return null;
  return largest(topic.partitions, "caught_up_seconds");
}

const topics = new Table("Topics", [
  { head: "Topic", kind: "head", fill: (td, t) => {
    if (!td.firstChild) td.append(el("button", { type: "button", class: "plain", onclick: () => open(name(t)) }, t.topic));
    td.firstChild.setAttribute("aria-expanded", String(opened === name(t)));
    td.firstChild.setAttribute("aria-controls", "partitions");
  } },
  { head: "Table", text: (t) => t.table },
  { head: "Records/s", kind: "number", text: (t) => rate(speed(t)) },
  { head: "Written", kind: "number", text: (t) => count(t.written) },
  { head: "Skipped", kind: "number", text: (t) => count(t.skipped) },
  { head: "Dead-lettered", kind: "number", text: (t) => count(t.dead_lettered), className: (t) => (t.dead_lettered > 0 ? "careful" : "") },
  { head: "Lag", kind: "number", text: (t) => count(t.lag) },
  { head: "Lag in time", kind: "number", text: (t) => duration(t.lag_seconds) },
  { head: "Caught up", kind: "number", text: (t) => whenCaughtUp(t.lag, topicEnd(t)) },
], name, "No mapping has a topic yet.");

const partitions = new Table("Partitions", [
  { head: "Partition", kind: "head", text: (p) => String(p.partition) },
  { head: "Acknowledged", kind: "number", text: (p) => count(p.acknowledged) },
  { head: "Committed", kind: "number", text: (p) => count(p.committed) },
  { head: "End", kind: "number", text: (p) => count(p.end) },
  { head: "Lag", kind: "number", text: (p) => count(p.lag) },
  { head: "Lag in time", kind: "number", text: (p) => duration(p.lag_seconds) },
  { head: "Records/s", kind: "number", text: (p) => rate(p.rate) },
  { head: "Caught up", kind: "number", text: (p) => whenCaughtUp(p.lag, p.caught_up_seconds) },
], (p) => String(p.partition), "This instance holds none of its partitions.");
partitions.node.hidden = true;
let last = null;

function open(which) {
  opened = opened === which ? null : which;
  if (last) showTopics(last);
}

function showTopics(status) {
  last = status;
  topics.update(status.topics);
  const one = status.topics.find((t) => name(t) === opened);
  partitions.node.hidden = !one;
  if (!one) return;
  write(partitions.caption, `Partitions of ${one.topic} that this instance holds`);
  partitions.update(one.partitions);
}

// Errors

const letters = new Table("Dead letters", [
  { head: "Topic", kind: "head", text: (l) => l.topic },
  { head: "Table", text: (l) => l.table },
  { head: "Dead letters", kind: "number", text: (l) => count(l.count) },
  { head: "Lie in", text: (l) => l.dead_letters },
  { head: "What takes them back", kind: "wrap", fill: command },
], (l) => `${l.topic}\n${l.table}`, "None.");

const reasons = new Table("Why records were bad", [
  { head: "Reason", kind: "head", text: (r) => (r.field == null ? r.reason : `${r.field}: ${r.reason}`) },
  { head: "At", text: (r) => r.stage },
  { head: "Topic", text: (r) => r.topic },
  { head: "Records", kind: "number", text: (r) => count(r.count) },
  { head: "First", kind: "number", text: (r) => clock(r.first_ms) },
  { head: "Last", kind: "number", text: (r) => clock(r.last_ms) },
  { head: "Example", kind: "number", text: (r) => `${r.example.partition} @ ${count(r.example.offset)}` },
  { head: "What takes them back", kind: "wrap", fill: command },
], (r) => JSON.stringify([r.topic, r.table, r.stage, r.field, r.reason]), "No record was bad.");

function command(td, one) {
  if (!td.firstChild) td.append(el("code"));
  write(td.firstChild, one.replay);
}

function showErrors(errors) {
  letters.update(errors.dead_letters.filter((l) => l.count > 0));
  reasons.update(errors.reasons);
  write(reasons.caption, errors.lost_reasons > 0
    ? `Why records were bad: the last ${errors.reasons.length} kinds; ${plural(errors.lost_reasons, "older one")} made room`
    : "Why records were bad");
}

// The rounds

// Read out when it is away alone, not with each round.
function contact(text, isAway) {
  by("contact").setAttribute("aria-live", isAway ? "polite" : "off");
  write(by("contact"), text, isAway ? "away" : "");
}

async function round() {
  const since = kept.at.length > 0 ? kept.at[kept.at.length - 1] : 0;
  const [status, flow, errors] = await Promise.all([ask("/status"), ask(`/api/flow?since_ms=${since}`), ask("/api/errors")]);
  const bad = [status, flow, errors].find((answer) => answer.status !== 200);
  if (bad) throw new Error(bad.body.error);
  if (flow.body.at_ms[0] <= since) return;
  showState(status.body);
  showFlow(flow.body);
  showTopics(status.body);
  showErrors(errors.body);
  contact(`as of ${clock(Date.now()).slice(11)}`, false);
}

async function forever() {
  if (!document.hidden) {
    try {
      await round();
    } catch (error) {
      contact(error.name === "Error" ? `The service answers: ${error.message}` : "The service does not answer; what is shown is old.", true);
    }
  }
  setTimeout(forever, EVERY_MS);
}

for (const table of [peers, topics, partitions, letters, reasons]) table.node.classList.add("steady");
reasons.node.classList.add("reasons");
by("peers").append(peers.node);
by("charts").append(...charts.map((chart) => chart.node));
by("topics").append(topics.node);
by("partitions").append(partitions.node);
by("letters").append(letters.node);
by("reasons").append(reasons.node);
charts.forEach((chart) => chart.update([], {}));
forever();
startTables();
