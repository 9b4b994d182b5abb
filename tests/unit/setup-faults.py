#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every command through every fault of its set-up: each ends with the sentence that helps and the
exit code that fits, and none by a signal or a sanitizer's report. Prints TAP."""

import json
import os
import pathlib
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor

ROOT = pathlib.Path(os.environ["SLUICE_SOURCE_ROOT"])

# How each command is called; Kafka is one that librdkafka plays itself (test.mock.num.brokers).
COMMANDS = {
    "check": ["check"],
    "check --sample": ["check", "--sample", "3"],
    "init": ["init", "transactions"],
    "init --print": ["init", "--print", "transactions"],
    "run": ["run"],
    "run --topic": ["run", "--topic", "transactions"],
    "run --until-end": ["run", "--until-end"],
    "bulkload": ["bulkload", "--table", "transactions", "rows.csv"],
    "bulkload --dry-run": ["bulkload", "--dry-run", "--table", "transactions", "rows.csv"],
    "bulkload --output": ["bulkload", "--output", "new", "--table", "transactions", "rows.csv"],
    "verify --topic": ["verify", "--table", "transactions", "--topic", "transactions"],
    "verify --csv": ["verify", "--table", "transactions", "--csv", "rows.csv"],
    "replay": ["replay", "transactions.dlq"],
    "replay --dry-run": ["replay", "--dry-run", "transactions.dlq"],
    "generate": ["generate", "product", "--kafka", "--scale", "0.00025"],
}
DONE, SETUP, PEER = 0, 2, 3
ALL = tuple(COMMANDS)
MAPPING = tuple(name for name in COMMANDS if name != "generate")
KAFKA = ("check", "check --sample", "run --until-end", "verify --topic", "replay", "replay --dry-run", "generate")
# A stream without records asks no gateway but where it is to find out what that speaks.
GATEWAY = ("check", "check --sample", "init", "bulkload", "verify --topic", "verify --csv")
STREAMS = ("run --until-end", "replay")
SERVICE = ("run", "run --topic")
DECODING = ("check", "check --sample", "run", "run --topic", "run --until-end", "verify --topic", "replay",
            "replay --dry-run")
# These need the gateway for the table's regions alone, say that it does not answer, and go on.
DRY = ("bulkload --dry-run", "bulkload --output")


class Fault:
    """What is wrong, what must be said of it, and by whom with which exit code."""

    def __init__(self, name, said, code, commands, settings=(), **files):
        self.name, self.said, self.settings, self.files = name, said, settings, files
        self.codes = dict.fromkeys(commands, code)

    def but(self, code, *commands):
        """Some end with another code."""
        self.codes |= {one: code for one in commands if one in self.codes}
        return self


