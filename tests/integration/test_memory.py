# SPDX-License-Identifier: Apache-2.0
"""ingest.memory holds whatever the topic contains: the process stays below that number and 16 MiB,
as docs/configuration.md says. What is asserted is the kernel's own count of what was resident at
most."""
import http.server
import json
import os
import pathlib
import random
import struct
import subprocess
import sys
import threading
import time

import fastavro
import pytest

from support import memory, records
from support.kafka import datum
from support.stack import ROOT, THRIFT2_PORT

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "chaos"))

from proxy import Proxy  # noqa: E402

MEMORY_MIB = 32
BESIDE_MIB = 16
MARGIN_MIB = 2
LIMIT = {"ingest__memory": f"{MEMORY_MIB}M"}
CHOOSE = random.Random(1)


def text(length):
    return "".join(CHOOSE.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=length))


NOISE = text(1_100_000)
PHRASE = text(25) * 100


def noise(i, length):
    return NOISE[i % 90_000 : i % 90_000 + length]


def rows(count, length):
    return [[[str(i), noise(7 * i, length)] for i in range(count)]]


def wide_rows(count):
    columns = [noise(31 * i, 15) for i in range(10_000)]
    return [[[str(i), *columns] for i in range(count)]]


def packed_rows(count, length=2500):
    """Of which a producer's compression leaves a hundredth, or less the longer they are."""
    phrase = (PHRASE * (length // len(PHRASE) + 1))[:length]
    return [[[str(i), phrase + noise(9 * i, 20)] for i in range(count)]]


def bad_rows(count):
    return [[b"\xff" + noise(i, 300).encode() if i % 10 < 7 else [str(i), noise(i, 200)] for i in range(count)]]


# name: rows of each topic, partitions, the producer's properties, settings, whether it is long
CASES = {
    "a megabyte each": (lambda: rows(120, 1_000_000), 4, {}, {}, False),
    "ten thousand columns": (lambda: wide_rows(120), 4, {}, {}, True),
    "five hundred partitions": (lambda: rows(60_000, 250), 500, {}, {}, True),
    "tiny ones": (lambda: rows(300_000, 1), 4, {}, {}, True),
    "tiny ones, packed": (lambda: rows(300_000, 1), 4, {"compression_type": "gzip"}, {}, True),
    "packed by zstd 100:1": (lambda: packed_rows(40_000), 4, {"compression_type": "zstd"}, {}, False),
    "packed by gzip 100:1": (lambda: packed_rows(40_000), 4, {"compression_type": "gzip"}, {}, True),
    "mostly bad": (lambda: bad_rows(60_000), 4, {}, {}, True),
    "sixteen tables": (lambda: rows(600, 20_000) * 16, 2, {}, {}, True),
    "eight connections": (lambda: rows(600, 20_000) * 6, 8, {}, {"gateway__connections": "8"}, True),
}


def cases():
    return [
        pytest.param(*case, id=name, marks=[pytest.mark.full] if is_long else [])
        for name, (*case, is_long) in CASES.items()
    ]


def add(world, made, partitions, producer, **config):
    width = max(len(row) for row in made if isinstance(row, list))
    return world.add(made, partitions, producer, ["k", *(f"c{i:05d}" for i in range(width - 1))], **config)


def peak_when_committed(world, process, at_least=None, group=None):
    wanted = at_least or sum(sum(ends.values()) for ends in world.ends().values())

    def is_done():
        return sum(max(at, 0) for each in world.committed(group).values() for at in each.values()) >= wanted

    world.until(process, is_done, seconds=300)
    return memory.peak_mib(process)


@pytest.mark.parametrize("make, partitions, producer, settings", cases())
def test_the_number_holds(world, make, partitions, producer, settings):
    for made in make():
        add(world, made, partitions, producer)

    with world.service(**LIMIT, **settings) as process:
        peak = peak_when_committed(world, process)

    print(f"at most {peak:.1f} MiB")
    assert peak <= MEMORY_MIB + BESIDE_MIB


@pytest.fixture
def load():
    """Whatever this machine has for processors is busy; not for ever, whoever forgets to end it."""
    work = "import time\nwhile time.monotonic() < {}: pass".format(time.monotonic() + 900)
    command = ["nice", "-n", "5", sys.executable, "-c", work]
    busy = [subprocess.Popen(command) for _ in range(os.cpu_count())]
    yield
    for process in busy:
        process.kill()
        process.wait()


@pytest.mark.full
@pytest.mark.parametrize("length, times", [(250, 5), (2500, 20), (5000, 5), (25_000, 5)])
@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
def test_no_codec_and_no_ratio_passes_by_chance(world, load, codec, length, times):
    """Again and again, on a busy machine: how much of a fetch is unpacked when is a matter of luck. The
    longest are packed 1000:1 by who can; there is more of it than could be held."""
    count = 120_000_000 // length
    add(world, packed_rows(count, length)[0], 4, {"compression_type": codec})

    peaks = []
    for i in range(times):
        group = f"{world.group}-{i}"
        with world.service(**LIMIT, kafka__group_id=group) as process:
            peaks.append(peak_when_committed(world, process, count // 3, group))

    print(f"at most {max(peaks):.1f} MiB, at least {min(peaks):.1f}")
    assert max(peaks) <= MEMORY_MIB + BESIDE_MIB - MARGIN_MIB


class Toll(Proxy):
    """From the first batch on every answer takes so long. A gateway that is slow to say what it is
    would be taken for one that is not there."""

    seconds = 0
    batches = 0

    def _pass(self, chunk, sink, up):
        if up:
            self.batches += chunk.count(b"putMultiple")
        elif self.batches > 0:
            self.stop.wait(self.seconds)
        sink.sendall(chunk)
        return True


@pytest.fixture
def toll():
    one = Toll(THRIFT2_PORT)
    yield one
    one.close()


def most_until_still(process, still_s=3, seconds=120):
    """The peak once it has not risen for a while: then nothing is taken in any more."""
    deadline = time.monotonic() + seconds
    peak, since = 0, time.monotonic()
    while time.monotonic() - since < still_s and time.monotonic() < deadline:
        now = memory.peak_mib(process)
        if now > peak:
            peak, since = now, time.monotonic()
        time.sleep(0.1)
    return peak


@pytest.mark.parametrize(
    "make, partitions, producer",
    [
        pytest.param(lambda: rows(100_000, 250) * 2, 4, {}, id="small ones"),
        pytest.param(lambda: rows(60, 1_000_000) * 4, 2, {}, id="large ones", marks=pytest.mark.full),
        pytest.param(lambda: packed_rows(40_000), 4, {"compression_type": "zstd"}, id="packed 100:1", marks=pytest.mark.full),
        pytest.param(lambda: packed_rows(4_000, 25_000), 4, {"compression_type": "zstd"}, id="packed 1000:1", marks=pytest.mark.full),
        pytest.param(lambda: rows(600, 20_000) * 16, 2, {}, id="sixteen tables", marks=pytest.mark.full),
    ],
)
def test_a_gateway_that_does_not_answer_stops_the_intake(world, toll, make, partitions, producer):
    for made in make():
        add(world, made, partitions, producer)
    toll.seconds = 45

    with world.service(**LIMIT, gateway__endpoints=f"127.0.0.1:{toll.port}") as process:
        peak = most_until_still(process)
        before = world.committed()

    print(f"at most {peak:.1f} MiB")
    assert toll.batches > 0, "no batch was under way"
    assert peak <= MEMORY_MIB + BESIDE_MIB
    assert {offset for each in before.values() for offset in each.values()} == {-1001}


@pytest.mark.full
def test_a_gateway_that_answers_one_batch_a_minute(world, toll):
    """Three batches' worth of time, with the whole backlog waiting. The gateway itself hangs up on who
    is silent for a minute."""
    add(world, rows(100_000, 250)[0], 4, {})
    toll.seconds = 50

    with world.service(
        **LIMIT, gateway__endpoints=f"127.0.0.1:{toll.port}", gateway__receive_timeout="120s"
    ) as process:
        peak = peak_when_committed(world, process, at_least=1500)

    assert peak <= MEMORY_MIB + BESIDE_MIB


@pytest.mark.full
def test_records_of_five_megabytes_that_become_dead_letters(world, kafka):
    """Larger than any frame: kept for their window, then produced."""
    made = [[str(i), noise(i, 1_000_000) * 5 if i % 2 else "small"] for i in range(40)]
    pipe = add(world, made, 2, {}, **{"max.message.bytes": "6000000"})
    kafka.create(f"{pipe.topic}.dlq", 1, **{"max.message.bytes": "6000000"})

    with world.service(**LIMIT, kafka__message_max_bytes="6000000") as process:
        peak = peak_when_committed(world, process)

    print(f"at most {peak:.1f} MiB")
    assert len(kafka.consume(f"{pipe.topic}.dlq")) == 20
    assert peak <= MEMORY_MIB + BESIDE_MIB


class Registry(http.server.BaseHTTPRequestHandler):
    """One schema an id: a product and as many fields as make it 102, of names of its own."""

    def do_GET(self):
        number = int(self.path.rsplit("/", 1)[1])
        body = json.dumps({"schema": json.dumps(written_by(number))}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def written_by(number):
    schema = json.loads((ROOT / "schemas" / "product.avsc").read_text())
    more = 102 - len(schema["fields"])
    schema["fields"] += [{"name": f"of_{number}_{i:02d}", "type": ["null", "string"]} for i in range(more)]
    return schema


@pytest.fixture
def registry():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.mark.full
@pytest.mark.parametrize("schemas", [1, 1000])
def test_the_number_holds_however_many_schemas_wrote_the_records(road, sluice, registry, schemas):
    one = road("product", partitions=4)
    one.document["record"]["framing"] = "confluent"
    one.write()
    made = records.make("product", 1000)
    values = []
    for number in range(1, schemas + 1):
        parsed = fastavro.parse_schema(written_by(number))
        for record in made[:5000 // schemas]:
            values.append(b"\0" + struct.pack(">I", number) + datum(parsed, record))
    one.kafka.produce(one.topic, [{"value": value, "timestamp": 1_700_000_000_000 + i} for i, value in enumerate(values)])
    sluice.run("init", one.table, **one.settings())

    settings = one.settings(registry__url=registry, kafka__auto_commit_interval_ms="200", **LIMIT)
    process = sluice.start("run", "--topic", one.topic, **settings)
    try:
        deadline = time.monotonic() + 120
        while sum(max(at, 0) for at in one.kafka.offsets(one.group, one.topic, 4).values()) < len(values):
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.1)
        peak = memory.peak_mib(process)
    finally:
        process.kill()
        process.communicate()

    print(f"{schemas} schemas: at most {peak:.1f} MiB")
    assert peak <= MEMORY_MIB + BESIDE_MIB
