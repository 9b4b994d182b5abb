# SPDX-License-Identifier: Apache-2.0
"""happybase_loop.py KAFKA TOPIC THRIFT1_PORT TABLE plain|careful: the loop that users write around
confluent-kafka, fastavro and happybase. `plain` leaves offsets to the client's defaults, `careful`
commits after each batch is written. Prints after each batch how many records it has written."""
import io
import sys

import confluent_kafka
import fastavro
import happybase

from load import SCHEMA

FAMILIES = {"step": b"a:step", "text": b"a:text", "note": b"b:note"}


def cells(record):
    return {column: str(record[name]).encode() for name, column in FAMILIES.items() if record[name] is not None}


def main():
    servers, topic, port, name, way = sys.argv[1:]
    settings = {
        "bootstrap.servers": servers,
        "group.id": name,
        "auto.offset.reset": "earliest",
        "session.timeout.ms": 6000,
    }
    if way == "careful":
        settings["enable.auto.commit"] = False
    schema = fastavro.parse_schema(SCHEMA)
    table = happybase.Connection("127.0.0.1", int(port)).table(name)
    consumer = confluent_kafka.Consumer(settings)
    consumer.subscribe([topic])
    written = 0
    while True:
        messages = [one for one in consumer.consume(500, 0.5) if one.error() is None]
        if not messages:
            continue
        with table.batch() as batch:
            for message in messages:
                if message.value() is None:
                    batch.delete(message.key())
                else:
                    batch.put(message.key(), cells(fastavro.schemaless_reader(io.BytesIO(message.value()), schema)))
        if way == "careful":
            consumer.commit(asynchronous=False)
        written += len(messages)
        print(written, flush=True)


main()
