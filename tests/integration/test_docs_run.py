# SPDX-License-Identifier: Apache-2.0
"""Every block of commands in README and docs runs as it stands there: a page's in their order, in one folder that
holds the files which the page speaks of, against the stack and the built-in tables. What is marked `sh` is a
block; where a line of it is run by another test, ELSEWHERE says by which."""
import gzip
import json
import os
import re
import shutil
import subprocess

import pytest

from support import java, ledger
from support.kafka import datum
from support.stack import GATEWAY, KAFKA, ROOT

import fastavro

BLOCK = re.compile(r"^```sh\n(.*?)^```", re.M | re.S)
PAGES = ["README.md", "CONTRIBUTING.md", *sorted(str(p.relative_to(ROOT)) for p in (ROOT / "docs").glob("*.md"))]
# The first word of a line, or its beginning: who runs it.
ELSEWHERE = {
    "compose/quickstart": "tests/deploy/test_bare.py",
    "compose/install": "tests/deploy/test_bare.py",
    "compose/local": "tests/integration/test_stack.py, and whoever started the stack",
    "compose/package": "tests/deploy/test_package.py",
    "meson": "tests/deploy/test_image.py",
    "tests/": "tests/run itself, or too long: each of them is there, says tests/unit/docs-commands.py",
    "python3 tests/": "tests/unit/meson.build: instructions",
    "podman": "tests/deploy/test_image.py",
    "docker": "tests/deploy/test_compose.py",
    "kubectl": "tests/deploy/test_kubernetes.py",
    "sluice replay TOPIC.dlq": "tests/integration/test_replay.py, of a topic that there is",
    "sluice bulkload --table transactions --regions 4 --user loader": "tests/integration/test_hdfs.py",
}
# Pages whose commands need another machine than this one: who runs them.
OTHER_HOSTS = {
    "docs/export.md": "tests/integration/test_export.py",
    "docs/changing.md": "tests/integration/test_docs.py",
    "docs/console.md": "the tests of the page, with a browser",
    "docs/suggest.md": "tests/integration/test_suggest.py",
    "docs/hdfs.md": "tests/integration/test_hdfs.py",
    "docs/operations.md": "tests/deploy",
    "docs/security.md": "tests/deploy",
    "docs/upgrade.md": "tests/deploy",
    "docs/migration.md": "tests/deploy",
}
TABLES = ["customers", "product", "transactions", "clickstream"]
TOPICS = ["customer", "product", "transactions", "click_stream", "transactions.dlq"]
SCALE = ["--scale", "0.001"]

# What would never end is ended once it works; each call and its exit code is noted.
WRAPPER = """#!/bin/bash
if [[ $1 == run && " $* " != *" --until-end "* ]]; then
  : > '{folder}/run.err'
  '{program}' "$@" 2> '{folder}/run.err' & pid=$!
  until grep -q 'holding partitions' '{folder}/run.err' || ! kill -0 $pid; do sleep 0.1; done
  kill -TERM $pid; wait $pid
elif [[ $1 == top ]]; then
  '{program}' "$@" --once
else
  '{program}' "$@"
fi
code=$?
echo "$code sluice $*" >> '{folder}/calls'
exit $code
"""


def blocks(page):
    return BLOCK.findall((ROOT / page).read_text())


def elsewhere(line):
    return any(line.strip().startswith(words) for words in ELSEWHERE)


