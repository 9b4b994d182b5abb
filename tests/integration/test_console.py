# SPDX-License-Identifier: Apache-2.0
"""The page in a real Chromium on the real stack."""
import json
import os
import pathlib
import re
import time

import pytest

from support.browser import chromium
from support.console import api, double, escape, get, long, map_types, put
from support.hbase import shell
from support.stack import THRIFT2_PORT
from test_health import Proxy
from test_pages import free_port

pytestmark = pytest.mark.full
WHEN = 1_700_000_000_000
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>"
PICTURES = os.environ.get("SLUICE_PICTURES")  # a folder for those of the docs: docs/pictures
SHOTS = os.environ.get("SLUICE_SCREENSHOTS")  # and one for all that is seen, to be looked at


@pytest.fixture(scope="module")
def browser():
    with chromium() as visit:
        yield visit


@pytest.fixture
def visit(browser):
    yield browser
    browser.end()


def picture(seen, name, whole=True):
    if SHOTS:
        seen.page.screenshot(path=pathlib.Path(SHOTS) / f"{name}.png", full_page=whole)


def page_settings(port, **more):
    return {"http__listen": f"127.0.0.1:{port}", "http__console": "yes", "http__browse": "yes", "ingest__linger_ms": "10", **more}


def number(text):
    return int(text.replace(",", ""))


def settled(world, process, port, records):
    """All of them are acknowledged and told."""
    world.until(process, lambda: get(port, "/readyz")[0] == 200)
    world.until(process, lambda: sum(
        p.get("acknowledged", 0) for t in api(port, "status")["topics"] for p in t["partitions"]) == records)


@pytest.mark.parametrize("scheme, width", [("light", 1280), ("dark", 1280), ("light", 400), ("dark", 400)])
def test_what_is_shown_is_what_the_status_says(world, visit, scheme, width):
    """In both schemes and widths; nothing leaves, nothing jumps, nothing is seriously hard to use."""
    pipe, port = world.add([[f"{i}", "x"] for i in range(1200)] + [b"\xff"] * 3, partitions=3), free_port()
    with world.service(**page_settings(port)) as process:
        settled(world, process, port, 1203)
        seen = visit(port, scheme, width)
        page = seen.open("#ready.good")
        page.get_by_role("button", name=pipe.topic).click()
        page.wait_for_selector("#partitions tbody tr:not(.empty)")
        page.wait_for_selector("#reasons tbody tr:not(.empty)")
        status = api(port, "status")
        (topic,) = seen.texts("#topics table")
        partitions = seen.texts("#partitions table")
        (reason,) = seen.texts("#reasons table")
        (letters,) = seen.texts("#letters table")
        peers = seen.texts("#peers table")
        page.evaluate("window.seen.shifts = []")
        now = page.inner_text("#contact")
        seen.until("(before) => document.querySelector('#contact').textContent !== before", now)
        shifts = page.evaluate("window.seen.shifts.reduce((sum, [, value]) => sum + value, 0)")
        aloud = page.evaluate("[...document.querySelectorAll('[role=status], [aria-live=polite]')].map((one) => one.textContent)")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert seen.axe() == []
        picture(seen, f"{scheme}-{width}")
        seen.assert_decent()
    said = status["topics"][0]
    assert topic["Topic"] == said["topic"] and topic["Table"] == said["table"]
    assert (number(topic["Written"]), number(topic["Dead-lettered"]), number(topic["Lag"])) == (1200, 3, 0)
    assert [number(p["Acknowledged"]) for p in partitions] == [p["acknowledged"] for p in said["partitions"]] == [401] * 3
    assert [number(p["End"]) for p in partitions] == [p["end"] for p in said["partitions"]]
    assert (number(reason["Records"]), reason["At"], number(letters["Dead letters"])) == (3, "decode", 3)
    assert letters["What takes them back"] == f"sluice replay '{pipe.topic}.dlq'"
    assert [(p["Kind"], p["State"]) for p in peers] == [("Kafka", "up"), ("gateway", "up")]
    assert shifts < 0.01
    assert sorted(aloud) == ["", "Records flow"], "what counts seconds is read out each time"


