#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is started with standard descriptors closed writes no log line elsewhere. Prints TAP."""

import itertools
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

NULL = os.stat("/dev/null").st_rdev


def close(descriptors):
    for descriptor in descriptors:
        os.close(descriptor)


def faults_of_init(program, closed):
    """It speaks to a gateway that hangs up, and logs that it waits."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        endpoint = f"gateway.endpoints=127.0.0.1:{server.getsockname()[1]}"
        process = subprocess.Popen(
            [program, "init", "--timeout", "1s", "-X", endpoint, "transactions"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=lambda: close(closed),
        )
        server.settimeout(0.2)
        heard = b""
        is_seen = False
        while process.poll() is None:
            try:
                peer = server.accept()[0]
            except TimeoutError:
                continue
            with peer:
                if not is_seen:  # it is connected, so whatever it opens is open
                    for descriptor in closed:
                        about = os.stat(f"/proc/{process.pid}/fd/{descriptor}")
                        if about.st_rdev != NULL:
                            yield f"{descriptor} is something else"
                is_seen = True
                peer.settimeout(0.2)
                try:
                    while part := peer.recv(4096):
                        heard += part
                except (TimeoutError, ConnectionError):
                    pass
        if not is_seen:
            yield "nobody came"
        if process.returncode != 3:
            yield f"exit code {process.returncode}"
        for word in (b"waiting", b"gateway", b"sluice init"):
            if word in heard:
                yield f"the gateway hears the log: {heard}"


def generate(program, closed):
    with tempfile.TemporaryDirectory() as folder:
        code = subprocess.run(
            [program, "generate", "customers", "--scale", "0.00025", "--csv", folder],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=lambda: close(closed), check=False,
        ).returncode
        return code, {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def main(program):
    print("1..3")
    sets = [each for n in (1, 2, 3) for each in itertools.combinations(range(3), n)]
    faults = [f"{closed}: {fault}" for closed in sets for fault in faults_of_init(program, closed)]
    for fault in faults:
        print("#", fault)
    print("ok" if not faults else "not ok", 1, "no socket becomes one of them")
    code, files = generate(program, ())
    differing = [closed for closed in sets if generate(program, closed)[1] != files]
    is_good = code == 0 and files and not differing
    print("ok" if is_good else f"# {code} {list(files)} {differing}\nnot ok", 2, "files have what they had")
    # A result that nobody can get is told, as before.
    codes = [generate(program, closed)[0] for closed in sets]
    wanted = [4 if 1 in closed else 0 for closed in sets]
    print("ok" if codes == wanted else f"# {codes}\nnot ok", 3, "a result that nobody gets is no success")


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))
