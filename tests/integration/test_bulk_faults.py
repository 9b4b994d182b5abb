# SPDX-License-Identifier: Apache-2.0
"""`sluice bulkload` where disks fill up, files lie and memory is short: it says what is wrong, leaves
nothing behind, and nothing is ever half live."""
import contextlib
import csv
import gzip
import io
import json
import os
import pathlib
import random
import re
import resource
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from support import hfiles, ledger, records
from support.bulk import write_csv

TIME = 1_700_000_000_000
MIB = 1024 * 1024
HEADER = "id,gender,masterCategory,subCategory,articleType,baseColour,season,year,usage,productDisplayName\n"
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"


def wide_rows(count, length=2000, seed=1):
    """CSV lines of the product table that pack badly, in no order."""
    source = random.Random(seed)
    pool = "".join(source.choices(LETTERS, k=200_000))
    ids = list(range(count))
    source.shuffle(ids)
    for i in ids:
        at = source.randrange(len(pool) - length)
        yield f"{i},Men,{i % 7},x,y,z,Fall,2012,Casual,{pool[at : at + length]}\n"


def write_wide(path, count, **how):
    with open(path, "w", encoding="utf-8") as file:
        file.write(HEADER)
        file.writelines(wide_rows(count, **how))
    return path


@pytest.fixture(scope="module")
def wide(tmp_path_factory):
    """24 MB: more than the least memory to sort in."""
    return write_wide(tmp_path_factory.mktemp("wide") / "wide.csv", 12_000)


@pytest.fixture
def disk(tmp_path):
    """disk(MIB): a folder that is a small disk of its own."""
    made = []

    def make(size):
        folder = tmp_path / f"disk{len(made)}"
        folder.mkdir()
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}m", "tmpfs", folder], capture_output=True, text=True
        )
        if done.returncode != 0:
            pytest.skip(f"a small disk cannot be mounted here: {done.stderr.strip()}")
        made.append(folder)
        return folder

    yield make
    for folder in made:
        subprocess.run(["umount", folder], check=True)


def is_empty(disk):
    """No file, and no space that a file without a name would hold."""
    status = os.statvfs(disk)
    return list(disk.iterdir()) == [] and status.f_bfree == status.f_blocks


def output_of(sluice, folder, *arguments, exits=0, **settings):
    """A run that stops at the files, and what it says."""
    return sluice.run(
        "bulkload", "--table", "product", "--timestamp", TIME, "--output", folder, *arguments,
        exits=exits, gateway__endpoints="127.0.0.1:1", **settings,
    )


def without_times(path):
    """A file's bytes but for the block that tells when it was made."""
    data = path.read_bytes()
    blocks = [data[at : at + length] for at, _, length in hfiles.blocks(data)]
    return [block for block in blocks if not block.startswith(b"FILEINF2")]