class Scene:
    """A folder, the programs in it, and the stack's built-in tables."""

    def __init__(self, folder, kafka, thrift1):
        self.folder = folder
        self.kafka = kafka
        self.thrift1 = thrift1
        (folder / "bin").mkdir()
        self.program("sluice", WRAPPER.format(program=os.environ["SLUICE"], folder=folder))
        self.program("curl", "#!/bin/bash\nexec /usr/bin/curl --fail \"$@\"\n")  # 404 is no answer
        self.environment = {
            **os.environ,
            "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
            "SLUICE_GATEWAY_ENDPOINTS": GATEWAY,
            "SLUICE_KAFKA_BOOTSTRAP_SERVERS": KAFKA,
            "SLUICE_KAFKA_SESSION_TIMEOUT_MS": "6000",
            "SLUICE_KAFKA_GROUP_ID": f"docs-{folder.name}",
            "SLUICE_INGEST_BUILTIN": str(ROOT / "schemas"),
        }

    def program(self, name, text):
        path = self.folder / "bin" / name
        path.write_text(text)
        path.chmod(0o755)

    def run(self, script):
        return subprocess.run(
            ["bash", "-c", script], cwd=self.folder, env=self.environment, capture_output=True, text=True,
            timeout=300, stdin=subprocess.DEVNULL,
        )

    def sluice(self, *words):
        done = self.run(" ".join(["sluice", *words]))
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def calls(self):
        path = self.folder / "calls"
        made = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return made

    def remove(self, tables=TABLES, topics=TOPICS):
        for table in tables:
            self.thrift1.drop(table)
        if topics:
            self.kafka.delete(*topics)

    def fill(self, *entities):
        """Topics and tables as the built-in mappings have them, nothing ingested."""
        self.sluice("init")
        self.sluice("generate", *entities, "--kafka", *SCALE)

    def mapping(self, name, document, schema):
        own = self.folder / "mappings"
        own.mkdir(exist_ok=True)
        (own / f"{name}.json").write_text(json.dumps(document))
        (own / f"{name}.avsc").write_text(json.dumps(schema))
        self.environment["SLUICE_INGEST_MAPPINGS"] = str(own)

    def files(self):
        """The transactions of the topic, in every form that pages speak of."""
        self.sluice("generate", "transactions", *SCALE, "--csv", ".")
        self.sluice("generate", "transactions", *SCALE, "--avro", "export")
        head, *lines = (self.folder / "transactions.csv").read_text().splitlines(keepends=True)
        for name, some in (("2024", lines[:400]), ("2025", lines[400:])):
            with gzip.open(self.folder / f"transactions-{name}.csv.gz", "wt") as out:
                out.writelines([head, *some])
        shutil.copy(self.folder / "transactions-2024.csv.gz", self.folder / "export" / "a.csv.gz")
        (self.folder / "export" / "transactions.avro").rename(self.folder / "export" / "part-1.avro")

    def ingest(self):
        """With a record that becomes a dead letter."""
        self.kafka.produce("transactions", [{"key": b"bad", "value": b"\\x01"}])
        self.sluice("run", "--until-end")


def readme(scene):
    scene.fill()
    scene.files()
    scene.ingest()


def bulkload(scene):
    scene.fill()
    scene.files()
    command = " ".join(f"'{word}'" for word in java.java_command("org.apache.hadoop.hbase.tool.BulkLoadHFilesTool"))
    scene.program("hbase", f'#!/bin/bash\nshift\nexec {command} "$@"\n')


def other_dumps(scene):
    fields = [{"name": name, "type": "string"} for name in ("id", "name", "price")]
    scene.mapping(
        "t",
        {"table": "t", "topic": "t", "record": {"schema": "t.avsc"}, "key": {"parts": ["id"]}, "families": {"f": {"columns": ["name", "price"]}}},
        {"type": "record", "name": "T", "fields": fields},
    )
    scene.sluice("init", "t")
    (scene.folder / "dump.txt").write_text("1\tone\\\tand\t1.5\n2\ttwo\t2.5\n")
    (scene.folder / "000000_0").write_text("3\x01three\x01\\N\n")


def history(scene):
    scene.remove(["t", "transactions"], ["transactions", "transactions.dlq"])
    scene.environment.pop("SLUICE_INGEST_MAPPINGS")
    scene.sluice("generate", "transactions", "--kafka", *SCALE)


def verify(scene):
    readme(scene)


def orders(scene):
    """What docs/try.md tries: a mapping, and records of it in each form."""
    text = (ROOT / "docs" / "mapping.md").read_text()
    mapping, schema = re.findall(r"^```json\n(\{.*?)^```", text, re.M | re.S)[:2]
    document = json.loads(mapping)
    document.pop("$schema")
    document["topic"] = "orders"
    (scene.folder / "orders.json").write_text(json.dumps(document))
    (scene.folder / "order.avsc").write_text(schema)
    parsed = fastavro.parse_schema(json.loads(schema))
    made = [
        {"order_id": f"{i:06d}", "placed_at": "2024-02-29T16:05:00Z", "customer": {"id": 5.0}, "total": 1.5, "coupon": None}
        for i in range(1100)
    ]
    scene.kafka.create("orders", 4)
    scene.kafka.produce("orders", [{"value": datum(parsed, one), "partition": 3} for one in made])
    with open(scene.folder / "orders.avro", "wb") as out:
        fastavro.writer(out, parsed, made[:20])
    (scene.folder / "orders.jsonl").write_text("".join(json.dumps(one) + "\n" for one in made[:20]))
    (scene.folder / "orders.csv").write_text("order_id;placed_at;customer.id;total;coupon\n1;2024-02-29T16:05:00Z;5;1.5;\n")
    (scene.folder / "cases").mkdir()
    case = {"about": "an order", "record": made[0]}
    shown = scene.sluice("try", "--mapping", "orders.json", "--json", "orders.jsonl", "--limit", "1", "--format", "json")
    case["expect"] = {name: value for name, value in json.loads(shown).items() if name != "from"}
    (scene.folder / "cases" / "plain.json").write_text(json.dumps(case))


