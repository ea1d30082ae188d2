/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The values of lib/net, and numbers. The first byte tells what the others are:
 *
 *   a  an address              what is printed reads back the same, and prints the same
 *   n  a network               the same; masking, containing and covering agree
 *   f  a number                the same
 *   p  ranges of ports         a set contains what its ranges contain
 *   t  networks                a trie finds what a walk through all of them finds
 *   d  a pattern, LF, a name   case and a final dot do not matter; a name matches itself
 *   h  a path                  its normal form has none of what normalising takes away
 *
 * Any other byte: the text is tried as each of the texts.
 */
#include "base/number.h"
#include "net/domain.h"
#include "net/http_path.h"
#include "net/ports.h"
#include "net/prefix_trie.h"

#include <stdlib.h>

#define PORT_RANGE_BYTES 4u
#define MOST_PORT_RANGES 64u
#define NETWORK_BYTES 6u
#define MOST_NETWORKS 128u

#define EXPECT(condition) ((condition) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_address(struct cp_text text, struct cp_arena *arena)
{
    struct calpol_address address, again;
    struct cp_buffer buffer, buffer_again;
    bool mapped;

    if (!cp_address_parse(text, &address, &mapped))
        return;
    EXPECT(address.family == 4 || (address.family == 6 && !mapped));
    cp_buffer_init(&buffer, arena);
    cp_buffer_init(&buffer_again, arena);
    cp_address_print(&address, &buffer);
    EXPECT(cp_address_parse(cp_buffer_text(&buffer), &again, NULL));
    EXPECT(memcmp(&again, &address, sizeof(address)) == 0);
    cp_address_print(&again, &buffer_again);
    EXPECT(cp_text_equal(cp_buffer_text(&buffer), cp_buffer_text(&buffer_again)));
}

static void check_masked(struct cp_prefix prefix)
{
    const struct calpol_address address = prefix.address;
    const struct cp_prefix given = prefix, host = cp_prefix_of_address(&address);
    bool cleared = cp_prefix_mask(&prefix);

    EXPECT(cleared == !cp_address_equal(&prefix.address, &address));
    EXPECT(!cp_prefix_mask(&prefix));
    EXPECT(cp_prefix_contains(&prefix, &address) && cp_prefix_contains(&given, &address));
    EXPECT(cp_prefix_covers(&prefix, &host) && cp_prefix_covers(&prefix, &given));
    EXPECT(cp_prefix_covers(&host, &prefix) == (prefix.length == host.length));
}

static void check_network(struct cp_text text, struct cp_arena *arena)
{
    struct cp_prefix prefix, again;
    enum cp_prefix_problem problem = cp_prefix_parse(text, false, &prefix);
    enum cp_prefix_problem strict = cp_prefix_parse(text, true, &again);
    struct cp_buffer buffer;

    EXPECT(strict == problem || strict == CP_PREFIX_BAD);
    if (problem == CP_PREFIX_BAD)
        return;
    cp_buffer_init(&buffer, arena);
    cp_prefix_print(&prefix, &buffer);
    EXPECT(cp_prefix_parse(cp_buffer_text(&buffer), true, &again) == CP_PREFIX_OK);
    EXPECT(cp_address_equal(&again.address, &prefix.address) && again.length == prefix.length);
    check_masked(prefix);
}

static void check_number(struct cp_text text)
{
    char printed[CP_DOUBLE_TEXT_BYTES];
    double value, again;
    size_t length;

    if (!cp_number_parse_double(text, &value))
        return;
    length = cp_number_print_double(value, printed);
    EXPECT(length <= sizeof(printed));
    EXPECT(cp_number_parse_double(cp_text_make(printed, length), &again));
    EXPECT(memcmp(&value, &again, sizeof(value)) == 0);
}

static bool any_contains(const struct cp_port_range *ranges, uint32_t count, uint32_t port)
{
    for (uint32_t i = 0; i < count; i++) {
        if (ranges[i].first <= port && port <= ranges[i].last)
            return true;
    }
    return false;
}

