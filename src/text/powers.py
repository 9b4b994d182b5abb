# SPDX-License-Identifier: Apache-2.0
"""Writes powers.h: each power of ten that shortest.c needs, as its first 128 bits rounded up."""

import sys

FIRST, LAST = -292, 324


def first_bits(exponent):
    """ceil(10^exponent * 2^n), with the n that makes it 128 bits long."""
    above, below = 10 ** max(exponent, 0), 10 ** max(-exponent, 0)
    shift = 128 - (above.bit_length() - below.bit_length())
    while True:
        numerator, denominator = above << max(shift, 0), below << max(-shift, 0)
        bits = -(-numerator // denominator)
        if bits.bit_length() == 128 and (numerator // denominator).bit_length() == 128:
            return bits
        shift += 1 if bits.bit_length() < 128 else -1


def main():
    with open(sys.argv[1], "w", encoding="ascii") as out:
        out.write("/* SPDX-License-Identifier: Apache-2.0 */\n")
        out.write("/* Written by powers.py. */\n#pragma once\n\n#include <stdint.h>\n\n")
        out.write("enum { POWERS_FIRST = %d };\n\n" % FIRST)
        out.write("typedef struct {\n  uint64_t high;\n  uint64_t low;\n} Power;\n\n")
        out.write("static const Power powers[] = {\n")
        for exponent in range(FIRST, LAST + 1):
            bits = first_bits(exponent)
            out.write("    {0x%016xu, 0x%016xu},\n" % (bits >> 64, bits & (2**64 - 1)))
        out.write("};\n")


main()