# page -> what is there before its first block
SCENES = {
    "README.md": readme,
    "docs/bulkload.md": bulkload,
    "docs/verify.md": verify,
    "docs/try.md": orders,
    "docs/data-set.md": lambda scene: (scene.sluice("init"), scene.files()),
}
# The beginning of a block -> what is there before it.
BEFORE = {
    "sluice generate product --csv": lambda scene: scene.remove(["product"], []),
    "sluice bulkload --table t ": other_dumps,
    "sluice bulkload --table transactions --topic transactions --regions": history,
}
# What does not end with 0: a letter there is still bad.
ENDS = ["1 sluice replay transactions.dlq --dry-run"]
# What the page shows of an answer, and its commands take from there -> where this answer has it.
ANSWERS = {"1795264162413": r"^timestamp +(\d+) for all cells"}


@pytest.fixture
def scene(tmp_path, kafka, thrift1):
    one = Scene(tmp_path, kafka, thrift1)
    one.remove()
    yield one
    one.remove([*TABLES, "t", "weather", "orders"], [*TOPICS, "orders"])


@pytest.fixture
def service(scene):
    """A service that listens where pages ask one."""
    running = []

    def start():
        words = ["run", "-X", "http.listen=127.0.0.1:9187", "-X", "http.console=yes", "-X", "http.browse=yes", "-X", "kafka.group.id=docs-service"]
        err = open(scene.folder / "service.err", "wb")
        running.append(subprocess.Popen([os.environ["SLUICE"], *words], env=scene.environment, stdout=err, stderr=err))
        ready = scene.run("until curl -sf http://127.0.0.1:9187/readyz; do sleep 0.1; done")
        assert ready.returncode == 0

    yield start
    for process in running:
        process.terminate()
        process.wait(30)


def runnable(page):
    return [] if page in OTHER_HOSTS else [b for b in blocks(page) if not all(elsewhere(x) or not x.strip() for x in b.splitlines())]


def test_pages_have_blocks_and_all_pages_are_seen():
    assert sum(len(runnable(page)) for page in PAGES) > 25
    for page in PAGES:
        for block in re.findall(r"^```\n(sluice [a-z]+ .*?)^```", (ROOT / page).read_text(), re.M | re.S):
            assert re.search("\N{HORIZONTAL ELLIPSIS}|TOPIC", block), f"{page}: a block of commands that is not marked sh:\n{block}"


@pytest.mark.full
@pytest.mark.parametrize("page", [page for page in PAGES if runnable(page)])
def test_every_block_of_a_page_runs(scene, service, page):
    SCENES.get(page, readme)(scene)
    if "127.0.0.1:9187" in "".join(blocks(page)):
        service()
    answers = {}
    for block in runnable(page):
        for beginning, prepare in BEFORE.items():
            if block.startswith(beginning):
                prepare(scene)
        script = "\n".join(line for line in block.splitlines() if not elsewhere(line))
        for shown, value in answers.items():
            script = script.replace(shown, value)
        scene.calls()
        done = scene.run(script)
        said = f"{page}:\n{script}\n{done.stdout}{done.stderr}"
        calls = scene.calls()
        assert [call for call in calls if not call.startswith("0 ") and call not in ENDS] == [], said
        assert len(calls) == len(re.findall(r"^sluice ", script, re.M)), said
        assert "command not found" not in done.stderr and "No such file" not in done.stderr, said
        if not re.search(r"\| grep ", script) and not set(calls) & set(ENDS):
            assert done.returncode == 0, said
        for shown, pattern in ANSWERS.items():
            if found := re.search(pattern, done.stdout, re.M):
                answers[shown] = found.group(1)
