// SPDX-License-Identifier: Apache-2.0
// A line chart of the last 15 minutes in plain SVG, read by pointer, by arrow keys, or as text.
import { el, svg, write, clock } from "./dom.js";

export const WINDOW_MS = 15 * 60 * 1000;
const CLASSES = ["one", "two", "three"];

// What a scale may end at: the next that is not below the value.
const TIMES = [10, 20, 60, 120, 300, 600, 1200, 3600, 7200, 18000, 43200, 86400];

export function ofTen(value) {
  const power = 10 ** Math.max(1, Math.floor(Math.log10(Math.max(value, 1))));
  return [1, 2, 5, 10].map((step) => step * power).find((top) => top >= value);
}

export const ofBytes = (value) => 2 ** Math.max(10, Math.ceil(Math.log2(Math.max(value, 1))));
export const ofSeconds = (value) => TIMES.find((top) => top >= value) ?? ofTen(value / 86400) * 86400;
export const ofMilliseconds = (value) => (value <= 5000 ? Math.max(ofTen(value), 100) : ofSeconds(value / 1000) * 1000);

export class Chart {
  // lines: [{name, label}] of the samples' members; format(value) with its unit; ceiling: one of the above
  constructor(title, unit, lines, format, ceiling) {
    this.ceiling = ceiling;
    this.lines = lines;
    this.format = format;
    this.title = title;
    this.cursor = null;
    this.tops = [el("span"), el("span"), el("span")];
    this.traces = lines.map((_, i) =>
      svg("path", { class: `trace ${CLASSES[i]}`, "vector-effect": "non-scaling-stroke" }));
    this.cross = svg("line", { class: "cross", y1: 0, y2: 100, "vector-effect": "non-scaling-stroke", visibility: "hidden" });
    const grid = [0, 50, 100].map((y) =>
      svg("line", { class: "grid", x1: 0, x2: 1000, y1: y, y2: y, "vector-effect": "non-scaling-stroke" }));
    this.picture = svg("svg", { viewBox: "0 0 1000 100", preserveAspectRatio: "none", role: "img", tabindex: "0" },
      ...grid, ...this.traces, this.cross);
    this.when = el("span", {}, unit);
    this.unit = unit;
    this.values = lines.map(() => el("b"));
    const legend = lines.map((line, i) =>
      el("li", {}, el("i", { class: CLASSES[i] }), el("span", {}, line.label), this.values[i]));
    this.node = el("figure", {},
      el("figcaption", {}, title, this.when),
      el("div", { class: "plot" }, el("div", { class: "ys", "aria-hidden": "true" }, ...this.tops), this.picture,
        el("div", { class: "xs", "aria-hidden": "true" }, el("span", {}, "15 min ago"), el("span", {}, "now"))),
      el("ul", { class: "legend" }, ...legend));
    this.picture.addEventListener("pointermove", (event) => this.point(event));
    this.picture.addEventListener("pointerleave", () => this.move(null));
    this.picture.addEventListener("blur", () => this.move(null));
    this.picture.addEventListener("keydown", (event) => this.press(event));
  }

  update(at, samples) {
    this.at = at;
    this.samples = samples;
    const end = at.length > 0 ? at[at.length - 1] : 0;
    const top = this.ceiling(Math.max(0, ...this.lines.flatMap((line) => (samples[line.name] ?? []).map((v) => v ?? 0))));
    this.x = (i) => 1000 - ((end - at[i]) / WINDOW_MS) * 1000;
    [top, top / 2, 0].forEach((value, i) => write(this.tops[i], this.format(value)));
    this.lines.forEach((line, i) => {
      let path = "";
      let down = false;
      (samples[line.name] ?? []).forEach((value, k) => {
        if (value != null) path += `${down ? "L" : "M"}${this.x(k).toFixed(1)} ${(100 - (value / top) * 100).toFixed(1)}`;
        down = value != null;
      });
      this.traces[i].setAttribute("d", path);
    });
    this.show();
  }

  point(event) {
    const box = this.picture.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * 1000;
    let nearest = null;
    (this.at ?? []).forEach((_, i) => {
      if (nearest == null || Math.abs(this.x(i) - x) < Math.abs(this.x(nearest) - x)) nearest = i;
    });
    this.move(nearest == null ? null : this.at[nearest]);
  }

  press(event) {
    const at = this.at ?? [];
    const now = this.cursor == null ? at.length - 1 : at.indexOf(this.cursor);
    const to = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: at.length - 1 }[event.key];
    if (event.key === "Escape") this.move(null);
    if (to === undefined || at.length === 0) return;
    event.preventDefault();
    this.move(at[Math.min(Math.max(to, 0), at.length - 1)]);
  }

  move(cursor) {
    this.cursor = cursor;
    if (this.at) this.show();
  }

  // The values at the cursor, or the last.
  show() {
    let i = this.cursor == null ? -1 : this.at.indexOf(this.cursor);
    const shown = i >= 0;
    if (!shown) i = this.at.length - 1;
    const texts = this.lines.map((line) => this.format(this.samples[line.name]?.[i]));
    texts.forEach((text, k) => write(this.values[k], text));
    write(this.when, shown ? clock(this.at[i]) : this.unit);
    this.cross.setAttribute("visibility", shown ? "visible" : "hidden");
    if (shown) {
      this.cross.setAttribute("x1", this.x(i));
      this.cross.setAttribute("x2", this.x(i));
    }
    const said = this.lines.map((line, k) => `${line.label} ${texts[k]}`).join(", ");
    this.picture.setAttribute("aria-label",
      `${this.title}, ${shown ? clock(this.at[i]) : "now"}: ${said}. Arrow keys move in time.`);
  }
}
