# SPDX-License-Identifier: Apache-2.0
"""Random small clusters of Kubernetes objects alone, and flows on them, in the upstream dialect."""
import k8s_policies
import words
from clusters import document
from flows import around

CLUSTER_ADDRESSES = ["10.96.0.1", "10.96.0.2", "fd96::1"]
SERVICE_NAMES = ["svc", "svc-2", "web"]
SERVICE_PORTS = [80, 81, 443, 8080]
POD_ADDRESSES = {4: words.ADDRESSES[4], 6: words.ADDRESSES[6] + ["fd00::9"]}
LABEL_KEYS = words.KEYS + [words.NAMESPACE, words.ORCHESTRATOR, "pcns.env"]


class KubernetesMaker:
    """One cluster: documents, and how things in it are called in a flow."""

    def __init__(self, dice):
        self.dice = dice
        self.numbers = dice.some(words.PORTS, 2, 5)
        self.policies = k8s_policies.PolicyMaker(dice, self.numbers)
        self.documents = []
        self.pods = []       # pairs of reference and addresses
        self.addresses = []  # of Services, with their ports
        self.free = {4: dice.some(POD_ADDRESSES[4], 99, 99), 6: dice.some(POD_ADDRESSES[6], 99, 99)}

    def make(self):
        dice = self.dice
        for name in words.NAMESPACES:
            if dice.chance(0.6):
                self.add("v1", "Namespace", name, labels=self.labels())
        for number, name in enumerate(words.NODES):
            if dice.chance(0.7):
                self.add_node(number, name)
        for number in range(dice.count(1, 5)):
            self.add_pod("pod-%d" % number)
        for _ in range(dice.count(0, 2)):
            self.add_workload()
        for name in dice.some(SERVICE_NAMES, 0, 2):
            self.add_service(name)
        for _ in range(dice.count(1, 6)):
            self.documents.append(dice.heavy([
                (5, self.policies.network_policy), (2, self.policies.cluster_policy),
                (2, self.policies.admin_policy)])())
        dice.random.shuffle(self.documents)
        return self.documents

    def add(self, *arguments, **rest):
        self.documents.append(document(*arguments, **rest))

    def labels(self):
        """Upstream a pod may call its labels what it likes (K8-46)."""
        return {key: self.dice.one(words.VALUES) for key in LABEL_KEYS
                if self.dice.chance(0.4 if key in words.KEYS else 0.05)}

    def add_node(self, number, name):
        addresses = [{"type": self.dice.heavy([(4, "InternalIP"), (2, "ExternalIP"),
                                               (1, "Hostname")]),
                      "address": words.NODE_ADDRESSES[family][number]}
                     for family in self.dice.some([4, 6], 1, 2)]
        self.add("v1", "Node", name, labels=self.labels(), status={"addresses": addresses})

    # -- pods and their templates

    def ports(self):
        dice = self.dice
        ports = []
        for _ in range(dice.count(0, 2)):
            port = {"name": dice.one(words.PORT_NAMES), "containerPort": dice.one(self.numbers)}
            dice.maybe(port, "protocol", 0.7, lambda: dice.one(["TCP", "UDP", "SCTP"]))
            dice.maybe(port, "hostPort", 0.08, lambda: dice.one([30080, 30443]))
            ports.append(port)
        return ports

    def pod_spec(self):
        dice = self.dice
        spec = {"containers": [{"name": "c", "ports": self.ports()}]}
        if dice.chance(0.15):
            spec["initContainers"] = [{"name": "i", "ports": self.ports()}]
            dice.maybe(spec["initContainers"][0], "restartPolicy", 0.5, lambda: "Always")
        return spec

    def add_pod(self, name):
        dice = self.dice
        namespace, spec = dice.one(words.NAMESPACES), self.pod_spec()
        status, addresses = {}, []
        if dice.chance(0.8):
            spec["nodeName"] = dice.one(words.NODES)
            node = words.NODES.index(spec["nodeName"])
            dice.maybe(status, "hostIP", 0.1,
                       lambda: words.NODE_ADDRESSES[dice.one([4, 6])][node])
        if "nodeName" in spec and dice.chance(0.1):
            spec["hostNetwork"] = True
        else:
            addresses = self.pod_addresses()
        if addresses:
            status["podIPs"] = [{"ip": address} for address in addresses]
        dice.maybe(status, "phase", 0.3, lambda: dice.heavy(
            [(8, "Running"), (3, "Pending"), (1, "Succeeded")]))
        dice.maybe(status, "conditions", 0.3, lambda: [
            {"type": "Ready", "status": dice.one(["True", "False"])}])
        self.add("v1", "Pod", name, namespace, self.labels(), spec=spec, status=status)
        self.pods.append(("pod:%s/%s" % (namespace, name), addresses))

    def pod_addresses(self):
        """Of its own: upstream two pods never share one."""
        families = self.dice.heavy([(6, [4]), (2, [6]), (2, [4, 6]), (1, [6, 4]), (1, [])])
        return [self.free[family].pop() for family in families]

    def add_workload(self):
        dice = self.dice
        kind = dice.one(["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicaSet"])
        name, namespace = "load-%d" % len(self.documents), dice.one(words.NAMESPACES)
        template = {"metadata": {"labels": self.labels()}, "spec": self.pod_spec()}
        spec = {"template": template}
        if kind in ("Deployment", "StatefulSet", "ReplicaSet"):
            dice.maybe(spec, "replicas", 0.7, lambda: dice.count(0, 3))
        if kind == "StatefulSet":
            dice.maybe(spec, "ordinals", 0.3, lambda: {"start": 3})
        if kind == "Job":
            dice.maybe(spec, "parallelism", 0.5, lambda: dice.count(0, 3))
        if kind == "CronJob":
            spec = {"jobTemplate": {"spec": spec}}
        group = "batch/v1" if kind in ("Job", "CronJob") else "apps/v1"
        self.add(group, kind, name, namespace, spec=spec)
        first = 3 if "ordinals" in spec else 0 if kind == "StatefulSet" else 1
        wanted = spec.get("replicas", spec.get("parallelism", 1))
        number = first + (1 if wanted > 1 and dice.chance(0.5) or dice.chance(0.05) else 0)
        self.pods.append(("pod:%s/%s-%d" % (namespace, name, number), []))

    # -- Services

    def add_service(self, name):
        dice = self.dice
        namespace = dice.one(words.NAMESPACES)
        address = dice.one([a for a in CLUSTER_ADDRESSES if a not in dict(self.addresses)])
        spec = {"clusterIP": address, "ports": self.service_ports()}
        dice.maybe(spec, "selector", 0.85, lambda: dict([self.policies.pair(False)]))
        dice.maybe(spec, "publishNotReadyAddresses", 0.1, lambda: True)
        number = 1 + len(self.addresses)
        dice.maybe(spec, "externalIPs", 0.1, lambda: ["192.0.2.%d" % number])
        kind = dice.heavy([(8, None), (1, "headless"), (1, "ExternalName"), (2, "NodePort")])
        if kind == "headless":
            spec["clusterIP"] = "None"
        elif kind == "ExternalName":
            spec["type"] = kind
        elif kind == "NodePort":
            spec["type"] = kind
            for index, port in enumerate(spec["ports"]):
                port["nodePort"] = 30000 + 2 * number + index
        self.add("v1", "Service", name, namespace, spec=spec)
        self.addresses.append((address, [port["port"] for port in spec["ports"]]))
        if dice.chance(0.3):
            self.add_slices(name, namespace, spec["ports"])
        if dice.chance(0.15):
            self.add_endpoints(name, namespace, spec["ports"])

    def service_ports(self):
        dice = self.dice
        ports = []
        for number, name in enumerate(dice.some(words.PORT_NAMES, 1, 2)):
            port = {"name": name, "port": SERVICE_PORTS[number] if dice.chance(0.7) else 8080}
            dice.maybe(port, "protocol", 0.6, lambda: dice.one(["TCP", "TCP", "UDP"]))
            dice.maybe(port, "targetPort", 0.6,
                       lambda: dice.one([80, 8080, 443] + words.PORT_NAMES))
            ports.append(port)
        return ports

    def add_slices(self, name, namespace, ports):
        dice = self.dice
        for number in range(dice.count(1, 2)):
            endpoints = []
            for address in dice.some(words.ADDRESSES[4], 0, 2):
                endpoint = {"addresses": [address]}
                dice.maybe(endpoint, "conditions", 0.3, lambda: {"ready": dice.chance(0.5)})
                endpoints.append(endpoint)
            self.add("discovery.k8s.io/v1", "EndpointSlice", "%s-%d" % (name, number), namespace,
                     {"kubernetes.io/service-name": name}, addressType="IPv4",
                     endpoints=endpoints, ports=self.backend_ports(ports))

    def backend_ports(self, ports):
        return [{"name": port["name"], "port": self.dice.one(self.numbers),
                 "protocol": port.get("protocol", "TCP")}
                for port in ports if self.dice.chance(0.9)]

    def add_endpoints(self, name, namespace, ports):
        subset = {"addresses": [{"ip": address} for address in
                                self.dice.some(words.ADDRESSES[4], 0, 2)],
                  "ports": self.backend_ports(ports)}
        self.add("v1", "Endpoints", name, namespace, subsets=[subset])


