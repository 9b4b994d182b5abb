# SPDX-License-Identifier: Apache-2.0
"""What `sluice hfile` calls sound, HBase must read right: good files are damaged at random, with
checksums made good again, and each one that passes is read by HBase in every way it has."""
import json
import random
import struct
import time

import pytest

from support import hfiles
from support.hfiles import Options

TRAILER, CHUNK = 4096, 16384
EDGES = (0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF)

# A base file: how it is written, and the blocks in which it is damaged (None: in any, and the trailer).
BASES = {
    "flat": (Options(bloom="ROW", block=700), "few"),
    "deep": (Options(bloom="ROW", block=200, index=200, sequence_ids=1), "short rows"),
    "columns": (Options(bloom="ROWCOL", block=400), "few"),
    "prefix": (Options(bloom="ROWPREFIX_FIXED_LENGTH", prefix=2, block=400), "few"),
}


def crc_table():
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        yield byte


TABLE = list(crc_table())


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def seal(data, at, covered):
    for chunk, start in enumerate(range(0, covered, CHUNK)):
        part = data[at + start : at + min(start + CHUNK, covered)]
        struct.pack_into(">I", data, at + covered + 4 * chunk, crc32c(part))


def damage(source, good):
    """One byte of the trailer or of a block, whose checksums are made good again. Each type of block
    is as likely as any other."""
    data = bytearray(good)
    kinds = {}
    for block in hfiles.blocks(good):
        kinds.setdefault(bytes(good[block[0] : block[0] + 8]), []).append(block)
    kind = source.choice([*kinds, b"trailer"])
    if kind == b"trailer":
        used = 10 + good[len(good) - TRAILER + 8]
        at = len(good) - TRAILER + source.choice([source.randrange(used), TRAILER - 4 + source.randrange(4)])
        data[at] = changed(source, data[at])
        return f"trailer+{at - len(good) + TRAILER}", data
    start, covered, _ = source.choice(kinds[kind])
    inside = source.randrange(covered)
    data[start + inside] = changed(source, data[start + inside])
    seal(data, start, covered)
    return f"{kind.decode('latin-1')}@{start}+{inside}", data


def changed(source, byte):
    new = source.choice([byte ^ 1 << source.randrange(8), source.choice(EDGES), (byte + 1) % 256, (byte - 1) % 256])
    return new if new != byte else byte ^ 1


def judge(sluice, folder):
    """{path: the cells} of every file that is called sound."""
    done = sluice.run("hfile", "--cells", "--json", "--family", hfiles.FAMILY, folder, exits=None, timeout=600)
    assert done.returncode in (0, 1, 2)
    sound, cells = {}, []
    for line in done.stdout.splitlines():
        one = json.loads(line)
        if "row" in one:
            cells.append(one)
            continue
        if one["sound"]:
            sound[one["path"]] = [hfiles.shown_cell(cell) for cell in cells]
        cells = []
    return sound


def make_damaged(folder, base, source, count):
    """{path: what was done to the file there}"""
    options, shape = BASES[base]
    (folder / hfiles.FAMILY).mkdir(parents=True)
    cells = hfiles.make_cells(source, hfiles.SHAPES[shape])
    (folder / "good.cells").write_bytes(b"".join(cell.bytes() for cell in cells))
    hfiles.pack(folder, {"good": options})
    good = hfiles.hfile(folder, "good")
    told = {str(good): "nothing"}
    for i in range(count):
        path = hfiles.hfile(folder, f"{i:05d}")
        told[str(path)], data = damage(source, good.read_bytes())
        path.write_bytes(data)
    return told


def questions_about(source, held):
    asked = hfiles.make_questions(source, held, 20) + [cell._replace(value=b"") for cell in held]
    return sorted(asked, key=hfiles.Cell.place)


def check(folder, sluice, seed, count):
    source = random.Random(seed)
    told, options, sound = {}, {}, {}
    for base in BASES:
        made = make_damaged(folder / base, base, source, count)
        told |= made
        options |= dict.fromkeys(made, BASES[base][0])
        passed = judge(sluice, folder / base / hfiles.FAMILY)
        assert str(hfiles.hfile(folder / base, "good")) in passed
        print(f"{base}: {count} damaged, {len(passed) - 1} of them sound all the same")
        sound |= passed
    questions = {path: questions_about(source, held) for path, held in sound.items()}
    plan = []
    for path, asked in questions.items():
        with open(f"{path}.q", "wb") as out:
            out.write(b"".join(one.question() for one in asked))
        plan += [["dump", path, f"{path}.d"], ["rows", path, f"{path}.r"], ["ask", path, f"{path}.q", f"{path}.a"]]
    said = hfiles.ask_hbase(folder, plan, may_fail=True)
    failed = [line.split("\t") for line in said.splitlines() if line.startswith("failed\t")]
    wrong = [f"{told[words[2]]}: {' '.join(words)}" for words in failed]
    for path in sound.keys() - {words[2] for words in failed}:
        said = differences(options[path], path, sound[path], questions[path])
        wrong += [f"{told[path]}: {path}: {what}" for what in said]
    assert not wrong, "\n".join(wrong)


def differences(options, path, held, questions):
    def read(suffix):
        with open(path + suffix, "rb") as file:
            return file.read()

    if read(".d") != b"".join(cell.bytes() for cell in held):
        yield "HBase's scan gives other cells"
    if read(".r").decode().split() != [row.hex() for row in sorted({cell.row for cell in held}, reverse=True)]:
        yield "HBase's reverse scan gives other rows"
    _, *answers = read(".a").decode().splitlines()
    try:
        hfiles.check_answers(options, held, questions, answers)
    except AssertionError as problem:
        yield f"HBase's gets: {str(problem).splitlines()[0]}"


def test_what_passes_the_check_hbase_reads_right(tmp_path, sluice):
    check(tmp_path, sluice, seed=7, count=80)


@pytest.mark.full
def test_what_passes_the_check_hbase_reads_right_of_thousands(tmp_path, sluice):
    seed = time.time_ns()
    print(f"seed={seed}")
    check(tmp_path, sluice, seed, count=800)