def test_an_empty_page_and_one_that_fails_say_so(world, visit):
    pipe, port = world.add([["1", "x"]]), free_port()
    proxy = Proxy(THRIFT2_PORT)
    with world.service(**page_settings(port, gateway__endpoints=f"127.0.0.1:{proxy.port}")) as process:
        settled(world, process, port, 1)
        seen = visit(port)
        page = seen.open("#ready.good")
        assert "No record was bad." in page.inner_text("#errors")
        picture(seen, "empty")
        proxy.mode = "refuse"
        page.wait_for_selector("#ready.bad")
        assert re.search(r"Not ready \(.*\) for", page.inner_text("#ready"))
        page.wait_for_selector("#peers td.no")
        picture(seen, "failing")
        seen.assert_decent()
        process.kill()
        process.wait()
        page.wait_for_selector("#contact.away")
        assert "does not answer" in page.inner_text("#contact")
        picture(seen, "gone", whole=False)
    assert pipe.topic


def look_up(seen, by, **fields):
    page = seen.page
    page.get_by_label(by, exact=True).check()
    for name, value in fields.items():
        page.fill(f"[name={name}]", value)
    page.get_by_role("button", name="Look up").click()
    seen.until("() => !document.querySelector('#look-up button').disabled")


def shell_cells(table, row):
    """What `get` shows: {column: (timestamp, value)}"""
    quoted = '"' + escape(row).replace('"', '\\"') + '"'
    said = shell(f"get '{table}', {quoted}\n").stdout
    return {column: (stamp, value) for column, stamp, value in
            re.findall(r"^ (\S+) +timestamp=(\S+), value=(.*)$", said, re.MULTILINE)}


def test_a_row_is_what_the_shell_gets(world, visit):
    pipe, port = world.add(), free_port()
    map_types(pipe, world.folder)
    odd = b"\xff\x00k\xfe"
    put(world.thrift1, pipe.table, b"text", {b"f:v": b"plain text"}, WHEN)
    put(world.thrift1, pipe.table, odd, {b"f:v": b"\xff\x01", b"f:n": long(-7), b"f:d": double(-2.5)}, WHEN)
    with world.service(**page_settings(port)) as process:
        world.until(process, lambda: get(port, "/readyz")[0] == 200)
        seen = visit(port)
        page = seen.open("#ready.good")
        page.wait_for_selector("#look-up")
        for row in (b"text", odd):
            look_up(seen, "key", key=escape(row))
            mapped = {cell["Column"]: cell["Value"] for cell in seen.texts("#row-list table")}
            times = {cell["Column"]: (cell["Timestamp, ms"], cell["UTC"]) for cell in seen.texts("#row-list table")}
            page.get_by_label("in hex").check()
            in_hex = {cell["Column"]: cell["Value"] for cell in seen.texts("#row-list table")}
            page.get_by_label("by the mapping").check()
            got = shell_cells(pipe.table, row)
            assert set(got) == set(in_hex)
            for column, (stamp, value) in got.items():
                raw = bytes.fromhex(in_hex[column])
                assert escape(raw) == value
                assert times[column] == (str(WHEN), "2023-11-14 22:13:20.000Z") and stamp.startswith("2023-11-14T22:13:20")
        assert (mapped["f:n"], mapped["f:d"], mapped["f:v"]) == ("-7", "-2.5", "\\xFF\\x01")
        look_up(seen, "key parts", part0="text")
        assert seen.texts("#row-list table")[0]["Value"] == "plain text"
        look_up(seen, "key", key="nobody")
        assert "There is no such row." in page.inner_text("#rows-note")
        look_up(seen, "newest")
        assert "2 rows" in page.inner_text("#rows-note")
        picture(seen, "rows")
        assert seen.axe() == []
        seen.assert_decent()


