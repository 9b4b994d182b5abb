#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Numbers in texts, beside Python's decimal: every spelling is stored exactly, or refused.

number-cases.py NUMBER-DUMP; prints TAP.
"""

import decimal
import random
import struct
import subprocess
import sys
from decimal import Decimal

SEED = 9007199254740993
SPELLINGS = 4000  # of each kind
EXACT = decimal.Context(prec=5000, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)
MASK = 2**64 - 1


def whole(text, bits):
    """The whole number that the text spells, or None."""
    number = Decimal(text)
    if number.adjusted() > 30:
        return None if number else 0
    number = EXACT.create_decimal(number)
    if number != number.to_integral_value(context=EXACT):
        return None
    number = int(number)
    return number if -(2 ** (bits - 1)) <= number < 2 ** (bits - 1) else None


def double(text):
    """The nearest double, where it has the text's digits or both are below 2^53."""
    number = Decimal(text)
    try:
        nearest = float(text)
    except OverflowError:
        return None
    if nearest in (float("inf"), float("-inf")):
        return None
    if abs(nearest) < 2**53:
        return nearest
    digits = len(str(number.as_tuple().digits).replace(", ", "").strip("(,)").strip("0"))
    rounded = decimal.Context(prec=max(digits, 1), Emax=999999, Emin=-999999).plus(Decimal(nearest))
    return nearest if rounded == number else None


def time(text, per_ms):
    """Milliseconds, half of one going up, within what HBase takes."""
    number = Decimal(text)
    if number and number.adjusted() > 30:
        return None
    ms = EXACT.multiply(number, per_ms)
    if per_ms == 1 and ms != ms.to_integral_value(context=EXACT):
        return None
    ms = int(ms.to_integral_value(rounding=decimal.ROUND_HALF_UP, context=EXACT))
    return ms if 0 <= ms < 2**63 - 1 else None


def big_endian(number, bits):
    return None if number is None else f"{number & (2**bits - 1):0{bits // 4}x}"


def double_bytes(number):
    return None if number is None else struct.pack(">d", number).hex()


def sorting_double(number):
    if number is None:
        return None
    bits = struct.unpack(">Q", struct.pack(">d", number + 0.0))[0]
    return f"{(~bits & MASK) if bits >> 63 else bits | 1 << 63:016x}"


def text_bytes(number):
    return None if number is None else str(number).encode().hex()


def fixed(text):
    """A decimal of 24 digits, 6 of them behind the point."""
    number = Decimal(text)
    if not number:
        return b"0.000000".hex()
    if number.adjusted() >= 18 or number.adjusted() < -6:
        return None
    scaled = EXACT.multiply(number, Decimal(10**6))
    if scaled != scaled.to_integral_value(context=EXACT):
        return None
    return f"{EXACT.create_decimal(number):.6f}".encode().hex()


KINDS = {
    "int": lambda text: big_endian(whole(text, 32), 32),
    "long": lambda text: big_endian(whole(text, 64), 64),
    "double": lambda text: double_bytes(double(text)),
    "ms": lambda text: big_endian(time(text, Decimal(1)), 64),
    "s": lambda text: big_endian(time(text, Decimal(1000)), 64),
    "key-long": lambda text: None if whole(text, 64) is None else big_endian(whole(text, 64) ^ (1 << 63), 64),
    "key-double": lambda text: sorting_double(double(text)),
    "field-long": lambda text: text_bytes(whole(text, 64)),
    "field-decimal": fixed,
}

CORNERS = [2**31, 2**53, 2**63, 2**64, 10**18, 10**19, 0, 1, 2**24, 1532877721458, 9223372036854775]


def spell(source):
    """A number near a corner or anywhere, with its point moved, zeros around, an exponent."""
    number = source.choice(CORNERS) + source.randint(-3, 3) if source.random() < 0.6 else source.getrandbits(
        source.randint(1, 80)
    )
    digits = str(abs(number))
    shift = source.choice([0, 0, 0, 0, 1, 3, 6, len(digits), len(digits) + 2])
    sign = source.choice(["", "", "", "-", "+"])
    if shift and source.random() < 0.5:  # the point moves, the exponent moves it back or not
        digits = digits.rjust(shift + 1, "0")
        text = digits[:-shift] + "." + digits[-shift:]
        exponent = shift if source.random() < 0.7 else source.randint(-3, shift + 3)
        return sign + text + source.choice(["e", "E", "e+"]) + str(exponent) if exponent >= 0 else sign + text
    text = "0" * source.choice([0, 0, 0, 2, 30]) + digits
    text += source.choice(["", "", ".", ".0", ".000", ".5", ".50", ".0005", ".49999999999999999999", "e0", "E-0"])
    if "e" not in text.lower() and source.random() < 0.3:
        text += f"e{source.choice([-400, -20, -3, -1, 1, 3, 17, 300])}"
    return sign + text


def main():
    source = random.Random(SEED)
    texts = [spell(source) for _ in range(SPELLINGS)]
    print(f"1..{len(KINDS)}")
    for number, (kind, oracle) in enumerate(KINDS.items(), 1):
        asked = "".join(f"{kind} {text}\n" for text in texts)
        done = subprocess.run([sys.argv[1]], input=asked, capture_output=True, check=True, text=True)
        found = done.stdout.split("\n")[:-1]
        wrong = [
            f"{text}: {said}, not {oracle(text) or 'refused'}"
            for text, said in zip(texts, found)
            if said != (oracle(text) or "refused")
        ]
        refused = sum(said == "refused" for said in found)
        if not 0 < refused < SPELLINGS or len(found) != SPELLINGS:
            wrong.append(f"{refused} of {len(found)} are refused: that shows little")
        for line in wrong[:5]:
            print("#", line)
        print("not ok" if wrong else "ok", number, kind, f"# {refused} of {len(found)} refused")
    print(f"# seed {SEED}, {SPELLINGS} spellings of each")


if __name__ == "__main__":
    main()
