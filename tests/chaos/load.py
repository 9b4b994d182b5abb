# SPDX-License-Identifier: Apache-2.0
"""A bounded load with a known outcome: puts, later versions, equal timestamps, tombstones and
records that nobody can decode, and the ledger of what must be in the table at the end."""
import json
import random
import zlib

import fastavro
from support import ledger
from support.kafka import datum

SCHEMA = {
    "type": "record",
    "name": "Order",
    "fields": [
        {"name": "id", "type": "string"},
        {"name": "step", "type": "long"},
        {"name": "text", "type": "string"},
        {"name": "note", "type": ["null", "string"]},
    ],
}

MAPPING = {
    "record": {"format": "avro", "schema": "order.avsc"},
    "key": {"parts": ["id"]},
    "timestamp": "record",
    "tombstone": "row",
    "families": {"a": {"columns": ["step", "text"]}, "b": {"columns": ["note"]}},
}

START = 1_700_000_000_000
UNDECODABLE = b"\xff\xff\xff\xff\xff"


class Load:
    """`late`: records also come with older timestamps than those before them. Not under scenarios
    that make HBase compact: it drops a tombstone then, and a put older than the tombstone that comes
    afterwards is visible again, which is HBase's rule and nobody's loss."""

    def __init__(self, count, partitions, late=True, seed=1, bad_share=0.002):
        choose = random.Random(seed)
        parsed = fastavro.parse_schema(dict(SCHEMA))
        self.book = ledger.Ledger("orders")
        self.messages = []
        self.bad = set()  # values of dead letters' keys
        keys = [f"order-{i:06d}-{choose.getrandbits(24):06x}" for i in range(max(1, count * 2 // 3))]
        for i in range(count):
            key = choose.choice(keys).encode()
            when = START + (choose.randrange(max(1, count // 10)) if late else i // 10)
            partition = zlib.crc32(key) % partitions
            message = {"key": key, "timestamp": when, "partition": partition}
            draw = choose.random()
            if draw < bad_share:
                message.update(key=b"bad-%d" % i, value=UNDECODABLE)
                self.bad.add(message["key"])
            elif draw < bad_share + 0.02:
                message["value"] = None
                self.book.delete(key, when)
            else:
                message["value"] = datum(parsed, self._record(choose, key, i, when))
            self.messages.append(message)

    def _record(self, choose, key, i, when):
        record = {
            "id": key.decode(),
            "step": i,
            "text": "x" * choose.randrange(1, 400),
            "note": choose.choice([None, "note", "ünïcödé"]),
        }
        self.book.put_cell(key, b"a:step", str(i).encode(), when)
        self.book.put_cell(key, b"a:text", record["text"].encode(), when)
        if record["note"] is not None:
            self.book.put_cell(key, b"b:note", record["note"].encode(), when)
        return record


def write_mapping(folder, name, **changes):
    (folder / "order.avsc").write_text(json.dumps(SCHEMA))
    document = {**MAPPING, "table": name, "topic": name, **changes}
    (folder / f"{name}.json").write_text(json.dumps(document))
