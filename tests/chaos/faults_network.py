# SPDX-License-Identifier: Apache-2.0
"""Faults of the network between sluice and the gateway."""
import time

from scenarios import scenario
from situation import Failed


def spoiled(s, mode, hold_s, rounds=3):
    proxy = s.through_proxy()
    s.feed_on()
    s.start()
    s.wait_rows(500)
    for _ in range(rounds):
        spoil(s, proxy, mode, hold_s)


def spoil(s, proxy, mode, hold_s):
    """The fault for a while, and on."""
    before = proxy.spoiled
    proxy.mode = mode
    s.fault()
    time.sleep(hold_s)
    if proxy.spoiled == before:
        raise Failed(f"nothing was spoiled by '{mode}': the load was not under way")
    proxy.mode = "pass"
    s.recovered()
    s.wait_rows(200)


@scenario(short=True)
def network_cut(s):
    """Connections are cut in the middle of a frame."""
    spoiled(s, "cut", 2)


@scenario()
def network_cut_answer(s):
    """Connections are cut in the middle of an answer: the batch is written, and nobody was told."""
    spoiled(s, "cut-answer", 2)


@scenario()
def network_flaky(s):
    """Every other message of either side ends in the middle, the rest passes."""
    spoiled(s, "flaky", 12, 2)


@scenario(short=True)
def network_garbage(s):
    """The answers are garbage."""
    spoiled(s, "garbage", 2)


@scenario()
def network_reset(s):
    """Connections are reset."""
    spoiled(s, "reset", 2)


@scenario()
def network_refuse(s):
    """New connections are refused, and those there were are gone."""
    spoiled(s, "refuse", 3)


@scenario()
def network_half_open(s):
    """Connections stay open, nothing passes and nobody hangs up, for longer than the timeouts."""
    spoiled(s, "stall", 8)


@scenario()
def network_crawl(s):
    """One byte at a time."""
    spoiled(s, "crawl", 3)


@scenario()
def network_delay(s):
    """Every chunk comes late."""
    spoiled(s, "delay", 3)
