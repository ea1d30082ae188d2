# SPDX-License-Identifier: Apache-2.0
"""Cases: a cluster, and the questions to it. A seed makes a case, the same one each time."""
from clusters import ClusterMaker
from dice import Dice
from flows import FlowMaker
from k8s_clusters import KubernetesFlows, KubernetesMaker

OPTIONS = {
    "scope": ["pending"],
    "endpoint_to_host_action": ["Accept", "Return", "Drop"],
    "failsafe_inbound": ["none", "tcp:80", "tcp:10.0.0.0/24:80,udp:[fd00::/64]:53", "udp:0.0.0.0/0:1"],
    "failsafe_outbound": ["none", "tcp:443", "udp:53,tcp:203.0.113.0/24:443,tcp:[::/0]:80"],
    "http": ["ignore"],
    "profile_pass": ["next-profile"],
    "other_family_not_nets": ["match"],
    "not_icmp_type_code": ["both-differ"],
    "default_hit": ["first"],
    "tier_order_default": ["1000000"],
}
OF_A_LOAD = ("tier_order_default",)


def make_options(dice, names):
    return {name: dice.one(OPTIONS[name]) for name in dice.some(names, 1, 3)}


class Case:
    """What calpol and a model are asked."""

    def __init__(self, seed, cluster, questions):
        self.seed = seed
        self.cluster = cluster      # documents, dialect, lenient, options
        self.questions = questions  # pairs of a flow and the options of it alone


def calico_case(seed, flow_count):
    """Every kind, in Calico's dialect."""
    dice = Dice(seed)
    lenient = dice.chance(0.25)
    maker = ClusterMaker(dice, lenient)
    cluster = {"documents": maker.make(), "dialect": "calico", "lenient": lenient, "options": {}}
    if dice.chance(0.35):
        cluster["options"] = make_options(dice, list(OPTIONS))
    flows = FlowMaker(dice, maker)
    of_queries = [name for name in OPTIONS if name not in OF_A_LOAD]
    questions = []
    for _ in range(flow_count):
        options = make_options(dice, of_queries) if dice.chance(0.12) else {}
        questions.append((flows.flow(), options))
    return Case(seed, cluster, questions)


def kubernetes_case(seed, flow_count):
    """Kubernetes objects alone, as Kubernetes' documentation reads them."""
    dice = Dice(seed)
    maker = KubernetesMaker(dice)
    cluster = {"documents": maker.make(), "dialect": "upstream", "lenient": False, "options": {}}
    flows = KubernetesFlows(dice, maker)
    return Case(seed, cluster, [(flows.flow(), {}) for _ in range(flow_count)])
