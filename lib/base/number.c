/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text to number, exactly and without the locale; the way back is number_print.c.
 *
 * A decimal becomes a fraction of two large integers, which is divided bit by bit; what is left
 * over decides the rounding.
 *
 * The largest integers: 801 digits have 2661 bits, 5^1124 has 2610, and both are at most doubled;
 * CP_BIG_WORDS holds 3200.
 */
#include "base/number.h"

#include "base/big.h"

#include <float.h>

/* Halfway between two doubles there is no decimal of more digits than 768, so from there on it only
   matters whether anything but zeros follows. */
#define MOST_DIGITS 800u

#define MANTISSA_BITS 53
#define LOWEST_EXPONENT (-1022) /* of a normal double 1.xxx * 2^exponent */
#define INFINITY_BITS ((uint64_t)0x7ff << 52)

/* Decimal exponents of the first digit beyond which a double is infinite, and zero. */
#define HIGHEST_DECIMAL 308
#define LOWEST_DECIMAL (-324)

bool cp_number_parse_unsigned(struct cp_text text, uint64_t limit, uint64_t *out_value)
{
    uint64_t value = 0;

    if (!text.length)
        return false;
    for (size_t i = 0; i < text.length; i++) {
        uint64_t digit;

        if (!cp_is_digit(text.data[i]))
            return false;
        digit = (uint64_t)(text.data[i] - '0');
        if (value > limit / 10 || digit > limit - value * 10)
            return false;
        value = value * 10 + digit;
    }
    *out_value = value;
    return true;
}

/* 0.d1d2d3... * 10^point. No digits: zero. */
struct decimal {
    bool negative;
    bool has_more; /* digits other than zero follow those that are kept */
    uint32_t count;
    int64_t point;
    char digits[MOST_DIGITS]; /* '0' to '9', the first one not '0' */
};

struct scanner {
    struct cp_text text;
    size_t at;
};

static bool take(struct scanner *scanner, char byte)
{
    if (scanner->at == scanner->text.length || scanner->text.data[scanner->at] != byte)
        return false;
    scanner->at++;
    return true;
}

/* Takes a sign; true for a minus. */
static bool take_sign(struct scanner *scanner)
{
    if (take(scanner, '-'))
        return true;
    (void)take(scanner, '+');
    return false;
}

static bool at_digit(const struct scanner *scanner)
{
    return scanner->at < scanner->text.length && cp_is_digit(scanner->text.data[scanner->at]);
}

static void keep_digit(struct decimal *decimal, char digit, bool behind_point)
{
    if (!decimal->count && digit == '0') {
        decimal->point -= behind_point;
        return;
    }
    decimal->point += !behind_point;
    if (decimal->count < MOST_DIGITS)
        decimal->digits[decimal->count++] = digit;
    else if (digit != '0')
        decimal->has_more = true;
}

/* Takes digits, perhaps none; false if there are none. */
static bool take_digits(struct scanner *scanner, struct decimal *decimal, bool behind_point)
{
    size_t start = scanner->at;

    for (; at_digit(scanner); scanner->at++)
        keep_digit(decimal, scanner->text.data[scanner->at], behind_point);
    return scanner->at > start;
}

static bool take_exponent(struct scanner *scanner, struct decimal *decimal)
{
    /* Far beyond what leading zeros of any text in memory could make up for. */
    const int64_t enough = INT64_MAX / 100;
    bool negative = take_sign(scanner);
    int64_t exponent = 0;

    if (!at_digit(scanner))
        return false;
    for (; at_digit(scanner); scanner->at++) {
        if (exponent < enough)
            exponent = exponent * 10 + (scanner->text.data[scanner->at] - '0');
    }
    decimal->point += negative ? -exponent : exponent;
    return true;
}

static bool scan_decimal(struct cp_text text, struct decimal *decimal)
{
    struct scanner scanner = {text, 0};
    bool has_digits;

    decimal->negative = take_sign(&scanner);
    decimal->has_more = false;
    decimal->count = 0;
    decimal->point = 0;
    has_digits = take_digits(&scanner, decimal, false);
    if (take(&scanner, '.'))
        has_digits = take_digits(&scanner, decimal, true) || has_digits;
    if (!has_digits)
        return false;
    if (take(&scanner, 'e') || take(&scanner, 'E')) {
        if (!take_exponent(&scanner, decimal))
            return false;
    }
    return scanner.at == text.length;
}

