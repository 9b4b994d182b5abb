# SPDX-License-Identifier: Apache-2.0
"""What HBase itself refuses: a bad row is found and set aside, the rest is written; a server or a
table that takes no rows at present is waited for, and makes no dead letter."""
import signal

import pytest

from support import ledger, records
from support.hbase import shell
from support.kafka import datum, schema
from support.watched import Watched

RECORD_TIME = 1_700_000_000_000
SETTINGS = {"gateway__receive_timeout": "20s", "ingest__linger_ms": "300"}
SMALL_CELLS = 1000


def customers(count, bad, **changes):
    """Customers without a date of joining, which the bad ones have; `changes` are theirs too."""
    made = records.make("customers", count)
    plain = {"first_name": "Siti", "last_name": "Dewi", "first_join_date": "", "home_location": "Bali"}
    for i, record in enumerate(made):
        record.update(plain)
        if i in bad:
            record.update(changes)
    return made


def produce(one, made):
    parsed = schema(one.entity)
    one.kafka.produce(
        one.topic,
        [
            {
                "key": b"kafka key %d" % i,
                "value": datum(parsed, record),
                "timestamp": RECORD_TIME + i,
                "headers": [("trace", b"%d" % i)],
            }
            for i, record in enumerate(made)
        ],
    )


def assert_table(one, made, but=()):
    book = ledger.Ledger(one.entity)
    for i, record in enumerate(made):
        if i not in but:
            book.put(record, RECORD_TIME + i)
    differ = ledger.differences(book.rows(), one.thrift1.scan(one.table))
    assert not differ, "\n".join(differ)


def assert_letters(one, made, bad, stage, words):
    """One dead letter for each of the bad, as its record was, with every header."""
    parts = {"map": ("TRANSFORMATION", "sluice.Mapping", "sluice.MappingError")}
    parts["put"] = ("TASK_PUT", "sluice.Gateway", "sluice.PutError")
    parsed = schema(one.entity)
    letters = one.kafka.consume(f"{one.topic}.dlq") if f"{one.topic}.dlq" in one.kafka.topics() else []
    assert [letter.key() for letter in letters] == [b"kafka key %d" % i for i in sorted(bad)]
    for letter, i in zip(letters, sorted(bad)):
        said = dict(letter.headers())
        reason = said.pop("__connect.errors.exception.message").decode()
        attempts = int(said.pop("sluice.attempts"))
        row = said.pop("sluice.row.key", None)
        assert said == {
            "trace": b"%d" % i,
            "__connect.errors.topic": one.topic.encode(),
            "__connect.errors.partition": b"0",
            "__connect.errors.offset": b"%d" % i,
            "__connect.errors.connector.name": one.group.encode(),
            "__connect.errors.task.id": said["__connect.errors.task.id"],
            "__connect.errors.stage": parts[stage][0].encode(),
            "__connect.errors.class.name": parts[stage][1].encode(),
            "__connect.errors.exception.class.name": parts[stage][2].encode(),
            "sluice.table": one.table.encode(),
            "sluice.timestamp": b"%d" % (RECORD_TIME + i),
        }
        assert said["__connect.errors.task.id"].isdigit()
        assert letter.value() == datum(parsed, made[i])
        assert letter.timestamp()[1] == RECORD_TIME + i
        assert all(word in reason for word in words), reason
        if stage == "put":
            assert row == ledger.key(one.entity, made[i]) and attempts >= 3
        else:
            assert attempts == 0


def run(sluice, one, **more):
    done = sluice.run("run", "--until-end", "--topic", one.topic, **{**one.settings(**SETTINGS), **more})
    assert one.kafka.offsets(one.group, one.topic, 1) == one.kafka.ends(one.topic, 1)
    return done


def families(one, but=()):
    return [family for family in one.document["families"] if family not in but]


