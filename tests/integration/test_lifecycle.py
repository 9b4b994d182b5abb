# SPDX-License-Identifier: Apache-2.0
"""How a service stops, whatever stands around it: inside its deadline, with the right exit code,
and with nothing lost."""
import pathlib
import signal
import sys

import confluent_kafka
import pytest

from support.stack import KAFKA_PORT, THRIFT2_PORT

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "chaos"))

from proxy import Proxy  # noqa: E402

DEADLINE_S = 3  # of ingest.shutdown.timeout; leaving the group may take a little more
PATIENCE_S = 25  # for what must not wait for any of the longer timeouts around it


@pytest.fixture
def gateway():
    one = Proxy(THRIFT2_PORT)
    yield one
    one.close()


@pytest.fixture
def broker():
    """Only the first contact: the broker tells its own address, and is spoken to directly then."""
    one = Proxy(KAFKA_PORT)
    yield one
    one.close()


def some(first, count):
    return [[f"{i:06d}", f"value {i}"] for i in range(first, first + count)]


def keys(first, count):
    return [f"{i:06d}" for i in range(first, first + count)]


def stop(process, number=signal.SIGTERM, patience=PATIENCE_S):
    process.send_signal(number)
    return process.wait(patience)


def assert_the_rest_follows(world, count):
    """What is committed is in the table, and the next run brings what is not."""
    pipe = world.pipes[0]
    committed = sum(max(offset, 0) for offset in pipe.committed(world.group).values())
    assert len(pipe.rows()) >= committed
    done = world.sluice.run("run", "--until-end", **world.settings())
    assert pipe.rows() == keys(0, count), done.stderr
    assert world.committed() == world.ends()


LONG = pytest.mark.full


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=LONG)])
def test_a_stop_under_load_commits_what_is_written(world, number):
    pipe = world.add(some(0, 30_000), partitions=4)
    with world.service() as process:
        world.until(process, lambda: any(at > 0 for at in pipe.committed(world.group).values()))
        status = stop(process, number)

    assert status == 0, world.said()
    rows, committed = pipe.rows(), pipe.committed(world.group)
    assert len(rows) == sum(max(at, 0) for at in committed.values()), "written and not committed"
    assert_the_rest_follows(world, 30_000)


@pytest.mark.parametrize("mode", ["stall", pytest.param("refuse", marks=LONG)])
def test_a_stop_while_the_gateway_is_away_ends_in_time(world, gateway, mode):
    pipe = world.add(some(0, 3000), partitions=2)
    with world.service(
        gateway__endpoints=f"127.0.0.1:{gateway.port}", ingest__shutdown_timeout=f"{DEADLINE_S}s", ingest__batch_rows="100"
    ) as process:
        world.until(process, lambda: any(at > 0 for at in pipe.committed(world.group).values()))
        pipe.fill(some(3000, 3000))
        gateway.mode = mode
        gateway.drop()
        pipe.fill(some(6000, 100))
        world.until(process, lambda: "waiting" in world.said() or gateway.spoiled > 0)
        status = stop(process)
        members = pipe.kafka.members(world.group)

    assert status == 4, world.said()
    assert "shutdown.timeout" in world.said()
    assert members == [], "it has not left its group: the next one would wait for the session to end"
    assert_the_rest_follows(world, 6100)


def test_a_second_signal_ends_at_once(world, gateway):
    world.add(some(0, 3000))
    gateway.mode = "stall"
    with world.service(gateway__endpoints=f"127.0.0.1:{gateway.port}", ingest__shutdown_timeout="1h") as process:
        world.until(process, lambda: "holding" in world.said() and gateway.spoiled > 3)
        process.send_signal(signal.SIGTERM)
        world.until(process, lambda: "stopping" in world.said())
        status = stop(process)

    assert status == 4, world.said()
    assert_the_rest_follows(world, 3000)


