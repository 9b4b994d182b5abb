# SPDX-License-Identifier: Apache-2.0
"""Reading a table does not hurt the gateway, whatever the rows are like: one of 256 MB takes an
answer of some 25 MB and no more, and nothing tells it how large the next row is."""
import csv
import json
import random

import pytest

from support.stack import data_folder, state

LETTERS = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=1_000_000))
MB = 1000 * 1000


def text(size, number):
    return (LETTERS[number % 1000 :] + LETTERS * (size // len(LETTERS)))[:size]


def one_column(*shape):
    sizes = [size for count, size in shape for _ in range(count)]
    return [[text(size, i)] for i, size in enumerate(sizes)]


def wide(rows, cells, size):
    return [[text(size, i + k) for k in range(cells)] for i in range(rows)]


TABLES = {
    "8 rows of 10 MB": lambda: one_column((8, 10 * MB)),
    "100 rows of 1 MB": lambda: one_column((100, MB)),
    "200 small rows, then 2000 of 100 KB": lambda: one_column((200, 10), (2000, 100_000)),
    "3000 small rows, then 10 of 10 MB, then small ones": lambda: one_column((3000, 10), (10, 10 * MB), (300, 10)),
    "cells just small enough to be read many at a time": lambda: wide(300, 160, 2700),
}


@pytest.fixture
def loaded(road, sluice):
    """loaded(rows): a table that holds them, and the file that they came from."""

    def load(rows):
        one = road("product", partitions=0)
        columns = [f"c{i}" for i in range(len(rows[0]))]
        fields = [{"name": name, "type": "string"} for name in ["id", *columns]]
        (one.mappings / "reading.avsc").write_text(json.dumps({"type": "record", "name": "r", "fields": fields}))
        one.write(
            record={"schema": "reading.avsc"}, key={"parts": ["id"]}, families={"f": {"columns": columns}}
        )
        path = one.mappings.parent / "reading.csv"
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["id", *columns])
            writer.writerows([f"{i:06}", *row] for i, row in enumerate(rows))
        sluice.run("init", one.table, **one.settings())
        sluice.run("bulkload", "--table", one.table, "--timestamp", "5", path, **one.settings())
        return one, path

    return load


def out_of_memory():
    log = data_folder("thrift2").parent.parent / "log" / "thrift2.log"
    return log.read_text(errors="replace").count("OutOfMemory")


@pytest.mark.parametrize("name", TABLES)
def test_a_gateway_of_256_mb_survives_being_read(loaded, sluice, name):
    rows = TABLES[name]()
    one, path = loaded(rows)
    before = out_of_memory()

    done = sluice.run(
        "verify", "--table", one.table, "--csv", path, "--timestamp", "5", "--json", **one.settings()
    )

    said = json.loads(done.stdout)
    assert said["rows_equal"] == len(rows) and said["cells_equal"] == sum(map(len, rows))
    assert out_of_memory() == before and state("thrift2") == "ready"


@pytest.mark.parametrize("cells, size", [(80, MB), (40_000, 30)])
def test_a_row_of_many_cells_is_read_in_pieces(loaded, sluice, cells, size):
    one, path = loaded(one_column((3, 10)))
    before = out_of_memory()
    connection = one.thrift1.connection()
    batch = max(1, min(5000, 10 * MB // size))
    for first in range(0, cells, batch):
        some = range(first, min(first + batch, cells))
        connection.table(one.table).put(b"000001", {b"f:d%05d" % i: text(size, i).encode() for i in some})
    connection.close()

    done = sluice.run(
        "verify", "--table", one.table, "--csv", path, "--timestamp", "5", "--json", exits=1, **one.settings()
    )

    said = json.loads(done.stdout)
    assert said["rows_found"] == 3 and said["counts"]["extra_cell"] == cells
    assert out_of_memory() == before and state("thrift2") == "ready"
