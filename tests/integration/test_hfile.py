# SPDX-License-Identifier: Apache-2.0
"""HFiles between sluice and HBase, both ways: what sluice writes, HBase's own classes read to the last
cell, and what HBase writes, `sluice hfile` reads; with cells made up at random."""
import json
import random
import re
import shutil
import time

import pytest

from support import hfiles, records
from support.bulk import bulkload, write_csv
from support.hbase import shell
from support.hfiles import Options, Theirs
from support.stack import data_folder

CODECS = ("NONE", "GZ", "SNAPPY", "LZ4", "ZSTD")
BLOOMS = ("NONE", "ROW", "ROWCOL", "ROWPREFIX_FIXED_LENGTH")
ENCODINGS = ("NONE", "PREFIX", "DIFF", "FAST_DIFF", "ROW_INDEX_V1")


@pytest.fixture(scope="module")
def codecs():
    """(codecs that can be read here, folder of their jars)"""
    jars = hfiles.codec_jars()
    return (CODECS, jars) if jars is not None else (CODECS[:2], None)


def draw_options(source, codecs):
    bloom = source.choice(BLOOMS)
    return Options(
        codec=source.choice(codecs),
        bloom=bloom,
        prefix=source.randint(1, 8) if bloom == BLOOMS[3] else 0,
        block=source.choice([64, 512, 4096, 65536]),
        index=source.choice([128, 1024, 131072]),
        sequence_ids=source.randint(0, 1),
        encoding=source.choice(ENCODINGS),
    )


def make_files(folder, source, codecs, counts):
    """{name: (options, cells, questions)}, the cells and questions in files too."""
    (folder / hfiles.FAMILY).mkdir()
    files = {}
    for shape, count in counts.items():
        for i in range(count):
            cells = hfiles.make_cells(source, hfiles.SHAPES[shape])
            questions = hfiles.make_questions(source, cells, 40)
            name = f"{shape.replace(' ', '-')}-{i}"
            files[name] = (draw_options(source, codecs), cells, questions)
            (folder / f"{name}.cells").write_bytes(b"".join(cell.bytes() for cell in cells))
            (folder / f"{name}.questions").write_bytes(b"".join(asked.question() for asked in questions))
    return files


def read_by_hbase(tmp_path, codecs, counts, seed):
    names, jars = codecs
    files = make_files(tmp_path, random.Random(seed), names, counts)
    hfiles.pack(tmp_path, {name: options for name, (options, _, _) in files.items()})
    (tmp_path / "theirs").mkdir()
    plan = []
    for name, (options, _, _) in files.items():
        at = hfiles.hfile(tmp_path, name)
        stem = tmp_path / name
        plan += [
            ["dump", at, f"{stem}.dump"],
            ["rows", at, f"{stem}.rows"],
            ["ask", at, f"{stem}.questions", f"{stem}.answers"],
        ]
        if options.codec in ("NONE", "GZ"):
            theirs = tmp_path / "theirs" / f"{name}.hfile"
            plan.append(hfiles.write_line(f"{stem}.cells", theirs, options))
    said = hfiles.ask_hbase(tmp_path, plan, jars)
    assert "checksum failures: 0" in said and "WARN" not in said, said
    return files


def check_files(folder, files):
    absent = passed = 0
    for name, (options, cells, questions) in files.items():
        print(name, options, len(cells))
        assert (folder / f"{name}.dump").read_bytes() == (folder / f"{name}.cells").read_bytes()
        rows = sorted({cell.row for cell in cells}, reverse=True)
        assert (folder / f"{name}.rows").read_text().split() == [row.hex() for row in rows]
        head, *answers = (folder / f"{name}.answers").read_text().splitlines()
        assert head.split()[:2] == [options.bloom, str(len(cells))]
        counted = hfiles.check_answers(options, cells, questions, answers)
        absent, passed = absent + counted[0], passed + counted[1]
        if options.codec in ("NONE", "GZ"):
            ours = hfiles.hfile(folder, name).read_bytes()
            assert ours == (folder / "theirs" / f"{name}.hfile").read_bytes()
    print(f"absent keys: {absent}, let through by the filters: {passed}")
    assert absent > 100 and passed <= absent * 0.03


def test_hbase_reads_what_we_write_cell_by_cell_and_would_write_the_same_bytes(tmp_path, codecs):
    counts = {"one": 8, "few": 16, "short rows": 6, "many": 3, "large values": 2, "long keys": 2, "long columns": 2}
    check_files(tmp_path, read_by_hbase(tmp_path, codecs, counts, seed=1))


@pytest.mark.full
def test_hbase_reads_what_we_write_of_hundreds_of_files(tmp_path, codecs):
    seed = time.time_ns()
    print(f"seed={seed}")
    counts = dict.fromkeys(hfiles.SHAPES, 35) | {"large values": 8, "long keys": 10, "long columns": 10}
    check_files(tmp_path, read_by_hbase(tmp_path, codecs, counts, seed))


