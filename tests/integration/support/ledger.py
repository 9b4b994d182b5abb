# SPDX-License-Identifier: Apache-2.0
"""What each record must become, worked out from the documented rules and not from sluice."""
import datetime
import math
import struct

# table: families with their qualifiers, as the documentation lists them
FAMILIES = {
    "customers": {
        "personal_info": ["first_name", "last_name", "username", "email", "gender", "birthdate"],
        "device_info": ["device_type", "device_id", "device_version"],
        "location_info": ["home_location_lat", "home_location_long", "home_location", "home_country"],
        "join_info": ["first_join_date"],
    },
    "product": {
        "product_info": ["productDisplayName"],
        "product_details": ["gender", "masterCategory", "subCategory", "articleType", "baseColour"],
        "metadata": ["season", "year", "usage"],
    },
    "transactions": {
        "transaction_details": ["created_at", "customer_id", "session_id", "product_metadata"],
        "payment_info": ["payment_method", "payment_status", "promo_amount", "promo_code"],
        "shipment_info": [
            "shipment_fee",
            "shipment_date_limit",
            "shipment_location_lat",
            "shipment_location_long",
        ],
        "transaction_summary": ["total_amount"],
    },
    "clickstream": {
        "event_details": ["event_name", "event_time", "event_id"],
        "traffic_info": ["traffic_source"],
        "metadata": ["event_metadata"],
    },
}

KEYS = {
    "customers": ["customer_id"],
    "product": ["id"],
    "transactions": ["booking_id"],
    "clickstream": ["session_id", "event_time", "event_id"],
}

TIME_FIELD = {"transactions": "created_at", "clickstream": "event_time"}

TOPICS = {
    "customers": "customer",
    "product": "product",
    "transactions": "transactions",
    "clickstream": "click_stream",
}

SCHEMAS = {
    "customers": "customer.avsc",
    "product": "product.avsc",
    "transactions": "transactions.avsc",
    "clickstream": "click_stream.avsc",
}


def number(value):
    """The one text form of a number."""
    if value == math.floor(value) and abs(value) < 2**53:
        return str(int(value))
    return repr(value)


def text(value):
    """A field's bytes, or None where the field counts as missing."""
    if value is None or value in ("", "nan"):
        return None
    if isinstance(value, float):
        return None if math.isnan(value) else number(value).encode()
    return value.encode()


def milliseconds(iso):
    moment = datetime.datetime.fromisoformat(iso.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.timezone.utc)
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    return (moment - epoch) // datetime.timedelta(milliseconds=1)


def key(table, record):
    parts = [text(record[name]) for name in KEYS[table]]
    if any(part is None for part in parts):
        return None
    return b"#".join(parts)


def timestamp(table, record, record_time):
    field = TIME_FIELD.get(table)
    return record_time if field is None else milliseconds(record[field])


def cells(table, record):
    found = {}
    for family, qualifiers in FAMILIES[table].items():
        for qualifier in qualifiers:
            value = text(record[qualifier])
            if value is not None:
                found[f"{family}:{qualifier}".encode()] = value
    return found


class Ledger:
    """The table that a sequence of records leaves behind: {row: {column: (value, timestamp)}}.
    For a cell the newest timestamp wins, among equal ones the later record; a tombstone wins over
    every put of its row at or before its timestamp."""

    def __init__(self, table):
        self.table = table
        self.puts = {}
        self.tombstones = {}

    def put(self, record, record_time=None):
        row = key(self.table, record)
        assert row is not None, record
        when = timestamp(self.table, record, record_time)
        for column, value in cells(self.table, record).items():
            self.put_cell(row, column, value, when)

    def put_cell(self, row, column, value, when):
        held = self.puts.setdefault(row, {}).get(column)
        if held is None or when >= held[1]:
            self.puts[row][column] = (value, when)

    def delete(self, row, when):
        self.tombstones[row] = max(when, self.tombstones.get(row, -1))

    def rows(self):
        table = {}
        for row, columns in self.puts.items():
            dead = self.tombstones.get(row, -1)
            alive = {column: cell for column, cell in columns.items() if cell[1] > dead}
            if alive:
                table[row] = alive
        return table


def differences(wanted, found, most=10):
    """Sentences for what differs between two tables of the ledger's shape."""
    said = []
    for row in sorted(wanted.keys() | found.keys()):
        if wanted.get(row) != found.get(row):
            want, have = wanted.get(row, {}), found.get(row, {})
            for column in sorted(want.keys() | have.keys()):
                if want.get(column) != have.get(column):
                    said.append(f"{row!r} {column!r}: wanted {want.get(column)!r}, found {have.get(column)!r}")
    return said[:most] + ([f"... {len(said)} differences"] if len(said) > most else [])


def be64(value):
    return struct.pack(">q", value)