def faults(ports):
    """The table."""
    here = "127.0.0.1"
    auto = ["gateway.transport=auto", "gateway.protocol=auto"]

    def gateway(kind, *more):
        return [f"gateway.endpoints={here}:{ports[kind]}", *more]

    def gateways(name, said, code, kind):
        """What is wrong with a gateway that is there, whether or not it is asked what it speaks."""
        waiting = () if code == PEER else SERVICE
        for more, settings, commands in (("", [], ()), (", auto", auto, STREAMS + waiting)):
            fault = Fault(name + more, said, code, GATEWAY + DRY + commands, gateway(kind, *settings))
            # check also finds that librdkafka's own broker lacks the topics, and that is no passing trouble
            yield fault.but(DONE, *DRY).but(SETUP, "check", "check --sample")

    return [
        Fault("a setting that is none", "there is no setting 'gateway.endpoint': did you mean", SETUP, ALL,
              ["gateway.endpoint=a"]),
        Fault("a value that is none", "gateway.transport: 'fast'", SETUP, ALL, ["gateway.transport=fast"]),
        Fault("doAs without HTTP", "gateway.do.as is heard over HTTP alone", SETUP, ALL, ["gateway.do.as=me"]),
        Fault("a property that breaks a promise", "enable.auto.commit", SETUP, ALL,
              ["kafka.enable.auto.commit=true"]),
        Fault("a property that breaks dead letters", "delivery.report.only.error", SETUP, ALL,
              ["kafka.delivery.report.only.error=true"]),
        Fault("a value that breaks dead letters", "kafka.retries: must be from 1", SETUP, ALL, ["kafka.retries=0"]),
        Fault("properties that make no producer together", "kafka: .*timeout", SETUP,
              ("check", "check --sample", "run", "run --topic", "run --until-end"),
              ["kafka.message.timeout.ms=1000", "kafka.linger.ms=2000", *gateway("thrift2")]),
        Fault("a Kafka property that is none", "did you mean bootstrap.servers", SETUP, ALL,
              ["kafka.bootstrap.server=a:1"]),
        Fault("a semicolon between endpoints", "several have a comma between", SETUP, ALL,
              [f"gateway.endpoints={here}:1;{here}:2"]),
        Fault("a gateway's authorities", r"'/nowhere/ca\.pem' cannot be read: No such file", SETUP, ALL,
              ["gateway.tls=yes", "gateway.tls.ca.location=/nowhere/ca.pem", *gateway("dead")]),
        Fault("authorities that are none", r"text\.pem", SETUP, GATEWAY + DRY,
              ["gateway.tls=yes", "gateway.tls.ca.location=text.pem", *gateway("thrift2")]).but(DONE, *DRY),
        Fault("authorities that are none, auto", r"text\.pem", SETUP, GATEWAY + DRY + STREAMS + SERVICE,
              ["gateway.tls=yes", "gateway.tls.ca.location=text.pem", *gateway("thrift2", *auto)]).but(DONE, *DRY),
        Fault("authorities that are none, over HTTP", r"text\.pem", SETUP, GATEWAY + DRY,
              ["gateway.transport=http", "gateway.tls.ca.location=text.pem",
               f"gateway.endpoints=https://{here}:1/"]).but(DONE, *DRY),
        *gateways("a dead gateway", f"gateway {here}:{ports['dead']}: .*efused", PEER, "dead"),
        *gateways("a thrift1 port", "thrift1 server", SETUP, "thrift1"),
        *gateways("an HTTP server", "an HTTP server answers", SETUP, "http"),
        *gateways("a gateway that wants TLS", "it wants TLS", SETUP, "tls"),
        *gateways("a gateway that hangs up", "hangs up on every form", PEER, "mute"),
        Fault("a URL for a framed gateway", "is a URL: set .gateway. transport = http", SETUP, GATEWAY + DRY,
              [f"gateway.endpoints=http://{here}:1/"]).but(DONE, *DRY),
        Fault("a dead Kafka", f"{here}:{ports['dead']}", PEER, [name for name in KAFKA if name != "verify --topic"],
              [f"kafka.bootstrap.servers={here}:{ports['dead']}", "kafka.test.mock.num.brokers=0",
               *gateway("thrift2")]),
        Fault("Kafka's authorities", r"kafka.*ssl\.ca\.location", SETUP,
              [*SERVICE, *(name for name in KAFKA if name != "verify --topic")],
              ["kafka.test.mock.num.brokers=0", "kafka.security.protocol=ssl",
               "kafka.ssl.ca.location=/nowhere/ca.pem", *gateway("thrift2")]),
        Fault("framing confluent without a registry", r"registry\.url", SETUP, DECODING, gateway("thrift2"),
              framing="confluent"),
        Fault("framing confluent, and a dead gateway", r"registry\.url", SETUP, ("run", "run --topic", "check"),
              gateway("dead", *auto), framing="confluent"),
        Fault("a registry's authorities", r"'/nowhere/ca\.pem' cannot be read", SETUP, ALL,
              [f"registry.url=https://{here}:1/", "registry.ca.location=/nowhere/ca.pem"]),
        Fault("a registry's authorities that are none", r"text\.pem", SETUP, DECODING,
              [f"registry.url=https://{here}:1/", "registry.ca.location=text.pem", *gateway("thrift2")],
              framing="confluent"),
        Fault("a registry that is no URL", r"registry\.url", SETUP, ALL, ["registry.url=nonsense"]),
        Fault("a mapping that is no JSON", r"transactions\.json", SETUP, MAPPING, mapping="{"),
        Fault("a mapping without its schema", r"nowhere\.avsc", SETUP, MAPPING, schema="nowhere.avsc"),
        Fault("a folder without mappings", "no mapping", SETUP, MAPPING, ["ingest.mappings=empty"]),
        Fault("no such folder of mappings", "nowhere", SETUP, MAPPING, ["ingest.mappings=nowhere"]),
        Fault("no such configuration file", r"/nowhere/sluice\.conf", SETUP, ALL, config="/nowhere/sluice.conf"),
        Fault("an address to listen at that is none", "http.listen: 'nonsense' is not an address", SETUP, ALL,
              ["http.listen=nonsense"]),
        Fault("an address that is taken", f"listen at {here}:{ports['thrift2']}: .*in use", SETUP,
              ("run", "run --until-end"), [f"http.listen={here}:{ports['thrift2']}"]),
    ]


