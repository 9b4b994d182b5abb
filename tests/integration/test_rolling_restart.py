# SPDX-License-Identifier: Apache-2.0
"""docs/operations.md, Rolling restart: three instances under load, one after the other asked to stop and
started again. Each ends well, each comes back ready, and the table has every record."""
import contextlib
import pathlib
import signal
import sys
import threading
import urllib.request

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "chaos"))

from instance import free_port  # noqa: E402

PARTITIONS = 6


class Member:
    """An instance of the group."""

    def __init__(self, stack, world, number):
        self.world = world
        self.port = free_port()
        self.number = number
        self.starts = 0
        stack.callback(self.end)
        self.process = None

    def start(self):
        self.starts += 1
        self.log = self.world.folder.parent / f"member-{self.number}-{self.starts}.log"
        self.entered = self.world.service(log=self.log, http__listen=f"127.0.0.1:{self.port}", ingest__linger_ms="20")
        self.process = self.entered.__enter__()

    def end(self):
        if self.process is not None:
            self.entered.__exit__(None, None, None)

    def is_ready(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def holds(self):
        """The partitions that it has a standing of."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=5) as answer:
            return answer.read().decode().count("\nsluice_acknowledged_offset{")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(30)
        assert code == 0, f"exit {code}: {self.world.said(self.log)[-3000:]}"


@pytest.mark.full
def test_three_restarted_one_by_one_under_load(world):
    pipe = world.add(partitions=PARTITIONS)
    made, stopping = [], threading.Event()

    def feed():
        while not stopping.is_set():
            rows = [[f"{len(made) + i:08}", f"value {len(made) + i}"] for i in range(500)]
            pipe.fill(rows)
            made.extend(row[0] for row in rows)

    with contextlib.ExitStack() as stack:
        members = [Member(stack, world, number) for number in range(3)]
        for member in members:
            member.start()
        for member in members:
            world.until(member.process, lambda: member.is_ready() and member.holds() > 0, log=member.log)
        feeding = threading.Thread(target=feed)
        feeding.start()
        try:
            for member in members:
                before = len(made)
                world.until(member.process, lambda: len(made) > before + 2000, log=member.log)
                member.stop()
                assert not member.is_ready()
                member.start()
                world.until(member.process, lambda: member.is_ready() and member.holds() > 0, log=member.log)
        finally:
            stopping.set()
            feeding.join()
        world.until(members[0].process, lambda: world.committed() == world.ends(), 180, log=members[0].log)
        for member in members:
            member.stop()
    assert len(made) > 6000
    assert pipe.rows() == sorted(made)
