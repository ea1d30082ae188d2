# SPDX-License-Identifier: Apache-2.0
"""Random selectors and rules of Calico's kinds.

Rules are what an API server takes; RuleMaker.spoil makes of one what only a lenient load takes.
"""
import words


def quoted(dice, value):
    mark = dice.one("'\"")
    return mark + value + mark


class Selectors:
    """Selector texts over the labels of one sort of thing."""

    def __init__(self, dice, values, with_global=False):
        self.dice = dice
        self.values = values  # the values that each label name may have
        self.with_global = with_global

    @classmethod
    def of_endpoints(cls, dice):
        values = {key: words.VALUES for key in words.KEYS}
        return cls(dice, {**values, **words.FORGED})

    @classmethod
    def of_namespaces(cls, dice, with_global=False):
        values = {key: words.VALUES for key in words.KEYS}
        values.update({words.NAME: words.NAMESPACES, words.METADATA_NAME: words.NAMESPACES})
        return cls(dice, values, with_global)

    @classmethod
    def of_accounts(cls, dice):
        values = {key: words.VALUES for key in words.KEYS}
        values[words.NAME] = words.ACCOUNTS
        return cls(dice, values)

    def text(self):
        if self.with_global and self.dice.chance(0.15):
            return "global()"
        return self.expression(2)

    def expression(self, depth):
        if depth == 0 or self.dice.chance(0.6):
            return self.term()
        left, right = self.expression(depth - 1), self.expression(depth - 1)
        return self.dice.heavy([
            (3, "%s && %s" % (left, right)),
            (2, "%s || %s" % (left, right)),
            (1, "(%s) && (%s)" % (left, right)),
            (1, "!(%s)" % left),
            (1, "%s || %s && %s" % (left, right, self.term())),
        ])

    def key(self):
        # A name of the plain kind is more often asked for than a forged one.
        keys = words.KEYS if self.dice.chance(0.75) else list(self.values)
        return self.dice.one(keys)

    def term(self):
        key = self.key()
        value = quoted(self.dice, self.dice.one(self.values[key]))
        several = ", ".join(quoted(self.dice, v)
                            for v in self.dice.some(self.values[key], 1, 3))
        return self.dice.heavy([
            (6, "%s == %s" % (key, value)),
            (3, "%s != %s" % (key, value)),
            (2, "%s in {%s}" % (key, several)),
            (2, "%s not in {%s}" % (key, several)),
            (2, "has(%s)" % key),
            (2, "!has(%s)" % key),
            (1, "%s contains %s" % (key, value)),
            (1, "%s starts with %s" % (key, value)),
            (1, "%s ends with %s" % (key, value)),
            (2, "all()"),
            (0.5, "!all()"),
        ])


