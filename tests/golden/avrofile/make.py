#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes files.json: object container files of two writers, and the datums that are in them.

    pip install fastavro==1.13.1 avro==1.12.2 cramjam backports.zstd
    python3 make.py
"""

import io
import json
import pathlib

import avro.datafile
import avro.io
import avro.schema
import fastavro

HERE = pathlib.Path(__file__).parent
SYNC = bytes(range(0xF0, 0x100))
SCHEMA = {
    "type": "record",
    "name": "Sale",
    "fields": [
        {"name": "id", "type": "long"},
        {"name": "note", "type": ["null", "string"], "default": None},
        {"name": "prices", "type": {"type": "array", "items": "double"}},
    ],
}
RECORDS = [
    {"id": i, "note": None if i % 3 else f"note {i} " * 5, "prices": [i / 4] * (i % 4)}
    for i in range(-5, 35)
]


def datum(record):
    out = io.BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(SCHEMA), record)
    return out.getvalue()


def by_fastavro(codec, records, sync_interval=16000, **more):
    out = io.BytesIO()
    fastavro.writer(out, SCHEMA, records, codec=codec, sync_interval=sync_interval, sync_marker=SYNC, **more)
    return out.getvalue()


class Fixed(avro.datafile.DataFileWriter):
    """With a sync marker that is the same each time."""

    @staticmethod
    def generate_sync_marker():
        return SYNC


def by_avro(codec, records):
    out = io.BytesIO()
    writer = Fixed(out, avro.io.DatumWriter(), avro.schema.parse(json.dumps(SCHEMA)), codec=codec)
    for i, record in enumerate(records):
        writer.append(record)
        if i == 20:
            writer.sync()
    writer.flush()
    return out.getvalue()


def main():
    cases = [
        ("fastavro null", by_fastavro("null", RECORDS), RECORDS),
        ("fastavro null, small blocks", by_fastavro("null", RECORDS, sync_interval=100), RECORDS),
        ("fastavro deflate", by_fastavro("deflate", RECORDS, sync_interval=500), RECORDS),
        ("fastavro snappy", by_fastavro("snappy", RECORDS, sync_interval=500), RECORDS),
        ("fastavro zstandard", by_fastavro("zstandard", RECORDS, sync_interval=500), RECORDS),
        ("fastavro, no record", by_fastavro("deflate", []), []),
        ("fastavro, metadata of its user", by_fastavro("null", RECORDS[:1], metadata={"by": "x" * 300}), RECORDS[:1]),
        ("avro null", by_avro("null", RECORDS), RECORDS),
        ("avro deflate", by_avro("deflate", RECORDS), RECORDS),
    ]
    lines = [
        json.dumps({"name": name, "file": file.hex(), "datums": [datum(record).hex() for record in records]})
        for name, file, records in cases
    ]
    (HERE / "files.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")


if __name__ == "__main__":
    main()