def test_ten_thousand_cells_are_paged(world, visit):
    pipe, port = world.add(), free_port()
    put(world.thrift1, pipe.table, b"wide", {f"f:{i:05}".encode(): b"%d" % i for i in range(10_000)}, WHEN)
    with world.service(**page_settings(port)) as process:
        world.until(process, lambda: get(port, "/readyz")[0] == 200)
        seen = visit(port)
        page = seen.open("#ready.good")
        look_up(seen, "key", key="wide")
        pages, cells = 1, seen.texts("#row-list table")
        while page.is_visible("#more") and pages < 60:
            page.click("#more")
            seen.until("(page) => document.querySelector('#rows-note').textContent.startsWith(`Page ${page}:`)", pages + 1)
            pages += 1
            cells += seen.texts("#row-list table")
        assert "Page 50: 1 row, 200 cells." in page.inner_text("#rows-note")
        seen.assert_decent()
    assert pages == 50
    assert [(cell["Column"], cell["Value"]) for cell in cells] == [(f"f:{i:05}", str(i)) for i in range(10_000)]


def hostile(value):
    """Every text in an answer with a script in it."""
    if isinstance(value, str):
        return value + HOSTILE
    if isinstance(value, list):
        return [hostile(one) for one in value]
    return {name: hostile(one) for name, one in value.items()} if isinstance(value, dict) else value


def test_scripts_in_names_and_values_are_text(world, visit):
    """In keys, qualifiers and values as they are in HBase; in all else that is shown (topics, tables,
    reasons, peers), whose names Kafka and HBase bound, by answers that were changed on their way."""
    pipe, port = world.add([b"\xff"]), free_port()
    put(world.thrift1, pipe.table, HOSTILE.encode(), {b"f:" + HOSTILE.encode(): HOSTILE.encode()}, WHEN)
    with world.service(**page_settings(port, ingest__errors_limit="100%")) as process:
        settled(world, process, port, 1)
        seen = visit(port)
        page = seen.open()
        look_up(seen, "prefix", prefix="<")
        (cell,) = seen.texts("#row-list table")
        assert (cell["Column"], cell["Value"]) == (f"f:{HOSTILE}", HOSTILE)
        assert HOSTILE in page.inner_text("#row-list caption")
        seen.assert_decent()

        changed = visit(port)

        def change(route):
            answer = route.fetch()
            route.fulfill(response=answer, body=json.dumps(hostile(answer.json())))

        changed.page.route(re.compile("/(status|api/.*)"), change)
        page = changed.open()
        page.wait_for_selector("#reasons tbody tr:not(.empty)")
        text = page.inner_text("main")
        assert text.count(HOSTILE) > 20
        assert page.evaluate("document.querySelectorAll('main img, main script, body > img').length") == 0
        changed.assert_decent()
        assert pipe.topic + HOSTILE in text


def test_the_keyboard_is_enough(world, visit):
    pipe, port = world.add([[f"{i}", "x"] for i in range(10)]), free_port()
    with world.service(**page_settings(port)) as process:
        settled(world, process, port, 10)
        world.until(process, lambda: len(api(port, "flow")["at_ms"]) >= 2)
        seen = visit(port)
        page = seen.open("#ready.good")

        def tab_to(is_there, most=80):
            for _ in range(most):
                page.keyboard.press("Tab")
                outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert outline != "none", "the focus is not seen"
                if page.evaluate(f"(() => {{ const at = document.activeElement; return {is_there}; }})()"):
                    return
            raise AssertionError(f"Tab does not come to {is_there}")

        tab_to("at.classList.contains('skip')")
        tab_to("at.tagName === 'svg'")
        now = page.get_attribute(":focus", "aria-label")
        page.keyboard.press("ArrowLeft")
        assert page.get_attribute(":focus", "aria-label") != now and "UTC" in page.get_attribute(":focus", "aria-label")
        page.keyboard.press("Escape")
        tab_to("at.textContent === " + json.dumps(pipe.topic))
        page.keyboard.press("Enter")
        page.wait_for_selector("#partitions table >> visible=true")
        tab_to("at.name === 'key'")
        page.keyboard.type("3")
        page.keyboard.press("Enter")
        page.wait_for_selector("#row-list tbody th")
        assert seen.texts("#row-list table")[0]["Value"] == "x"
        seen.assert_decent()


