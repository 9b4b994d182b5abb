# SPDX-License-Identifier: Apache-2.0
"""CSV in the forms that other tools write: `bulkload` stores what is meant, as another client sees
it, and `verify` with the same options agrees."""
import pytest

from support.bulk import bulkload

HEADER = "id,productDisplayName,gender,masterCategory,subCategory,articleType,baseColour,season,year,usage"
FIELDS = HEADER.split(",")


def lines(rows, delimiter=",", end="\n", quote=lambda text: text):
    return end.join(delimiter.join(quote(text) for text in row) for row in rows) + end


def row(number, name, year="2012.0"):
    return [str(number), name, "Men", "Apparel", "Topwear", "Shirts", "Navy Blue", "Fall", year, "Casual"]


# What is written, the options, and the names that rows 1 and 2 have.
FORMS = {
    "tab": (
        lines([FIELDS, row(1, '"one'), row(2, 'two"')], "\t").encode(),
        ["--delimiter", "tab"],
        [b'"one', b'two"'],
    ),
    "mysql": (
        lines([row(1, "a\\tb\\nc"), row(2, "\\N")], "\t").encode(),
        ["--delimiter", "tab", "--escape", "\\", "--columns", HEADER],
        [b"a\tb\nc", None],
    ),
    "hive": (
        lines([row(1, "a,b"), row(2, "\\N")], "\x01").encode(),
        ["--delimiter", "\\x01", "--quote", "none", "--null", "\\N", "--columns", HEADER],
        [b"a,b", None],
    ),
    "spreadsheet": (
        lines([FIELDS, row(1, "ü", "2012,0"), row(2, "'x'", "")], ";", "\r", lambda t: f'"{t}"').encode("utf-16"),
        ["--delimiter", ";", "--encoding", "UTF-16", "--decimal-comma", "--quoted-empty", "--null", ""],
        ["ü".encode(), b"'x'"],
    ),
    "comments": (
        b"made today\n" + lines([FIELDS, row(1, "x"), ["# no row"], FIELDS, row(2, "y")]).encode(),
        ["--skip-lines", "1", "--comment", "#"],
        [b"x", b"y"],
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_stored_and_verified(road, sluice, tmp_path, form):
    text, options, names = FORMS[form]
    one = road("product", partitions=0)
    sluice.run("init", one.table, **one.settings())
    path = tmp_path / "in.csv"
    path.write_bytes(text)

    said = bulkload(sluice, one, *options, path)

    assert said["records"] == 2 and said["rejects"] == 0
    table = dict(one.thrift1.scan(one.table))
    found = [table[key].get(b"product_info:productDisplayName", (None, 0))[0] for key in (b"1", b"2")]
    assert found == names
    assert table[b"1"][b"metadata:year"][0] == b"2012"
    sluice.run("verify", "--table", one.table, "--csv", path, *options, **one.settings())