class KubernetesFlows:
    """What the upstream model can be asked: everything is told but some addresses."""

    def __init__(self, dice, maker):
        self.dice = dice
        self.maker = maker

    def flow(self):
        dice = self.dice
        family = dice.one([4, 4, 6])
        flow = {"source": self.end(family), "destination": self.end(family),
                "protocol": dice.heavy([(6, "TCP"), (3, "UDP"), (1, "SCTP"), (1, "ICMP")])}
        ports = around(self.maker.numbers)
        if dice.chance(0.2) and self.maker.addresses:
            address, ports = dice.one(self.maker.addresses)
            flow["destination"] = {"ip": dice.one([address, address, "192.0.2.1", "192.0.2.2"])}
        elif dice.chance(0.05):
            flow["destination"] = {"ip": dice.one(words.NODE_ADDRESSES[family])}
            ports = [30002, 30003, 30004, 30080, 30443]
        if flow["protocol"] != "ICMP":
            flow["destination_port"] = dice.one(ports)
        dice.maybe(flow, "ip_version", 0.06, lambda: family)
        dice.maybe(flow["destination"], "domains", 0.2, lambda: dice.some(words.NAMES, 0, 2))
        return flow

    def end(self, family):
        dice = self.dice
        speaking = [reference for reference, addresses in self.maker.pods if not addresses or any(
            (":" in address) == (family == 6) for address in addresses)]
        if speaking and dice.chance(0.75):
            return {"ref": dice.one(speaking)}
        return {"ip": dice.one(words.ADDRESSES[family] * 2 + words.NODE_ADDRESSES[family]
                               + words.OUTSIDE[family])}
