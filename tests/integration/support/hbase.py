# SPDX-License-Identifier: Apache-2.0
"""HBase as independent clients see it: happybase over thrift1, a Python thrift2 client, the hbase
shell."""
import importlib
import pathlib
import subprocess
import sys

import happybase
from thrift.protocol import TBinaryProtocol
from thrift.transport import TSocket, TTransport

ROOT = pathlib.Path(__file__).resolve().parents[3]


def shell(script, check=True):
    """Runs a script in the hbase shell and returns what it printed."""
    done = subprocess.run(
        [ROOT / "compose" / "local", "shell"], input=script, capture_output=True, text=True, timeout=180
    )
    if check:
        assert done.returncode == 0, done.stdout + done.stderr
    return done


class Thrift1:
    """happybase: {row: {column: (value, timestamp)}}, the ledger's shape."""

    def __init__(self, port):
        self.port = port

    def connection(self):
        return happybase.Connection("127.0.0.1", self.port, timeout=120_000)

    def scan(self, table, **options):
        connection = self.connection()
        try:
            rows = connection.table(table).scan(include_timestamp=True, batch_size=500, **options)
            return {row: dict(columns) for row, columns in rows}
        finally:
            connection.close()

    def create(self, table, families):
        connection = self.connection()
        connection.create_table(table, {family: {} for family in families})
        connection.close()

    def tables(self):
        connection = self.connection()
        try:
            return {name.decode() for name in connection.tables()}
        finally:
            connection.close()

    def drop(self, *tables):
        connection = self.connection()
        known = {name.decode() for name in connection.tables()}
        for table in known.intersection(tables):
            connection.delete_table(table, disable=True)
        connection.close()


class Thrift2:
    """The gateway's own interface, by the Python code that the thrift compiler makes of the IDL."""

    def __init__(self, port, generated):
        subprocess.run(
            ["thrift", "--gen", "py", "-out", generated, ROOT / "thrift" / "hbase.thrift"], check=True
        )
        sys.path.insert(0, str(generated))
        package = next(path.parent.name for path in pathlib.Path(generated).rglob("ttypes.py"))
        self.types = importlib.import_module(f"{package}.ttypes")
        service = next(
            path.stem
            for path in pathlib.Path(generated, package).glob("*.py")
            if path.stem not in ("__init__", "ttypes", "constants")
        )
        self.service = importlib.import_module(f"{package}.{service}")
        self.port = port

    def scan(self, table, caching=500):
        transport = TTransport.TFramedTransport(TSocket.TSocket("127.0.0.1", self.port))
        client = self.service.Client(TBinaryProtocol.TBinaryProtocolAccelerated(transport))
        transport.open()
        scanner = client.openScanner(table.encode(), self.types.TScan())
        rows = {}
        while batch := client.getScannerRows(scanner, caching):
            for result in batch:
                rows[result.row] = {
                    cell.family + b":" + cell.qualifier: (cell.value, cell.timestamp)
                    for cell in result.columnValues
                }
        client.closeScanner(scanner)
        transport.close()
        return rows
