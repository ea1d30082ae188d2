# SPDX-License-Identifier: Apache-2.0
"""The few ports, protocols and ICMP numbers that one cluster and its flows are about, so that those
of rules, endpoints and flows meet."""
import words


class Theme:
    def __init__(self, dice):
        self.dice = dice
        # Most clusters are small, for there what meets is seen; large ones reach other ways.
        self.is_large = dice.chance(0.04)
        # Without host endpoints most flows are a matter of programs (lib/ruleset/program.h).
        self.has_hosts = dice.chance(0.6)
        self.numbers = dice.some(words.PORTS, 2, 5)
        self.types = dice.some(words.TYPES, 1, 3)
        self.codes = dice.some(words.CODES, 1, 2)
        self.protocols = [way for name in dice.some(list(words.PROTOCOLS), 2, 3)
                          for way in words.PROTOCOLS[name]]

    def protocol(self, others):
        """One of its own, or now and then one of others."""
        return self.dice.one(others if self.dice.chance(0.2) else self.protocols)

    def icmp(self):
        icmp = {}
        self.dice.maybe(icmp, "type", 0.9, lambda: self.dice.one(self.types))
        if "type" in icmp:
            self.dice.maybe(icmp, "code", 0.5, lambda: self.dice.one(self.codes))
        return icmp
