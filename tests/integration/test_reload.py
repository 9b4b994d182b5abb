# SPDX-License-Identifier: Apache-2.0
"""Mappings that change while a service runs: what is safe begins at SIGHUP, the rest is told and stays as it was."""
import json
import re
import signal

from test_metrics import free_port, read

def change(world, pipe, **members):
    """The mapping's file with other members; returns what it was."""
    path = world.folder / f"{pipe.name}.json"
    before = path.read_text()
    path.write_text(json.dumps({**json.loads(before), **members}))
    return before


def hang_up(world, process, *words):
    """Sends SIGHUP and waits for what the service then says."""
    seen = len(world.said())
    process.send_signal(signal.SIGHUP)
    world.until(process, lambda: all(word in world.said()[seen:] for word in words))


def rows(first, last):
    return [[f"{i:04}", f"v{i}", f"w{i}"] for i in range(first, last)]


def written(port, pipe):
    found = re.search(rf'^sluice_records_written_total{{topic="{pipe.topic}",[^}}]*}} (\d+)$', read(port), re.M)
    return found and int(found.group(1))


def test_new_mappings_and_columns_begin_and_the_rest_stays(world):
    old, port = world.add(rows(0, 100), partitions=2, fields=("k", "v", "w")), free_port()
    change(world, old, families={"f": {"columns": ["v"]}})
    path = world.folder / f"{old.name}.json"
    with world.service(http__listen=f"127.0.0.1:{port}", ingest__linger_ms="10") as process:
        world.until(process, lambda: world.committed() == world.ends())

        good = change(world, old, families={"f": {"columns": ["nothing"]}})
        hang_up(world, process, "the mappings stay as they were", "nothing")
        path.write_text(good)
        change(world, old, key={"parts": ["v"]})
        hang_up(world, process, "a mapping is not taken over", "$.key is another one")
        path.write_text(good)
        absent = world.folder / "absent.json"
        absent.write_text(json.dumps({**json.loads(good), "topic": "absent", "table": "absent"}))
        hang_up(world, process, "a mapping is not taken over", "table absent does not exist")
        absent.unlink()
        old.fill(rows(100, 200))
        world.until(process, lambda: world.committed() == world.ends())
        assert "changing over" not in world.said()

        change(world, old, families={"f": {"columns": ["v", "w"]}})
        new = world.add(rows(0, 50), fields=("k", "v"))
        old.fill(rows(200, 250))
        hang_up(world, process, "changing over mappings=2", "holding partitions=3")
        old.fill(rows(250, 300))
        world.until(process, lambda: world.committed() == world.ends())
        world.until(process, lambda: (written(port, old), written(port, new)) == (300, 50))

        path.unlink()
        hang_up(world, process, "a mapping is not taken over", "the mapping is gone")
        old.fill(rows(300, 320))
        world.until(process, lambda: world.committed() == world.ends())
        process.terminate()
        assert process.wait(20) == 0, world.said()
    table = world.thrift1.scan(old.table)
    assert len(table) == 320 and len(new.rows()) == 50
    assert all(len(cells) == 1 for row, cells in table.items() if row < b"0200")
    assert all(len(cells) == 2 for row, cells in table.items() if row >= b"0250")