def test_without_the_token_there_is_nothing(world, visit, tmp_path, monkeypatch):
    pipe, port = world.add([["1", "x"]]), free_port()
    (tmp_path / "token").write_text("sesame\n")
    monkeypatch.setenv("SLUICE_HTTP_TOKEN_FILE", str(tmp_path / "token"))
    with world.service(**page_settings(port)) as process:
        world.until(process, lambda: get(port, "/readyz")[0] == 200)
        for path in ("/", "/console.js", "/status", "/api/flow", "/api/rows", "/api/value", "/nothing"):
            assert get(port, path)[0] == 401, path
            assert get(port, path, {"Host": "evil.example", "Authorization": "Bearer sesame"})[0] == 421, path
        assert get(port, "/status", {"Authorization": "Bearer sesame"})[0] == 200
        with pytest.raises(Exception, match="ERR_INVALID_AUTH_CREDENTIALS"):
            visit(port).page.goto(f"http://127.0.0.1:{port}/")
        seen = visit(port, http_credentials={"username": "anybody", "password": "sesame"})
        seen.open("#ready.good")
        seen.assert_decent()
        assert "sesame" not in world.said()
        top = world.sluice.run("top", "--once", http__listen=f"127.0.0.1:{port}").stdout
        monkeypatch.delenv("SLUICE_HTTP_TOKEN_FILE")
        assert pipe.topic in top
        world.sluice.run("top", "--once", exits=2, http__listen=f"127.0.0.1:{port}")


def test_look_ups_under_load_cost_ingest_little(world):
    """The ratio is told, not judged: the machine is shared. Everything arrives all the same."""
    records, port = 60_000, free_port()
    rates = {}
    for round_ in range(2):
        for looking in (False, True):
            pipe = world.add([[f"{i:06}", "x" * 100] for i in range(records)], partitions=2)
            group, asked = f"{pipe.name}-{round_}-{looking}", 0
            with world.service("--topic", pipe.topic, **page_settings(port, kafka__group_id=group, ingest__linger_ms="100")) as process:
                world.until(process, lambda: get(port, "/readyz")[0] == 200)
                began = time.monotonic()
                while sum(p.get("acknowledged", 0) for p in api(port, "status")["topics"][0]["partitions"]) < records:
                    assert process.poll() is None
                    if looking:
                        asked += get(port, "/api/rows", table=pipe.table, prefix="00", rows=20)[0] == 200
                    time.sleep(0.2)
                rates.setdefault(looking, []).append(records / (time.monotonic() - began))
            assert not looking or asked > 0
    print("records/s without and with look-ups:", rates, "ratio", max(rates[True]) / max(rates[False]))


@pytest.mark.skipif(not PICTURES, reason="docs/pictures asks for them")
def test_the_pictures_of_the_docs(visit, sluice, tmp_path, kafka, thrift1):
    """Of the built-in mappings with two minutes of their data, some of it bad."""
    tables = {"customers": "customer", "product": "product", "transactions": "transactions", "clickstream": "click_stream"}
    thrift1.drop(*tables)
    kafka.delete(*tables.values(), *(f"{topic}.dlq" for topic in tables.values()))
    sluice.run("init", *tables)
    port = free_port()
    settings = {"http__listen": f"127.0.0.1:{port}", "http__console": "yes", "http__browse": "yes", "kafka__group_id": "docs"}
    feed = sluice.start("generate", "--kafka", "--scale", "0.02", "--rate", "2000")
    service = None
    try:
        service = sluice.start("run", **settings)
        end = time.monotonic() + 120
        while time.monotonic() < end:
            kafka.produce("transactions", [{"value": b"\xff%d" % i} for i in range(3)])
            time.sleep(5)
        for scheme in ("light", "dark"):
            seen = visit(port, scheme, 1200)
            seen.open("#ready.good").get_by_role("button", name="transactions").click()
            seen.page.wait_for_selector("#partitions tbody tr:not(.empty)")
            seen.picture(pathlib.Path(PICTURES) / f"console-{scheme}.svg", ["header", "#state", "#flow", "#errors"], 1200)
            seen.assert_decent()
    finally:
        for process in (feed, service):
            if process is not None:
                process.kill()
                process.communicate()
        thrift1.drop(*tables)
        kafka.delete(*tables.values(), *(f"{topic}.dlq" for topic in tables.values()))
