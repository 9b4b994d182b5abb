# SPDX-License-Identifier: Apache-2.0
"""The CSV reader beside Ruby's (the hbase shell brings it), on files made up at random. The unit suite
does the same with Python's."""
import importlib.util
import os
import pathlib
import random

import pytest

from support.hbase import shell

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILES = 800
NEWLINE = "\n"

# What tests/unit/csv-dump prints, by Ruby: the file's line end is the last letter of its name.
RUBY = """
require 'csv'
Dir.glob('{folder}/*').sort.each {{ |path|
  CSV.parse(File.binread(path).force_encoding('UTF-8'), row_sep: path.end_with?('r') ? "\\r\\n" : "\\n") {{ |row|
    puts ':' + row.map {{ |field| field.to_s.unpack('H*').first }}.join(':')
  }}
  puts '.'
}}
"""


def cases():
    spec = importlib.util.spec_from_file_location("csv_cases", ROOT / "tests" / "unit" / "csv-cases.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.full
def test_rubys_reader_sees_the_same_records(tmp_path):
    module, source = cases(), random.Random(8041)
    folder = tmp_path / "files"
    folder.mkdir()
    wanted = []
    for i in range(FILES):
        width = source.randint(1, 6)
        records = [[module.field(source) for _ in range(width)] for _ in range(source.randint(1, 12))]
        text = module.write(source, records, end := source.choice([NEWLINE, "\r\n"]))
        (folder / f"{i:05d}{'n' if end == NEWLINE else 'r'}").write_bytes(text.encode())
        wanted.append([[field.encode() for field in record] for record in records])

    dump = pathlib.Path(os.environ.get("SLUICE", ROOT / "build" / "tests" / "src" / "sluice")).parents[1]
    for size in module.BUFFERS:
        assert module.read(dump / "tests" / "unit" / "csv-dump", sorted(folder.iterdir()), size) == wanted
    lines = iter(line for line in shell(RUBY.format(folder=folder)).stdout.splitlines() if line[:1] in (":", "."))
    for records in wanted:
        theirs = [[bytes.fromhex(field) for field in line[1:].split(":")] for line in iter(lambda: next(lines), ".")]
        assert theirs == records