/* The ranges given, and the ports at their ends and beside them. */
static void check_ports(const uint8_t *data, size_t size, struct cp_arena *arena)
{
    struct cp_port_range ranges[MOST_PORT_RANGES];
    struct cp_ports ports;
    uint32_t count = 0;

    for (; count < MOST_PORT_RANGES && size >= PORT_RANGE_BYTES; count++) {
        uint16_t a = (uint16_t)(data[0] << 8 | data[1]), b = (uint16_t)(data[2] << 8 | data[3]);

        ranges[count] = (struct cp_port_range){a < b ? a : b, a < b ? b : a};
        data += PORT_RANGE_BYTES;
        size -= PORT_RANGE_BYTES;
    }
    EXPECT(cp_ports_make(arena, ranges, count, &ports));
    for (uint32_t i = 1; i < ports.range_count; i++)
        EXPECT(ports.ranges[i - 1].last + 1 < ports.ranges[i].first);
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t tried[] = {ranges[i].first, ranges[i].last, ranges[i].first - 1u,
                                  ranges[i].last + 1u};

        for (size_t j = 0; j < 4; j++)
            EXPECT(tried[j] > UINT16_MAX || cp_ports_contain(&ports, (uint16_t)tried[j]) ==
                                                any_contains(ranges, count, tried[j]));
    }
}

/* A network from six bytes: family, length, the first and the last two bytes of the address. */
static struct cp_prefix network_of(const uint8_t bytes[NETWORK_BYTES])
{
    struct cp_prefix prefix = {.address = {.family = bytes[0] % 2 ? 6 : 4}};
    unsigned bits = cp_family_bits(prefix.address.family);

    prefix.length = (uint8_t)(bytes[1] % (bits + 1));
    memcpy(prefix.address.bytes, bytes + 2, 2);
    memcpy(prefix.address.bytes + bits / 8 - 2, bytes + 4, 2);
    return prefix;
}

/* Looks an address up and compares with a walk through all networks, longest first. */
static void check_lookup(const struct cp_prefix_trie *trie,
                         const struct cp_prefix *networks,
                         uint32_t count,
                         const struct calpol_address *address)
{
    struct cp_trie_walk walk;
    uint32_t value;
    bool more = cp_prefix_trie_first(trie, address, &walk, &value);

    for (int length = 128; length >= 0; length--) {
        for (uint32_t i = 0; i < count; i++) {
            if (networks[i].length != length || !cp_prefix_contains(&networks[i], address))
                continue;
            EXPECT(more && value == i);
            more = cp_prefix_trie_next(trie, &walk, &value);
        }
    }
    EXPECT(!more);
}

static void check_trie(const uint8_t *data, size_t size, struct cp_arena *arena)
{
    struct cp_prefix networks[MOST_NETWORKS];
    struct cp_prefix_trie trie;
    uint32_t count = 0;

    cp_prefix_trie_init(&trie, arena);
    for (; count < MOST_NETWORKS && size >= (count + 1) * NETWORK_BYTES; count++) {
        networks[count] = network_of(data + (size_t)count * NETWORK_BYTES);
        (void)cp_prefix_mask(&networks[count]);
        EXPECT(cp_prefix_trie_add(&trie, &networks[count], count));
    }
    for (uint32_t i = 0; i < count; i++) {
        struct calpol_address address = network_of(data + (size_t)i * NETWORK_BYTES).address;

        check_lookup(&trie, networks, count, &address);
        check_lookup(&trie, networks, count, &networks[i].address);
    }
}

/* The text with its letters in the other case and a dot added or taken away at the end. */
static struct cp_text change(struct cp_text text, struct cp_arena *arena)
{
    char *changed = cp_arena_allocate(arena, text.length + 1);

    EXPECT(changed);
    for (size_t i = 0; i < text.length; i++) {
        char lower = cp_lower(text.data[i]);

        changed[i] = lower >= 'a' && lower <= 'z' ? (char)(text.data[i] ^ 0x20) : text.data[i];
    }
    if (text.length && text.data[text.length - 1] == '.')
        return cp_text_make(changed, text.length - 1);
    changed[text.length] = '.';
    return cp_text_make(changed, text.length + 1);
}

