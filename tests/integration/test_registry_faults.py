# SPDX-License-Identifier: Apache-2.0
"""A registry that is not as it should be, and topics that many schemas wrote: against a registry of the test's own, which
can do wrong. test_registry.py has the real one."""
import json
import signal
import struct
import time

import fastavro
import pytest

from support import ledger, records
from support.kafka import datum, schema
from support.registry import Registry, hang_up, stay_silent
from support.watched import Watched

RECORD_TIME = 1_700_000_000_000


@pytest.fixture
def registry():
    one = Registry()
    yield one
    one.stop()


@pytest.fixture
def shop(road, sluice, registry):
    """A road for transactions that name their schema by an id."""
    one = road("transactions", partitions=1)
    one.write(record={**one.document["record"], "framing": "confluent"})
    sluice.run("init", one.table, **one.settings(registry__url=registry.url))
    return one


def variant(*changes):
    """The schema of transactions as a JSON text, with its fields changed."""
    fields = json.loads(json.dumps(schema("transactions")["fields"]))
    for change in changes:
        fields = change(fields)
    return json.dumps({"type": "record", "name": "Transaction", "namespace": "sluice", "fields": fields})


def reversed_fields(fields):
    return fields[::-1]


def with_more(fields):
    return [{"name": "more", "type": {"type": "array", "items": "string"}}, *fields]


def with_version(number):
    return lambda fields: [*fields, {"name": f"version_{number}", "type": "null"}]


def whole_amounts(fields):
    return [{**field, "type": "int"} if field["name"] == "total_amount" else field for field in fields]


def without_key(fields):
    return [field for field in fields if field["name"] != "booking_id"]


def message(registry, text, record, topic="t"):
    number = registry.register(f"{topic}-value", text)
    return {
        "value": b"\0" + struct.pack(">I", number) + datum(fastavro.parse_schema(json.loads(text)), record),
        "timestamp": RECORD_TIME,
    }


def run(sluice, shop, registry, exits=0, timeout="3s", **settings):
    return sluice.run(
        "run", "--until-end", "--topic", shop.topic, "--timeout", timeout, exits=exits,
        **shop.settings(registry__url=registry.url, **settings),
    )


def table_is_right(shop, made):
    book = ledger.Ledger("transactions")
    for record in made:
        book.put(record, RECORD_TIME)
    return not ledger.differences(book.rows(), shop.thrift1.scan(shop.table))


def test_records_of_many_writer_schemas_lie_in_one_topic(shop, sluice, registry):
    made = [{**record, "total_amount": 1000.0 + i, "more": ["x"]} for i, record in enumerate(records.make("transactions", 120))]
    texts = [variant(), variant(reversed_fields), variant(with_more), variant(whole_amounts, with_more, reversed_fields)]
    texts += [variant(with_more, with_version(number)) for number in range(36)]  # more than are at hand without a look
    whole = [{**record, "total_amount": int(record["total_amount"])} for record in made]
    for record in whole:
        record.update({f"version_{number}": None for number in range(36)})
    shop.kafka.produce(shop.topic, [message(registry, texts[i % 40], record) for i, record in enumerate(whole)])

    run(sluice, shop, registry)

    assert table_is_right(shop, made)
    assert sorted(registry.requests) == sorted(f"/schemas/ids/{number}" for number in registry.schemas)


def test_a_writer_s_schema_without_the_key_is_told_once(shop, sluice, registry):
    made = records.make("transactions", 40)
    good, bad = variant(), variant(without_key)
    shop.kafka.produce(shop.topic, [message(registry, bad if i % 2 else good, record) for i, record in enumerate(made)])

    done = run(sluice, shop, registry, ingest__errors_limit="100%")

    assert table_is_right(shop, made[::2])
    told = [line for line in done.stderr.splitlines() if "records written with" in line and "booking_id" in line]
    assert len(told) == 1 and f"schema {max(registry.schemas)} of the registry" in told[0], done.stderr
    assert len(shop.kafka.consume(f"{shop.topic}.dlq")) == 20


def failing(times, fault):
    """So many requests for schemas fail, then all is well."""
    left = [times]

    def once(handler):
        left[0] -= 1
        return left[0] >= 0 and fault(handler)

    return once


def status(code, content=b"", **headers):
    def fault(handler):
        handler.answer(code, content, "text/html", **headers)
        return True

    return fault