class RuleMaker:
    """Rules of policies and profiles."""

    def __init__(self, dice, theme):
        self.dice = dice
        self.theme = theme
        self.endpoints = Selectors.of_endpoints(dice)
        self.namespaces = Selectors.of_namespaces(dice, with_global=True)
        self.accounts = Selectors.of_accounts(dice)

    def rules(self, direction, namespace, most):
        """A list of rules; namespace is the policy's, "" of others."""
        return [self.rule(direction, namespace) for _ in range(self.dice.count(1, most))]

    def rule(self, direction, namespace):
        dice = self.dice
        rule = {"action": dice.heavy([(9, "Allow"), (6, "Deny"), (3, "Pass"), (2, "Log")])}
        if dice.chance(0.06):
            return rule
        family = self.add_protocol(rule, dice.one([4, 4, 6]))
        for side in ("source", "destination"):
            if dice.chance(0.6):
                self.add_entity(rule, side, family, direction, namespace)
        self.add_http(rule, direction)
        return rule

    # -- protocol, family, ICMP

    def add_protocol(self, rule, family):
        """Also says of which family the rule's nets must be."""
        dice = self.dice
        others = words.WITH_PORTS + words.WITHOUT_PORTS
        if self.theme.is_large:
            others += words.MORE_PROTOCOLS
        dice.maybe(rule, "protocol", 0.6, lambda: self.theme.protocol(others))
        dice.maybe(rule, "notProtocol", 0.12, lambda: self.theme.protocol(others))
        families = {words.ICMP[rule[key]] for key in ("protocol", "notProtocol")
                    if rule.get(key) in words.ICMP}
        if len(families) < 2 and dice.chance(0.15):
            rule["ipVersion"] = families.pop() if families else dice.one([4, 6])
        if rule.get("protocol") in words.ICMP and dice.chance(0.7):
            rule["icmp"] = self.theme.icmp()
        dice.maybe(rule, "notICMP", 0.12, self.theme.icmp)
        return rule.get("ipVersion", family)

    # -- ends

    def add_entity(self, rule, side, family, direction, namespace):
        dice = self.dice
        entity = {}
        services_side = "source" if direction == "ingress" else "destination"
        if side == services_side and dice.chance(0.12):
            self.add_services(entity, namespace)
        else:
            self.add_nets(entity, family)
            self.add_selectors(entity)
        self.add_ports(rule, entity, side)
        if side == "destination" and direction == "egress" and rule["action"] == "Allow":
            self.add_domains(entity)
        if entity:
            rule[side] = entity

    def add_services(self, entity, namespace):
        entity["services"] = {"name": self.dice.one(words.SERVICES)}
        if not namespace or self.dice.chance(0.5):
            entity["services"]["namespace"] = self.dice.one(words.NAMESPACES)

    def add_nets(self, entity, family):
        dice = self.dice
        nets = words.NETS[family]
        dice.maybe(entity, "nets", 0.25, lambda: dice.some(nets, 1, 3))
        dice.maybe(entity, "notNets", 0.15, lambda: dice.some(
            [net for net in nets if not net.endswith("/0")], 1, 2))

    def add_selectors(self, entity):
        dice = self.dice
        dice.maybe(entity, "selector", 0.35, self.endpoints.text)
        dice.maybe(entity, "notSelector", 0.18, self.endpoints.text)
        dice.maybe(entity, "namespaceSelector", 0.22, self.namespaces.text)
        dice.maybe(entity, "serviceAccounts", 0.1, self.service_accounts)
        if dice.chance(0.05):
            entity[dice.one(["nets", "notNets"])] = []
        if dice.chance(0.05):
            entity[dice.one(["selector", "notSelector", "namespaceSelector"])] = ""

    def service_accounts(self):
        accounts = {}
        self.dice.maybe(accounts, "names", 0.5, lambda: self.dice.some(words.ACCOUNTS, 1, 2))
        self.dice.maybe(accounts, "selector", 0.5, self.accounts.text)
        return accounts

    def add_ports(self, rule, entity, side):
        dice = self.dice
        protocol = rule.get("protocol")
        if protocol is not None and protocol not in words.WITH_PORTS:
            return
        if "services" in entity and side == "destination":
            return
        for key, chance in (("ports", 0.35), ("notPorts", 0.12)):
            dice.maybe(entity, key, chance, lambda: self.ports(protocol is not None))

    def ports(self, with_numbers):
        dice = self.dice
        if not with_numbers:
            return dice.some(words.PORT_NAMES, 1, 2)
        if self.theme.is_large and dice.chance(0.3):
            first = dice.count(1, 65535)
            return ["%d:%d" % (first, dice.count(first, 65535)), dice.count(1, 65535)]
        return [dice.heavy([(4, dice.one(self.theme.numbers)), (1, str(dice.one(self.theme.numbers))),
                            (3, dice.range(self.theme.numbers + [1, 65535])),
                            (3, dice.one(words.PORT_NAMES))])
                for _ in range(dice.count(1, 3))]

    def add_domains(self, entity):
        if not {"nets", "selector", "services"} & set(entity):
            self.dice.maybe(entity, "domains", 0.15,
                            lambda: self.dice.some(words.DOMAINS, 1, 2))

    # -- HTTP

    def add_http(self, rule, direction):
        if (direction == "ingress" and rule["action"] == "Allow"
                and rule.get("protocol") in (None, "TCP", 6, "6")):
            self.dice.maybe(rule, "http", 0.15, self.http)

    def http(self):
        dice = self.dice
        http = {}
        dice.maybe(http, "methods", 0.6, lambda: dice.some(words.METHODS, 0, 2))
        dice.maybe(http, "paths", 0.6, lambda: [
            {dice.one(["exact", "prefix"]): dice.one(words.PATHS)}
            for _ in range(dice.count(0, 2))])
        return http

    # -- what an API server refuses

    def spoil(self, rule, direction):
        """Changes a rule into one that only got past an API server (EV-99)."""
        dice = self.dice
        side = dice.one(["source", "destination"])
        entity = rule.setdefault(side, {})
        dice.one([
            lambda: entity.update({dice.one(["ports", "notPorts"]): self.ports(True)}),
            lambda: rule.update(icmp=self.theme.icmp()),
            lambda: rule.update(icmp={"code": dice.one(words.CODES)}),
            lambda: rule.update(ipVersion=dice.one([4, 6])),
            lambda: rule.update(protocol=dice.one(["tcp", "icmp", "icmpv6", "Udp"])),
            lambda: entity.update({dice.one(["nets", "notNets"]): self.mixed_nets()}),
            lambda: rule.update(http=self.http()),
            lambda: entity.update(services={"name": dice.one(words.SERVICES),
                                            "namespace": dice.one(words.NAMESPACES)}),
            lambda: entity.update(domains=dice.some(words.DOMAINS, 1, 2)),
            lambda: entity.update({dice.one(["selector", "notSelector"]): dice.one(
                ["global()", "!global()", "global() && app == 'a'"])}),
            lambda: entity.update(namespaceSelector=dice.one(
                ["!global()", "global() || env == 'a'", "!all()"])),
        ])()

    def mixed_nets(self):
        odd = ["10.0.0.3/24", "10.0.0.1", "fd00::1", "fd00::7/120"]
        return self.dice.some(words.NETS[4] + words.NETS[6] + odd, 1, 3)
