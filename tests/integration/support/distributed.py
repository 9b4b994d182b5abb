# SPDX-License-Identifier: Apache-2.0
"""An HBase of two region servers over HDFS, on ports and in a folder of its own, so that it runs
beside the other stack."""
import json
import os
import pathlib
import subprocess
import time
import urllib.error
import urllib.request

from support.hbase import Thrift1
from support.stack import LOCAL

FAR = 14000  # from the usual ports
PORTS = {
    "zookeeper": 2181,
    "master": 16000,
    "regionserver": 16020,
    "regionserver2": 16021,
    "namenode": 8020,
    "namenode_http": 9870,
    "datanode": 9866,
    "datanode_http": 9864,
    "datanode_ipc": 9867,
    "thrift2": 9090,
    "thrift1": 9095,
}
USER = "loader"
HOUSE = pathlib.Path(os.environ.get("SLUICE_LOCAL", pathlib.Path.home() / ".local/share/sluice"))


class Distributed:
    parts = ("zookeeper", "namenode", "datanode", "master", "regionserver1", "regionserver2", "thrift2", "thrift1")

    def __init__(self):
        folder = HOUSE.with_name(HOUSE.name + "-distributed")
        folder.mkdir(exist_ok=True)
        if not (folder / "artifacts").exists():
            (folder / "artifacts").symlink_to(HOUSE / "artifacts")
        self.ports = {part: port + FAR for part, port in PORTS.items()}
        self.environment = {
            **os.environ,
            "SLUICE_LOCAL": str(folder),
            **{f"SLUICE_LOCAL_{part.upper()}_PORT": str(port) for part, port in self.ports.items()},
        }
        self.was_up = self.local("status", *self.parts, check=False).returncode == 0
        self.up(*self.parts)
        self.thrift1 = Thrift1(self.ports["thrift1"])
        self.web = f"http://127.0.0.1:{self.ports['namenode_http']}"
        self.url = f"hdfs://127.0.0.1:{self.ports['namenode']}"

    def end(self):
        if not self.was_up:
            self.local("purge")

    def local(self, *words, check=True, **more):
        done = subprocess.run(
            [LOCAL, *words], capture_output=True, text=True, timeout=400, env=self.environment,
            **({"stdin": subprocess.DEVNULL} | more if "input" not in more else more),
        )
        assert not check or done.returncode == 0, f"compose/local {' '.join(words)}: {done.stdout}{done.stderr}"
        return done

    def up(self, *parts):
        self.local("up", "--distributed", *parts)

    def shell(self, script):
        return self.local("shell", input=script)

    def settings(self, **more):
        return {
            "gateway__endpoints": f"127.0.0.1:{self.ports['thrift2']}",
            "bulkload__staging": f"{self.url}/tmp",
            "bulkload__webhdfs": self.web,
            "bulkload__user": USER,
            **more,
        }

    def hdfs(self, method, path, operation, user="root"):
        """One call of WebHDFS; None if there is no such file."""
        request = urllib.request.Request(
            f"{self.web}/webhdfs/v1{path}?user.name={user}&op={operation}", method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.loads(answer.read() or "{}")
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise

    def names(self, path):
        found = self.hdfs("GET", path, "LISTSTATUS")
        return [status["pathSuffix"] for status in found["FileStatuses"]["FileStatus"]] if found else []

    def loads(self):
        """The folders of loads that are under way, or were killed."""
        return [f"/tmp/{name}" for name in self.names("/tmp") if name.startswith("sluice-bulkload-")]

    def files(self):
        """What lies in them."""
        return [
            f"{load}/{family}/{name}"
            for load in self.loads()
            for family in self.names(load)
            for name in self.names(f"{load}/{family}")
        ]

    def servers(self, table):
        """The port of the region server of each region, by start key."""
        connection = self.thrift1.connection()
        try:
            return {region["start_key"]: region["port"] for region in connection.table(table).regions()}
        finally:
            connection.close()

    def java(self):
        """The command of HBase's own classes, as the master is run."""
        status = self.local("status", "master").stdout
        pid = next(line.split()[1] for line in status.splitlines() if line.startswith("master"))
        words = pathlib.Path(f"/proc/{pid}/cmdline").read_text().rstrip("\0").split("\0")
        words = words[: words.index("-cp") + 2]
        return [word for word in words if not word.startswith(("-Dsluice.part", "-Xmx"))]


def until(claim, seconds=120):
    """Waits for something to become true, and returns it."""
    deadline = time.monotonic() + seconds
    while not (value := claim()):
        assert time.monotonic() < deadline, "it never became true"
        time.sleep(0.01)
    return value