@pytest.mark.parametrize("size", ["small", "spilled"])
def test_the_files_do_not_depend_on_the_number_of_threads(sluice, tmp_path, wide, size):
    paths = [wide]
    if size == "small":
        paths = [tmp_path / "a.csv", tmp_path / "b.csv"]  # some keys twice or more: the later row wins
        for seed, path in enumerate(paths):
            made = records.make("product", 4000, seed=seed)
            with open(path, "w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, list(made[0]))
                writer.writeheader()
                writer.writerows(made + made[:500])
    found = {}
    for jobs in (1, 2, 5):
        folder = tmp_path / f"jobs{jobs}"
        output_of(sluice, folder, "--jobs", jobs, "--memory", "16M", *paths)
        found[jobs] = {
            path.parent.name: without_times(path) for path in folder.glob("*/*")
        }
        assert len(found[jobs]) == 3
    assert found[1] == found[2] == found[5]


# A process's peak counts what it was before it became the program: so a small one starts it, not the tests'.
MEASURE = """import os, sys
child = os.fork()
if child == 0:
    os.execv(sys.argv[2], sys.argv[2:])
_, status, usage = os.wait4(child, 0)
open(sys.argv[1], "w").write(str(usage.ru_maxrss * 1024))
sys.exit(os.waitstatus_to_exitcode(status))
"""


def run_measured(folder, command, feed):
    """(exit code, stdout, peak memory in bytes) of a command that reads what feed(file) writes."""
    command = [sys.executable, "-S", "-c", MEASURE, folder / "peak", *command]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        feed(process.stdin)
        process.stdin.close()
        said = process.stdout.read()
    return process.returncode, said, int((folder / "peak").read_text())


def sort_in_little_memory(sluice, folder, megabytes):
    rows = megabytes * 500

    def feed(file):
        file.write(HEADER)
        file.writelines(wide_rows(rows))

    code, said, peak = run_measured(
        folder,
        sluice.command(
            "bulkload", "--table", "product", "--timestamp", TIME, "--output", folder / "out", "--memory", "16M",
            "--json", "-", gateway__endpoints="127.0.0.1:1", bulkload__temp=folder,
        ),
        feed,
    )
    assert code == 0
    report = json.loads(said)
    print(f"input={megabytes} MB memory=16 MiB peak={peak / MIB:.1f} MiB rows={report['rows']}")
    assert report["rows"] == report["records"] == rows and report["rejects"] == 0
    assert peak <= (16 + 32) * MIB
    sluice.run("hfile", folder / "out", timeout=600)
    cells = 0
    for path in (folder / "out").glob("*/*"):
        cells += json.loads(sluice.run("hfile", "--json", path, timeout=600).stdout)["cells"]
        path.unlink()
    assert cells == report["cells"] == 9 * rows


def test_memory_holds_for_an_input_six_times_as_large(sluice, tmp_path):
    sort_in_little_memory(sluice, tmp_path, 96)


@pytest.mark.full
def test_memory_holds_for_an_input_a_hundred_times_as_large(sluice, tmp_path):
    sort_in_little_memory(sluice, tmp_path, 1600)


def test_a_small_disk_to_sort_on_is_told_before_work_starts(sluice, tmp_path, disk, wide):
    small = disk(4)
    done = output_of(sluice, tmp_path / "out", "--memory", "16M", wide, exits=2, bulkload__temp=small)
    assert re.search(rf"{small}: sorting needs about \S+\sMiB and 4.0\sMiB are free", done.stderr)
    assert is_empty(small) and not (tmp_path / "out").exists()


def test_a_small_disk_for_the_files_is_told_before_they_are_written(sluice, disk, wide):
    small = disk(4)
    done = output_of(sluice, small / "out", "--memory", "64M", wide, exits=2)
    assert re.search(r": writing the HFiles needs about \S+\sMiB and 4.0\sMiB are free", done.stderr)
    assert is_empty(small)


def test_a_disk_that_fills_up_while_sorting_is_told_and_left_clean(sluice, tmp_path, disk, wide):
    """How much comes through a pipe nobody knows beforehand."""
    small = disk(4)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    process = sluice.start(
        "bulkload", "--table", "product", "--output", tmp_path / "out", "--memory", "16M", pipe,
        gateway__endpoints="127.0.0.1:1", bulkload__temp=small,
    )
    with contextlib.suppress(BrokenPipeError), open(pipe, "wb") as file:
        file.write(wide.read_bytes())
    _, said = process.communicate(timeout=60)
    assert process.returncode == 2, said
    assert f"{small}: " in said and "No space left on device; free some space" in said
    assert is_empty(small) and not (tmp_path / "out").exists()


def test_a_disk_that_fills_up_while_writing_is_told_and_left_clean(sluice, disk, wide):
    """Nobody knows how well cells pack: the check beforehand hopes for a tenth."""
    small = disk(8)
    done = output_of(sluice, small / "out", "--memory", "64M", "--compression", "GZ", wide, exits=2)
    assert "No space left on device" in done.stderr and str(small) in done.stderr
    assert is_empty(small)


def test_a_limit_on_the_size_of_files_is_told_and_nothing_stays(sluice, tmp_path, wide):
    """ulimit -f, with its signal that kills whoever does not ignore it."""
    for how, folder in (("writing", ["--memory", "64M"]), ("sorting", ["--memory", "16M"])):
        temp = tmp_path / how
        temp.mkdir()
        command = sluice.command(
            "bulkload", "--table", "product", "--output", temp / "out", *folder, wide,
            gateway__endpoints="127.0.0.1:1", bulkload__temp=temp,
        )
        done = subprocess.run(
            command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (MIB, MIB)),
        )
        assert done.returncode == 2, done.stderr
        assert "File too large" in done.stderr and str(temp) in done.stderr
        assert list(temp.iterdir()) == []


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_what_was_spilled_is_gone_however_the_run_ends(sluice, tmp_path, disk, wide, how):
    temp = disk(64)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    process = sluice.start(
        "bulkload", "--table", "product", "--output", tmp_path / "out", "--memory", "16M", pipe,
        gateway__endpoints="127.0.0.1:1", bulkload__temp=temp,
    )
    with contextlib.suppress(BrokenPipeError), open(pipe, "wb") as file:
        file.write(wide.read_bytes())
        file.flush()
        status = os.statvfs(temp)
        assert status.f_bfree < status.f_blocks  # it waits for more of the pipe and has spilled
        process.send_signal(how)
        if how != signal.SIGKILL:
            file.write(b"0,a")  # it looks at the signal between two batches
    process.communicate(timeout=60)
    assert process.returncode == (-how if how == signal.SIGKILL else 4)
    assert is_empty(temp) and not (tmp_path / "out").exists()


