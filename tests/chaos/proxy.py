# SPDX-License-Identifier: Apache-2.0
"""A small TCP proxy that can spoil a connection in the ways a network can."""
import random
import socket
import struct
import threading
import time


class Proxy:
    """Forwards 127.0.0.1:port to the target. `mode` is read for every chunk, so it can be changed
    under way; `spoiled` counts what was done.

    pass        as it comes
    delay       every chunk comes late
    crawl       its first bytes come one by one
    stall       nothing passes, nobody hangs up; afterwards what was held goes on its way
    reset       the connection is reset
    cut         half of what sluice says passes, then the connection ends
    cut-answer  the same of what the gateway says
    flaky       every other chunk, on the average, is cut like that, in either direction
    garbage     the gateway says what it never would
    refuse      connections end, and new ones are reset

    In every mode a connection ends on which sluice says the `poison`.
    """

    def __init__(self, target_port):
        self.target_port = target_port
        self.mode = "pass"
        self.spoiled = 0
        self.delay_s = 0.05
        self.flaky_share = 0.5
        self.poison = None
        self.stop = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.open = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.stop.set()
        self.listener.close()
        self.drop()

    def drop(self):
        """Ends every connection that is open."""
        for one in self.open:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.open.clear()

    def _accept(self):
        while not self.stop.is_set():
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            if self.mode == "refuse":
                self.spoiled += 1
                self._reset(client)
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self.target_port), timeout=10)
            except OSError:
                self._reset(client)
                continue
            server.settimeout(None)
            self.open += [client, server]
            for one in (client, server):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for source, sink, up in ((client, server, True), (server, client, False)):
                threading.Thread(target=self._forward, args=(source, sink, up), daemon=True).start()

    def _reset(self, one):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        one.close()

    def _forward(self, source, sink, up):
        last = b""
        try:
            while chunk := source.recv(65536):
                if up and self.poison and self.poison in last + chunk:
                    break
                last = chunk[-100:]
                if not self._pass(chunk, sink, up):
                    break
        except OSError:
            pass
        for one in (source, sink):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _pass(self, chunk, sink, up):
        """Sends the chunk on as the mode wants it; False ends the connection."""
        mode = self.mode
        if mode != "pass":
            self.spoiled += 1
        if mode == "stall":
            while self.mode == "stall" and not self.stop.is_set():
                time.sleep(0.02)
        elif mode == "delay":
            time.sleep(self.delay_s)
        elif mode == "crawl":
            for i in range(min(len(chunk), 200)):
                sink.sendall(chunk[i : i + 1])
            chunk = chunk[200:]
        elif mode == "refuse":
            return False
        elif mode == ("cut" if up else "cut-answer") or (mode == "flaky" and random.random() < self.flaky_share):
            sink.sendall(chunk[: max(1, len(chunk) // 2)])
            return False
        elif mode == "reset":
            self._reset(sink)
            return False
        elif mode == "garbage" and not up:
            chunk = b"\x00\x00\x00\x10" + b"\xde\xad\xbe\xef" * 4
        sink.sendall(chunk)
        return True
