# SPDX-License-Identifier: Apache-2.0
"""Random flows on a cluster, with any field unknown."""
import words


def around(numbers):
    """Ports, and their neighbours."""
    return sorted({number + step for number in numbers for step in (0, 0, -1, 1)
                   if 0 <= number + step <= 65535})


class FlowMaker:
    """Flows among what a cluster holds and what it does not."""

    def __init__(self, dice, cluster):
        """cluster is the ClusterMaker which made it."""
        self.dice = dice
        self.workloads, self.hosts, self.sets = cluster.workloads, cluster.hosts, cluster.sets
        self.theme = cluster.theme
        self.numbers = self.theme.numbers * 2 + around(self.theme.numbers) + [22, 179]
        self.family = 4  # of the flow that is being made

    def flow(self):
        self.family = self.dice.one([4, 4, 6])
        is_plain = self.dice.chance(0.2 if self.theme.has_hosts else 0.7)
        return self.plain() if is_plain else self.any_flow()

    def plain(self):
        """Between workloads and the outside, with everything told: what programs judge."""
        dice = self.dice
        flow = {side: self.workload() if dice.chance(0.65) else self.address()
                for side in ("source", "destination")}
        self.add_protocol(flow, 1.0)
        flow.update(source_port=self.port(), destination_port=self.port(), http=None)
        if dice.chance(0.4):
            del flow[dice.one(list(flow))]
        dice.maybe(flow, "icmp", 0.2, self.icmp)
        if "destination" in flow:
            dice.maybe(flow["destination"], "domains", 0.6, list)
        return flow

    def any_flow(self):
        dice = self.dice
        # Most flows tell most: an answer that is unknown for three reasons proves little.
        told = dice.one([1.0, 0.95, 0.8, 0.5])
        flow = {}
        for side in ("source", "destination"):
            dice.maybe(flow, side, 0.97, lambda: self.end(side))
        self.add_protocol(flow, told)
        dice.maybe(flow, "source_port", told - 0.1, self.port)
        dice.maybe(flow, "destination_port", told, self.port)
        self.add_layer_7(flow, told)
        dice.maybe(flow, "pre_dnat", 0.12, self.pre_dnat)
        dice.maybe(flow, "ip_version", 0.08, lambda: self.family)
        dice.maybe(flow, "state", 0.06, lambda: dice.one(
            ["new", "established", "related", "invalid"]))
        return flow

    # -- ends

    def end(self, side):
        dice = self.dice
        end = dice.heavy([
            (9, self.workload), (2, self.host), (2, self.set_member), (2, self.inline),
            (1, self.node), (5, self.address), (1, dict),
        ])()
        if dice.chance(0.08):
            end["ip"] = self.some_address()
        dice.maybe(end, "interface", 0.12, lambda: dice.one(["eth0", "eth1", "eth2"]))
        dice.maybe(end, "ip_version", 0.04, lambda: self.family)
        if side == "destination":
            dice.maybe(end, "domains", 0.3, lambda: dice.some(words.NAMES, 0, 2))
        return end

    def some_address(self):
        dice, family = self.dice, self.family
        address = dice.one(words.ADDRESSES[family] * 2 + words.NODE_ADDRESSES[family]
                           + words.OUTSIDE[family])
        return "::ffff:" + address if family == 4 and dice.chance(0.05) else address

    def reference(self, things):
        """One that speaks the flow's family, most times."""
        speaking = [reference for reference, addresses in things if not addresses or any(
            (":" in address) == (self.family == 6) for address in addresses)]
        if not speaking or self.dice.chance(0.1):
            speaking = [reference for reference, _ in things]
        return {"ref": self.dice.one(speaking)}

    def workload(self):
        return self.reference(self.workloads)

    def host(self):
        dice = self.dice
        if self.hosts and dice.chance(0.6):
            return self.reference(self.hosts)
        return {"ref": "node:" + dice.one(words.NODES)}

    def set_member(self):
        if not self.sets:
            return self.address()
        return self.reference(self.sets)

    def node(self):
        return {"node": self.dice.one(words.NODES + ["n3"])}

    def address(self):
        return {"ip": self.some_address()}

    def inline(self):
        dice = self.dice
        end = {}
        dice.maybe(end, "namespace", 0.7, lambda: dice.one(words.NAMESPACES + ["green"]))
        dice.maybe(end, "labels", 0.7, lambda: {
            key: dice.one(words.VALUES) for key in words.KEYS if dice.chance(0.5)})
        dice.maybe(end, "profiles", 0.15, lambda: dice.some(
            ["prof", "prof-2", "missing", "kns.red", "ksa.blue.sa"], 0, 2))
        if not end:
            end["labels"] = {}
        dice.maybe(end, "service_account", 0.3, lambda: dice.one(words.ACCOUNTS))
        dice.maybe(end, "node", 0.4, lambda: dice.one(words.NODES))
        dice.maybe(end, "ports", 0.3, lambda: [
            {"name": dice.one(words.PORT_NAMES), "port": dice.one(self.numbers),
             "protocol": dice.one(["TCP", "UDP"])}])
        dice.maybe(end, "ip", 0.5, self.some_address)
        return end

    # -- the rest

    def port(self):
        if self.dice.chance(0.03):
            return self.dice.count(0, 65535)
        return self.dice.one(self.numbers)

    def add_protocol(self, flow, told):
        dice = self.dice
        dice.maybe(flow, "protocol", told, lambda: self.theme.protocol(
            ["TCP", "UDP", "tcp", "17", "udplite", "47", "icmp", dice.count(1, 255)]))
        if flow.get("protocol") in words.ICMP or dice.chance(0.05):
            dice.maybe(flow, "icmp", told, self.icmp)

    def icmp(self):
        icmp = {}
        self.dice.maybe(icmp, "type", 0.9, lambda: self.dice.one(self.theme.types * 3 + [0, 130, 255]))
        self.dice.maybe(icmp, "code", 0.8, lambda: self.dice.one(self.theme.codes * 3 + [0, 255]))
        return icmp

    def add_layer_7(self, flow, told):
        dice = self.dice
        if dice.chance(told):
            flow["http"] = None
        if dice.chance(0.3):
            flow["http"] = http = {}
            dice.maybe(http, "method", 0.8, lambda: dice.one(words.METHODS[:3] + ["PUT"]))
            dice.maybe(http, "path", 0.8, lambda: dice.one(words.PATHS + words.BAD_PATHS))

    def pre_dnat(self):
        pre_dnat = {}
        self.dice.maybe(pre_dnat, "ip", 0.7, self.some_address)
        if not pre_dnat or self.dice.chance(0.6):
            pre_dnat["port"] = self.port()
        return pre_dnat
