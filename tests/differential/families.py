# SPDX-License-Identifier: Apache-2.0
"""The two families of cases, each with the model that knows the answers."""
import cases
import models


class Family:
    def __init__(self, name, make_case, model, flows_a_cluster, kept=()):
        self.name = name
        self.case = make_case
        self.model = model
        self.flows_a_cluster = flows_a_cluster
        self.kept = kept  # members that the model cannot do without


BY_NAME = {family.name: family for family in (
    Family("calico", cases.calico_case, models.CalicoModel, 40),
    Family("kubernetes", cases.kubernetes_case, models.KubernetesModel, 20,
           ("protocol", "destination_port", "port", "podSelector", "subject", "labels")),
)}
