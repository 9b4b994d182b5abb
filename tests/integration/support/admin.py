# SPDX-License-Identifier: Apache-2.0
"""What operators and HBase itself do to tables, by HBase's own client in one Java process for all
tests: compactions, splits, merges, regions that go and come, and its bulk load tool."""
import pathlib
import subprocess

from support.java import java_command

SOURCE = pathlib.Path(__file__).with_name("Admin.java")


class Admin:
    def __init__(self, log, java=None):
        """java: the command of another HBase's classes, without a class."""
        self.log = open(log, "w", encoding="utf-8")
        self.process = subprocess.Popen(
            [*java, SOURCE] if java else java_command(SOURCE), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True
        )

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.log.close()

    def ask(self, *words):
        """Says what HBase answered; returns when it is done."""
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            verdict, _, rest = line.rstrip("\n").partition(" ")
            if verdict in ("ok", "failed"):
                assert verdict == "ok", (words, rest)
                return rest
        raise AssertionError(f"{words}: no answer; see {self.log.name}")

    def regions(self, table):
        return int(self.ask("regions", table))

    def compact(self, table):
        """Has HBase rewrite every file."""
        self.ask("compact", table)

    def load(self, folder, table):
        """HBase's own bulk load."""
        self.ask("load", folder, table)

    def count_cells(self, file):
        """As HBase's own printer reads it, which checks order and keys on its way."""
        return int(self.ask("print", file))
