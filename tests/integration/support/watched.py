# SPDX-License-Identifier: Apache-2.0
"""A program under test whose standard error is read line by line, so that a test can wait for what
it says."""
import queue
import signal
import threading


class Watched:
    def __init__(self, process):
        self.process = process
        self.lines = queue.Queue()
        self.said = []
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stderr:
            self.lines.put(line)
        self.lines.put(None)

    def await_line(self, *words, seconds=60):
        while True:
            line = self.lines.get(timeout=seconds)
            assert line is not None, f"ended without {words}: {''.join(self.said)}"
            self.said.append(line)
            if all(word in line for word in words):
                return line

    def end(self, exits=0, number=None, seconds=120):
        try:
            if number is not None:
                self.process.send_signal(number)
            assert self.process.wait(seconds) == exits, "".join(self.said)
        finally:
            self.process.kill()

    def stop(self, exits=0):
        self.end(exits, signal.SIGTERM)
