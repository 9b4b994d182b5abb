# SPDX-License-Identifier: Apache-2.0
"""Who fills the topic: a thread with an idempotent producer, so that an outage of Kafka neither
loses nor doubles nor swaps a record of the load."""
import logging
import threading
import time

import confluent_kafka

STEP_S = 0.05


class Feeder:
    def __init__(self, servers, topic, load):
        self.topic = topic
        self.load = load
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

    def feed(self, count, may_be_bad=True):
        """Produces so many records and returns when all of them are acknowledged."""
        self.stop()
        self._produce(self.fed + count, may_be_bad)
        self._flush()

    def feed_on(self, rate, most=10**9):
        """Produces so many records a second in the background, until it is stopped."""
        self.stop()
        self.stopping.clear()
        self.thread = threading.Thread(target=self._run, args=(rate, most), daemon=True)
        self.thread.start()

    def wait(self):
        """Returns when the most of what was begun in the background is acknowledged."""
        self.thread.join()
        self.stop()

    def stop(self):
        """Returns when what was produced in the background is acknowledged."""
        if self.thread is None:
            return
        self.stopping.set()
        self.thread.join()
        self.thread = None
        self._flush()

    def close(self):
        self.stopping.set()
        if self.thread is not None:
            self.thread.join(5)

    def _flush(self):
        left = self.producer.flush(120)
        assert left == 0, f"{left} records of the load are not acknowledged by Kafka"
        assert not self.failures, self.failures[:3]

    def _run(self, rate, most):
        first, began = self.fed, time.monotonic()
        while not self.stopping.is_set() and self.fed < first + most:
            self._produce(first + min(most, int((time.monotonic() - began) * rate)))
            self.producer.poll(STEP_S)

    def _produce(self, end, may_be_bad=True):
        self.load.make(max(0, end - len(self.load.messages)), may_be_bad)
        while self.fed < end:
            message = {name: value for name, value in self.load.messages[self.fed].items() if value is not None}
            try:
                self.producer.produce(self.topic, on_delivery=self._delivered, **message)
                self.fed += 1
            except BufferError:
                self.producer.poll(0.1)

    def _delivered(self, error, _message):
        if error is not None:
            self.failures.append(error)
