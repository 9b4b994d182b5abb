# SPDX-License-Identifier: Apache-2.0
"""Bulk loads into tables that change under them, and runs that are killed: no cell is lost, what is
live is known, and another run finishes the work. Where a run stands still it does so for a reason that
the test holds in its hand: standard input that does not end, a region that nobody serves."""
import json
import os
import signal

import pytest

from support import ledger, records
from support.bulk import Held, arguments, bulkload, expected, same, wait_for_line, write_csv

ROWS = 8000  # customers 1000 to 8999
SPLITS = ["3000", "5000", "7000"]


@pytest.fixture
def customers(road, sluice):
    """A table of four regions."""
    one = road("customers", partitions=0, splits=SPLITS)
    sluice.run("init", one.table, **one.settings())
    return one


@pytest.fixture(scope="module")
def made():
    return records.make("customers", ROWS)


def test_regions_split_merge_and_move_between_cutting_and_loading(customers, sluice, admin, made):
    held = Held(sluice, customers, made)
    admin.ask("split", customers.table, 3, "7500")
    admin.ask("merge", customers.table, 0, 1)
    admin.ask("move", customers.table, 1)

    said = held.go_on()

    wanted = expected("customers", made)
    same(wanted, customers.thrift1.scan(customers.table))
    assert len(said["regions"]) == 4 and said["files"] == 16
    assert (said["live"]["regions"], said["live"]["files"], said["live"]["recut"]) == (4, 20, 4)
    admin.compact(customers.table)
    same(wanted, customers.thrift1.scan(customers.table))


@pytest.mark.full
def test_more_files_than_a_server_takes_at_once_go_one_call_after_the_other(road, sluice, admin, made):
    """Forty regions become one while their files are being made: HBase takes 32 a family at once."""
    one = road("customers", partitions=0, splits=[str(split) for split in range(1200, 9000, 200)])
    sluice.run("init", one.table, **one.settings())
    assert admin.regions(one.table) == 40
    held = Held(sluice, one, made)
    admin.ask("merge", one.table, 0, 39)

    said = held.go_on()

    assert (said["live"]["regions"], said["live"]["files"], said["live"]["recut"]) == (1, 160, 0)
    same(expected("customers", made), one.thrift1.scan(one.table))


def start(sluice, one, path, *more, **settings):
    return sluice.start(*arguments(one, *more, path), **one.settings(**settings))


def test_a_region_that_nobody_serves_is_waited_for(customers, sluice, admin, made, tmp_path):
    path = write_csv(tmp_path / "in.csv", made)
    admin.ask("unassign", customers.table, 1)

    waiting = start(sluice, customers, path)
    line = wait_for_line(waiting, "waiting ")
    admin.ask("assign", customers.table, 1)
    out, err = waiting.communicate(timeout=60)

    assert waiting.returncode == 0, err
    assert "live=12 left=4" in line  # the other three regions did not wait
    assert json.loads(out)["live"]["files"] == 16
    same(expected("customers", made), customers.thrift1.scan(customers.table))


def test_patience_ends_and_what_is_live_is_said(customers, sluice, admin, made, tmp_path):
    path = write_csv(tmp_path / "in.csv", made)
    admin.ask("unassign", customers.table, 1)

    done = bulkload(sluice, customers, path, "--timeout", "1s", exits=3, bulkload__temp=tmp_path)

    assert "loaded: 12 of 16 files" in done.stderr
    for family in ledger.FAMILIES["customers"]:
        assert f"{family}/region-00001-00: rows '3000' to '4999'" in done.stderr
    admin.ask("assign", customers.table, 1)
    wanted = expected("customers", made)
    outside = {row: cells for row, cells in wanted.items() if not b"3000" <= row < b"5000"}
    same(outside, customers.thrift1.scan(customers.table))
    (kept,) = tmp_path.glob("sluice-bulkload-*/[0-9a-f]*")
    admin.load(kept, customers.table)  # as the program said
    same(wanted, customers.thrift1.scan(customers.table))


def test_a_table_that_is_dropped_meanwhile_is_not_waited_for(customers, sluice, made):
    held = Held(sluice, customers, made)
    customers.thrift1.drop(customers.table)

    _, err = held.process.communicate(held.rest, timeout=60)

    assert held.process.returncode == 2
    assert f"table {customers.table} was dropped while the load ran" in err.decode()
    assert "loaded: 0 of 16 files" in err.decode()


def kill_reading(sluice, one, made, path, temp):
    held = Held(sluice, one, made, "--memory", "16M", bulkload__temp=temp)
    held.process.kill()
    held.process.communicate()


def kill_writing(sluice, one, made, path, temp):
    """As soon as the first HFile is begun; that it is not finished yet is seen in the stopped run."""
    process = start(sluice, one, path, bulkload__temp=temp)
    while not list(temp.glob("sluice-bulkload-*/*/*/*")):
        assert process.poll() is None
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
    assert list(temp.glob("sluice-bulkload-*/*/*/*.unfinished"))
    process.kill()
    process.communicate()


def kill_loading(sluice, one, made, path, temp):
    process = start(sluice, one, path, bulkload__temp=temp)
    wait_for_line(process, "waiting ")
    process.kill()
    process.communicate()


@pytest.mark.parametrize("kill", [kill_reading, kill_writing, kill_loading])
def test_a_run_that_is_killed_leaves_whole_regions_or_none(customers, sluice, admin, made, tmp_path, kill):
    temp = tmp_path / "temp"
    temp.mkdir()
    path = write_csv(tmp_path / "in.csv", made)
    wanted = expected("customers", made)
    live = {}
    if kill is kill_loading:
        live = {row: cells for row, cells in wanted.items() if not b"3000" <= row < b"5000"}
        admin.ask("unassign", customers.table, 1)

    kill(sluice, customers, made, path, temp)
    if kill is kill_loading:
        admin.ask("assign", customers.table, 1)
    same(live, customers.thrift1.scan(customers.table))

    bulkload(sluice, customers, path, bulkload__temp=temp)
    same(wanted, customers.thrift1.scan(customers.table))
    assert list(temp.iterdir()) == []  # nor is anything left of the run that was killed


@pytest.mark.parametrize("phase", ["reading", "loading"])
def test_a_run_that_is_asked_to_stop_does_and_leaves_nothing(customers, sluice, admin, made, tmp_path, phase):
    temp = tmp_path / "temp"
    temp.mkdir()
    path = write_csv(tmp_path / "in.csv", made)
    if phase == "reading":
        process = Held(sluice, customers, made, bulkload__temp=temp).process
    else:
        admin.ask("unassign", customers.table, 1)
        process = start(sluice, customers, path, bulkload__temp=temp)
        wait_for_line(process, "waiting ")

    process.send_signal(signal.SIGTERM)
    wait_for_line(process, "stopping ")
    process.communicate(timeout=60)  # ends its input, too

    assert process.returncode == 4
    assert list(temp.iterdir()) == []
    if phase == "loading":
        admin.ask("assign", customers.table, 1)
