# SPDX-License-Identifier: Apache-2.0
"""What the tests of `sluice bulkload` share: CSV files of made-up records, the cells that must come of
them, and runs, also such that stand still half-way."""
import csv
import io
import json
import random
import subprocess

from support import ledger

TIME = 1_700_000_000_000


def csv_text(made, seed=1):
    """The records as CSV, with columns in an order of their own."""
    names = list(made[0])
    random.Random(seed).shuffle(names)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, names, lineterminator=random.Random(seed).choice(["\n", "\r\n"]))
    writer.writeheader()
    writer.writerows(made)
    return text.getvalue()


def write_csv(path, made, seed=1):
    path.write_bytes(csv_text(made, seed).encode())
    return path


def expected(entity, *batches):
    table = ledger.Ledger(entity)
    for made in batches:
        for record in made:
            table.put(record, TIME)
    return table.rows()


def same(wanted, found):
    assert not ledger.differences(wanted, found)


def arguments(one, *more):
    return ["bulkload", "--table", one.table, "--timestamp", TIME, "--json", *more]


def bulkload(sluice, one, *more, exits=0, **settings):
    done = sluice.run(*arguments(one, *more), exits=exits, **one.settings(**settings))
    return json.loads(done.stdout) if exits == 0 else done


class Held:
    """A run that reads standard input, and stands still in the midst of it: it has looked at the
    table and its regions, and has not written a file."""

    LEAST = 1_500_000  # bytes; what the pipe and the reader hold before records are taken is less

    def __init__(self, sluice, one, made, *more, **settings):
        text = csv_text(made).encode()
        assert len(text) > self.LEAST + 100_000
        self.rest = text[-100_000:]
        self.process = subprocess.Popen(
            sluice.command(*arguments(one, *more), "-", **one.settings(**settings)),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=sluice.folder,
        )
        self.process.stdin.write(text[: -len(self.rest)])
        self.process.stdin.flush()

    def go_on(self):
        try:
            out, err = self.process.communicate(self.rest, timeout=120)
        finally:
            self.process.kill()
        assert self.process.returncode == 0, err.decode()
        return json.loads(out)


def wait_for_line(process, text):
    """Reads the run's standard error up to the line that holds the text."""
    for line in process.stderr:
        line = line if isinstance(line, str) else line.decode()
        if text in line:
            return line
    raise AssertionError(f"the run ended without saying {text!r}")
