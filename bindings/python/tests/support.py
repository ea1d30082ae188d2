# SPDX-License-Identifier: Apache-2.0
"""What the tests share: a small cluster, and the modules that need not be there."""

import contextlib
import importlib
import pathlib
import unittest
from unittest import mock

import calpol
from calpol import _optional

SOURCE_ROOT = pathlib.Path(__file__).resolve().parents[3]

CLUSTER = """\
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {nodeName: n1}
status: {podIPs: [{ip: 10.0.0.1}]}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
spec: {nodeName: n2}
status: {podIPs: [{ip: 10.0.0.2}, {ip: 'fd00::2'}]}
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  selector: app == 'db'
  types: [Ingress]
  ingress:
  - {action: Allow, protocol: TCP, source: {selector: app == 'web'}, destination: {ports: [5432]}}
  - {action: Allow, protocol: ICMP, icmp: {type: 8, code: 0}}
  - {action: Allow, protocol: TCP, destination: {ports: [80]}, http: {methods: [GET]}}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: web}
spec:
  selector: app == 'web'
  types: [Egress]
  egress:
  - {action: Deny, destination: {nets: [203.0.113.0/24]}}
  - {action: Allow}
"""


def ruleset(text=CLUSTER, **options):
    return calpol.load(text=text, **options)


def needs(*names):
    """A decorator: skips, saying so, where a module is not installed."""
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError:
            return unittest.skip(f"{name} is not installed")
    return lambda test: test


@contextlib.contextmanager
def without_numpy():
    """As if numpy and pyarrow were not installed."""
    with mock.patch.object(_optional, "_import", lambda name: None):
        yield
