# SPDX-License-Identifier: Apache-2.0
"""`sluice check --sample` against topics with planted shares of everything that it tells."""
import json
import random

import pytest

from support import ledger, records
from support.kafka import datum, schema

RECORD_TIME = 1_700_000_000_000


def sample(sluice, one, *arguments, exits=None, size=1000):
    done = sluice.run("check", "--sample", size, "--topic", one.topic, "--json", *arguments, exits=exits, **one.settings())
    said = json.loads(done.stdout)
    samples = [figures for figures in said["samples"] if figures["topic"] == one.topic]
    return samples[0] if samples else None, said


def told(sluice, one, size=1000):
    done = sluice.run("check", "--sample", size, "--topic", one.topic, exits=None, **one.settings())
    return [line for line in done.stdout.splitlines() if one.topic in line]


def test_planted_shares_are_found_exactly(road, sluice):
    one = road("transactions", partitions=3)
    parsed = schema("transactions")
    made = records.make("transactions", 400)
    messages = [{"key": ledger.key("transactions", r), "value": datum(parsed, r), "timestamp": RECORD_TIME} for r in made]
    bad = [{"value": b"\x01\x02", "timestamp": RECORD_TIME}] * 6 + [
        {"value": datum(parsed, {**made[i], "booking_id": ""}), "timestamp": RECORD_TIME} for i in range(4)
    ]
    again = messages[:7]
    other = [
        {"value": datum(parsed, {**made[i], "payment_method": "changed"}), "timestamp": RECORD_TIME} for i in range(50, 55)
    ]
    gone = [{"key": messages[99]["key"], "value": None, "timestamp": RECORD_TIME}] * 3
    one.kafka.produce(
        one.topic, [{**m, "partition": i % 3} for i, m in enumerate(messages + bad + again + other + gone)]
    )

    figures, said = sample(sluice, one)

    assert (figures["records"], figures["offsets"]) == (425, 425)
    assert (figures["puts"], figures["bad"], figures["tombstones"], figures["rows"]) == (412, 10, 3, 400)
    assert sorted(reason["records"] for reason in figures["bad_reasons"]) == [4, 6]
    empty = next(reason for reason in figures["bad_reasons"] if reason["records"] == 4)
    assert "booking_id" in empty["reason"]
    assert (figures["repeated"], figures["sharing"], figures["tied"]) == (7, 10, 5)
    assert figures["shared"]["row"].encode() in {ledger.key("transactions", made[i]) for i in range(50, 55)}
    assert len(figures["shared"]["records"]) == 2
    book = ledger.Ledger("transactions")
    for record in made:
        book.put(record, RECORD_TIME)
    cells = [len(row) for row in book.rows().values()]
    assert figures["cells"]["most"] == max(cells)
    assert abs(figures["cells"]["mean"] - sum(cells) / 400) < 0.1
    assert figures["order"] == "spread" or figures["busiest_eighth"] >= 0.5
    assert f"{one.topic}.dlq" not in one.kafka.topics()
    assert set(one.kafka.offsets(one.group, one.topic, 3).values()) == {-1001}

    lines = told(sluice, one)
    assert any("bad records" in line and "10 (2.35 %)" in line for line in lines)
    assert any("row keys" in line and "10 records" in line for line in lines)


def test_what_an_earlier_tombstone_hides_is_counted_and_so_is_what_is_missing(road, sluice):
    one = road("customers")
    parsed = schema("customers")
    made = records.make("customers", 20)
    put = lambda i, at: {"key": ledger.key("customers", made[i]), "value": datum(parsed, made[i]), "timestamp": RECORD_TIME + at}
    gone = lambda i, at: {"key": ledger.key("customers", made[i]), "value": None, "timestamp": RECORD_TIME + at}
    for i, record in enumerate(made):
        record["email"] = "" if i < 5 else "a@b"
    one.kafka.produce(
        one.topic,
        [put(i, i) for i in range(20)] + [gone(3, 50), put(3, 50), gone(4, 60), put(4, 61), gone(5, 80), put(5, 70)],
    )

    figures, _ = sample(sluice, one)
    assert (figures["tombstones"], figures["hidden"]) == (3, 2)
    assert figures["missing"]["personal_info:email"] == 7
    assert any("deletions" in line and "NOTE" in line and "2 records" in line for line in told(sluice, one))

    one.write(tombstone_time="before")
    figures, _ = sample(sluice, one)
    assert figures["hidden"] == 1
    sluice.run("init", one.table, **one.settings())
    sluice.run("run", "--until-end", "--topic", one.topic, **one.settings())
    rows = one.thrift1.scan(one.table)
    keys = [ledger.key("customers", made[i]) for i in (3, 4, 5)]
    assert [key in rows for key in keys] == [True, True, False]
    sluice.run("verify", "--table", one.table, "--topic", one.topic, **one.settings())


