# SPDX-License-Identifier: Apache-2.0
"""compose/local as far as it can be tried beside a running stack, which it leaves as it was."""
import os
import re
import subprocess

import pytest

from support.stack import KAFKA_PORT, LOCAL, THRIFT1_PORT, THRIFT2_PORT


def local(*words, stdin="", **environment):
    return subprocess.run(
        [LOCAL, *words], input=stdin, capture_output=True, text=True, timeout=180, env=os.environ | environment
    )


def test_status_tells_a_ready_process_for_each_part():
    done = local("status")

    assert done.returncode == 0, done.stdout
    ready = set(re.findall(r"^(\w+) +\d+ +\d+ +ready", done.stdout, re.MULTILINE))
    assert ready >= {"kafka", "hbase", "thrift2", "thrift1"}


def test_a_second_up_changes_nothing():
    before = local("status").stdout

    done = local("up")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert local("status").stdout == before


def test_a_taken_port_is_told_by_name_before_anything_starts(tmp_path):
    done = local("up", SLUICE_LOCAL=str(tmp_path))
    pids = list((tmp_path / "run").iterdir())
    local("down", SLUICE_LOCAL=str(tmp_path))

    assert done.returncode == 3
    for part, port in (("kafka", KAFKA_PORT), ("thrift2", THRIFT2_PORT), ("thrift1", THRIFT1_PORT)):
        assert re.search(rf"port {port}, which {part} needs, is taken by process \d+", done.stderr), done.stderr
    assert "starting" not in done.stderr
    assert pids == []


@pytest.mark.parametrize(
    "words, environment, exits, says",
    [
        (["up", "kafak"], {}, 2, "'kafak'"),
        (["fly"], {}, 2, "'fly'"),
        (["status"], {"SLUICE_LOCAL_KAFKA_PORT": "ninety"}, 2, "SLUICE_LOCAL_KAFKA_PORT='ninety'"),
        (["status"], {"SLUICE_LOCAL_KAFKA_PORT": "70000"}, 2, "SLUICE_LOCAL_KAFKA_PORT='70000'"),
        (["shell", "/no/such/file"], {}, 2, "/no/such/file"),
        (["kill"], {}, 2, "name the part"),
        (["thaw", "kafka"], {}, 1, "kafka is not running"),
        (
            ["up", "kafka"],
            {"SLUICE_LOCAL_KAFKA_PORT": "1", "SLUICE_LOCAL_KAFKA_CONTROLLER_PORT": "1"},
            3,
            "port 1 is wanted by both",
        ),
    ],
)
def test_what_cannot_be_done_is_told(tmp_path, words, environment, exits, says):
    done = local(*words, SLUICE_LOCAL=str(tmp_path), **environment)

    assert done.returncode == exits, done.stderr
    assert says in done.stderr


def test_down_leaves_a_process_alone_that_only_has_the_number(tmp_path):
    stranger = subprocess.Popen(["sleep", "100"])
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "kafka.pid").write_text(f"{stranger.pid}\n")

    done = local("down", SLUICE_LOCAL=str(tmp_path))

    assert done.returncode == 0
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


@pytest.mark.parametrize(
    "script, exits, says",
    [
        ("puts 6 * 7\n", 0, "42"),
        ("puts 6 * 7\nexit 3\nputs 'on'\n", 3, "42"),
        ("raise 'broken'\nputs 'on'\n", 1, "broken"),
        ("scan 'no_such_table'\nputs 'on'\n", 1, "no_such_table"),
        ("puts [0x5a, 0xf6].pack('U*')", 0, "Z\u00f6"),
    ],
)
def test_the_shell_passes_a_scripts_end_on(script, exits, says):
    done = local("shell", stdin=script)

    assert done.returncode == exits, done.stdout + done.stderr
    assert says in done.stdout
    assert "on\n" not in done.stdout and "hbase:0" not in done.stdout


def test_the_shell_runs_a_file_too(tmp_path):
    (tmp_path / "script.rb").write_text("puts 6 * 7\nexit 4\n")

    done = local("shell", str(tmp_path / "script.rb"))

    assert (done.returncode, done.stdout) == (4, "42\n")
