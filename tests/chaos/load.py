# SPDX-License-Identifier: Apache-2.0
"""A load with a known outcome: puts, later versions, copies, other puts of an equal
timestamp, tombstones, records that nobody can decode and rows that HBase refuses, and the ledger of
what must be in the table at the end."""
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
KEYS, TIMES = 15_000, 2_000
REACH = 10  # a rival is looked for up to 2^10 records back, half of them within 2^5: one batch before
BAD, TOMBSTONE, COPY, RIVAL = 0.002, 0.02, 0.02, 0.05  # shares of the records
LONGEST = 400  # text of a record


class Load:
    """`late`: records also come with older timestamps than those before them. Not under scenarios
    that make HBase compact: it drops a tombstone then, and a put older than the tombstone that comes
    afterwards is visible again, which is HBase's rule and nobody's loss.

    `rivals`: some puts have the row and the timestamp of the record before them and other values;
    the later offset has to win. Not under scenarios in which somebody who was frozen with a batch in
    his hands comes back after others have gone on: HBase cannot tell his puts from new ones.

    `refused`: this share of the records has a text that is far longer than any other. The scenario
    sees to it that HBase refuses it."""

    def __init__(self, partitions, late=True, rivals=True, bad=BAD, refused=0.0):
        self.choose = random.Random(1)
        self.parsed = fastavro.parse_schema(dict(SCHEMA))
        self.partitions = partitions
        self.late = late
        self.rivals = rivals
        self.bad_share = bad
        self.refused_share = refused
        self.book = ledger.Ledger("orders")
        self.messages = []
        self.bad = {}  # dead letters: key to value
        self.keys = [b"order-%06d-%06x" % (i, self.choose.getrandbits(24)) for i in range(KEYS)]

    def make(self, count, may_be_bad=True):
        """Makes so many records more and enters them in the book."""
        for _ in range(count):
            i = len(self.messages)
            when = START + (self.choose.randrange(TIMES) if self.late else i)
            self.messages.append(self._message(i, self.choose.choice(self.keys), when, may_be_bad))

    def poison(self, partition):
        """One record that nobody can decode."""
        message = self._bad(len(self.messages), START + len(self.messages), UNDECODABLE)
        self.messages.append({**message, "partition": partition})

    def _message(self, i, key, when, may_be_bad):
        last = self.messages[-1] if self.messages else {}
        draw = self.choose.random()
        if may_be_bad and (draw := draw - self.bad_share) < 0:
            return self._bad(i, when, UNDECODABLE)
        if may_be_bad and (draw := draw - self.refused_share) < 0:
            return self._bad(i, when, self._refused(i))
        if (draw := draw - TOMBSTONE) < 0:
            self.book.delete(key, when)
            return self._at(key, when, None)
        if (draw := draw - COPY) < 0 and self._is_put(last):
            return dict(last)
        if (draw := draw - RIVAL) < 0 and self.rivals:
            key, when = self._rival_of(i) or (key, when)
        return self._at(key, when, datum(self.parsed, self._record(key, i, when)))

    def _rival_of(self, i):
        """Row and timestamp of an earlier put; of the last record if none may come late."""
        back = int(2 ** self.choose.uniform(0, REACH)) if self.late else 1
        other = self.messages[i - back] if i >= back else {}
        return (other["key"], other["timestamp"]) if self._is_put(other) else None

    def _is_put(self, message):
        return message.get("value") is not None and message["key"] not in self.bad

    def _bad(self, i, when, value):
        key = b"bad-%d" % i
        self.bad[key] = value
        return self._at(key, when, value)

    def _refused(self, i):
        record = {"id": f"bad-{i}", "step": i, "text": "x" * (10 * LONGEST), "note": None}
        return datum(self.parsed, record)

    def _at(self, key, when, value):
        return {"key": key, "timestamp": when, "partition": zlib.crc32(key) % self.partitions, "value": value}

    def _record(self, key, i, when):
        record = {
            "id": key.decode(),
            "step": i,
            "text": "x" * self.choose.randrange(1, LONGEST),
            "note": self.choose.choice([None, "note", "ünïcödé"]),
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
