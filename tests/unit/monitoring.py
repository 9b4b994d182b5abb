#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Rules, runbooks and dashboard fit each other and the metrics that there are. Prints TAP."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(os.environ["SLUICE_SOURCE_ROOT"])
MONITORING = ROOT / "compose" / "monitoring"
RULES = (MONITORING / "rules" / "sluice.yml").read_text()
RUNBOOKS = (ROOT / "docs" / "runbooks.md").read_text()
DASHBOARD = json.loads((MONITORING / "grafana" / "sluice.json").read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
METRICS = set(re.findall(r"`((?:sluice|process)_[a-z_]+)`", (ROOT / "docs" / "metrics.md").read_text()))
ALERTS = re.findall(r"- alert: (\w+)\n((?:(?!      - alert:).*\n)*)", RULES)


def unknown_metrics(text):
    for name in sorted(set(re.findall(r"\b(?:sluice|process)_[a-z_]+\b", text))):
        if name not in METRICS and re.sub("_(bucket|sum|count)$", "", name) not in METRICS:
            yield f"there is no metric {name}"


def alerts():
    if len(ALERTS) < 15:
        yield f"only {len(ALERTS)} alerts"
    tests = (MONITORING / "rules.test.yml").read_text()
    for name, body in ALERTS:
        expression = body.split("annotations:")[0]
        yield from (f"{name}: {said}" for said in unknown_metrics(expression.replace("job:sluice_", "")))
        for wanted in ("severity:", "summary:", "description:", f'runbook_url: "docs/runbooks.md#{name.lower()}"'):
            if wanted not in body:
                yield f"{name}: no {wanted}"
        if tests.count(f"alertname: {name}\n") == 0:
            yield f"{name}: has no test"


def runbooks():
    pages = dict(re.findall(r"^## (\w+)\n((?:(?!^## ).*\n?)*)", RUNBOOKS, re.M))
    names = [name for name, _ in ALERTS]
    yield from (f"{name} has no page" for name in names if name not in pages)
    for name, page in pages.items():
        if name not in names:
            yield f"{name} is no alert"
        for part in ("Meaning.", "Impact.", "Diagnosis", "itigation."):
            if part not in page:
                yield f"{name}: no {part}"
    for anchor in re.findall(r"\]\(#(\w+)\)", RUNBOOKS):
        if anchor not in [name.lower() for name in pages]:
            yield f"there is no page {anchor}"
    for begin in sorted(set(re.findall(r"\b(?:sluice|process)_[a-z_]+\b", RUNBOOKS))):
        if not any(name.startswith(begin.removesuffix("_")) for name in METRICS):
            yield f"no metric begins with {begin}"


def dashboard():
    if len(PANELS) < 15:
        yield f"only {len(PANELS)} panels"
    titles = [panel["title"] for panel in PANELS]
    yield from (f"two panels are called {title}" for title in set(titles) if titles.count(title) > 1)
    for panel in PANELS:
        title = panel["title"]
        if not panel.get("description") or not panel["fieldConfig"]["defaults"].get("unit"):
            yield f"{title}: no description or no unit"
        if panel["datasource"]["uid"] != "$datasource":
            yield f"{title}: a data source of its own"
        for target in panel["targets"]:
            expression = target["expr"]
            yield from (f"{title}: {said}" for said in unknown_metrics(expression))
            if expression.count('{job=~"$job",instance=~"$instance"}') < len(re.findall(r"\b(?:sluice|process)_\w+", expression)):
                yield f"{title}: {expression} does not choose job and instance"
            if re.search(r"_(total|bucket|count|sum)\{", expression) and not re.search(
                r"rate\(.*\[\$__rate_interval\]\)|increase\(.*\[\w+\]\)", expression
            ):
                yield f"{title}: {expression} shows a counter as it is"


def promtool():
    tool = shutil.which("promtool")
    for words in (["check", "rules", "rules/sluice.yml"], ["test", "rules", "rules.test.yml"]) if tool else ():
        done = subprocess.run([tool, *words], cwd=MONITORING, capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            yield from (done.stdout + done.stderr).splitlines()


def main():
    checks = (alerts, runbooks, dashboard, promtool)
    print(f"1..{len(checks)}")
    for number, check in enumerate(checks, 1):
        said = list(check())
        for line in said:
            print("#", line)
        skipped = " # SKIP promtool is not installed" if check is promtool and not shutil.which("promtool") else ""
        print("not ok" if said else "ok", number, check.__name__ + skipped)


if __name__ == "__main__":
    sys.exit(main())
