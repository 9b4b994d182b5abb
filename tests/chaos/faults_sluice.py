# SPDX-License-Identifier: Apache-2.0
"""Faults of sluice itself and of the machine it runs on."""
import pathlib
import random
import subprocess
import time

from scenarios import scenario
from situation import Failed

HERE = pathlib.Path(__file__).resolve().parent
FAKETIME = "/usr/lib/*/faketime/libfaketimeMT.so.1"


@scenario(short=True)
def kill_sluice(s):
    """SIGKILL of sluice at 30 random moments; a static member, which has its partitions at once."""
    choose = random.Random(30)
    under_way = 0
    s.feed_on()
    for _ in range(30):
        instance = s.start(member="one")
        time.sleep(0.3 + choose.random() * 0.7)
        instance.kill()
        s.fault()
        under_way += instance.seen["rows"] > 0
    if under_way < 10:
        raise Failed(f"only {under_way} of 30 were killed after they had written something")
    s.start(member="one")
    s.recovered()


@scenario(short=True)
def scale(s):
    """Instances 1 -> 3 -> 1 during the load."""
    s.feed_on()
    first = s.start()
    s.wait_rows(1000)
    others = [s.start(), s.start()]
    s.wait(lambda: all(one.seen["rows"] > 0 for one in others), "all three writing", 30)
    for one in others:
        if one.stop() != 0:
            raise Failed(f"an instance ended with {one.process.returncode}; see {one.log}")
        s.fault()
    if not first.alive():
        raise Failed("the first instance has ended")
    s.recovered()


@scenario(rivals=False)
def freeze_sluice(s):
    """One of two instances is halted for longer than its session and comes back."""
    s.feed_on()
    instances = [s.start(), s.start()]
    s.wait(lambda: all(one.seen["rows"] > 0 for one in instances), "both writing", 30)
    instances[0].freeze()
    s.fault()
    time.sleep(10)
    before = instances[1].seen["rows"]
    s.wait(lambda: instances[1].seen["rows"] > before, "the other has taken over", 30)
    instances[0].thaw()
    s.recovered()


@scenario()
def log_disk_full(s):
    """Not one line of the log can be written: standard error is full."""
    with open("/dev/full", "wb") as full:
        s.start(stderr=full)
    s.feed_on()
    s.fault()
    s.recovered()
    s.wait_rows(3000)


@scenario()
def clock_back(s):
    """The machine's clock goes back by an hour, and on to the next day, under load."""
    library = next(pathlib.Path("/").glob(FAKETIME.lstrip("/")), None)
    if library is None:
        raise Failed(f"there is no {FAKETIME}: compose/install tests brings it")
    waits = s.folder / "timedwait.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", waits, HERE / "timedwait.c"], check=True)
    clock = s.folder / "clock"
    clock.write_text("+0")
    s.feed_on()
    s.start(
        environment={
            "LD_PRELOAD": f"{waits}:{library}",
            "FAKETIME_TIMESTAMP_FILE": str(clock),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
    )
    for shift in ("-3600", "+86400", "+0"):
        s.wait_rows(500)
        clock.write_text(shift)
        s.fault()
        s.recovered()
        s.wait_rows(500)


@scenario(short=True)
def offsets_to_zero(s):
    """The group is set back to offset 0 after everything was written: a full replay."""
    replay(s, 0.0)


@scenario()
def offsets_to_the_middle(s):
    """The group is set back to the middle of each partition: a replay of half of everything."""
    replay(s, 0.5)


def replay(s, share):
    first = s.start()
    s.feed(20_000)
    s.wait_committed(18_000)
    if first.stop() != 0:
        raise Failed(f"an instance ended with {first.process.returncode}; see {first.log}")
    s.reset_offsets(share)
    s.fault()
    s.start()
    s.recovered()


@scenario(has_topic=False)
def topic_missing(s):
    """The topic does not exist when sluice starts, and is made a while later."""
    s.start()
    time.sleep(5)
    s.make_topic()
    s.fault()
    s.recovered()
    s.feed(5_000)


@scenario()
def topic_recreated(s):
    """The topic is deleted and made again under the service; the load starts over."""
    s.start()
    s.feed(2_000)
    s.wait_committed(1_500)
    s.recreate_topic()
    s.fault()
    s.recovered()
    s.feed(5_000)
