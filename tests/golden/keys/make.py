# SPDX-License-Identifier: Apache-2.0
"""Writes vectors.json: row keys worked out with hashlib and struct alone. Run it in this folder:

    python3 make.py

A vector has the mapping's `key`, the schema's `fields`, a record's `values`, where it came from
(`origin`), and the row key in `hex`; or `refused`, a word of the reason.
"""

import hashlib
import json
import struct


def text(*parts, separator="#"):
    return separator.join(parts).encode()


def binary_long(value):
    return struct.pack(">Q", (value + 2**63) % 2**64)


def binary_int(value):
    return struct.pack(">I", (value + 2**31) % 2**32)


def binary_double(value):
    bits = struct.unpack(">Q", struct.pack(">d", value))[0]
    return struct.pack(">Q", bits ^ (2**64 - 1) if value < 0 else bits | 2**63)


def digest(joined):
    return hashlib.md5(joined.encode()).digest()


def salt(count, joined):
    number = int.from_bytes(digest(joined)[:4], "big") % count
    return str(number).zfill(len(str(count - 1)))


def reverse(ms):
    return str(2**63 - 1 - ms).zfill(19)


VECTORS = []


def vector(name, key, fields, values, wanted, **more):
    result = {"hex": wanted.hex()} if isinstance(wanted, bytes) else {"refused": wanted}
    VECTORS.append({"name": name, "key": key, "fields": fields, "values": values, **more, **result})


def plain_vectors():
    one = {"parts": ["a"]}
    two = {"parts": ["a", "b"]}
    long = {"separator": "::", "parts": ["a", "b"]}
    strings = {"a": "string", "b": "string"}
    vector("one text", one, strings, {"a": "booking-1"}, b"booking-1")
    vector("non-ASCII text", one, strings, {"a": "größe"}, "größe".encode())
    vector("two parts", two, strings, {"a": "s1", "b": "e1"}, text("s1", "e1"))
    vector("the last may hold the separator", two, strings, {"a": "s", "b": "e#"}, text("s", "e#"))
    vector("no other may", two, strings, {"a": "s#1", "b": "e1"}, "separator")
    vector("nor end in its beginning", long, strings, {"a": "s:", "b": "e"}, "separator")
    vector("a long separator", long, strings, {"a": "s:1", "b": ":e"}, b"s:1:::e")
    vector("a separator of zero", {"separator": "\u0000", "parts": ["a", "b"]}, strings,
           {"a": "s1", "b": "e1"}, b"s1\x00e1")
    vector("null", two, {"a": "string", "b": ["null", "string"]}, {"a": "x", "b": None}, "missing")
    vector("a null text", one, strings, {"a": "nan"}, "missing")
    vector("empty", one, strings, {"a": ""}, "missing")
    vector("whole double", one, {"a": "double"}, {"a": 5868.0}, b"5868")
    vector("fraction", one, {"a": "double"}, {"a": 0.1}, b"0.1")
    vector("long", one, {"a": "long"}, {"a": -42}, b"-42")
    vector("boolean", one, {"a": "boolean"}, {"a": True}, b"true")
    vector("a number holds the separator too", {"separator": ".", "parts": ["a", "b"]},
           {"a": "double", "b": "string"}, {"a": 1.5, "b": "x"}, "separator")
    vector("literal", {"parts": [{"literal": "v1"}, "a"]}, strings, {"a": "x"}, text("v1", "x"))
    vector("a literal may hold the separator", {"parts": [{"literal": "v#"}, "a"]}, strings,
           {"a": "x"}, b"v##x")


def width_vectors():
    key = {"parts": [{"field": "a", "width": 8}, "b"]}
    fields = {"a": "double", "b": "string"}
    vector("width", key, fields, {"a": 5868.0, "b": "x"}, text("00005868", "x"))
    vector("exactly the width", key, fields, {"a": 12345678.0, "b": "x"}, text("12345678", "x"))
    vector("wider", key, fields, {"a": 123456789.0, "b": "x"}, "wider")
    vector("no separator", {"separator": "", **key}, fields, {"a": 7.0, "b": "x"}, b"00000007x")
    vector("a padded text with the separator", key, {"a": "string", "b": "string"},
           {"a": "a#b", "b": "x"}, "separator")


def time_vectors():
    stamp, ms = "2018-07-29T15:22:01.458193Z", 1532877721458
    key = {"parts": ["b", {"field": "a", "reverse": True}]}
    alone = {"parts": [{"field": "a", "reverse": True}]}
    strings = {"a": "string", "b": "string"}
    vector("reverse of ISO 8601", key, strings, {"a": stamp, "b": "u"}, text("u", reverse(ms)))
    vector("reverse of ms", key, {"a": "long", "b": "string"}, {"a": ms, "b": "u"},
           text("u", reverse(ms)))
    vector("reverse of s", {"parts": [{"field": "a", "reverse": True, "format": "s"}]},
           {"a": "long"}, {"a": 1532877721}, text(reverse(1532877721000)))
    vector("reverse of the epoch", alone, {"a": "long"}, {"a": 0}, b"9223372036854775807")
    vector("reverse of the last time", alone, {"a": "long"}, {"a": 2**63 - 2},
           b"0000000000000000001")
    vector("reverse before the epoch", key, strings, {"a": "1969-12-31", "b": "u"}, "before 1970")
    vector("reverse of no time", key, strings, {"a": "soon", "b": "u"}, "ISO 8601")
    vector("a time in ms", {"parts": [{"field": "a", "format": "iso8601"}]}, strings, {"a": stamp},
           text(str(ms)))
    vector("reverse in eight bytes", {"parts": [{"field": "a", "reverse": True, "as": "long"}]},
           strings, {"a": stamp}, binary_long(2**63 - 1 - ms))


