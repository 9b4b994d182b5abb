# SPDX-License-Identifier: Apache-2.0
"""Kafka to HBase, end to end: every cell and every timestamp against the ledger."""
import signal
import time

import pytest

from support import ledger, records
from support.hbase import shell
from support.kafka import datum, schema

RECORD_TIME = 1_700_000_000_000


def produce(road, made, partitions=1, first=0):
    parsed = schema(road.entity)
    road.kafka.produce(
        road.topic,
        (
            {
                "key": ledger.key(road.entity, record),
                "value": datum(parsed, record),
                "timestamp": RECORD_TIME + first + i,
                "partition": (first + i) % partitions,
            }
            for i, record in enumerate(made)
        ),
    )


def expected(road, made, first=0):
    book = ledger.Ledger(road.entity)
    for i, record in enumerate(made):
        book.put(record, RECORD_TIME + first + i)
    return book.rows()


def assert_table(road, wanted):
    differ = ledger.differences(wanted, road.thrift1.scan(road.table))
    assert not differ, "\n".join(differ)


@pytest.mark.parametrize("entity", ledger.FAMILIES)
def test_every_cell_and_timestamp_of_fastavro_records_arrives(road, sluice, thrift2, entity):
    one = road(entity, partitions=4)
    made = records.make(entity, 1000)
    produce(one, made, partitions=4)
    sluice.run("init", one.table, **one.settings())

    sluice.run("run", "--until-end", "--topic", one.topic, **one.settings())

    wanted = expected(one, made)
    assert len(wanted) == 1000
    assert_table(one, wanted)
    differ = ledger.differences(wanted, thrift2.scan(one.table))
    assert not differ, "\n".join(differ)
    assert one.kafka.offsets(one.group, one.topic, 4) == one.kafka.ends(one.topic, 4)


def test_the_hbase_shell_reads_the_text(road, sluice):
    one = road("customers")
    record = {**records.make("customers", 1)[0], "customer_id": 7.0, "first_name": "Siti", "home_location_lat": -6.5}
    produce(one, [record])
    sluice.run("init", one.table, **one.settings())

    sluice.run("run", "--until-end", "--topic", one.topic, **one.settings())

    said = shell(f"get '{one.table}', '7', {{COLUMN => ['personal_info:first_name', 'location_info:home_location_lat']}}\n")
    assert f"timestamp={RECORD_TIME}, value=Siti" in said.stdout or "value=Siti" in said.stdout
    assert "value=-6.5" in said.stdout


def test_a_run_from_offset_zero_changes_nothing(road, sluice):
    one = road("transactions", partitions=4)
    made = records.make("transactions", 2000)
    produce(one, made, partitions=4)
    sluice.run("init", one.table, **one.settings())
    sluice.run("run", "--until-end", "--topic", one.topic, **one.settings())
    before = one.thrift1.scan(one.table)

    one.kafka.reset(one.group, one.topic, 4)
    sluice.run("run", "--until-end", "--topic", one.topic, **one.settings())

    assert one.thrift1.scan(one.table) == before
    assert_table(one, expected(one, made))


def test_two_instances_share_the_partitions_and_lose_nothing(road, sluice):
    one = road("transactions", partitions=4)
    made = records.make("transactions", 8000)
    sluice.run("init", one.table, **one.settings())
    produce(one, made[:2000], partitions=4)
    instances = [sluice.start("run", "--topic", one.topic, **one.settings()) for _ in range(2)]
    try:
        produce(one, made[2000:], partitions=4, first=2000)
        wait_for_offsets(one, 4, instances)
    finally:
        ends = [stop(instance) for instance in instances]

    assert [status for status, _ in ends] == [0, 0], ends
    assert_table(one, expected(one, made))


def test_a_restart_in_the_middle_goes_on_where_it_was(road, sluice):
    one = road("transactions", partitions=4)
    made = records.make("transactions", 6000)
    sluice.run("init", one.table, **one.settings())
    produce(one, made[:3000], partitions=4)
    first = sluice.start("run", "--topic", one.topic, **one.settings())
    wait_for_offsets(one, 4, [first], at_least=1)
    status, said = stop(first)
    assert status == 0, said

    produce(one, made[3000:], partitions=4, first=3000)
    sluice.run("run", "--until-end", "--topic", one.topic, **one.settings())

    assert_table(one, expected(one, made))
    assert one.kafka.offsets(one.group, one.topic, 4) == one.kafka.ends(one.topic, 4)


def test_a_killed_instance_loses_nothing(road, sluice):
    one = road("transactions", partitions=4)
    made = records.make("transactions", 6000)
    sluice.run("init", one.table, **one.settings())
    produce(one, made, partitions=4)
    first = sluice.start("run", "--topic", one.topic, **one.settings())
    while not one.thrift1.scan(one.table, limit=1):
        assert first.poll() is None
    first.send_signal(signal.SIGKILL)
    first.communicate()

    sluice.run("run", "--until-end", "--topic", one.topic, **one.settings())

    assert_table(one, expected(one, made))


def test_a_tombstone_deletes_the_row(road, sluice):
    one = road("transactions")
    made = records.make("transactions", 20)
    produce(one, made)
    gone = made[3]
    when = ledger.milliseconds(gone["created_at"])
    one.kafka.produce(
        one.topic,
        [
            {"key": ledger.key("transactions", gone), "value": None, "timestamp": when},
            {"key": b"never-there", "value": None, "timestamp": when},
        ],
    )
    sluice.run("init", one.table, **one.settings())

    sluice.run("run", "--until-end", "--topic", one.topic, **one.settings())

    assert_table(one, expected(one, [record for record in made if record is not gone]))


def test_the_same_row_twice_keeps_the_later_of_equal_timestamps(road, sluice):
    one = road("customers")
    base = records.make("customers", 1)[0]
    parsed = schema("customers")
    versions = [{**base, "username": f"name{i}", "email": "" if i % 2 else f"{i}@example.org"} for i in range(50)]
    one.kafka.produce(
        one.topic,
        [{"key": b"1000", "value": datum(parsed, v), "timestamp": RECORD_TIME} for v in versions],
    )
    sluice.run("init", one.table, **one.settings())

    sluice.run("run", "--until-end", "--topic", one.topic, **one.settings())

    book = ledger.Ledger("customers")
    for version in versions:
        book.put(version, RECORD_TIME)
    assert_table(one, book.rows())


def wait_for_offsets(one, partitions, instances, at_least=None, seconds=60):
    deadline = time.monotonic() + seconds
    ends = one.kafka.ends(one.topic, partitions)
    while True:
        committed = one.kafka.offsets(one.group, one.topic, partitions)
        if at_least is not None and sum(max(offset, 0) for offset in committed.values()) >= at_least:
            return
        if committed == ends:
            return
        for instance in instances:
            assert instance.poll() is None, instance.communicate()
        assert time.monotonic() < deadline, f"committed {committed}, ends {ends}"
        time.sleep(0.2)


def stop(instance, seconds=60):
    instance.send_signal(signal.SIGTERM)
    said = instance.communicate(timeout=seconds)
    return instance.returncode, said
