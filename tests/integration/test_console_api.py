# SPDX-License-Identifier: Apache-2.0
"""The page's answers as JSON, against HBase as happybase reads it."""
import socket
import threading

import pytest

from support.console import all_pages, api, cells_of, double, escape, get, long, map_types, put
from support.stack import THRIFT2_PORT
from test_pages import free_port

WHEN = 1_700_000_000_000


def test_the_answers_say_what_came_and_fit_their_schemas(world):
    pipe, port = world.add([[f"{i}", "secret value"] for i in range(40)] + [b"\xffsecret"], partitions=2), free_port()
    with world.service(http__listen=f"127.0.0.1:{port}", http__console="yes", ingest__linger_ms="10") as process:
        world.until(process, lambda: get(port, "/api/errors")[0] == 200 and api(port, "errors")["reasons"])
        world.until(process, lambda: api(port, "tables").get("asked_seconds") is not None)
        world.until(process, lambda: api(port, "status")["topics"][0]["written"] == 40)
        world.until(process, lambda: sum(
            p.get("acknowledged", 0) for p in api(port, "status")["topics"][0]["partitions"]) == 41)
        status, errors, tables = api(port, "status"), api(port, "errors"), api(port, "tables")
        flow = api(port, "flow", topic=pipe.topic)
        later = api(port, "flow", since_ms=flow["at_ms"][-1])
        refused = get(port, "/api/rows", table=pipe.table, key="1")
        wrong = get(port, "/api/flow", since_ms="yesterday")
    assert status["kafka"]["up"] and "answered_seconds" in status["gateways"][0]
    (reason,), (letters,) = errors["reasons"], errors["dead_letters"]
    assert (reason["count"], reason["stage"], letters["count"]) == (1, "decode", 1)
    assert reason["example"] == {"partition": 0, "offset": 20}
    assert reason["replay"].startswith(f"sluice replay '{pipe.topic}.dlq' --table '{pipe.table}' --stage decode")
    assert "secret" not in str(errors)
    (table,) = tables["tables"]
    assert (table["table"], table["regions_length"]) == (pipe.table, 1)
    assert any("VERSIONS is 3, the mapping says 1" in one for one in table["differences"])
    assert table["families"][0]["found"]["versions"] >= 1 and tables["browse"] is False
    assert flow["topics"][0]["topic"] == pipe.topic and len(flow["all"]["written"]) == len(flow["at_ms"])
    assert all(at > flow["at_ms"][-1] for at in later["at_ms"])
    assert refused == (404, {"error": "rows are shown with http.browse = true alone"})
    assert wrong[0] == 400


ODD = {
    b"plain": {b"f:v": "Größe €".encode(), b"f:n": long(-7), b"f:d": double(-2.5), b"f:b": b"\xff", b"g:again": b""},
    b"\xff\x00'\\ \"<script>": {b"f:v": b"\xff\xfe", b"f:<img src=x>": b"<script>alert(1)</script>", b"f:": b"no qualifier"},
    b"four": {b"f:lens": b"\x00\x01\x00\x00", b"f:v": b"x" * 2729, b"g:w": b"y" * 2731},
}


