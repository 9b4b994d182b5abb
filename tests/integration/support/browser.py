# SPDX-License-Identifier: Apache-2.0
"""A real Chromium (Debian's) on the service's page, which notes whatever a page must not do."""
import contextlib
import importlib.util
import pathlib
import shutil
import time

import pytest

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--no-proxy-server",
             "--disable-background-networking", "--disable-component-update", "--disable-sync"]

# Before any script of the page: violations of the policy, and how far its parts jump.
WATCH = """
window.seen = {violations: [], shifts: []};
document.addEventListener("securitypolicyviolation", (event) =>
  window.seen.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.seen.shifts.push([entry.startTime, entry.value]);
}).observe({type: "layout-shift", buffered: true});
"""


class Visit:
    """A page, and what it did that it must not."""

    def __init__(self, page, port):
        self.page, self.port = page, port
        self.elsewhere, self.errors, self.dialogs = [], [], []
        page.add_init_script(WATCH)
        page.on("request", self.note_request)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))
        page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))

    def note_request(self, request):
        if not request.url.startswith((f"http://127.0.0.1:{self.port}/", "data:,")):
            self.elsewhere.append(request.url)

    def open(self, ready="#ready.good, #ready.bad"):
        self.page.goto(f"http://127.0.0.1:{self.port}/")
        self.page.wait_for_selector(ready)
        self.page.wait_for_selector("#table-list article")
        return self.page

    def until(self, is_met, *arguments, seconds=30):
        """Until the function is true in the page, whose policy does not let it be asked there."""
        deadline = time.monotonic() + seconds
        while not self.page.evaluate(is_met, *arguments):
            assert time.monotonic() < deadline, is_met
            time.sleep(0.05)

    def assert_decent(self):
        seen = self.page.evaluate("window.seen")
        assert seen["violations"] == [] and self.elsewhere == [] and self.errors == [] and self.dialogs == []

    def texts(self, selector):
        """The rows of a table, each as {head: text}."""
        return self.page.evaluate("""(selector) => {
          const table = document.querySelector(selector);
          const heads = [...table.querySelectorAll("thead th")].map((th) => th.textContent);
          return [...table.querySelectorAll("tbody tr:not(.empty)")].map((tr) =>
            Object.fromEntries([...tr.children].map((cell, i) => [heads[i], cell.textContent])));
        }""", selector)

    def axe(self):
        """What axe-core finds that is serious or worse."""
        script = pathlib.Path(importlib.util.find_spec("axe_playwright_python").origin).with_name("axe.min.js")
        self.page.evaluate(script.read_text())
        found = self.page.evaluate("axe.run()")["violations"]
        return [(one["id"], node["target"], node.get("failureSummary")) for one in found
                if one["impact"] in ("serious", "critical") for node in one["nodes"]]

    def picture(self, path, selectors, width):
        """The page's parts as an SVG of text: what is seen, without anything to load."""
        self.page.evaluate("document.activeElement?.blur()")
        markup, height = self.page.evaluate("""([selectors, isDark]) => {
          const css = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]).map((rule) => rule.cssText).join("\\n")
            .replaceAll("@media (prefers-color-scheme: dark)", isDark ? "@media all" : "@media not all");
          const body = document.createElement("body");
          const main = document.createElement("main");
          let height = 0;
          for (const selector of selectors) {
            const node = document.querySelector(selector);
            height += node.getBoundingClientRect().height + 40;
            (node.tagName === "HEADER" ? body : main).append(node.cloneNode(true));
          }
          body.append(main);
          const style = document.createElement("style");
          style.textContent = css.replaceAll(":root", ":root, body");
          body.prepend(style);
          return [new XMLSerializer().serializeToString(body), Math.ceil(height)];
        }""", [selectors, self.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")])
        pathlib.Path(path).write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">\n'
            f'<foreignObject width="{width}" height="{height}">\n{markup}\n</foreignObject>\n</svg>\n')


@contextlib.contextmanager
def chromium():
    """visit(port, scheme=, width=, **context) opens pages in it."""
    playwright = pytest.importorskip("playwright.sync_api", reason="compose/install browser")
    path = shutil.which("chromium") or pytest.skip("no chromium: compose/install browser")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=ARGUMENTS)

        def visit(port, scheme="light", width=1280, **more):
            """Ended by visit.end()."""
            context = browser.new_context(
                color_scheme=scheme, viewport={"width": width, "height": 900}, reduced_motion="reduce", **more)
            context.set_default_timeout(30_000)
            return Visit(context.new_page(), port)

        def end():
            for context in browser.contexts:
                context.close()

        visit.end = end
        yield visit
        browser.close()
