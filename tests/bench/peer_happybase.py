# SPDX-License-Identifier: Apache-2.0
"""peer_happybase.py KAFKA TOPIC THRIFT1 TABLE COUNT: the plain Python loop with happybase.
Its batches know one timestamp for all rows, so these get the server's."""
import sys

import happybase

from peer_loop import COLUMNS, as_bytes, ingest

NAMES = [(family + b":" + qualifier, field) for family, qualifier, field in COLUMNS]


def main():
    kafka, topic, gateway, name, count = sys.argv[1:]
    host, port = gateway.rsplit(":", 1)
    connection = happybase.Connection(host, int(port))
    table = connection.table(name)

    def write(records):
        with table.batch() as batch:
            for record in records:
                cells = {column: as_bytes(record[field]) for column, field in NAMES}
                present = {column: value for column, value in cells.items() if value is not None}
                batch.put(record["booking_id"].encode(), present)

    ingest(kafka, topic, name, int(count), write)
    connection.close()


if __name__ == "__main__":
    main()