def test_rows_are_those_of_the_table(world):
    """Odd keys, qualifiers and values; by key, by parts, by prefix, page by page, in time, in versions."""
    pipe, port = world.add(), free_port()
    map_types(pipe, world.folder)
    connection = world.thrift1.connection()
    table = connection.table(pipe.table)
    for row, cells in ODD.items():
        table.put(row, cells, timestamp=WHEN)
    table.put(b"wide", {f"f:{i:05}'".encode(): b"%d" % i for i in range(300)}, timestamp=WHEN)
    table.put(b"wide", {f"g:{i:05}".encode(): b"%d" % i for i in range(300)}, timestamp=WHEN + 1)
    for i in range(45):
        table.put(b"row%02d" % i, {b"f:v": b"1"}, timestamp=WHEN + i)
    connection.close()
    expected = {row: {column: [cell] for column, cell in cells.items()}
                for row, cells in world.thrift1.scan(pipe.table).items()}
    expected[b"four"][b"g:w"] = [(2731, WHEN)]

    with world.service(
        http__listen=f"127.0.0.1:{port}", http__console="yes", http__browse="yes", ingest__linger_ms="10"
    ) as process:
        ask = {"table": pipe.table}
        world.until(process, lambda: get(port, "/readyz")[0] == 200)
        everything, pages = all_pages(port, prefix="", rows=100, **ask)
        for row in (*ODD, b"wide"):
            assert all_pages(port, key=escape(row), **ask)[0] == {row: expected[row]}
        plain = api(port, "rows", part0="plain", **ask)
        prefix, prefix_pages = all_pages(port, prefix="row", rows=20, **ask)
        family, _ = all_pages(port, prefix="wide", columns="g", **ask)
        some, _ = all_pages(port, key="wide", columns="f:00003', g:00004", **ask)
        late, _ = all_pages(port, prefix="row", from_ms=WHEN + 40, until_ms=WHEN + 43, **ask)
        newest = api(port, "rows", newest=1, rows=5, **ask)
        newest_then = api(port, "rows", newest=1, rows=5, until_ms=WHEN + 10, **ask)
        value = api(port, "value", key="four", family="g", qualifier="w", timestamp_ms=WHEN, **ask)
        nobody = get(port, "/api/value", key="four", family="g", qualifier="w", timestamp_ms=1, **ask)
        for parameters, status in (
            ({"table": "other", "key": "x"}, 404), ({"key": "x"}, 400), (ask, 400), ({**ask, "key": ""}, 400),
            ({**ask, "key": "x", "prefix": "x"}, 400), ({**ask, "key": "x", "rows": "many"}, 400),
            ({**ask, "key": "x", "after": "zz"}, 400), ({**ask, "key": "x", "columns": ":q"}, 400),
            ({**ask, "key": "x", "until_ms": "0"}, 400), ({**ask, "part0": ""}, 400),
        ):
            assert get(port, "/api/rows", **parameters)[0] == status, parameters
    assert everything == expected and pages > 3
    assert {cell["qualifier"]: cell.get("typed") for cell in plain["rows"][0]["cells"]} == {
        "v": None, "n": "-7", "d": "-2.5", "b": "true", "again": None
    }
    assert sorted(prefix) == [b"row%02d" % i for i in range(45)] and prefix_pages == 3
    assert family == {b"wide": {c: v for c, v in expected[b"wide"].items() if c.startswith(b"g:")}}
    assert some == {b"wide": {c: expected[b"wide"][c] for c in (b"f:00003'", b"g:00004")}}
    assert sorted(late) == [b"row40", b"row41", b"row42"]
    assert len(newest["rows"]) == 5 and "next" not in newest
    assert newest_then["rows"] and all(
        cell["timestamp_ms"] < WHEN + 10 for row in newest_then["rows"] for cell in row["cells"])
    assert value["value"] == "y" * 2731 and value["length"] == 2731
    assert nobody[0] == 404


@pytest.mark.full
def test_versions_are_shown_newest_first(world):
    pipe, port = world.add(), free_port()
    connection = world.thrift1.connection()
    connection.delete_table(pipe.table, disable=True)
    connection.create_table(pipe.table, {"f": {"max_versions": 5}})
    for i in range(4):
        connection.table(pipe.table).put(b"r", {b"f:v": b"%d" % i, b"f:w": b"x" * 5000}, timestamp=WHEN + i)
    connection.close()
    with world.service(http__listen=f"127.0.0.1:{port}", http__console="yes", http__browse="yes") as process:
        world.until(process, lambda: get(port, "/readyz")[0] == 200)
        rows = cells_of(api(port, "rows", table=pipe.table, key="r", versions=3))
    assert rows == {b"r": {b"f:v": [(b"3", WHEN + 3), (b"2", WHEN + 2), (b"1", WHEN + 1)],
                           b"f:w": [(5000, WHEN + 3), (5000, WHEN + 2), (5000, WHEN + 1)]}}


