# SPDX-License-Identifier: Apache-2.0
"""generate: the same values in Kafka (read by fastavro) and in CSV (read by Python's csv), and
values that are linked."""
import csv
import io
import math

import fastavro
import pytest

from support import ledger
from support.kafka import schema

CSV = {"customers": "customer.csv", "product": "product.csv", "transactions": "transactions.csv", "clickstream": "click_stream.csv"}
ENTITY = {"customers": "customer", "product": "product", "transactions": "transactions", "clickstream": "click_stream"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("generated")


def rows(folder, table):
    with open(folder / CSV[table], newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_links_hold_and_events_lead_to_their_booking(sluice, tmp_path):
    sluice.run("generate", "--csv", tmp_path, "--scale", "0.002", "--seed", "7")

    customers = {ledger.text(float(row["customer_id"])) for row in rows(tmp_path, "customers")}
    products = {int(float(row["id"])) for row in rows(tmp_path, "product")}
    transactions = rows(tmp_path, "transactions")
    events = rows(tmp_path, "clickstream")
    assert len(customers) == 200 and len(products) == 88
    assert len(transactions) == 1704
    assert math.isclose(len(events), 25600, rel_tol=0.02)
    sessions = {}
    for event in events:
        sessions.setdefault(event["session_id"], []).append(event["event_time"])
    assert all(times == sorted(times) for times in sessions.values())
    for row in transactions:
        assert ledger.text(float(row["customer_id"])) in customers
        assert row["session_id"] in sessions
        assert sessions[row["session_id"]][-1] <= row["created_at"]
    assert len({row["booking_id"] for row in transactions}) == len(transactions)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(sluice, tmp_path):
    for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        (tmp_path / name).mkdir()
        sluice.run("generate", "--csv", tmp_path / name, "--scale", "0.001", "--seed", seed)
    for file in CSV.values():
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
        assert (tmp_path / "a" / file).read_bytes() != (tmp_path / "c" / file).read_bytes()
