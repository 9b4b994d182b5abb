# SPDX-License-Identifier: Apache-2.0
"""Who fills the topic: a thread with an idempotent producer, so that an outage of Kafka neither
loses nor doubles nor swaps a record of the load."""
import logging
import threading
import time

import confluent_kafka

STEP_S = 0.05


class Feeder:
    def __init__(self, servers, topic, messages):
        self.topic = topic
        self.messages = messages
        self.fed = 0
        self.failures = []
        self.thread = None
        self.stopping = threading.Event()
        quiet = logging.getLogger("chaos.feeder")
        quiet.addHandler(logging.NullHandler())
        quiet.propagate = False
        self.producer = confluent_kafka.Producer(
            {
                "bootstrap.servers": servers,
                "enable.idempotence": True,
                "linger.ms": 5,
                "reconnect.backoff.max.ms": 500,
                "topic.metadata.refresh.interval.ms": 2000,
            },
            logger=quiet,
        )

    def feed(self, count=None):
        """Produces the next records and returns when all of them are acknowledged."""
        self.wait()
        end = len(self.messages) if count is None else min(self.fed + count, len(self.messages))
        self._produce(end)
        self.flush()

    def feed_over(self, seconds):
        """Produces what is left evenly over so many seconds, in the background."""
        self.wait()
        self.thread = threading.Thread(target=self._run, args=(seconds,), daemon=True)
        self.thread.start()

    def wait(self):
        """Returns when what was begun in the background is acknowledged."""
        if self.thread is not None:
            self.thread.join()
            self.thread = None
            self.flush()

    def close(self):
        self.stopping.set()
        if self.thread is not None:
            self.thread.join(5)

    def flush(self):
        left = self.producer.flush(120)
        assert left == 0, f"{left} records of the load are not acknowledged by Kafka"
        assert not self.failures, self.failures[:3]

    def _run(self, seconds):
        first, began = self.fed, time.monotonic()
        total = len(self.messages) - first
        while self.fed < len(self.messages) and not self.stopping.is_set():
            share = min(1.0, (time.monotonic() - began + STEP_S) / seconds)
            self._produce(first + int(total * share))
            self.producer.poll(STEP_S)

    def _produce(self, end):
        while self.fed < end and not self.stopping.is_set():
            message = {name: value for name, value in self.messages[self.fed].items() if value is not None}
            try:
                self.producer.produce(self.topic, on_delivery=self._delivered, **message)
                self.fed += 1
            except BufferError:
                self.producer.poll(0.1)

    def _delivered(self, error, _message):
        if error is not None:
            self.failures.append(error)