def test_what_cannot_be_read_is_told(sluice, tmp_path, wide):
    cases = {
        tmp_path / "nothing.csv": "No such file or directory",
        tmp_path: "a folder; name the files in it",
        pathlib.Path("/proc/self/mem"): "Input/output error",
        tmp_path / "loop": "Too many levels of symbolic links",
    }
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    done = output_of(sluice, tmp_path / "out", *cases, wide, exits=2)
    for path, what in cases.items():  # all at once
        assert f"{path}: {what}" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_file_without_permission_is_told(sluice, tmp_path, wide):
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody who may not read the file")
    secret = tmp_path / "secret.csv"
    secret.write_text(HEADER)
    secret.chmod(0)
    command = sluice.command("bulkload", "--table", "product", "--dry-run", secret)
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60, cwd="/",
            preexec_fn=lambda: os.setuid(65534),
        )
    except PermissionError:
        pytest.skip("the program lies where only its owner may run it")
    assert done.returncode == 2 and f"{secret}: Permission denied" in done.stderr


def while_it_waits(sluice, tmp_path, second, change):
    """Has sluice wait for the end of a pipe while the file behind it changes: both were looked at."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    process = sluice.start(
        "bulkload", "--table", "product", "--output", tmp_path / "out", pipe, second,
        gateway__endpoints="127.0.0.1:1",
    )
    with open(pipe, "wb") as file:
        file.write(HEADER.encode() + b"".join(line.encode() for line in wide_rows(2000)))
        file.flush()  # more than a pipe holds: what is left was read behind the headers
        change(second)
    _, said = process.communicate(timeout=60)
    assert not (tmp_path / "out").exists()
    return process.returncode, said


def test_a_file_that_vanishes_is_told(sluice, tmp_path):
    second = write_wide(tmp_path / "second.csv", 10)
    code, said = while_it_waits(sluice, tmp_path, second, pathlib.Path.unlink)
    assert code == 2 and f"{second}: No such file or directory" in said


def test_a_file_that_becomes_another_is_told(sluice, tmp_path):
    second = write_wide(tmp_path / "second.csv", 10)
    code, said = while_it_waits(sluice, tmp_path, second, lambda path: path.write_text("year,id\n1,2\n"))
    assert code == 2 and f"{second}: its header changed while the load ran" in said


def test_a_file_that_is_still_being_written_is_told(sluice, tmp_path):
    """Standard input is a file to which somebody appends as fast as it is read: the last record of
    half a file looks like any other."""
    path = write_wide(tmp_path / "growing.csv", 4000)
    stop = threading.Event()

    def append():
        with open(path, "a", encoding="utf-8") as file:
            while not stop.is_set():
                file.write("5,Men")
                file.flush()

    writer = threading.Thread(target=append)
    writer.start()
    try:
        done = output_of(sluice, tmp_path / "out", path, exits=2)
    finally:
        stop.set()
        writer.join()
    assert f"{path}: it was written to while it was read" in done.stderr
    assert not (tmp_path / "out").exists()


def test_nothing_is_live_after_any_of_it(road, sluice, tmp_path, disk):
    one = road("product", partitions=0)
    made = records.make("product", 3000)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(made[0]))
    writer.writeheader()
    writer.writerows(made)
    good = tmp_path / "good.csv"
    good.write_text(text.getvalue(), encoding="utf-8", newline="")
    packed = gzip.compress(good.read_bytes())
    (tmp_path / "cut.csv.gz").write_bytes(packed[: len(packed) // 2])
    middle = len(packed) // 2
    (tmp_path / "torn.csv.gz").write_bytes(packed[:middle] + b"\0\0\0\0" + packed[middle + 4 :])
    (tmp_path / "good.csv.gz").write_bytes(packed)
    sluice.run("init", one.table, **one.settings())
    full = disk(1)
    (full / "filler").write_bytes(bytes(MIB - 65536))

    cases = [
        (["cut.csv.gz"], "cut.csv.gz: the packed data ends early: the file is cut short"),
        (["torn.csv.gz"], "torn.csv.gz: "),
        (["good.csv", "torn.csv.gz"], "torn.csv.gz: "),
        (["good.csv", "--staging", full], f"{full}/"),
        (["good.csv", "--staging", tmp_path / "good.csv.gz"], "Not a directory"),
    ]
    for arguments, told in cases:
        done = sluice.run("bulkload", "--table", one.table, "--timestamp", TIME, *arguments, exits=2, **one.settings())
        assert told in done.stderr, done.stderr
        assert one.thrift1.scan(one.table) == {}
    assert [path.name for path in full.iterdir()] == ["filler"]

    sluice.run("bulkload", "--table", one.table, "--timestamp", TIME, "good.csv.gz", **one.settings())
    table = ledger.Ledger("product")
    for record in made:
        table.put(record, TIME)
    assert not ledger.differences(table.rows(), one.thrift1.scan(one.table))


def test_a_signal_is_heard_while_a_gateway_keeps_silent(road, sluice, tmp_path):
    """Far from its own patience, which is minutes: nothing is left, and what is live is none."""
    one = road("product", partitions=0)
    path = write_csv(tmp_path / "in.csv", records.make("product", 10))
    with socket.create_server(("127.0.0.1", 0)) as mute:
        endpoint = f"127.0.0.1:{mute.getsockname()[1]}"
        run = sluice.start("bulkload", "--table", one.table, path, **one.settings(gateway__endpoints=endpoint))
        peer, _ = mute.accept()
        assert peer.recv(1)
        run.send_signal(signal.SIGTERM)
        _, said = run.communicate(timeout=60)
        peer.close()
    assert run.returncode == 4 and "stopped before the work was whole" in said


def test_a_signal_ends_the_tool_that_loads_and_all_that_it_started(road, sluice, tmp_path):
    one = road("product", partitions=0)
    path = write_csv(tmp_path / "in.csv", records.make("product", 10))
    tool = tmp_path / "tool"
    tool.write_text("#!/bin/sh\nsleep 600 &\necho $! > child\ntouch began\nwait\n")
    tool.chmod(0o755)
    sluice.run("init", one.table, **one.settings())
    run = sluice.start("bulkload", "--table", one.table, "--complete-with", tool, path, **one.settings())
    while not (sluice.folder / "began").exists():
        assert run.poll() is None, run.communicate()
        time.sleep(0.05)
    child = int((sluice.folder / "child").read_text())

    run.send_signal(signal.SIGTERM)
    run.communicate(timeout=60)

    assert run.returncode == 4
    state = pathlib.Path(f"/proc/{child}/stat")
    assert not state.exists() or state.read_text().split()[2] == "Z"