@pytest.mark.parametrize("words", [[], ["--until-end"]], ids=["service", "until-end"])
@pytest.mark.parametrize("mode", ["stall", pytest.param("refuse", marks=LONG)])
def test_a_stop_while_waiting_for_the_broker(world, broker, mode, words):
    world.add()
    broker.mode = mode
    with world.service(*words, kafka__bootstrap_servers=f"127.0.0.1:{broker.port}") as process:
        world.until(process, lambda: "kafka" in world.said().lower() or broker.spoiled > 0)
        status = stop(process)

    assert status == (4 if words else 0), world.said()


def test_a_stop_while_waiting_for_a_gateway_to_tell_its_kind(world, gateway):
    world.add(some(0, 3))
    gateway.mode = "refuse"
    with world.service(gateway__endpoints=f"127.0.0.1:{gateway.port}", gateway__transport="auto") as process:
        world.until(process, lambda: "waiting for a gateway" in world.said())
        status = stop(process)

    assert status in (0, 4), world.said()
    assert_the_rest_follows(world, 3)


@LONG
def test_a_stop_at_any_moment_of_start_and_rebalance(world, tmp_path):
    """The second member is stopped at each step of joining; the first one keeps or regains all."""
    pipe = world.add(some(0, 400), partitions=8)
    with world.service() as first:
        world.until(first, lambda: "partitions=8" in world.said())
        for i, moment in enumerate(("", "holding", "partitions=4")):
            log = tmp_path / f"second-{i}.log"
            with world.service(log=log) as second:
                world.until(second, lambda: moment in world.said(log), log=log)
                assert stop(second) in (0, 4, -signal.SIGTERM), world.said(log)
        pipe.fill(some(400, 400))
        world.until(first, lambda: world.committed() == world.ends())
        assert stop(first) == 0

    assert pipe.rows() == keys(0, 800)


def assignment(pipe, group):
    return {
        member.group_instance_id: sorted(tp.partition for tp in member.assignment.topic_partitions)
        for member in pipe.kafka.members(group)
    }


def test_a_static_member_comes_back_to_its_partitions(world, tmp_path):
    pipe = world.add(some(0, 400), partitions=4)
    logs = [tmp_path / f"{name}.log" for name in ("a", "b", "a-again")]
    patient = {"kafka__session_timeout_ms": "30000"}
    with world.service(log=logs[1], kafka__group_instance_id="b", **patient) as other:
        with world.service(log=logs[0], kafka__group_instance_id="a", **patient) as one:
            world.until(one, lambda: "partitions=2" in world.said(logs[0]), log=logs[0])
            world.until(other, lambda: "partitions=2" in world.said(logs[1]), log=logs[1])
            before = assignment(pipe, world.group)
            assert stop(one) == 0
        told = world.said(logs[1]).count("holding")
        assert assignment(pipe, world.group) == before, "the member that was stopped has left"
        with world.service(log=logs[2], kafka__group_instance_id="a", **patient) as again:
            world.until(again, lambda: "partitions=2" in world.said(logs[2]), log=logs[2])
            pipe.fill(some(400, 400))
            world.until(again, lambda: world.committed() == world.ends(), log=logs[2])
            assert assignment(pipe, world.group) == before
            assert world.said(logs[1]).count("holding") == told, "the other member saw a rebalance"

    assert {len(partitions) for partitions in before.values()} == {2}
    assert pipe.rows() == keys(0, 800)


def test_a_member_whose_name_another_has_taken_says_so(world, tmp_path):
    world.add(some(0, 10))
    with world.service(kafka__group_instance_id="twin") as one:
        world.until(one, lambda: "partitions=1" in world.said())
        with world.service(log=tmp_path / "two.log", kafka__group_instance_id="twin") as two:
            status = one.wait(PATIENCE_S)
            assert two.poll() is None

    assert status == 2, world.said()
    assert "group.instance.id" in world.said()