def test_the_filter_of_many_chunks_hides_nothing(tmp_path, codecs):
    """More rows than a chunk of the filter takes: HBase must look into the right one."""
    (tmp_path / hfiles.FAMILY).mkdir()
    rows = sorted(f"{i * 2654435761 % 2**32:010d}".encode() for i in range(130_000))
    cells = [hfiles.Cell(row, b"q", 1, hfiles.PUT, b"v") for row in rows]
    source = random.Random(2)
    questions = sorted(
        [cells[at] for at in source.sample(range(len(cells)), 1000)]
        + [hfiles.Cell(row + b"x", b"q", 1, hfiles.PUT) for row in source.sample(rows, 1000)],
        key=hfiles.Cell.place,
    )
    options = Options(bloom="ROW", block=4096, index=4096)
    (tmp_path / "wide.cells").write_bytes(b"".join(cell.bytes() for cell in cells))
    (tmp_path / "wide.questions").write_bytes(b"".join(asked.question() for asked in questions))
    hfiles.pack(tmp_path, {"wide": options})
    at = hfiles.hfile(tmp_path, "wide")

    hfiles.ask_hbase(tmp_path, [["ask", at, tmp_path / "wide.questions", tmp_path / "wide.answers"]])

    _, *answers = (tmp_path / "wide.answers").read_text().splitlines()
    absent, passed = hfiles.check_answers(options, cells, questions, answers)
    assert absent == 1000 and 0 < passed <= 30, f"{passed} of {absent}"


def test_hbases_printer_reads_every_kind_that_we_write(tmp_path, codecs):
    names, jars = codecs
    (tmp_path / hfiles.FAMILY).mkdir()
    cells = hfiles.make_cells(random.Random(3), hfiles.SHAPES["many"])
    files = {}
    for codec in names:
        for bloom in BLOOMS:
            for block, index in ((65536 * 8, 131072), (512, 512)):
                prefix = 2 if bloom == BLOOMS[3] else 0
                files[f"{codec}-{bloom}-{block}"] = Options(codec, bloom, prefix, block, index, len(files) % 2)
    for name in files:
        (tmp_path / f"{name}.cells").write_bytes(b"".join(cell.bytes() for cell in cells))
    hfiles.pack(tmp_path, files)

    plan = [["print", hfiles.hfile(tmp_path, name), tmp_path / f"{name}.said"] for name in files]
    log = hfiles.ask_hbase(tmp_path, plan, jars)

    print(log)
    assert "WARN" not in log and "checksum failures: 0" in log
    for name, options in files.items():
        said = (tmp_path / f"{name}.said").read_text()
        assert "WARN" not in said and "exit 0" in said, said
        assert f"Scanned kv count -> {len(cells)}" in said
        levels = int(re.search(r"numDataIndexLevels=(\d+)", said).group(1))
        assert levels == 1 if options.block > 65536 else levels >= 2
        assert f"compressionCodec={options.codec}" in said
        kind = re.search(r"BLOOM_FILTER_TYPE\s*=\s*(\w+)", said)
        assert (kind.group(1) if kind else "NONE") == options.bloom


def test_hbase_notices_a_wrong_checksum_in_these_tests(tmp_path):
    """That HBase found none wrong elsewhere would mean nothing if it did not look."""
    (tmp_path / hfiles.FAMILY).mkdir()
    (tmp_path / "one.cells").write_bytes(hfiles.Cell(b"row", b"q", 1, hfiles.PUT, b"right").bytes())
    hfiles.pack(tmp_path, {"one": Options()})
    at = hfiles.hfile(tmp_path, "one")
    at.write_bytes(at.read_bytes().replace(b"right", b"wrong"))

    said = hfiles.ask_hbase(tmp_path, [["dump", at, tmp_path / "one.dump"]])

    assert "checksum failures: 1\n" in said
    assert b"wrong" in (tmp_path / "one.dump").read_bytes()  # served all the same, with a line in the log


def cells_of(sluice, path, exits=0):
    """What `sluice hfile` shows: the cells, and the report at the end."""
    *lines, report = map(json.loads, sluice.run("hfile", "--cells", "--json", path, exits=exits).stdout.splitlines())
    return [hfiles.shown_cell(line) for line in lines], report


