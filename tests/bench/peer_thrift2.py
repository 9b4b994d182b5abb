# SPDX-License-Identifier: Apache-2.0
"""peer_thrift2.py KAFKA TOPIC GATEWAY TABLE COUNT FOLDER: the plain Python loop with the client that
the thrift compiler has made in FOLDER, with its accelerated protocol."""
import importlib
import pathlib
import sys

from thrift.protocol.TBinaryProtocol import TBinaryProtocolAccelerated
from thrift.transport.TSocket import TSocket
from thrift.transport.TTransport import TFramedTransport

from peer_loop import COLUMNS, as_bytes, ingest, milliseconds


def load(folder):
    """The client's module and that of its types."""
    sys.path.insert(0, folder)
    package = next(path.parent.name for path in pathlib.Path(folder).rglob("ttypes.py"))
    known = {"__init__", "ttypes", "constants"}
    service = next(path.stem for path in pathlib.Path(folder, package).glob("*.py") if path.stem not in known)
    return importlib.import_module(f"{package}.{service}"), importlib.import_module(f"{package}.ttypes")


def main():
    kafka, topic, gateway, table, count, folder = sys.argv[1:]
    host, port = gateway.rsplit(":", 1)
    service, types = load(folder)
    transport = TFramedTransport(TSocket(host, int(port)))
    client = service.Client(TBinaryProtocolAccelerated(transport))
    transport.open()
    name = table.encode()

    def put(record):
        cells = []
        for family, qualifier, field in COLUMNS:
            value = as_bytes(record[field])
            if value is not None:
                cells.append(types.TColumnValue(family=family, qualifier=qualifier, value=value))
        row = record["booking_id"].encode()
        return types.TPut(row=row, columnValues=cells, timestamp=milliseconds(record["created_at"]))

    ingest(kafka, topic, table, int(count), lambda records: client.putMultiple(name, [put(r) for r in records]))
    transport.close()


if __name__ == "__main__":
    main()