static void check_domain(struct cp_text text, struct cp_arena *arena)
{
    size_t line = cp_text_find_byte(text, '\n');
    struct cp_text pattern = cp_text_first(text, line);
    struct cp_text name = line == SIZE_MAX ? pattern : cp_text_from_byte(text, line + 1);
    bool matches = cp_domain_matches(pattern, name);
    struct cp_text dotted = cp_text_from(".."), changed = change(name, arena);

    /* "a.." loses one dot and is no name; so "a." and "a" are the same only if "a" has no dot. */
    if (!cp_text_ends_with(name, dotted) && !cp_text_ends_with(changed, dotted))
        EXPECT(cp_domain_matches(pattern, changed) == matches);
    changed = change(pattern, arena);
    if (!cp_text_ends_with(pattern, dotted) && !cp_text_ends_with(changed, dotted))
        EXPECT(cp_domain_matches(changed, name) == matches);
    if (matches && cp_text_find_byte(name, '*') == SIZE_MAX)
        EXPECT(cp_domain_matches(name, name) && cp_domain_matches(CP_TEXT("*"), name));
}

static void check_normal_path(struct cp_text path)
{
    struct cp_text rest = path;

    EXPECT(path.length && path.data[0] == '/' && cp_text_find_byte(path, '\\') == SIZE_MAX);
    while (path.length > 1 && rest.length) {
        struct cp_text segment = cp_text_from_byte(rest, 1);

        segment = cp_text_first(segment, cp_text_find_byte(segment, '/'));
        EXPECT(segment.length && !cp_text_is(segment, ".") && !cp_text_is(segment, ".."));
        EXPECT(cp_text_find_byte(segment, ';') == SIZE_MAX);
        EXPECT(cp_text_find_byte(segment, '\0') == SIZE_MAX);
        rest = cp_text_from_byte(rest, 1 + segment.length);
        EXPECT(cp_http_path_matches_prefix(cp_text_first(path, path.length - rest.length), path));
    }
    EXPECT(cp_http_path_matches_prefix(CP_TEXT("/"), path));
}

static void check_path(struct cp_text text, struct cp_arena *arena)
{
    char *block = cp_arena_allocate(arena, text.length);
    char *second_block = cp_arena_allocate(arena, text.length);
    struct cp_text path, again;

    EXPECT(block && second_block);
    if (!cp_http_path_normalize(text, block, &path))
        return;
    EXPECT(path.length <= text.length);
    check_normal_path(path);
    /* What needs no decoding is its own normal form. */
    if (cp_text_find_byte(path, '%') != SIZE_MAX || cp_text_find_byte(path, '?') != SIZE_MAX ||
        cp_text_find_byte(path, '#') != SIZE_MAX)
        return;
    EXPECT(cp_http_path_normalize(path, second_block, &again));
    EXPECT(cp_http_path_matches_exact(path, again));
}

static void check_all_texts(struct cp_text text, struct cp_arena *arena)
{
    check_address(text, arena);
    check_network(text, arena);
    check_number(text);
    check_domain(text, arena);
    check_path(text, arena);
}

static void check(const uint8_t *data, size_t size, struct cp_arena *arena)
{
    struct cp_text text = {(const char *)data + 1, size - 1};

    switch (data[0]) {
    case 'a':
        check_address(text, arena);
        break;
    case 'n':
        check_network(text, arena);
        break;
    case 'f':
        check_number(text);
        break;
    case 'p':
        check_ports(data + 1, size - 1, arena);
        break;
    case 't':
        check_trie(data + 1, size - 1, arena);
        break;
    case 'd':
        check_domain(text, arena);
        break;
    case 'h':
        check_path(text, arena);
        break;
    default:
        check_all_texts(text, arena);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cp_arena arena;

    if (!size)
        return 0;
    cp_arena_init(&arena, NULL);
    check(data, size, &arena);
    cp_arena_finish(&arena);
    return 0;
}
