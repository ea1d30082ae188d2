# SPDX-License-Identifier: Apache-2.0
"""Random small clusters with Calico's policies and Kubernetes' own, in Calico's dialect."""
import k8s_policies
import words
from rules import RuleMaker, Selectors
from theme import Theme

CALICO = "projectcalico.org/v3"


def document(api_version, kind, name, namespace=None, labels=None, **rest):
    metadata = {"name": name}
    if namespace:
        metadata["namespace"] = namespace
    if labels:
        metadata["labels"] = labels
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **rest}


class ClusterMaker:
    """One cluster: documents, and how things in it are called in a flow."""

    def __init__(self, dice, lenient):
        self.dice = dice
        self.lenient = lenient
        self.theme = Theme(dice)
        self.rules = RuleMaker(dice, self.theme)
        self.accounts = Selectors.of_accounts(dice)
        self.namespaces = Selectors.of_namespaces(dice)
        self.kubernetes = k8s_policies.PolicyMaker(dice, self.theme.numbers)
        self.documents = []
        self.workloads, self.hosts, self.sets = [], [], []  # pairs of reference and addresses

    def make(self):
        self.add_surroundings()
        self.add_endpoints()
        self.add_sets()
        self.add_policies()
        self.dice.random.shuffle(self.documents)
        return self.documents

    def add(self, *arguments, **rest):
        self.documents.append(document(*arguments, **rest))

    # -- labels and addresses

    def labels(self, forged=0.0):
        dice = self.dice
        labels = {key: dice.one(words.VALUES) for key in words.KEYS if dice.chance(0.45)}
        if dice.chance(forged):
            key = dice.one(list(words.FORGED))
            labels[key] = dice.one(words.FORGED[key])
        return labels

    def addresses(self):
        """None, one or some, of one family or both."""
        dice = self.dice
        families = dice.heavy([(5, [4]), (2, [6]), (3, [4, 6]), (2, [6, 4]), (1, [])])
        return [address for family in families
                for address in dice.some(words.ADDRESSES[family], 1, 2 if dice.chance(0.2) else 1)]

    def ports(self, number="port"):
        dice = self.dice
        return [{"name": dice.one(words.PORT_NAMES), "protocol": dice.one(["TCP", "UDP", "SCTP"]),
                 number: dice.one(self.theme.numbers)} for _ in range(dice.count(0, 2))]

    def several(self, least, most):
        """How many of a kind there are."""
        return self.dice.count(least, most) * (5 if self.theme.is_large else 1)

    # -- what is around: namespaces, service accounts, nodes, services, profiles, tiers

    def add_surroundings(self):
        for name in words.NAMESPACES:
            if self.dice.chance(0.6):
                self.add("v1", "Namespace", name, labels=self.labels())
        for _ in range(self.dice.count(0, 2)):
            self.add("v1", "ServiceAccount", self.dice.one(words.ACCOUNTS),
                     self.dice.one(words.NAMESPACES), self.labels())
        for number, name in enumerate(words.NODES):
            if self.dice.chance(0.5):
                self.add_node(number, name)
        for _ in range(self.dice.count(0, 2)):
            self.add_slice()
        for name in self.profile_names():
            self.add_profile(name)
        self.add_tiers()
        self.add_settings()

    def add_settings(self):
        if self.dice.chance(0.12):
            name = self.dice.one(["default", "node.n1", "node.n2", "other"])
            self.add(CALICO, "FelixConfiguration", name, spec=self.felix())
        if self.theme.has_hosts and self.dice.chance(0.1):
            node = {"hostEndpoint": {"autoCreate": self.dice.one(["Enabled", "Disabled"])}}
            self.add(CALICO, "KubeControllersConfiguration", "default",
                     spec={"controllers": {"node": node}})

    def felix(self):
        dice = self.dice
        spec = {}
        dice.maybe(spec, "defaultEndpointToHostAction", 0.5,
                   lambda: dice.one(["Drop", "Accept", "Return", "ACCEPT", "return"]))
        for key in ("failsafeInboundHostPorts", "failsafeOutboundHostPorts"):
            dice.maybe(spec, key, 0.6, lambda: [self.failsafe() for _ in range(dice.count(0, 2))])
        return spec

    def failsafe(self):
        dice = self.dice
        entry = {"protocol": dice.one(["TCP", "UDP", "tcp"]), "port": dice.one(self.theme.numbers)}
        dice.maybe(entry, "net", 0.4, lambda: dice.one(words.NETS[4] + words.NETS[6]))
        return entry

    def add_node(self, number, name):
        dice = self.dice
        addresses = [{"type": dice.heavy([(4, "InternalIP"), (2, "ExternalIP"), (1, "Hostname")]),
                      "address": words.NODE_ADDRESSES[family][number]}
                     for family in dice.some([4, 6], 0, 2)]
        self.add("v1", "Node", name, labels=self.labels(), status={"addresses": addresses})

    def add_slice(self):
        dice = self.dice
        family = dice.one([4, 4, 6])
        ports = []
        for _ in range(dice.count(0, 2)):
            port = {"name": dice.one(words.PORT_NAMES)}
            dice.maybe(port, "port", 0.85, lambda: dice.one(self.theme.numbers))
            dice.maybe(port, "protocol", 0.7, lambda: dice.one(["TCP", "UDP", "SCTP"]))
            ports.append(port)
        endpoints = []
        for _ in range(dice.count(0, 3)):
            endpoint = {"addresses": dice.some(words.ADDRESSES[family], 1, 2)}
            dice.maybe(endpoint, "conditions", 0.3, lambda: {"ready": dice.chance(0.5)})
            endpoints.append(endpoint)
        self.add("discovery.k8s.io/v1", "EndpointSlice", "slice-%d" % len(self.documents),
                 dice.one(words.NAMESPACES),
                 {"kubernetes.io/service-name": dice.one(words.SERVICES[:2])},
                 addressType="IPv%d" % family, endpoints=endpoints, ports=ports)

    def profile_names(self):
        names = [name for name in ("prof", "prof-2") if self.dice.chance(0.5)]
        if self.dice.chance(0.12):
            names.append("kns." + self.dice.one(words.NAMESPACES))
        if self.dice.chance(0.08):
            names.append("ksa.red.sa")
        return names

    def add_profile(self, name):
        dice = self.dice
        spec = {}
        for direction in ("ingress", "egress"):
            dice.maybe(spec, direction, 0.7, lambda: self.made_rules(direction, ""))
        if dice.chance(0.5):
            prefix = {"kns": "pcns.", "ksa": "pcsa."}.get(name[:3], "")
            spec["labelsToApply"] = {prefix + key: value for key, value in self.labels(0.2).items()}
        self.add(CALICO, "Profile", name, spec=spec)

    def add_tiers(self):
        dice = self.dice
        for name, orders in (("sec", [10, -5, 1000, None]), ("net", [10, 1000000, 999999.5, 2e7]),
                             ("late", [None, None, 0])):
            if dice.chance(0.7):
                self.add_tier(name, dice.one(orders))
        if self.lenient and dice.chance(0.2):
            self.add_tier(dice.one(["kube-admin", "default", "kube-baseline"]),
                          dice.one([None, 5, 2e6]))

    def add_tier(self, name, order):
        spec = {} if order is None else {"order": order}
        self.dice.maybe(spec, "defaultAction", 0.6, lambda: self.dice.one(["Deny", "Pass", "Pass"]))
        self.add(CALICO, "Tier", name, spec=spec)

    # -- endpoints

    def add_endpoints(self):
        for number in range(self.several(1, 4)):
            self.add_pod("pod-%d" % number)
        for number in range(self.dice.count(0, 2)):
            self.add_workload_endpoint("wep-%d" % number)
        for number in range(self.dice.count(1, 3) if self.theme.has_hosts else 0):
            self.add_host_endpoint("hep-%d" % number)

    def add_pod(self, name):
        dice = self.dice
        namespace = dice.one(words.NAMESPACES)
        spec = {"containers": [{"name": "c", "ports": self.ports("containerPort")}]}
        dice.maybe(spec, "serviceAccountName", 0.5, lambda: dice.one(words.ACCOUNTS))
        dice.maybe(spec, "nodeName", 0.8, lambda: dice.one(words.NODES))
        dice.maybe(spec, "initContainers", 0.15,
                   lambda: [{"name": "i", "ports": self.ports("containerPort")}])
        status = {}
        if dice.chance(0.06) and "nodeName" in spec:
            spec["hostNetwork"] = True
        addresses = [] if spec.get("hostNetwork") else self.addresses()
        if addresses:
            status["podIPs"] = [{"ip": address} for address in addresses]
        dice.maybe(status, "phase", 0.3, lambda: dice.heavy(
            [(8, "Running"), (3, "Pending"), (1, "Succeeded"), (1, "Failed")]))
        if "nodeName" in spec:
            node = words.NODES.index(spec["nodeName"])
            dice.maybe(status, "hostIP", 0.15, lambda: words.NODE_ADDRESSES[dice.one([4, 6])][node])
        self.add("v1", "Pod", name, namespace, self.labels(0.15), spec=spec, status=status)
        self.workloads.append(("pod:%s/%s" % (namespace, name), addresses))

    def add_workload_endpoint(self, name):
        dice = self.dice
        namespace, addresses = dice.one(words.NAMESPACES), self.addresses()
        spec = {"interfaceName": "cali1", "orchestrator": dice.one(["k8s", "cni", "openstack"]),
                "ipNetworks": [address + dice.one(["", "/128" if ":" in address else "/32"])
                               for address in addresses],
                "ports": self.ports(), "profiles": self.profiles(namespace)}
        dice.maybe(spec, "serviceAccountName", 0.4, lambda: dice.one(words.ACCOUNTS))
        dice.maybe(spec, "node", 0.8, lambda: dice.one(words.NODES))
        self.add(CALICO, "WorkloadEndpoint", name, namespace, self.labels(0.15), spec=spec)
        self.workloads.append(("workloadendpoint:%s/%s" % (namespace, name), addresses))

    def profiles(self, namespace=None):
        dice = self.dice
        usual = ["projectcalico-default-allow"]
        if namespace:
            usual = ["kns." + namespace, "ksa.%s.%s" % (namespace, dice.one(words.ACCOUNTS))]
        return dice.heavy([(4, usual), (2, ["prof"] + usual), (2, ["prof", "prof-2"]), (1, []),
                           (1, ["prof-2", "missing"]), (1, ["kns.blue"])])

    def add_host_endpoint(self, name):
        dice = self.dice
        spec = {"node": dice.one(words.NODES), "ports": self.ports(), "profiles": self.profiles()}
        dice.maybe(spec, "interfaceName", 0.8, lambda: dice.one(["*", "*", "eth0", "eth0", "eth1"]))
        if "interfaceName" not in spec or dice.chance(0.6):
            node = words.NODES.index(spec["node"])
            spec["expectedIPs"] = dice.some(
                [words.NODE_ADDRESSES[4][node], words.NODE_ADDRESSES[6][node],
                 dice.one(words.ADDRESSES[4]), dice.one(words.ADDRESSES[6])], 1, 2)
        self.add(CALICO, "HostEndpoint", name, labels=self.labels(0.3), spec=spec)
        self.hosts.append(("hostendpoint:" + name, spec.get("expectedIPs", [])))

    def add_sets(self):
        dice = self.dice
        for number in range(self.several(0, 3)):
            name = "set-%d" % number
            spec = {}
            dice.maybe(spec, "nets", 0.8, lambda: dice.some(
                words.NETS[4] + words.NETS[6] + words.ADDRESSES[4] + ["10.0.0.9/24"], 1, 3))
            dice.maybe(spec, "allowedEgressDomains", 0.25, lambda: dice.some(words.DOMAINS, 1, 2))
            labels = {key: value for key, value in self.labels(0.2).items()
                      if key != words.NAMESPACE}
            if dice.chance(0.5):
                self.add(CALICO, "GlobalNetworkSet", name, labels=labels, spec=spec)
                self.sets.append(("globalnetworkset:" + name, spec.get("nets", [])))
            else:
                namespace = dice.one(words.NAMESPACES)
                self.add(CALICO, "NetworkSet", name, namespace, labels, spec=spec)
                self.sets.append(("networkset:%s/%s" % (namespace, name), spec.get("nets", [])))

    # -- policies

    def add_policies(self):
        taken = set()
        for number in range(self.several(1, 6)):
            policy = self.dice.heavy([
                (4, self.network_policy), (7, self.global_policy), (2, self.kubernetes.network_policy),
                (1, self.kubernetes.staged_policy), (2, self.kubernetes.cluster_policy),
                (0.7, self.kubernetes.admin_policy),
            ])()
            metadata = policy["metadata"]
            if self.theme.is_large and metadata["name"] != "default":
                metadata["name"] += "-%d" % number if self.dice.chance(0.5) else "%d" % number
            identity = policy["apiVersion"], policy["kind"], metadata.get("namespace"), metadata["name"]
            # A second one replaces the first.
            if identity not in taken or self.dice.chance(0.1):
                taken.add(identity)
                self.documents.append(policy)

    def made_rules(self, direction, namespace):
        rules = self.rules.rules(direction, namespace, 9 if self.theme.is_large else 3)
        if self.lenient and self.dice.chance(0.5):
            self.rules.spoil(self.dice.one(rules), direction)
        return rules

    def policy_spec(self, namespace, staged):
        dice = self.dice
        spec = {}
        dice.maybe(spec, "tier", 0.5, lambda: dice.one(words.TIERS))
        dice.maybe(spec, "order", 0.6, lambda: dice.one(words.ORDERS))
        dice.maybe(spec, "selector", 0.7,
                   lambda: "all()" if dice.chance(0.35) else self.rules.endpoints.text())
        dice.maybe(spec, "serviceAccountSelector", 0.1, self.accounts.text)
        dice.maybe(spec, "types", 0.6, lambda: dice.one(
            [["Ingress"], ["Egress"], ["Ingress", "Egress"], ["Egress", "Ingress"], []]))
        for direction in ("ingress", "egress"):
            dice.maybe(spec, direction, 0.65, lambda: [] if dice.chance(0.08)
                       else self.made_rules(direction, namespace))
        if staged:
            dice.maybe(spec, "stagedAction", 0.4, lambda: dice.one(["Set", "Learn", "Ignore"]))
        return spec

    def deletion(self):
        spec = {"stagedAction": "Delete"}
        self.dice.maybe(spec, "tier", 0.5, lambda: self.dice.one(words.TIERS))
        return spec

    def network_policy(self):
        dice = self.dice
        staged = dice.chance(0.25)
        namespace = dice.one(words.NAMESPACES)
        spec = self.deletion() if staged and dice.chance(0.1) else \
            self.policy_spec(namespace, staged)
        return document(CALICO, "StagedNetworkPolicy" if staged else "NetworkPolicy",
                        dice.one(words.POLICY_NAMES), namespace, spec=spec)

    def global_policy(self):
        dice = self.dice
        staged = dice.chance(0.2)
        if staged and dice.chance(0.1):
            spec = self.deletion()
        else:
            spec = self.policy_spec("", staged)
            dice.maybe(spec, "namespaceSelector", 0.25, self.namespaces.text)
            self.add_host_flags(spec)
        return document(CALICO, "StagedGlobalNetworkPolicy" if staged else "GlobalNetworkPolicy",
                        dice.one(words.POLICY_NAMES), spec=spec)

    def add_host_flags(self, spec):
        """For host endpoints: doNotTrack, preDNAT, applyOnForward."""
        dice = self.dice
        if not self.hosts or dice.chance(0.4):
            return
        kind = dice.one(["doNotTrack", "preDNAT", None, None])
        if kind:
            spec[kind] = True
        if not (self.lenient and dice.chance(0.3)):
            spec["applyOnForward"] = True
        if self.lenient and dice.chance(0.1):
            spec[dice.one(["doNotTrack", "preDNAT"])] = True
        elif spec.get("preDNAT"):
            spec.pop("egress", None)
            if "Egress" in spec.get("types", []):
                spec["types"] = ["Ingress"]