def binary_vectors():
    for kind, pack, values in (
        ("long", binary_long, (0, 1, -1, 2**63 - 1, -(2**63), 35)),
        ("int", binary_int, (0, 1, -1, 2**31 - 1, -(2**31))),
        ("double", binary_double, (0.0, 1.5, -1.5, 5e-324, -1.7976931348623157e308)),
    ):
        for value in values:
            vector(f"as {kind}: {value}", {"parts": [{"field": "a", "as": kind}]}, {"a": kind},
                   {"a": value}, pack(value))
    vector("as double: -0.0 is 0.0", {"parts": [{"field": "a", "as": "double"}]}, {"a": "double"},
           {"a": -0.0}, binary_double(0.0))
    vector("as long of a text", {"parts": [{"field": "a", "as": "long"}]}, {"a": "string"},
           {"a": "-12"}, binary_long(-12))
    vector("as long of a fraction", {"parts": [{"field": "a", "as": "long"}]}, {"a": "double"},
           {"a": 1.5}, "whole number")
    vector("as int out of range", {"parts": [{"field": "a", "as": "int"}]}, {"a": "long"},
           {"a": 2**31}, "32 bits")
    vector("the separator's byte inside binary", {"parts": [{"field": "a", "as": "long"}, "b"]},
           {"a": "long", "b": "string"}, {"a": 35, "b": "x"}, binary_long(35) + b"#x")


def digest_vectors():
    fields = {"a": "string", "b": "double"}
    values = {"a": "booking-1", "b": 5868.0}
    joined = "booking-1#5868"
    for count in (1, 2, 10, 11, 16, 100, 256, 10000):
        vector(f"salt {count}", {"parts": [{"salt": count, "of": ["a"]}, "a"]}, fields, values,
               text(salt(count, "booking-1"), "booking-1"))
    vector("salt of two", {"parts": [{"salt": 64, "of": ["a", "b"]}, "a", "b"]}, fields, values,
           text(salt(64, joined), "booking-1", "5868"))
    for digits in (1, 2, 7, 32):
        vector(f"hash {digits}", {"parts": [{"hash": digits, "of": ["a", "b"]}, "a", "b"]}, fields,
               values, text(digest(joined).hex()[:digits], "booking-1", "5868"))
    vector("hash of a width", {"parts": [{"hash": 8, "of": [{"field": "b", "width": 6}]}, "a"]},
           fields, values, text(digest("005868").hex()[:8], "booking-1"))
    vector("salt of null", {"parts": [{"salt": 4, "of": ["a"]}, "b"]}, fields,
           {"a": "nan", "b": 1.0}, "missing")


def guard_vectors():
    strings = {"a": "string", "b": "string"}
    vector("a hash alone guards its parts", {"parts": [{"hash": 32, "of": ["a", "b"]}]}, strings,
           {"a": "x#", "b": "y"}, "separator")
    vector("a hash of what stands beside it does not",
           {"parts": [{"hash": 4, "of": ["b", "a"]}, "a", "b"]}, strings, {"a": "x", "b": "y#"},
           text(digest("y##x").hex()[:4], "x", "y#"))
    vector("nor does a salt", {"parts": [{"salt": 16, "of": ["b", "a"]}, "a"]}, strings,
           {"a": "x", "b": "y#"}, text(salt(16, "y##x"), "x"))


def metadata_vectors():
    origin = {"topic": "orders", "partition": 3, "offset": 88, "key": "kk"}
    for word in ("topic", "partition", "offset", "key"):
        vector(f"metadata {word}", {"parts": [{"metadata": word}, "a"]}, {"a": "string"},
               {"a": "x"}, text(str(origin[word]), "x"), origin=origin)
    vector("offset, padded", {"parts": [{"metadata": "offset", "width": 19}]}, {"a": "string"},
           {"a": "x"}, b"0000000000000000088", origin=origin)
    vector("no Kafka key", {"parts": [{"metadata": "key"}]}, {"a": "string"}, {"a": "x"}, "missing",
           origin={**origin, "key": ""})


def main():
    for make in (plain_vectors, width_vectors, time_vectors, binary_vectors, digest_vectors,
                 guard_vectors, metadata_vectors):
        make()
    with open("vectors.json", "w", encoding="ascii") as out:
        rows = ",\n".join(json.dumps(vector) for vector in VECTORS)
        out.write(f"[\n{rows}\n]\n")


main()
