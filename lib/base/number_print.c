/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A double as the shortest decimal that reads back the same, by the method of Steele and White:
 * digits are produced until what is left over is less than the distance to the neighbouring
 * doubles.
 *
 * The largest integers: a mantissa of 53 bits times 10^324 and 2^1076 times a little more, both
 * below 1200 bits.
 */
#include "base/number.h"

#include "base/big.h"

#include <assert.h>

#define MANTISSA_BITS 53
#define HIDDEN_BIT ((uint64_t)1 << (MANTISSA_BITS - 1))

/* Of the mantissa as a whole number: mantissa * 2^exponent. */
#define LOWEST_EXPONENT (-1074)

/* A double on its way to decimal: value = rest / scale * 10^point, and half the distance to the
   next larger and smaller double in the same measure. */
struct shortest {
    struct cp_big rest, scale, above, below;
    bool is_even; /* the halfway points themselves round to this double */
    int point;
    size_t count;
    char digits[17];
};

/* Order of rest + above and scale: has the value, rounded up as far as it may be, reached 1? */
static bool reaches_scale(const struct shortest *number)
{
    struct cp_big sum;
    int order;

    cp_big_copy(&sum, &number->rest);
    cp_big_add(&sum, &number->above);
    order = cp_big_compare(&sum, &number->scale);
    return number->is_even ? order >= 0 : order > 0;
}

/* mantissa * 2^exponent, not zero, as a fraction and its neighbourhood. */
static void set_shortest(struct shortest *number, uint64_t mantissa, int exponent)
{
    /* Below a power of two doubles lie twice as dense, but for the lowest normal one. */
    bool is_boundary = mantissa == HIDDEN_BIT && exponent > LOWEST_EXPONENT;
    size_t extra = is_boundary ? 2 : 1;

    cp_big_set(&number->rest, mantissa);
    cp_big_set(&number->scale, 1);
    cp_big_set(&number->below, 1);
    if (exponent >= 0) {
        cp_big_shift(&number->rest, (size_t)exponent);
        cp_big_shift(&number->below, (size_t)exponent);
    } else {
        cp_big_shift(&number->scale, (size_t)-exponent);
    }
    cp_big_copy(&number->above, &number->below);
    cp_big_shift(&number->rest, extra);
    cp_big_shift(&number->scale, extra);
    cp_big_shift(&number->above, extra - 1);
    number->is_even = (mantissa & 1) == 0;
}

static void multiply_power10(struct cp_big *big, int exponent)
{
    cp_big_multiply_power5(big, (unsigned)exponent);
    cp_big_shift(big, (size_t)exponent);
}

/* Makes the fraction smaller than 1, but not than 1/10, by a power of ten. power2: the largest
   power of two that is not larger than the value. */
static void scale_shortest(struct shortest *number, int power2)
{
    /* log10(2) is 0.30103, rounded. The loop below makes up for a point that is too low. */
    int point = power2 >= 0 ? power2 * 30103 / 100000 : -(-power2 * 30103 / 100000) - 1;

    if (point >= 0) {
        multiply_power10(&number->scale, point);
    } else {
        multiply_power10(&number->rest, -point);
        multiply_power10(&number->above, -point);
        multiply_power10(&number->below, -point);
    }
    for (; reaches_scale(number); point++)
        cp_big_multiply(&number->scale, 10, 0);
    number->point = point;
}

/* The next digit; rest becomes what is left. */
static unsigned next_digit(struct shortest *number)
{
    unsigned digit = 0;

    cp_big_multiply(&number->rest, 10, 0);
    cp_big_multiply(&number->above, 10, 0);
    cp_big_multiply(&number->below, 10, 0);
    while (cp_big_compare(&number->rest, &number->scale) >= 0) {
        cp_big_subtract(&number->rest, &number->scale);
        digit++;
    }
    return digit;
}

/* Is what is left more than half, or half behind an odd digit? */
static bool is_nearer_up(const struct shortest *number, unsigned digit)
{
    struct cp_big twice;
    int order;

    cp_big_copy(&twice, &number->rest);
    cp_big_shift(&twice, 1);
    order = cp_big_compare(&twice, &number->scale);
    return order > 0 || (order == 0 && digit % 2);
}

static void make_digits(struct shortest *number)
{
    bool may_stop, may_stop_up;
    unsigned digit;

    number->count = 0;
    do {
        int order;

        digit = next_digit(number);
        order = cp_big_compare(&number->rest, &number->below);
        may_stop = number->is_even ? order <= 0 : order < 0;
        may_stop_up = reaches_scale(number);
        assert(number->count < sizeof(number->digits));
        number->digits[number->count++] = (char)('0' + digit);
    } while (!may_stop && !may_stop_up);
    if (may_stop_up && (!may_stop || is_nearer_up(number, digit)))
        number->digits[number->count - 1]++;
}

/* Text of limited length being built. */
struct writer {
    char *text;
    size_t length;
};

static void put(struct writer *writer, char byte)
{
    assert(writer->length < CP_DOUBLE_TEXT_BYTES);
    writer->text[writer->length++] = byte;
}

static void put_zeros(struct writer *writer, int count)
{
    for (; count > 0; count--)
        put(writer, '0');
}

/* All digits, with a point before the digit of an index; none if there is no such digit. */
static void put_digits(struct writer *writer, const struct shortest *number, int point)
{
    for (size_t i = 0; i < number->count; i++) {
        if (point >= 0 && i == (size_t)point)
            put(writer, '.');
        put(writer, number->digits[i]);
    }
}

static void put_exponent(struct writer *writer, int exponent)
{
    put(writer, 'e');
    if (exponent < 0) {
        put(writer, '-');
        exponent = -exponent;
    }
    if (exponent >= 100)
        put(writer, (char)('0' + exponent / 100));
    if (exponent >= 10)
        put(writer, (char)('0' + exponent / 10 % 10));
    put(writer, (char)('0' + exponent % 10));
}

static void put_number(struct writer *writer, const struct shortest *number)
{
    if (number->point > 15 || number->point < -4) {
        put_digits(writer, number, 1);
        put_exponent(writer, number->point - 1);
    } else if (number->point > 0) {
        put_digits(writer, number, number->point);
        put_zeros(writer, number->point - (int)number->count);
    } else {
        put(writer, '0');
        put(writer, '.');
        put_zeros(writer, -number->point);
        put_digits(writer, number, -1);
    }
}

/* A finite value as mantissa * 2^exponent. */
static void split(uint64_t bits, uint64_t *out_mantissa, int *out_exponent)
{
    int exponent = (int)(bits >> (MANTISSA_BITS - 1) & 0x7ff);

    *out_mantissa = bits & (HIDDEN_BIT - 1);
    *out_exponent = LOWEST_EXPONENT;
    if (exponent) {
        *out_mantissa |= HIDDEN_BIT;
        *out_exponent += exponent - 1;
    }
}

size_t cp_number_print_double(double value, char out_text[CP_DOUBLE_TEXT_BYTES])
{
    struct writer writer = {out_text, 0};
    struct shortest number;
    uint64_t bits, mantissa;
    int exponent, power2;

    assert(value - value == 0);
    memcpy(&bits, &value, sizeof(bits));
    if (bits >> 63)
        put(&writer, '-');
    split(bits, &mantissa, &exponent);
    if (!mantissa) {
        put(&writer, '0');
        return writer.length;
    }
    set_shortest(&number, mantissa, exponent);
    power2 = exponent - 1;
    for (; mantissa; mantissa >>= 1)
        power2++;
    scale_shortest(&number, power2);
    make_digits(&number);
    put_number(&writer, &number);
    return writer.length;
}
