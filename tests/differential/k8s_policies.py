# SPDX-License-Identifier: Apache-2.0
"""Random policies of Kubernetes' kinds, as an API server takes them."""
import words

POLICY_GROUP = "policy.networking.k8s.io/"


class PolicyMaker:
    """NetworkPolicy, ClusterNetworkPolicy, and their predecessors."""

    def __init__(self, dice, numbers):
        """numbers: the ports that are named."""
        self.dice = dice
        self.numbers = numbers

    # -- selectors

    def selector(self, namespaces=False):
        """A label selector: {} is one as well."""
        dice = self.dice
        selector = {}
        dice.maybe(selector, "matchLabels", 0.45, lambda: dict(
            self.pair(namespaces) for _ in range(dice.count(1, 2))))
        dice.maybe(selector, "matchExpressions", 0.35, lambda: [
            self.expression(namespaces) for _ in range(dice.count(1, 2))])
        return selector

    def pair(self, namespaces):
        if namespaces and self.dice.chance(0.3):
            return words.METADATA_NAME, self.dice.one(words.NAMESPACES)
        return self.dice.one(words.KEYS), self.dice.one(words.VALUES)

    def expression(self, namespaces):
        key, value = self.pair(namespaces)
        operator = self.dice.one(["In", "NotIn", "Exists", "DoesNotExist"])
        expression = {"key": key, "operator": operator}
        if operator in ("In", "NotIn"):
            expression["values"] = [value] + self.dice.some(words.VALUES, 0, 1)
        return expression

    # -- NetworkPolicy

    def network_policy(self):
        return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
                "metadata": {"name": self.dice.one(words.POLICY_NAMES),
                             "namespace": self.dice.one(words.NAMESPACES)},
                "spec": self.network_policy_spec()}

    def staged_policy(self):
        spec = self.network_policy_spec()
        if self.dice.chance(0.1):
            spec = {"stagedAction": "Delete"}
        else:
            self.dice.maybe(spec, "stagedAction", 0.3, lambda: "Set")
        return {"apiVersion": "projectcalico.org/v3", "kind": "StagedKubernetesNetworkPolicy",
                "metadata": {"name": self.dice.one(words.POLICY_NAMES),
                             "namespace": self.dice.one(words.NAMESPACES)},
                "spec": spec}

    def network_policy_spec(self):
        dice = self.dice
        spec = {"podSelector": {} if dice.chance(0.4) else self.selector()}
        dice.maybe(spec, "policyTypes", 0.6, lambda: dice.one(
            [["Ingress"], ["Egress"], ["Ingress", "Egress"], ["Egress", "Ingress"], []]))
        for direction, peers in (("ingress", "from"), ("egress", "to")):
            dice.maybe(spec, direction, 0.6, lambda: [
                self.network_policy_rule(peers) for _ in range(dice.count(0, 2))])
        return spec

    def network_policy_rule(self, peers):
        dice = self.dice
        rule = {}
        dice.maybe(rule, peers, 0.7, lambda: [self.peer() for _ in range(dice.count(0, 3))])
        dice.maybe(rule, "ports", 0.5, lambda: [self.port() for _ in range(dice.count(0, 3))])
        return rule

    def peer(self):
        dice = self.dice
        if dice.chance(0.3):
            return {"ipBlock": self.ip_block()}
        return dice.heavy([
            (2, {"podSelector": self.selector()}),
            (2, {"namespaceSelector": self.selector(True)}),
            (2, {"namespaceSelector": self.selector(True), "podSelector": self.selector()}),
        ])

    def ip_block(self):
        block = {"cidr": self.dice.one(words.NETS[self.dice.one([4, 4, 6])])}
        inside = {"10.0.0.0/8": ["10.0.0.2/31", "10.0.0.1/32"], "0.0.0.0/0": ["10.0.0.0/30"],
                  "10.0.0.0/24": ["10.0.0.0/30", "10.0.0.3/31"], "::/0": ["fd00::/64"],
                  "fd00::/64": ["fd00::1/128"]}.get(block["cidr"])
        if inside and self.dice.chance(0.6):
            block["except"] = self.dice.some(inside, 1, 2)
        return block

    def port(self):
        dice = self.dice
        port = {}
        dice.maybe(port, "protocol", 0.7, lambda: dice.one(["TCP", "UDP", "SCTP"]))
        dice.maybe(port, "port", 0.8, lambda: dice.one(self.numbers + words.PORT_NAMES * 2))
        if isinstance(port.get("port"), int) and dice.chance(0.3):
            port["endPort"] = dice.one([p for p in self.numbers if p >= port["port"]])
        return port

    # -- ClusterNetworkPolicy

    def cluster_policy(self):
        dice = self.dice
        spec = {"tier": dice.one(["Admin", "Baseline"]),
                "priority": dice.one([0, 1, 2, 500, 1000]), "subject": self.subject(False)}
        for direction, peers in (("ingress", "from"), ("egress", "to")):
            dice.maybe(spec, direction, 0.65, lambda: [
                self.cluster_rule(peers) for _ in range(dice.count(0, 3))])
        return {"apiVersion": POLICY_GROUP + "v1alpha2", "kind": "ClusterNetworkPolicy",
                "metadata": {"name": dice.one(words.POLICY_NAMES)}, "spec": spec}

    # -- AdminNetworkPolicy, BaselineAdminNetworkPolicy

    def admin_policy(self):
        dice = self.dice
        baseline = dice.chance(0.4)
        spec = {"subject": self.subject(True)}
        if not baseline:
            spec["priority"] = dice.one([0, 1, 2, 500, 1000])
        for direction, peers in (("ingress", "from"), ("egress", "to")):
            dice.maybe(spec, direction, 0.65, lambda: [
                self.admin_rule(peers, baseline) for _ in range(dice.count(0, 3))])
        return {"apiVersion": POLICY_GROUP + "v1alpha1",
                "kind": "BaselineAdminNetworkPolicy" if baseline else "AdminNetworkPolicy",
                "metadata": {"name": "default" if baseline else dice.one(words.POLICY_NAMES)},
                "spec": spec}

    def admin_rule(self, peers, baseline):
        dice = self.dice
        rule = {"action": dice.one(["Allow", "Deny"] if baseline else ["Allow", "Deny", "Pass"])}
        named = dice.chance(0.2)
        action = "Deny" if baseline else rule["action"]  # a baseline has no domain names
        rule[peers] = [self.admin_peer(peers, action, named, True)
                       for _ in range(dice.count(1, 3))]
        if named or dice.chance(0.4):
            rule["ports"] = [self.admin_port(named) for _ in range(dice.count(1, 2))]
        return rule

    def admin_port(self, named):
        dice = self.dice
        if named and dice.chance(0.6):
            return {"namedPort": dice.one(words.PORT_NAMES)}
        protocol = {}
        dice.maybe(protocol, "protocol", 0.7, lambda: dice.one(["TCP", "UDP", "SCTP"]))
        if dice.chance(0.5):
            return {"portNumber": {**protocol, "port": dice.one(self.numbers)}}
        start, end = sorted(dice.some(self.numbers, 2, 2))
        return {"portRange": {**protocol, "start": start, "end": end}}

    # -- what they share

    def subject(self, old):
        if self.dice.chance(0.5):
            return {"namespaces": self.selector(True)}
        return {"pods": self.pods(old)}

    def pods(self, old):
        """In v1alpha1 both selectors are required."""
        pods = {"podSelector": self.selector()}
        if old or self.dice.chance(0.6):
            pods["namespaceSelector"] = self.selector(True)
        return pods

    def cluster_rule(self, peers):
        dice = self.dice
        rule = {"action": dice.one(["Accept", "Deny", "Pass"])}
        named = dice.chance(0.2)
        rule[peers] = [self.admin_peer(peers, rule["action"], named, False)
                       for _ in range(dice.count(1, 3))]
        if named or dice.chance(0.4):
            rule["protocols"] = [self.cluster_protocol(named) for _ in range(dice.count(1, 2))]
        dice.maybe(rule, "name", 0.1, lambda: "a rule")
        return rule

    def admin_peer(self, peers, action, named, old):
        """Beside named ports there are no peers but pods."""
        dice = self.dice
        if peers == "to" and not named and dice.chance(0.4):
            return self.outside_peer(action)
        if dice.chance(0.5):
            return {"namespaces": self.selector(True)}
        return {"pods": self.pods(old)}

    def outside_peer(self, action):
        dice = self.dice
        kind = dice.heavy([(4, "networks"), (1, "nodes"), (1, "domainNames")])
        if kind == "nodes":
            return {"nodes": self.selector()}
        if kind == "domainNames" and action in ("Accept", "Allow"):
            return {"domainNames": dice.some(["a.example", "b.a.example", "*.a.example"], 1, 2)}
        return {"networks": dice.some(words.NETS[4] + words.NETS[6], 1, 2)}

    def cluster_protocol(self, named):
        dice = self.dice
        if named and dice.chance(0.6):
            return {"destinationNamedPort": dice.one(words.PORT_NAMES)}
        if dice.chance(0.5):
            port = {"number": dice.one(self.numbers)}
        else:
            start, end = sorted(dice.some(self.numbers, 2, 2))
            port = {"range": {"start": start, "end": end}}
        return {dice.one(["tcp", "udp", "sctp"]): {"destinationPort": port}}
