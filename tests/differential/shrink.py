# SPDX-License-Identifier: Apache-2.0
"""Makes the smallest case that still shows a difference."""
import copy

# What a document must have to be one.
KEPT = ("apiVersion", "kind", "metadata", "name", "namespace")

def smaller(value, kept):
    """Copies of a value with one part less, the largest parts first."""
    if isinstance(value, list):
        for index in range(len(value)):
            yield value[:index] + value[index + 1:]
    if isinstance(value, dict):
        for key in value:
            if key not in kept:
                yield {k: v for k, v in value.items() if k != key}
    yield from inside(value, kept)


def inside(value, kept):
    """Copies with a smaller member or item."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            for less in smaller(item, kept):
                yield value[:index] + [less] + value[index + 1:]
    if isinstance(value, dict):
        for key, item in value.items():
            for less in smaller(item, kept):
                yield {**value, key: less}


def shrink(parts, still_differs, kept=(), limit=4000):
    """Takes away what is not needed; parts is a mapping of anything that JSON can hold.

    still_differs judges a candidate, and must say no to what makes no sense. Members named in kept
    stay. Each thing that can go goes at once, until a whole round finds nothing or limit candidates
    were judged.
    """
    parts = copy.deepcopy(parts)
    judged = 0
    found = True
    while found:
        found = False
        for candidate in smaller_parts(parts, KEPT + tuple(kept)):
            judged += 1
            if judged > limit:
                return parts
            if still_differs(candidate):
                parts, found = candidate, True
                break
    return parts


def smaller_parts(parts, kept):
    for name, part in parts.items():
        for less in smaller(part, kept):
            yield {**parts, name: less}
