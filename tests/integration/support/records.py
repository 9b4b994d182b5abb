# SPDX-License-Identifier: Apache-2.0
"""Records of the four entities for the tests: the same for the same seed, with awkward values."""
import datetime
import random

START = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)
AWKWARD = [
    "plain",
    "comma, quote \" and 'single'",
    "two\nlines\r\nthree",
    "Crème brûlée Ünïcödé",
    "日本語と中文",
    "nan",
    "",
    "back\\slash\ttab",
    " leading and trailing ",
    "a" * 300,
]
NUMBERS = [0.0, 1.0, -1.0, 0.1, -7.25, 123456789.0, 2.5e-05, 1e300, 9007199254740991.0, 1e17, float("nan")]


def moment(choose):
    at = START + datetime.timedelta(microseconds=choose.randrange(366 * 86400 * 10**6))
    return at.isoformat().replace("+00:00", "Z")


def customer(choose, i):
    return {
        "customer_id": float(1000 + i),
        "first_name": choose.choice(AWKWARD),
        "last_name": choose.choice(AWKWARD),
        "username": f"user{i}",
        "email": f"user{i}@example.org",
        "gender": choose.choice(["F", "M"]),
        "birthdate": "1990-02-03",
        "device_type": choose.choice(["iOS", "Android"]),
        "device_id": f"{choose.getrandbits(64):016x}",
        "device_version": "12.4",
        "home_location_lat": choose.uniform(-90, 90),
        "home_location_long": choose.uniform(-180, 180),
        "home_location": choose.choice(AWKWARD),
        "home_country": "Indonesia",
        "first_join_date": "2021-07-08",
    }


def product(choose, i):
    return {
        "id": float(i),
        "gender": choose.choice(["Men", "Women", "Unisex"]),
        "masterCategory": choose.choice(AWKWARD),
        "subCategory": "Topwear",
        "articleType": "Shirts",
        "baseColour": choose.choice(AWKWARD),
        "season": "Fall",
        "year": choose.choice([2011.0, 2012.0, float("nan")]),
        "usage": "Casual",
        "productDisplayName": choose.choice(AWKWARD),
    }


def transaction(choose, i):
    return {
        "created_at": moment(choose),
        "customer_id": float(choose.randrange(100000)),
        "booking_id": f"{i:08d}-{choose.getrandbits(32):08x}",
        "session_id": f"{choose.getrandbits(64):016x}",
        "product_metadata": f"[{{'product_id': {i}, 'quantity': 2, \"name\": \"a, b\"}}]",
        "payment_method": choose.choice(["Credit Card", "Gopay", "OVO"]),
        "payment_status": choose.choice(["Success", "Failed"]),
        "promo_amount": choose.choice(NUMBERS),
        "promo_code": choose.choice(AWKWARD),
        "shipment_fee": choose.choice(NUMBERS),
        "shipment_date_limit": moment(choose),
        "shipment_location_lat": choose.uniform(-90, 90),
        "shipment_location_long": choose.uniform(-180, 180),
        "total_amount": float(choose.randrange(10**7)) / 4,
    }


def event(choose, i):
    return {
        "session_id": f"{i // 5:012x}",
        "event_name": choose.choice(["CLICK", "SCROLL", "ADD_TO_CART", "BOOKING"]),
        "event_time": moment(choose),
        "event_id": f"{choose.getrandbits(64):016x}",
        "traffic_source": choose.choice(["MOBILE", "WEB"]),
        "event_metadata": choose.choice([None, "", "{'product_id': 1, 'text': \"x, y\"}", *AWKWARD]),
    }


MAKERS = {"customers": customer, "product": product, "transactions": transaction, "clickstream": event}


def make(entity, count, seed=1):
    choose = random.Random(f"{entity}/{seed}")
    return [MAKERS[entity](choose, i) for i in range(count)]
