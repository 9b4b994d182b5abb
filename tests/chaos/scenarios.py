# SPDX-License-Identifier: Apache-2.0
"""The register of scenarios. Each breaks one real thing under a load with a ledger; what must hold
afterwards is the same for all: nothing lost, nothing different."""
import dataclasses
import typing

SCENARIOS = {}


@dataclasses.dataclass
class Scenario:
    function: typing.Callable
    is_short: bool  # in the core suite, too
    parts: tuple  # of the stack, beyond those that are always up
    world: dict  # for the Situation


def scenario(short=False, parts=(), **world):
    def register(function):
        name = function.__name__.replace("_", "-")
        SCENARIOS[name] = Scenario(function, short, parts, world)
        return function

    return register