static double double_of_bits(uint64_t bits)
{
    double value;

    memcpy(&value, &bits, sizeof(value));
    return value;
}

/* Up to 15 digits and powers of ten up to 22 are exact as doubles, so one operation rounds right.
 */
static bool convert_small(const struct decimal *decimal, double *out_value)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    int64_t exponent = decimal->point - (int64_t)decimal->count;
    uint64_t digits = 0;

    /* Where doubles are computed with more bits than they have, results are rounded twice. */
    if (FLT_EVAL_METHOD != 0 || decimal->count > 15 || exponent < -22 || exponent > 22)
        return false;
    for (uint32_t i = 0; i < decimal->count; i++)
        digits = digits * 10 + (uint64_t)(decimal->digits[i] - '0');
    *out_value =
        exponent < 0 ? (double)digits / powers[-exponent] : (double)digits * powers[exponent];
    return true;
}

/* Writes value = numerator / denominator * 2^*out_exponent, with a fraction of 1 or more, below 2.
 */
static void make_fraction(const struct decimal *decimal,
                          struct cp_big *numerator,
                          struct cp_big *denominator,
                          int64_t *out_exponent)
{
    int64_t power = decimal->point - (int64_t)decimal->count - decimal->has_more;
    int64_t shift;

    cp_big_set(numerator, 0);
    cp_big_set(denominator, 1);
    for (uint32_t i = 0; i < decimal->count; i++)
        cp_big_multiply(numerator, 10, (uint32_t)(decimal->digits[i] - '0'));
    if (decimal->has_more)
        cp_big_multiply(numerator, 10, 1);
    if (power >= 0)
        cp_big_multiply_power5(numerator, (unsigned)power);
    else
        cp_big_multiply_power5(denominator, (unsigned)-power);
    shift = (int64_t)cp_big_bits(numerator) - (int64_t)cp_big_bits(denominator);
    if (shift >= 0)
        cp_big_shift(denominator, (size_t)shift);
    else
        cp_big_shift(numerator, (size_t)-shift);
    if (cp_big_compare(numerator, denominator) < 0) {
        cp_big_shift(numerator, 1);
        shift--;
    }
    *out_exponent = power + shift;
}

/* The first bits of a fraction below 2. What remains, doubled for each bit, is left in numerator.
 */
static uint64_t divide(struct cp_big *numerator,
                       const struct cp_big *denominator,
                       int64_t bit_count)
{
    uint64_t quotient = 0;

    for (; bit_count > 0; bit_count--) {
        quotient <<= 1;
        if (cp_big_compare(numerator, denominator) >= 0) {
            cp_big_subtract(numerator, denominator);
            quotient |= 1;
        }
        cp_big_shift(numerator, 1);
    }
    return quotient;
}

/* The nearest double of a decimal between the limits above, as bits; INFINITY_BITS if there is
 * none. */
static uint64_t convert_large(const struct decimal *decimal)
{
    struct cp_big numerator, denominator;
    int64_t exponent, bit_count = MANTISSA_BITS;
    uint64_t mantissa;
    int rest;

    make_fraction(decimal, &numerator, &denominator, &exponent);
    if (exponent < LOWEST_EXPONENT)
        bit_count -= LOWEST_EXPONENT - exponent;
    if (bit_count < 0)
        return 0;
    mantissa = divide(&numerator, &denominator, bit_count);
    rest = cp_big_compare(&numerator, &denominator);
    if (rest > 0 || (rest == 0 && mantissa & 1))
        mantissa++;
    /* A mantissa that became 2^53 carries into the exponent, as does a subnormal that became
       normal. Normal mantissas bring one with their leading bit. */
    if (exponent > LOWEST_EXPONENT)
        mantissa += (uint64_t)(exponent - LOWEST_EXPONENT) << (MANTISSA_BITS - 1);
    return mantissa < INFINITY_BITS ? mantissa : INFINITY_BITS;
}

bool cp_number_parse_double(struct cp_text text, double *out_value)
{
    struct decimal decimal;
    double value = 0;

    if (!scan_decimal(text, &decimal))
        return false;
    if (decimal.count && decimal.point - 1 > HIGHEST_DECIMAL)
        return false;
    if (decimal.count && decimal.point - 1 >= LOWEST_DECIMAL && !convert_small(&decimal, &value)) {
        uint64_t bits = convert_large(&decimal);

        if (bits == INFINITY_BITS)
            return false;
        value = double_of_bits(bits);
    }
    *out_value = decimal.negative ? -value : value;
    return true;
}