def slow(handler):
    time.sleep(1.5)
    return False


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(failing(2, status(500)), id="two times 500"),
        pytest.param(failing(1, hang_up), id="gone in the middle of an answer"),
        pytest.param(slow, id="slow", marks=pytest.mark.full),
        pytest.param(failing(1, status(429)), id="too many requests", marks=pytest.mark.full),
    ],
)
def test_a_registry_that_recovers_is_waited_for(shop, sluice, registry, fault):
    made = records.make("transactions", 20)
    shop.kafka.produce(shop.topic, [message(registry, variant(), record) for record in made])
    registry.fault = fault

    run(sluice, shop, registry, timeout="20s")

    assert table_is_right(shop, made)
    assert f"{shop.topic}.dlq" not in shop.kafka.topics()


@pytest.mark.full
@pytest.mark.parametrize(
    "fault, says",
    [
        (status(500), "status 500"),
        (status(302, Location="http://127.0.0.1:1/"), "status 302"),
        (status(200, b"<html>Welcome</html>"), "no JSON object"),
        (status(200, b'{"id": 7}'), "no schema"),
        (status(404, b"<html>Not here</html>"), "status 404"),
        (hang_up, "no HTTP server, or it went away"),
        (stay_silent, "timed out"),
    ],
    ids=["500", "redirect", "html", "no schema", "404 of no registry", "gone in the middle", "silent"],
)
def test_an_outage_loses_nothing_and_says_why(shop, sluice, registry, fault, says):
    made = records.make("transactions", 20)
    shop.kafka.produce(shop.topic, [message(registry, variant(), record) for record in made])
    registry.fault = fault

    done = run(sluice, shop, registry, exits=3, registry__timeout="1s")

    assert says in done.stderr and registry.url in done.stderr
    assert f"{shop.topic}.dlq" not in shop.kafka.topics()
    assert shop.thrift1.scan(shop.table) == {}
    registry.fault = None
    run(sluice, shop, registry)
    assert table_is_right(shop, made)


def test_a_stop_while_the_registry_is_mute_is_whole(shop, sluice, registry):
    """What was not taken is nobody's loss: it is read again."""
    shop.kafka.produce(shop.topic, [message(registry, variant(), records.make("transactions", 1)[0])])
    registry.fault = stay_silent
    instance = Watched(
        sluice.start("run", "--topic", shop.topic, **shop.settings(
            registry__url=registry.url, registry__timeout="60s", ingest__shutdown_timeout="60s"))
    )
    instance.await_line("waiting, nothing is lost", "has not answered")
    instance.end(exits=0, number=signal.SIGTERM)
    assert shop.kafka.offsets(shop.group, shop.topic, 1) == {0: -1001}


def test_a_registry_that_goes_in_the_middle_of_a_topic_loses_nothing(shop, sluice, registry):
    made = [{**record, "more": []} for record in records.make("transactions", 60)]
    first, second = variant(), variant(with_more)
    messages = [message(registry, first, record) for record in made[:30]]
    known = max(registry.schemas)
    messages += [message(registry, second, record) for record in made[30:]]
    shop.kafka.produce(shop.topic, messages)
    registry.fault = lambda handler: not handler.path.endswith(f"/{known}") and hang_up(handler)

    run(sluice, shop, registry, exits=3)

    assert table_is_right(shop, made[:30])
    registry.fault = None
    run(sluice, shop, registry)
    assert table_is_right(shop, made)
    assert f"{shop.topic}.dlq" not in shop.kafka.topics()


def test_an_id_of_another_kind_of_record_is_a_bad_record_told_once(shop, sluice, registry):
    made = records.make("transactions", 10)
    other = '{"type": "record", "name": "Other", "fields": [{"name": "x", "type": "long"}]}'
    wrong = {"value": message(registry, other, {"x": 5})["value"], "timestamp": RECORD_TIME}
    shop.kafka.produce(shop.topic, [message(registry, variant(), record) for record in made] + [wrong] * 3)

    done = run(sluice, shop, registry, ingest__errors_limit="100%")

    assert table_is_right(shop, made)
    assert len([line for line in done.stderr.splitlines() if "records written with" in line]) == 1, done.stderr
    assert len(shop.kafka.consume(f"{shop.topic}.dlq")) == 3