def test_we_read_what_hbase_writes(tmp_path, codecs, sluice):
    """By HBase's writer: every codec, filter, encoding and kind of checksum, with tags and sequence
    ids; and what cannot be read is told by its name, not misread."""
    names, jars = codecs
    cells = hfiles.make_cells(random.Random(5), hfiles.SHAPES["many"])
    (tmp_path / "all.cells").write_bytes(b"".join(cell.bytes() for cell in cells))
    files = {}
    for codec in names:
        for number, bloom in enumerate(BLOOMS):
            options = Options(codec, bloom, 2, 700, 700, number % 2)
            files[f"{codec}-{bloom}"] = (options, Theirs(tags=number // 2), None)
    for checksum in ("NULL", "CRC32", "CRC32C"):
        files[checksum] = (Options(), Theirs(checksum=checksum), None)
    for encoding in ENCODINGS[1:]:
        for tags in (0, 1):
            options = Options("GZ", "ROW", 0, 700, 700, tags, encoding)
            files[f"{encoding}-{tags}"] = (options, Theirs(tags=tags), None)
    files["index"] = (
        Options(block=700, index=700), Theirs(index_encoding="PREFIX_TREE"), "its index is encoded with PREFIX_TREE, which"
    )
    plan = [
        hfiles.write_line(tmp_path / "all.cells", tmp_path / f"{name}.hfile", options, theirs)
        for name, (options, theirs, _) in files.items()
    ]
    hfiles.ask_hbase(tmp_path, plan, jars)

    for name, (_, _, told) in files.items():
        path = tmp_path / f"{name}.hfile"
        if told is None:
            found, report = cells_of(sluice, path)
            assert found == cells, name
            assert report["sound"] and report["faults"] == []
        else:
            found, report = cells_of(sluice, path, exits=2)
            assert found == [] and told in report["faults"][0] and "is not supported" in report["faults"][0]


def fill_and_flush(table):
    """For the shell: a table of two families with two versions of each cell, and deletes."""
    families = ", ".join(
        f"{{NAME => '{name}', BLOOMFILTER => '{bloom}', COMPRESSION => '{codec}', VERSIONS => 3}}"
        for name, bloom, codec in (("product_info", "ROW", "NONE"), ("metadata", "ROWCOL", "GZ"))
    )
    put = f"put '{table}', 'r%03d' % i, name + ':q%d' % (i % 3), 'value', 1000 + batch"
    return (
        f"create '{table}', {families}\n"
        f"2.times {{ |batch| 40.times {{ |i| ['product_info', 'metadata'].each {{ |name| {put} }} }}\n"
        f"if batch == 1 then delete '{table}', 'r001', 'metadata:q1', 1000; deleteall '{table}', 'r002' end\n"
        f"flush '{table}' }}\n"
    )


def test_we_read_what_a_region_server_flushed_and_compacted(road, sluice):
    flushed, compacted = road("product", partitions=0), road("product", partitions=0)
    tables = data_folder("hbase") / "root" / "data" / "default"

    def files(table, family):
        found = (tables / table).glob(f"*/{family}/*")
        return sorted(path for path in found if path.is_file() and path.name[0] not in "._")

    shell(
        fill_and_flush(flushed.table) + fill_and_flush(compacted.table) + f"major_compact '{compacted.table}'\n"
        f"120.times {{ sleep 0.5; break if Dir.glob('{tables}/{compacted.table}/*/metadata/[0-9a-f]*').size != 2 }}\n"
    )
    assert [len(files(flushed.table, family)) for family in ("product_info", "metadata")] == [2, 2]
    sluice.run("hfile", *files(flushed.table, "product_info"))
    both = [cells_of(sluice, path) for path in files(flushed.table, "metadata")]
    types = sorted(cell.type for cells, _ in both for cell in cells)
    assert types == [hfiles.PUT] * 79 + [hfiles.DELETE, hfiles.DELETE_FAMILY]  # a flush drops what its deletes hide
    assert all(report["sound"] for _, report in both)

    path = max(files(compacted.table, "metadata"), key=lambda path: path.stat().st_mtime_ns)  # the others go later
    cells, report = cells_of(sluice, path)
    assert report["sound"] and {cell.type for cell in cells} == {hfiles.PUT}
    assert all(cell.row != b"r002" for cell in cells) and len(cells) == 2 * 39 - 1


def test_what_a_cluster_keeps_beside_its_files_is_known(road, sluice, admin, tmp_path):
    """hbase:meta's files, the references that a split leaves (as long as they are there), marks of sequence ids."""
    one = road("product", partitions=0)
    made = records.make("product", 3000)
    bulkload(sluice, one, "--regions", 1, write_csv(tmp_path / "in.csv", made))
    root = data_folder("hbase") / "root" / "data"
    admin.ask("split", one.table, 0, "5")
    kept = tmp_path / "kept" / one.table
    shutil.copytree(root / "default" / one.table, kept, ignore_dangling_symlinks=True)

    names = {path.name for path in kept.glob("*/*/*") if path.is_file()}
    said = sluice.run("hfile", "--family", "info", *(root / "hbase" / "meta").glob("*/info/[0-9a-f]*")).stdout
    assert ": sound: " in said
    for path in kept.glob("*/*"):
        if path.is_dir() and path.name[0] != "." and any(path.iterdir()):
            said += sluice.run("hfile", path).stdout
    assert any(name.endswith(".seqid") for name in names) and "a mark of the region's sequence id" in said
    assert ("a reference" in said) == any(re.search(r"\.[0-9a-f]{32}$", name) for name in names)
    print(sorted(names), said)
