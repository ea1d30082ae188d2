/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file base.h
 * What every part of calpol's interface shares: status codes, the allocator hook, the version and
 * the rule by which structs grow.
 *
 * **Structs and their sizes.** A function that reads or fills a struct takes the caller's sizeof of
 * it. Fields are only ever appended and reserved fields are zero, so a caller compiled against an
 * older or newer header works: a smaller struct lacks the newest fields, a larger one is accepted as
 * long as the part this library does not know is zero (CALPOL_ERROR_ABI otherwise).
 *
 * **Text.** Text handed in is NUL-terminated unless a length goes with it, and is not kept. Text
 * handed out is NUL-terminated UTF-8 owned by the object it came from and valid until that object is
 * freed; nobody ever frees a string of calpol's.
 *
 * **Outputs.** Parameters called out_... come last and are written on success only, unless the
 * function says otherwise.
 *
 * **Threads.** The library has no global mutable state and needs no initialisation. Different
 * objects may be used from different threads at once. Which objects may be shared is said with
 * each type.
 *
 * **Rules.** EV-n, K8-n and chapters such as "resources.md 5.4" are those of the specification, which
 * is in docs/spec/ of the source and is installed with the documentation.
 */
#ifndef CALPOL_BASE_H
#define CALPOL_BASE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Marks what the shared library exports. */
#if defined(__GNUC__) || defined(__clang__)
#define CALPOL_API __attribute__((visibility("default")))
#else
#define CALPOL_API
#endif

/** Version of this header; calpol_version() tells that of the library. */
#define CALPOL_VERSION "0.1.0"
#define CALPOL_VERSION_MAJOR 0 /**< its first number */
#define CALPOL_VERSION_MINOR 1 /**< its second number */
#define CALPOL_VERSION_PATCH 0 /**< its third number */

/** "None" for ids (endpoint, tier, policy). */
#define CALPOL_NONE 0xffffffffu

/** What a call came to. Zero is success; the meaning of a code is the same in every function. */
enum calpol_status {
    CALPOL_OK = 0,
    CALPOL_ERROR_NO_MEMORY = -1,        /**< the allocator returned NULL; nothing was changed */
    CALPOL_ERROR_INVALID_ARGUMENT = -2, /**< the call itself is wrong (NULL where none is allowed, …) */
    CALPOL_ERROR_INVALID_INPUT = -3,    /**< what was read is wrong: see the diagnostics or the error */
    CALPOL_ERROR_NOT_FOUND = -4,        /**< no such endpoint, policy, option, … */
    CALPOL_ERROR_LIMIT = -5,            /**< a limit of the load options was exceeded */
    CALPOL_ERROR_IO = -6,               /**< a file could not be read */
    CALPOL_ERROR_ABI = -7               /**< a struct size this library cannot serve */
};

/**
 * Where memory comes from. NULL in place of a pointer to this struct means malloc, realloc and free.
 *
 * The sizes on resize and release are those of the allocation, so that an arena or a counter needs
 * no header of its own. allocate and resize return NULL when there is no memory. The allocator of an
 * object is called from whichever thread uses or frees the object. libyaml has no allocator hook:
 * its short-lived buffers are the one thing that does not come from here, and they are gone before
 * the call that made them returns.
 */
struct calpol_allocator {
    void *(*allocate)(void *context, size_t size); /**< NULL: there is no memory */
    void *(*resize)(void *context, void *pointer, size_t old_size, size_t new_size); /**< likewise */
    void (*release)(void *context, void *pointer, size_t size); /**< pointer is never NULL */
    void *context;                                 /**< given to each of them */
};

/** Version of the library in use, "MAJOR.MINOR.PATCH". */
CALPOL_API const char *calpol_version(void);

/** One line for a status code, such as "out of memory"; "unknown status" for any other number. */
CALPOL_API const char *calpol_status_text(int status);

/** Public structs by number, for callers that mirror them in another language. */
enum calpol_struct_id {
    CALPOL_STRUCT_ALLOCATOR = 1,
    CALPOL_STRUCT_LOAD_OPTIONS = 2,
    CALPOL_STRUCT_DIAGNOSTIC = 3,
    CALPOL_STRUCT_ADDRESS = 4,
    CALPOL_STRUCT_FLOW = 5,
    CALPOL_STRUCT_DECISION = 6,
    CALPOL_STRUCT_VERDICT = 7,
    CALPOL_STRUCT_STEP = 8,
    CALPOL_STRUCT_POLICY_INFO = 9,
    CALPOL_STRUCT_ENDPOINT_INFO = 10,
    CALPOL_STRUCT_TIER_INFO = 11,
    CALPOL_STRUCT_COUNTS = 12,
    CALPOL_STRUCT_ENDPOINT_SPEC = 13,
    CALPOL_STRUCT_ENDPOINT_PORT = 14
};

/** sizeof of a public struct as this library was compiled with; 0 for an unknown number. */
CALPOL_API size_t calpol_struct_size(int struct_id);

#ifdef __cplusplus
}
#endif

#endif