def thrift_answer(kind):
    """What a framed binary gateway says to getThriftServerType()."""
    name = b"getThriftServerType"
    body = struct.pack(">II", 0x80010002, len(name)) + name + struct.pack(">IBHIB", 0, 8, 0, kind, 0)
    return struct.pack(">I", len(body)) + body


def serve(answer):
    """A server that says the same to whoever speaks to it, and hangs up; its port."""
    listening = socket.create_server(("127.0.0.1", 0))

    def run():
        while True:
            peer, _ = listening.accept()
            with peer:
                try:
                    if peer.recv(4096) and answer:
                        peer.sendall(answer)
                except OSError:
                    pass  # it went first

    threading.Thread(target=run, daemon=True).start()
    return listening.getsockname()[1]


def dead_port():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


def write_files(folder, fault):
    """One mapping, sound but for what the fault changes, and a file to load."""
    for name in ("mappings", "empty"):
        (folder / name).mkdir()
    shutil.copy(ROOT / "schemas" / "transactions.avsc", folder / "mappings")
    document = json.loads((ROOT / "schemas" / "transactions.json").read_text())
    document["record"]["framing"] = fault.files.get("framing", "datum")
    document["record"]["schema"] = fault.files.get("schema", "transactions.avsc")
    (folder / "mappings" / "transactions.json").write_text(fault.files.get("mapping", json.dumps(document)))
    names = [field["name"] for field in json.loads((ROOT / "schemas/transactions.avsc").read_text())["fields"]]
    record = {"booking_id": "b1", "created_at": "2024-01-01T00:00:00Z"}
    (folder / "text.pem").write_text("nothing\n")
    (folder / "rows.csv").write_text(
        ",".join(names) + "\n" + ",".join(record.get(name, "") for name in names) + "\n"
    )


def call(program, name, fault):
    """What went wrong, or nothing."""
    with tempfile.TemporaryDirectory() as folder:
        write_files(pathlib.Path(folder), fault)
        said = call_in(folder, program, name, fault)
        return f"{name}: {said}" if said else None


def call_in(folder, program, name, fault):
    """The same, in a folder with its files."""
    settings = ["kafka.test.mock.num.brokers=1", "ingest.mappings=mappings", "ingest.builtin=none", *fault.settings]
    words = [program, *COMMANDS[name], "--timeout", "1s"]
    for setting in settings:
        words += ["-X", setting]
    if "config" in fault.files:
        words += ["--config", fault.files["config"]]
    try:
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=60)
    except subprocess.TimeoutExpired:
        return "does not end"
    said = done.stdout + done.stderr
    if done.returncode != fault.codes[name]:
        return f"exit {done.returncode} instead of {fault.codes[name]}: {said}"
    if not re.search(fault.said, said):
        return f"does not say '{fault.said}': {said}"
    if re.search("Sanitizer|runtime error|CRITICAL", said):
        return said
    return None


def main(program):
    ports = {
        "dead": dead_port(),
        "thrift1": serve(thrift_answer(1)),
        "thrift2": serve(thrift_answer(2)),
        "http": serve(b"HTTP/1.0 400 Bad Request\r\n\r\n"),
        "tls": serve(b"\x15\x03\x01\x00\x02\x02\x46"),
        "mute": serve(b""),
    }
    table = faults(ports)
    pool = ThreadPoolExecutor(8)  # most of the time is waiting
    print(f"1..{len(table)}")
    for number, fault in enumerate(table, 1):
        wrong = [said for said in pool.map(lambda name: call(program, name, fault), fault.codes) if said]
        for line in "\n".join(wrong).splitlines():
            print("#", line)
        print("not ok" if wrong else "ok", number, fault.name, flush=True)


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))
