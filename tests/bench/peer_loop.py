# SPDX-License-Identifier: Apache-2.0
"""What the Python peers share: the loop that users write around confluent-kafka and fastavro."""
import datetime
import io
import json
import pathlib

import confluent_kafka
import fastavro

ROOT = pathlib.Path(__file__).resolve().parents[2]
BATCH = 500
FAMILIES = {
    b"transaction_details": ["created_at", "customer_id", "session_id", "product_metadata"],
    b"payment_info": ["payment_method", "payment_status", "promo_amount", "promo_code"],
    b"shipment_info": ["shipment_fee", "shipment_date_limit", "shipment_location_lat", "shipment_location_long"],
    b"transaction_summary": ["total_amount"],
}
COLUMNS = [(family, name.encode(), name) for family, names in FAMILIES.items() for name in names]


def as_bytes(value):
    """A field as the table holds it; None where it is missing."""
    if isinstance(value, float):
        if value != value:
            return None
        return str(int(value)).encode() if value.is_integer() else repr(value).encode()
    return None if value in ("", "nan") else value.encode()


def milliseconds(iso):
    return int(datetime.datetime.fromisoformat(iso).timestamp() * 1000)


def ingest(servers, topic, group, count, write):
    """Reads `count` records of the topic and hands them to write() in batches."""
    schema = fastavro.parse_schema(json.loads((ROOT / "schemas" / "transactions.avsc").read_text()))
    consumer = confluent_kafka.Consumer(
        {
            "bootstrap.servers": servers,
            "group.id": group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        }
    )
    consumer.subscribe([topic])
    while count > 0:
        records = []
        for message in consumer.consume(BATCH, 1.0):
            if message.error() is not None:
                raise confluent_kafka.KafkaException(message.error())
            records.append(fastavro.schemaless_reader(io.BytesIO(message.value()), schema))
        if records:
            write(records)
            consumer.commit(asynchronous=True)
            count -= len(records)
    consumer.commit(asynchronous=False)
    consumer.close()
