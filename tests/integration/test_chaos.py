# SPDX-License-Identifier: Apache-2.0
"""The short scenarios of tests/chaos; the others are marked full."""
import pathlib
import subprocess
import sys

import pytest

CHAOS = pathlib.Path(__file__).resolve().parents[1] / "chaos" / "run"


def scenarios():
    said = subprocess.run([sys.executable, str(CHAOS), "--list"], capture_output=True, text=True, check=True).stdout
    for line in said.splitlines():
        name, rest = line.split(None, 1)
        yield pytest.param(name, marks=[] if rest.startswith("short") else [pytest.mark.full])


@pytest.mark.parametrize("name", list(scenarios()))
def test_nothing_is_lost_and_nothing_differs(name):
    done = subprocess.run([sys.executable, str(CHAOS), name], capture_output=True, text=True, timeout=900)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