@pytest.fixture(scope="module")
def odd_tables():
    """Tables that HBase's shell alone can make: {what is odd: name}, made and removed in one go."""
    names = {kind: f"t_poison_{kind}" for kind in ("small", "busy", "readonly")}
    columns = "'personal_info', 'device_info', 'location_info', 'join_info'"
    remove = "".join(
        f"begin; disable '{name}'; drop '{name}'; rescue StandardError; end\n" for name in names.values()
    )
    shell(
        f"{remove}create '{names['small']}', {columns}, "
        f"{{CONFIGURATION => {{'hbase.server.keyvalue.maxsize' => '{SMALL_CELLS}'}}}}\n"
        f"create '{names['busy']}', {columns}, {{CONFIGURATION => "
        "{'hbase.table.sanity.checks' => 'false', 'hbase.hregion.memstore.block.multiplier' => '-1'}}\n"
        f"create '{names['readonly']}', {columns}\n"
        f"alter '{names['readonly']}', READONLY => 'true'\n"
    )
    yield names
    shell(remove, check=False)


BAD = {7, 8, 31}


@pytest.mark.parametrize(
    "rows", [pytest.param("1", marks=pytest.mark.full), pytest.param("2", marks=pytest.mark.full), "500"]
)
def test_a_cell_that_the_server_finds_too_large_is_found(road, sluice, odd_tables, rows):
    one = road("customers")
    one.table = odd_tables["small"]
    one.write()
    made = customers(60, BAD, home_location="x" * SMALL_CELLS)
    for record in made:
        record["customer_id"] += 1000 * int(rows)
    produce(one, made)

    run(sluice, one, ingest__batch_rows=rows)

    assert_letters(one, made, BAD, "put", ["exceeds limit of 1000 bytes"])
    book = ledger.Ledger("customers")
    for i, record in enumerate(made):
        if i not in BAD:
            book.put(record, RECORD_TIME + i)
    found = one.thrift1.scan(one.table)
    keys = {ledger.key("customers", record) for record in made}
    assert {row: cells for row, cells in found.items() if row in keys} == book.rows()
    one.table = one.name


def test_what_is_known_beforehand_is_never_sent(road, sluice, thrift1):
    """A key that HBase cannot have, a row that no frame holds: the gateway is not even asked."""
    one = road("customers", key={"separator": "#", "parts": ["customer_id", "first_name"]})
    made = customers(30, {4}, first_name="k" * 32768)
    made[9]["last_name"] = "l" * 70_000
    thrift1.create(one.table, families(one))
    produce(one, made)

    run(sluice, one, gateway__frame_max="65536")

    letters = {int(dict(m.headers())["__connect.errors.offset"]): m for m in one.kafka.consume(f"{one.topic}.dlq")}
    said = {i: dict(letter.headers()) for i, letter in letters.items()}
    assert said.keys() == {4, 9}
    assert b"32767" in said[4]["__connect.errors.exception.message"]
    assert b"gateway.frame.max" in said[9]["__connect.errors.exception.message"]
    for headers in said.values():
        assert headers["__connect.errors.stage"] == b"TRANSFORMATION"
        assert headers["sluice.attempts"] == b"0"
    rows = one.thrift1.scan(one.table)
    assert len(rows) == 28 and all(key.endswith(b"#Siti") for key in rows)


def watch(sluice, one, **more):
    settings = {**one.settings(**SETTINGS), **more}
    return Watched(sluice.start("run", "--until-end", "--topic", one.topic, **settings))


def no_letters(one):
    return f"{one.topic}.dlq" not in one.kafka.topics()


@pytest.mark.full
@pytest.mark.parametrize(
    "kind, word, mend",
    [
        ("busy", "RegionTooBusyException", "CONFIGURATION => {'hbase.hregion.memstore.block.multiplier' => '4'}"),
        ("readonly", "region is read only", "READONLY => 'false'"),
    ],
)
def test_a_region_that_takes_no_rows_at_present_is_waited_for(road, sluice, odd_tables, kind, word, mend):
    one = road("customers")
    one.table = odd_tables[kind]
    one.write()
    made = customers(10, set())
    produce(one, made)

    # A batch a row: each of them is refused on its own.
    instance = watch(sluice, one, ingest__batch_rows=1)
    try:
        instance.await_line("waiting, nothing is lost", word)
        assert no_letters(one)
        assert one.kafka.offsets(one.group, one.topic, 1)[0] < 0
        shell(f"alter '{one.table}', {mend}\n")
        instance.await_line("writing again")
    finally:
        instance.end()

    assert_table(one, made)
    assert no_letters(one)
    one.table = one.name


