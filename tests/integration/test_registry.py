# SPDX-License-Identifier: Apache-2.0
"""Records in the Confluent wire format, their schemas in a real registry."""
import json
import struct
import urllib.request

import pytest

from support import ledger, records
from support.kafka import datum, schema
from support.stack import local, port

pytestmark = pytest.mark.full  # the registry is a download of its own

REGISTRY = f"http://127.0.0.1:{port('REGISTRY', 8081)}/apis/ccompat/v7"
NO_SUCH_ID = 2_000_000_000


@pytest.fixture(scope="module", autouse=True)
def registry():
    """Started for these tests and stopped after them, unless it runs anyway."""
    try:
        urllib.request.urlopen(f"{REGISTRY}/subjects", timeout=10).close()
        yield
    except OSError:
        local("up", "registry")
        yield
        local("down", "registry")


def register(subject, text, references=()):
    request = urllib.request.Request(
        f"{REGISTRY}/subjects/{subject}/versions",
        json.dumps({"schema": text, "references": list(references)}).encode(),
        {"Content-Type": "application/vnd.schemaregistry.v1+json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)["id"]


def framed(number, payload):
    return b"\0" + struct.pack(">I", number) + payload


@pytest.fixture
def shop(road, sluice):
    """A road for transactions that name their schema by an id."""
    one = road("transactions", partitions=1)
    one.write(record={**one.document["record"], "framing": "confluent"})
    sluice.run("init", one.table, **one.settings(registry__url=REGISTRY))
    return one


def produce(one, number, made):
    parsed = schema(one.entity)
    one.kafka.produce(
        one.topic,
        [
            {"key": ledger.key(one.entity, record), "value": framed(number, datum(parsed, record))}
            for record in made
        ],
    )


def text_of(one):
    return (one.mappings / ledger.SCHEMAS[one.entity]).read_text()


def test_records_are_read_by_the_schema_that_they_name(shop, sluice):
    made = records.make(shop.entity, 200)
    produce(shop, register(f"{shop.topic}-value", text_of(shop)), made)

    sluice.run("run", "--until-end", "--topic", shop.topic, **shop.settings(registry__url=REGISTRY))

    book = ledger.Ledger(shop.entity)
    for record in made:
        book.put(record, 0)
    assert not ledger.differences(book.rows(), shop.thrift1.scan(shop.table))


def test_a_schema_may_refer_to_others(road, sluice):
    one = road("transactions", partitions=1)
    place = {"type": "record", "name": "shop.Place", "fields": [{"name": "city", "type": "string"}]}
    order = {
        "type": "record",
        "name": "shop.Order",
        "fields": [{"name": "id", "type": "string"}, {"name": "home", "type": "shop.Place"}],
    }
    whole = {**order, "fields": [order["fields"][0], {"name": "home", "type": place}]}
    (one.mappings / "order.avsc").write_text(json.dumps(whole))
    one.document = {
        "key": {"parts": ["id"]},
        "timestamp": "record",
        "families": {"f": {"columns": ["home.city"]}},
        "record": {"format": "avro", "schema": "order.avsc", "framing": "confluent"},
    }
    one.write()
    register(f"{one.topic}-place", json.dumps(place))
    number = register(
        f"{one.topic}-value",
        json.dumps(order),
        [{"name": "shop.Place", "subject": f"{one.topic}-place", "version": 1}],
    )
    one.kafka.produce(one.topic, [{"key": b"k", "value": framed(number, b"\x02k\x0aSpeem")}])
    settings = one.settings(registry__url=REGISTRY)
    sluice.run("init", one.table, **settings)

    sluice.run("run", "--until-end", "--topic", one.topic, **settings)

    assert [cells[b"f:home.city"][0] for cells in one.thrift1.scan(one.table).values()] == [b"Speem"]


def test_an_unknown_id_is_a_bad_record_and_the_rest_is_written(shop, sluice):
    made = records.make(shop.entity, 20)
    number = register(f"{shop.topic}-value", text_of(shop))
    produce(shop, number, made[:10])
    produce(shop, NO_SUCH_ID, made[10:11])
    produce(shop, number, made[11:])

    sluice.run("run", "--until-end", "--topic", shop.topic, **shop.settings(registry__url=REGISTRY))

    assert len(shop.thrift1.scan(shop.table)) == 19
    letters = shop.kafka.consume(f"{shop.topic}.dlq")
    assert len(letters) == 1
    assert str(NO_SUCH_ID) in dict(letters[0].headers())["__connect.errors.exception.message"].decode()


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", REGISTRY.removesuffix("/apis/ccompat/v7")])
def test_without_a_registry_nothing_is_lost(shop, sluice, url):
    made = records.make(shop.entity, 5)
    produce(shop, register(f"{shop.topic}-value", text_of(shop)), made)

    done = sluice.run(
        "run", "--until-end", "--timeout", "5", "--topic", shop.topic, exits=3, **shop.settings(registry__url=url)
    )

    assert url in done.stderr
    assert f"{shop.topic}.dlq" not in shop.kafka.topics()
    assert shop.thrift1.scan(shop.table) == {}


@pytest.mark.parametrize(
    "url, exits, words",
    [
        (REGISTRY, 0, ["ok", "registry"]),
        ("http://127.0.0.1:1", 3, ["registry", "127.0.0.1:1"]),
        (REGISTRY + "/no", 2, ["registry", "registry.url"]),
        ("", 2, ["registry.url", "confluent"]),
    ],
)
def test_check_looks_at_the_registry(shop, sluice, url, exits, words):
    done = sluice.run("check", exits=exits, **shop.settings(registry__url=url, ingest__builtin="none"))

    assert any(all(word in line for word in words) for line in done.stdout.splitlines()), done.stdout