@pytest.mark.full
def test_ten_thousand_cells_come_in_pages(world):
    pipe, port = world.add(), free_port()
    put(world.thrift1, pipe.table, b"wide", {f"f:{i:05}".encode(): b"%d" % i for i in range(10_000)}, WHEN)
    with world.service(http__listen=f"127.0.0.1:{port}", http__console="yes", http__browse="yes") as process:
        world.until(process, lambda: get(port, "/readyz")[0] == 200)
        rows, pages = all_pages(port, table=pipe.table, key="wide")
    assert rows == {b"wide": {f"f:{i:05}".encode(): [(b"%d" % i, WHEN)] for i in range(10_000)}}
    assert pages == 50


@pytest.mark.full
def test_cells_of_ten_megabytes_cannot_fill_a_gateway(world):
    """Forty of them are more than its whole heap; eight at once ended one of 256 MB."""
    pipe, port = world.add(), free_port()
    for i in range(40):
        put(world.thrift1, pipe.table, b"r%02d" % i, {b"f:v": b"x" * 10_000_000, b"f:w": b"small"}, WHEN)
    with world.service(http__listen=f"127.0.0.1:{port}", http__console="yes", http__browse="yes") as process:
        world.until(process, lambda: get(port, "/readyz")[0] == 200)
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(get(port, "/api/rows", table=pipe.table, prefix="r", rows=100)))
                   for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        rows = world.until(process, lambda: cells_of(api(port, "rows", table=pipe.table, prefix="r0", rows=3)))
        value = api(port, "value", table=pipe.table, key="r00", family="f", qualifier="v", timestamp_ms=WHEN)
        pipe.fill([["after", "x"]])
        world.until(process, lambda: b"after" in world.thrift1.scan(pipe.table, columns=[b"f:v"], row_prefix=b"after"))
    assert {status for status, _ in answers} <= {200, 429, 502}
    assert rows[b"r00"] == {b"f:v": [(10_000_000, WHEN)], b"f:w": [(b"small", WHEN)]}
    assert value == {"length": 10_000_000, "type": "text"}
    with socket.create_connection(("127.0.0.1", THRIFT2_PORT), timeout=5):
        pass


@pytest.mark.full
def test_ten_thousand_requests_and_slow_readers_do_ingest_no_harm(world):
    pipe, port = world.add([[f"{i}", "x" * 200] for i in range(20_000)]), free_port()
    put(world.thrift1, pipe.table, b"\xffbig", {f"f:{i:05}".encode(): b"y" * 2000 for i in range(200)}, WHEN)
    with world.service(http__listen=f"127.0.0.1:{port}", http__console="yes", http__browse="yes") as process:
        world.until(process, lambda: get(port, "/readyz")[0] == 200)
        slow = []
        for _ in range(80):
            one = socket.create_connection(("127.0.0.1", port))
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            one.sendall(f"GET /api/rows?table={pipe.table}&key=%5CxFFbig HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            slow.append(one)
        answers = [0] * 10

        def visit(number):
            for i in range(1000):
                path = ("/", "/status", "/api/flow", "/api/errors", "/console.js")[i % 5]
                try:
                    answers[number] += get(port, path)[0] == 200
                except OSError:
                    pass  # made room for another

        threads = [threading.Thread(target=visit, args=(number,)) for number in range(10)]
        for thread in threads:
            thread.start()
        world.until(process, lambda: pipe.committed(world.group) == {0: 20_000})
        for thread in threads:
            thread.join()
        peak = int(next(line for line in open(f"/proc/{process.pid}/status") if line.startswith("VmHWM")).split()[1])
        for one in slow:
            one.close()
        assert get(port, "/readyz")[0] == 200
    print("answered", sum(answers), "of 10000, peak", peak, "KiB")
    assert sum(answers) > 9000
    assert peak < 48 * 1024
