# SPDX-License-Identifier: Apache-2.0
"""The most memory that a process ever held, as the kernel counted it."""
import pathlib


def peak_mib(process):
    """The most that was ever resident; the process must still be there."""
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise AssertionError(f"process {process.pid} has ended")
