# SPDX-License-Identifier: Apache-2.0
"""Random choices, all out of one seed."""
import random


class Dice:
    """What the generators throw. Equal seeds give equal clusters, on every machine."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def chance(self, probability):
        return self.random.random() < probability

    def one(self, items):
        """One of a sequence."""
        return items[int(self.random.random() * len(items))]

    def count(self, least, most):
        return least + int(self.random.random() * (most - least + 1))

    def some(self, items, least, most):
        """Different ones, in any order."""
        return self.random.sample(list(items), min(self.count(least, most), len(items)))

    def heavy(self, weighted):
        """One of pairs (weight, value)."""
        mark = self.random.random() * sum(weight for weight, _ in weighted)
        for weight, value in weighted:
            mark -= weight
            if mark < 0:
                break
        return value

    def range(self, items):
        """The ends of a range among sorted numbers, as text."""
        ends = sorted(self.one(items) for _ in range(2))
        return "%d:%d" % tuple(ends)

    def maybe(self, mapping, key, probability, make):
        """Gives a mapping a member, or not."""
        if self.chance(probability):
            mapping[key] = make()