def test_a_cell_that_no_call_takes_is_told_alike_everywhere(road, sluice):
    one = road("product")
    made = records.make("product", 3)
    made[1]["productDisplayName"] = "x" * 40_000
    one.kafka.produce(one.topic, [{"value": datum(schema("product"), r), "timestamp": RECORD_TIME} for r in made])
    sluice.run("init", one.table, **one.settings())
    small = one.settings(gateway__frame_max="20K")

    done = sluice.run("check", "--sample", 10, "--topic", one.topic, "--json", exits=None, **small)
    (reason,) = json.loads(done.stdout)["samples"][0]["bad_reasons"]
    sluice.run("run", "--until-end", "--topic", one.topic, **small)
    (letter,) = one.kafka.consume(f"{one.topic}.dlq")

    said = dict(letter.headers())["__connect.errors.exception.message"].decode()
    assert reason["records"] == 1 and said.endswith(reason["reason"]) and "gateway.frame.max" in said
    source = ["--topic", one.topic]
    tried = sluice.run("try", "--mapping", one.mappings / f"{one.name}.json", *source, exits=1, **small)
    assert reason["reason"] in tried.stdout

    # run could not write it: the row need not be there
    verify = ["verify", "--table", one.table, *source]
    seen = json.loads(sluice.run(*verify, "--json", **small).stdout)
    assert (seen["records"]["puts"], seen["records"]["too_large"], seen["rows_equal"]) == (2, 1, 2)
    assert reason["reason"] in " ".join(sluice.run(*verify, **small).stdout.split())
    assert "missing row" in sluice.run(*verify, exits=1, **one.settings()).stdout

    # a load of HFiles knows no calls: then it is there, and no difference either
    sluice.run("bulkload", "--table", one.table, *source, **{**small, "kafka__group_id": f"{one.name}-history"})
    seen = json.loads(sluice.run(*verify, "--json", **small).stdout)
    assert (seen["equal"], seen["rows_found"], seen["records"]["too_large"]) == (True, 3, 1)
    sluice.run(*verify, **one.settings())


def test_more_bad_records_than_allowed_fail_a_job(road, sluice):
    one = road("product")
    parsed = schema("product")
    good = [datum(parsed, record) for record in records.make("product", 10)]
    one.kafka.produce(one.topic, [{"value": value, "timestamp": RECORD_TIME} for value in good + [b"\x01"] * 10])
    sluice.run("init", one.table, **one.settings())

    said = sluice.run("check", "--sample", 100, "--topic", one.topic, exits=1, **one.settings(ingest__errors_limit="40%", ingest__builtin="none"))
    assert "FAULT  bad records" in said.stdout and "40.00 %" in said.stdout
    sluice.run("check", "--sample", 100, "--topic", one.topic, exits=0, **one.settings(ingest__errors_limit="50%", ingest__builtin="none"))


def event(session, i):
    return {
        "session_id": session,
        "event_name": "CLICK",
        "event_time": f"2024-01-01T{i // 3600:02}:{i // 60 % 60:02}:{i % 60:02}.000000Z",
        "event_id": f"{i:08x}",
        "traffic_source": "WEB",
        "event_metadata": None,
    }


@pytest.mark.parametrize(
    "order, session",
    [
        ("rising", lambda i: f"{i:08d}"),
        ("falling", lambda i: f"{99999999 - i:08d}"),
        ("spread", lambda i: f"{random.Random(i).getrandbits(32):08x}"),
    ],
)
def test_an_order_that_heats_one_region_is_told_and_splits_can_be_pasted(road, sluice, order, session):
    one = road("clickstream", partitions=2)
    parsed = schema("clickstream")
    made = [event(session(i), i) for i in range(20_000)]
    one.kafka.produce(
        one.topic, [{"value": datum(parsed, r), "timestamp": RECORD_TIME + i, "partition": i % 2} for i, r in enumerate(made)]
    )

    figures, _ = sample(sluice, one, "--regions", 4, size=800)

    assert 700 <= figures["records"] <= 900 and figures["offsets"] == 20_000
    assert figures["order"] == order
    assert any(("NOTE" in line) == (order != "spread") for line in told(sluice, one, 800) if "key order" in line)
    keys = sorted(ledger.key("clickstream", r) for r in made)
    shares = [sum(1 for key in keys if key < split.encode()) for split in figures["splits"]]
    assert len(shares) == 3
    assert all(abs(share - 5000 * (i + 1)) < 1000 for i, share in enumerate(shares)), shares

    one.write(splits=figures["splits"])
    sluice.run("init", one.table, **one.settings())
    connection = one.thrift1.connection()
    regions = connection.table(one.table).regions()
    connection.close()
    assert sorted(region["start_key"] for region in regions)[1:] == [split.encode() for split in figures["splits"]]


def test_what_there_is_too_little_of_is_said(road, sluice):
    one = road("customers", partitions=2)
    assert any("it has no record" in line for line in told(sluice, one))
    figures, _ = sample(sluice, one)
    assert (figures["records"], figures["splits"]) == (0, []) and "order" not in figures

    made = records.make("customers", 30)
    one.kafka.produce(one.topic, [{"value": datum(schema("customers"), r), "timestamp": RECORD_TIME} for r in made])
    lines = told(sluice, one)
    assert any("all 30 records that it has" in line for line in lines)
    assert any("too few rows to judge by" in line for line in lines)

    one.kafka.delete(one.topic)
    figures, said = sample(sluice, one, exits=2)
    assert figures is None
    assert any(f["state"] == "skipped" and f["says"] == f"{one.topic}: it does not exist" for f in said["findings"])
    assert sum(1 for f in said["findings"] if f["state"] == "fault" and f["what"] in ("topic", "sample")) == 1


@pytest.mark.parametrize(
    "arguments, says",
    [
        (("--sample", "0"), "--sample: '0'"),
        (("--sample", "many"), "--sample: 'many'"),
        (("--sample", "5", "--offline"), "leave one out"),
        (("--sample", "5", "--live"), "leave out"),
        (("--regions", "5"), "are for --sample"),
        (("--topic", "customer"), "are for --sample"),
        (("--sample", "5", "--topic", "custommer"), "customer"),
    ],
)
def test_wrong_use_is_told(sluice, arguments, says):
    assert says in sluice.run("check", *arguments, exits=2).stderr
