# SPDX-License-Identifier: Apache-2.0
"""The hbase shell scripts, on tables of the test's own: the shipped ones with a prefix before each name."""
import pathlib
import re
import uuid

import pytest

from support.hbase import shell

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "hbase-init"
TABLES = ("customers", "product", "transactions", "clickstream")


class Tables:
    def __init__(self):
        self.prefix = f"t_{uuid.uuid4().hex[:8]}_"

    def run(self, script, exits=0):
        text = (SCRIPTS / script).read_text()
        for table in TABLES:
            text = text.replace(f"'{table}'", f"'{self.prefix}{table}'")
        done = shell(text, check=False)
        assert done.returncode == exits, done.stdout + done.stderr
        return done.stdout.replace(self.prefix, "")


@pytest.fixture
def tables(thrift1):
    made = Tables()
    yield made
    for table in TABLES:
        thrift1.drop(made.prefix + table)


def test_tables_are_created_once_and_verified(tables, thrift1):
    created = tables.run("tables.rb")
    again = tables.run("tables.rb")
    connection = thrift1.connection()
    product = connection.table(f"{tables.prefix}product")
    product.put("7\u00e9".encode(), {b"metadata:usage": "caf\u00e9\n\u4e2d".encode()}, timestamp=86400001)
    product.put(b"8", {b"metadata:usage": b"\xff\x00"}, timestamp=1)
    connection.close()
    verified = tables.run("verify.rb")

    for table in TABLES:
        assert f"Created table {table}" in created
        assert f"Table {table} exists and is as it should be" in again
    assert "product: 2 rows" in verified and "customers: 0 rows" in verified
    assert re.search("7\u00e9\n +metadata:usage +1970-01-02T00:00:00.001Z  caf\u00e9\\\\n\u4e2d\n", verified), verified
    assert "\\xFF\\x00" in verified
    assert "Nothing is missing" in verified


def test_what_is_missing_or_differs_is_listed_and_left(tables):
    tables.run("tables.rb")
    shell(
        f"alter '{tables.prefix}product', {{NAME => 'metadata', METHOD => 'delete'}}\n"
        f"alter '{tables.prefix}clickstream', {{NAME => 'metadata', VERSIONS => 3}}, {{NAME => 'surplus'}}\n"
        f"disable '{tables.prefix}customers'\n"
        f"disable '{tables.prefix}transactions'\n"
        f"drop '{tables.prefix}transactions'\n"
    )

    verified = tables.run("verify.rb", exits=1)
    compared = tables.run("tables.rb", exits=1)
    compared_again = tables.run("tables.rb", exits=1)

    for line in (
        "customers: the table is disabled",
        "product: family metadata does not exist",
        "transactions: the table does not exist",
        "clickstream: family metadata has VERSIONS 3, not 1",
    ):
        assert line in verified
    assert "Created table transactions" in compared
    for said in (compared, compared_again):
        assert "metadata: no such family" in said
        assert 'metadata: VERSIONS is "3", not 1' in said
        assert "surplus: a family that is not wanted" in said


def test_splits_and_every_attribute_are_compared(tables):
    statement = (
        "create_or_compare 'product',\n"
        "  {NAME => 'f', VERSIONS => %d, TTL => 60, BLOOMFILTER => 'ROWPREFIX_FIXED_LENGTH', COMPRESSION => 'GZ',"
        " CONFIGURATION => {'RowPrefixBloomFilter.prefix_length' => '%d'}},\n"
        "  {SPLITS => ['5', '%s']}\n"
    )
    text = (SCRIPTS / "tables.rb").read_text()
    head, tail = text[: text.index("create_or_compare 'customers'")], text[text.index("$stdout.flush") :]

    def run(*values):
        return shell((head + statement % values + tail).replace("'product'", f"'{tables.prefix}product'"), check=False)

    created, same = run(2, 4, r"a\x00\xC3\xBC"), run(2, 4, r"a\x00\xC3\xBC")
    other = run(3, 5, "b")

    assert (created.returncode, same.returncode, other.returncode) == (0, 0, 1)
    assert "as it should be" in same.stdout
    for line in ('VERSIONS is "2", not 3', 'prefix_length is "4", not 5', 'no region starts at "b"'):
        assert line in other.stdout
