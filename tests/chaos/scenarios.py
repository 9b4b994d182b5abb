# SPDX-License-Identifier: Apache-2.0
"""The scenarios. Each breaks one real thing under a bounded load; what must hold afterwards is the
same for all: nothing lost, nothing different."""
import random
import time

from support.hbase import shell

from proxy import Proxy

SCENARIOS = {}


def scenario(records=20_000, short=False, **mapping):
    def register(function):
        SCENARIOS[function.__name__.replace("_", "-")] = (function, records, short, mapping)
        return function

    return register


@scenario(records=30_000, short=True)
def kill_sluice(s):
    """SIGKILL of sluice at 30 random moments."""
    choose = random.Random(30)
    for i in range(30):
        s.feed(len(s.load.messages) // 30)
        instance = s.start()
        s.wait_any(choose.random() * 1.5)
        instance.kill()
        s.fault()
    s.start()
    s.recovered()


@scenario()
def kill_gateway(s):
    """kill -9 of the gateway under load."""
    broken_part(s, "thrift2", ("kill", "thrift2"), ("up", "thrift2"))


@scenario()
def kill_hbase(s):
    """kill -9 of HBase under load; it recovers from its write-ahead log."""
    broken_part(s, "hbase", ("kill", "hbase"), ("up",))


@scenario()
def kill_kafka(s):
    """kill -9 of Kafka under load."""
    broken_part(s, "kafka", ("kill", "kafka"), ("up", "kafka"))


@scenario(short=True)
def freeze_gateway(s):
    """The gateway is halted for longer than the receive timeout."""
    broken_part(s, "thrift2", ("freeze", "thrift2"), ("thaw", "thrift2"), hold_s=12)


@scenario()
def freeze_hbase(s):
    """HBase is halted for longer than the receive timeout."""
    broken_part(s, "hbase", ("freeze", "hbase"), ("thaw", "hbase"), hold_s=20)


@scenario()
def freeze_kafka(s):
    """Kafka is halted for longer than the session timeout."""
    broken_part(s, "kafka", ("freeze", "kafka"), ("thaw", "kafka"), hold_s=15)


def broken_part(s, _part, spoil, mend, hold_s=3):
    s.start()
    s.feed(len(s.load.messages) // 2)
    s.wait_committed(1)
    if _part != "kafka":
        s.feed()
    s.stack(*spoil)
    s.fault()
    time.sleep(hold_s)
    s.stack(*mend)
    s.recovered()


@scenario(short=True)
def scale(s):
    """Instances 1 -> 3 -> 1 during the load."""
    part = len(s.load.messages) // 4
    first = s.start()
    s.feed(part)
    s.wait_committed(part // 2)
    others = [s.start(), s.start()]
    s.feed(part)
    s.wait_committed(part)
    for instance in others:
        s.feed(part // 2)
        assert instance.stop() == 0
        s.fault()
    assert first.alive()
    s.recovered()


def through_proxy(s, mode, hold_s):
    proxy = Proxy(int(s.endpoints.rsplit(":", 1)[1]))
    s.endpoints = f"127.0.0.1:{proxy.port}"
    s.start()
    part = len(s.load.messages) // 4
    s.feed(part)
    s.wait_committed(1)
    for _ in range(3):
        proxy.mode = mode
        s.feed(part)
        s.wait_any(hold_s)
        s.fault()
        proxy.mode = "pass"
        if mode == "stall":
            proxy.drop()
        s.wait_committed(s.committed() + 1) if s.committed() < s.fed else None
    s.recovered()


@scenario(short=True)
def network_cut(s):
    """Connections are cut in the middle of a frame."""
    through_proxy(s, "cut", 2)


@scenario(short=True)
def network_garbage(s):
    """The answers are garbage."""
    through_proxy(s, "garbage", 2)


@scenario()
def network_reset(s):
    """Connections are reset."""
    through_proxy(s, "reset", 2)


@scenario()
def network_stall(s):
    """Connections stay open and nothing passes: half-open."""
    through_proxy(s, "stall", 8)


@scenario()
def network_crawl(s):
    """One byte at a time."""
    through_proxy(s, "crawl", 3)


@scenario()
def network_delay(s):
    """Every chunk comes late."""
    through_proxy(s, "delay", 3)


@scenario(short=True)
def offsets_to_zero(s):
    """The group is set back to offset 0 after everything was written: a full replay."""
    first = s.start()
    s.feed()
    s.wait_committed(len(s.load.messages))
    assert first.stop() == 0
    s.reset_offsets()
    s.fault()
    s.start()
    s.recovered()


@scenario()
def table_disabled(s):
    """The table is disabled under load and enabled again: the service waits."""
    s.start()
    s.feed(len(s.load.messages) // 2)
    s.wait_committed(1)
    shell(f"disable '{s.name}'\n")
    s.fault()
    s.feed()
    time.sleep(5)
    shell(f"enable '{s.name}'\n")
    s.recovered()


@scenario(late=False)
def region_split(s):
    """A region splits and moves under load."""
    s.start()
    s.feed(len(s.load.messages) // 2)
    s.wait_committed(1)
    shell(f"split '{s.name}', 'order-005000'\n")
    s.fault()
    s.feed()
    s.recovered()


@scenario()
def topic_recreated(s):
    """The topic is deleted and made again under the service; the load starts over."""
    s.start()
    s.feed(100)
    s.wait_committed(100)
    s.recreate_topic()
    s.fault()
    s.fed = 0
    s.recovered()
