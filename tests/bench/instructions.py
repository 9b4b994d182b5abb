# SPDX-License-Identifier: Apache-2.0
"""instructions.py [--renew] BENCH-STAGES: what a record costs in each stage, in instructions.

Runs the program under callgrind and holds each stage against baseline.json. Instructions do not
depend on what else the machine does, so this one bench has a verdict: a stage that takes over 5 %
more than its baseline fails. Who means it renews the baseline in the same commit, and says why;
who made a stage cheaper renews it too, so that it stays so:

    python3 tests/bench/instructions.py --renew build/tests/tests/bench/bench-stages

What it says is TAP. Without valgrind, or with another compiler or kind of machine than the baseline
is of, it compares nothing and says so (status 77).
"""
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile

BASELINE = pathlib.Path(__file__).with_name("baseline.json")
MOST_GROWTH = 0.05
NOT_RUN = 77


def skip(why):
    print(f"1..0 # SKIP {why}")
    sys.exit(NOT_RUN)


def count(program):
    """Returns what it was built by, and instructions for each unit by stage."""
    # The C library chooses its functions for strings by what the machine has: here the same everywhere.
    environment = dict(os.environ, GLIBC_TUNABLES="glibc.cpu.hwcaps=-AVX2,-AVX512F", G_SLICE="always-malloc")
    environment.setdefault("SLUICE_SOURCE_ROOT", str(BASELINE.parents[2]))
    environment.pop("MALLOC_PERTURB_", None)  # Meson's: each piece of memory would be filled, and counted
    with tempfile.TemporaryDirectory(prefix="instructions-") as folder:
        command = ["valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={folder}/out", program]
        result = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)
        if result.returncode != 0:
            sys.exit(f"{program} under valgrind: status {result.returncode}")
        dumps = sorted(pathlib.Path(folder).glob("out.*"), key=lambda path: int(path.suffix[1:]))
        texts = [path.read_text(encoding="utf-8") for path in dumps]
    stages = {}
    for text in texts:
        told = re.search(r"^desc: Trigger: Client Request: stage (.+) (\d+)$", text, re.MULTILINE)
        if told:
            total = re.search(r"^totals: (\d+)$", text, re.MULTILINE)
            stages[told[1]] = round(int(total[1]) / int(told[2]), 1)
    return f"{result.stdout.strip()}, {platform.machine()}", stages


def judge(name, now, before):
    """Whether it is well, and a sentence."""
    if now is None:
        return False, f"{name}: is not there any more; renew the baseline"
    if before is None:
        return False, f"{name}: {now}, and has no baseline; renew it"
    growth = now / before - 1
    said = f"{name}: {now} instructions, baseline {before} ({growth:+.1%})"
    if growth < -MOST_GROWTH:
        print(f"# {name} is cheaper by far: renew the baseline, so that it stays so")
    return growth <= MOST_GROWTH, said


def main():
    arguments = sys.argv[1:]
    renews = "--renew" in arguments
    if renews:
        arguments.remove("--renew")
    if len(arguments) != 1:
        sys.exit(__doc__)
    if shutil.which("valgrind") is None:
        skip("there is no valgrind; compose/install tests installs it")
    built, stages = count(arguments[0])
    if renews:
        BASELINE.write_text(json.dumps({"built": built, "stages": stages}, indent=2) + "\n", encoding="utf-8")
        print(f"{BASELINE}: {len(stages)} stages, {built}")
        return
    baseline = json.loads(BASELINE.read_text(encoding="utf-8"))
    if baseline["built"] != built:
        skip(f"the baseline is of {baseline['built']}, and this is {built}")
    names = list(stages) + [name for name in baseline["stages"] if name not in stages]
    print(f"1..{len(names)}")
    failed = 0
    for number, name in enumerate(names, 1):
        is_well, said = judge(name, stages.get(name), baseline["stages"].get(name))
        failed += not is_well
        print(f"{'ok' if is_well else 'not ok'} {number} - {said}")
    if failed:
        print("# more instructions than the baseline's: mend it, or say why in the commit and renew", "the baseline in it:")
        print(f"#   python3 tests/bench/instructions.py --renew {arguments[0]}")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
