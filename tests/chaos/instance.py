# SPDX-License-Identifier: Apache-2.0
"""One `sluice run` and what it says of itself: counters while it lives, the summary at its end."""
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time
import urllib.request

WATCHED = {
    "read": "sluice_records_read_total",
    "rows": "sluice_rows_acknowledged_total",
    "resent": "sluice_calls_resent_total",
    "halved": "sluice_calls_halved_total",
}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Instance:
    def __init__(self, command, log, environment=None, stderr=None):
        self.log = log
        self.port = free_port()
        self.peak_kib = 0
        self.was_killed = False
        self.seen = dict.fromkeys(WATCHED, 0)
        self.out = log.with_suffix(".summary")
        with open(log, "ab") as errors, open(self.out, "ab") as out:
            self.process = subprocess.Popen(
                [*command, "--json", "-X", f"http.listen=127.0.0.1:{self.port}"],
                stdout=out,
                stderr=stderr or errors,
                stdin=subprocess.DEVNULL,
                env={**os.environ, **(environment or {})},
            )
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self):
        while self.process.poll() is None:
            self.look()
            time.sleep(0.1)

    def look(self):
        try:
            for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    self.peak_kib = max(self.peak_kib, int(line.split()[1]))
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=2) as answer:
                text = answer.read().decode()
        except OSError:
            return
        for name, metric in WATCHED.items():
            values = re.findall(rf"^{metric}(?:{{[^}}]*}})? (\d+)$", text, re.MULTILINE)
            self.seen[name] = max(self.seen[name], sum(map(int, values)))

    def alive(self):
        return self.process.poll() is None

    def kill(self):
        self.was_killed = True
        self.process.kill()
        self.process.wait()

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def stop(self, seconds=60):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def summary(self):
        """What it printed at its end; None after an end that was not its own."""
        return None if self.was_killed or self.alive() else json.loads(self.out.read_text())

    def faults_of_books(self):
        """Sentences for what does not add up."""
        said, summary = [], self.summary()
        if summary is None:
            return said
        ended = summary["written"] + summary["skipped"] + summary["dead_lettered"]
        if summary["consumed"] != ended:
            said.append(f"{self.log.name}: consumed {summary['consumed']}, but {ended} came to an end")
        if self.seen["read"] > summary["consumed"]:
            said.append(f"{self.log.name}: read {self.seen['read']}, but consumed only {summary['consumed']}")
        return said