@pytest.mark.parametrize("fault", ["disabled", pytest.param("gone", marks=pytest.mark.full)])
def test_a_table_that_is_disabled_or_gone_is_waited_for(road, sluice, thrift1, fault):
    one = road("customers")
    made = customers(40, set())
    produce(one, made)
    connection = thrift1.connection()
    if fault == "disabled":
        thrift1.create(one.table, families(one))
        connection.disable_table(one.table)

    instance = watch(sluice, one)
    try:
        line = instance.await_line("waiting, nothing is lost", one.table)
        assert ("enable it" if fault == "disabled" else "sluice init") in line
        assert no_letters(one)
        if fault == "disabled":
            connection.enable_table(one.table)
        else:
            thrift1.create(one.table, families(one))
        instance.await_line("writing again")
    finally:
        connection.close()
        instance.end()

    assert_table(one, made)
    assert no_letters(one)


LARGE = {
    "gateway__frame_max": "8M",
    "ingest__batch_bytes": "16M",
    "ingest__memory": "256M",
}


def large_rows(road, thrift1, bad):
    """Batches that are over the gateway's own limit, which it does not tell, and one row that is so alone."""
    one = road("customers", partitions=0)
    one.kafka.create(one.topic, 1, **{"max.message.bytes": "6000000"})
    one.kafka.create(f"{one.topic}.dlq", 1, **{"max.message.bytes": "6000000"})
    made = customers(24, {bad}, home_location="x" * 2_200_000)
    for record in made[8:16]:
        record["home_location"] = "y" * 200_000
    thrift1.create(one.table, families(one))
    produce(one, made)
    return one, made


def test_what_the_gateway_hangs_up_on_is_halved_until_it_fits(road, sluice, thrift1):
    one, made = large_rows(road, thrift1, bad=20)

    run(sluice, one, **LARGE)

    assert_table(one, made, but={20})
    assert_letters(one, made, {20}, "put", ["hung up on"])


@pytest.mark.full
def test_where_no_row_can_tell_the_setting_is_named(road, sluice, thrift1):
    """A row before which none was taken may just as well meet an outage: it waits, until the setting is
    what it has to be."""
    one, made = large_rows(road, thrift1, bad=0)

    instance = watch(sluice, one, **LARGE, ingest__batch_rows="1")
    try:
        instance.await_line("waiting, nothing is lost", "max_frame_size_in_mb", "gateway.frame.max")
    finally:
        instance.end(exits=4, number=signal.SIGTERM)
    assert len(one.kafka.consume(f"{one.topic}.dlq")) == 0
    assert one.kafka.offsets(one.group, one.topic, 1) == {0: -1001}

    run(sluice, one)

    assert_table(one, made, but={0})
    assert_letters(one, made, {0}, "map", ["gateway.frame.max"])


def test_a_lone_row_at_which_the_gateway_hangs_up_becomes_a_dead_letter(road, sluice, thrift1):
    """A quiet topic makes batches of one: the row that was taken last serves as the control."""
    one, made = large_rows(road, thrift1, bad=20)

    run(sluice, one, **{**LARGE, "ingest__batch_rows": "1"})

    assert_table(one, made, but={20})
    assert_letters(one, made, {20}, "put", ["hung up on"])


def test_a_table_that_is_dropped_and_made_again_under_load(road, sluice, thrift1):
    """The gateway has written to it before, and knows its regions."""
    one = road("customers")
    made = customers(60, set())
    thrift1.create(one.table, families(one))
    produce(one, made[:20])
    instance = Watched(sluice.start("run", "--topic", one.topic, **one.settings(**SETTINGS)))
    try:
        while len(one.thrift1.scan(one.table)) < 20:
            assert instance.process.poll() is None
        thrift1.drop(one.table)
        produce(one, made[20:])
        line = instance.await_line("waiting, nothing is lost", one.table)
        assert "sluice init" in line
        assert no_letters(one)
        thrift1.create(one.table, families(one))
        instance.await_line("writing again")
        while len(one.thrift1.scan(one.table)) < 40:
            assert instance.process.poll() is None
    finally:
        instance.stop()

    assert no_letters(one)
    assert one.kafka.offsets(one.group, one.topic, 1) == one.kafka.ends(one.topic, 1)
