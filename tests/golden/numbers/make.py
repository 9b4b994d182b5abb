# SPDX-License-Identifier: Apache-2.0
"""Writes doubles.txt and floats.txt: a number's bits in hex, a space, its text.

Doubles' texts come from Python's own repr(); floats' from a search, in exact fractions, for the
fewest digits that lie in the float's rounding interval. Run it in this folder:

    python3 make.py
"""

import random
import struct
from fractions import Fraction


def float_of(bits):
    return struct.unpack(">f", struct.pack(">I", bits))[0]


def double_of(bits):
    return struct.unpack(">d", struct.pack(">Q", bits))[0]


def whole_form(value):
    return str(int(value)) if abs(value) < 2**53 and value == int(value) else None


def layout(digits, point):
    """As repr() lays out: scientific outside of 1e-4 .. 1e16."""
    if -4 < point <= 16:
        if point <= 0:
            return "0." + "0" * -point + digits
        if point >= len(digits):
            return digits + "0" * (point - len(digits)) + ".0"
        return digits[:point] + "." + digits[point:]
    mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
    return "%se%s%02d" % (mantissa, "-" if point < 1 else "+", abs(point - 1))


def shortest_float(bits):
    """The fewest digits between the halves to both neighbours; of those the nearest."""
    value = Fraction(float_of(bits))
    below = Fraction(float_of(bits - 1))
    above = Fraction(float_of(bits + 1)) if bits + 1 < 0x7F800000 else 2 * value - below
    low, high, even = (below + value) / 2, (value + above) / 2, bits % 2 == 0
    for count in range(1, 10):
        power = -60
        while Fraction(10) ** power <= value:
            power += 1
        unit = Fraction(10) ** (power - count)
        fits = []
        for digits in (value // unit, value // unit + 1):
            number = digits * unit
            if low < number < high or (even and number in (low, high)):
                fits.append((abs(number - value), digits % 2, digits))
        if fits:
            digits = str(min(fits)[2])
            return layout(digits.rstrip("0"), power + len(digits) - count)
    raise ValueError(bits)


def double_bits(rng):
    yield from (0, 1 << 63, 1, 2, 3, (1 << 52) - 1, 1 << 52, (1 << 52) + 1, 0x7FEFFFFFFFFFFFFF)
    for exponent in range(0, 2047, 7):
        yield exponent << 52
        yield (exponent << 52) + 1
        yield max((exponent << 52) - 1, 0)
    for text in "0.1 0.2 0.3 2.5e-05 1e300 1e-4 1e-5 1e15 1e16 1e17 123456.789 -7.797068 1e22 1e23".split():
        yield struct.unpack(">Q", struct.pack(">d", float(text)))[0]
    for near in range(-3, 4):
        yield struct.unpack(">Q", struct.pack(">d", float(2**53 + near)))[0]
        yield struct.unpack(">Q", struct.pack(">d", -float(2**53 + near)))[0]
    for _ in range(600):
        yield rng.getrandbits(63)
    for _ in range(300):
        yield struct.unpack(">Q", struct.pack(">d", rng.uniform(-180, 180)))[0]
        yield struct.unpack(">Q", struct.pack(">d", round(rng.uniform(0, 1e6), rng.randrange(1, 7))))[0]


def float_bits(rng):
    yield from (0, 1, 2, 3, (1 << 23) - 1, 1 << 23, (1 << 23) + 1, 0x7F7FFFFF)
    for exponent in range(1, 255):
        yield exponent << 23
        yield (exponent << 23) + 1
        yield (exponent << 23) - 1
    for text in "0.1 0.2 0.3 2.5e-05 16777216 1e10 3.4e38".split():
        yield struct.unpack(">I", struct.pack(">f", float(text)))[0]
    for _ in range(600):
        yield rng.getrandbits(31)


def write(path, lines):
    with open(path, "w", encoding="ascii") as out:
        out.writelines(lines)


def main():
    rng = random.Random(7)
    doubles = [b for b in double_bits(rng) if abs(double_of(b)) != float("inf") and double_of(b) == double_of(b)]
    write("doubles.txt", ("%016x %s\n" % (b, whole_form(double_of(b)) or repr(double_of(b))) for b in doubles))
    floats = [b for b in float_bits(rng) if b < 0x7F800000]
    write("floats.txt", ("%08x %s\n" % (b, whole_form(float_of(b)) or shortest_float(b)) for b in floats))


main()
