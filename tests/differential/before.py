# SPDX-License-Identifier: Apache-2.0
"""What a cluster may have been before its last update: the same documents each time."""
import copy

# Objects that an update takes out: copies of these under another name.
COPIED = ("NetworkPolicy", "GlobalNetworkPolicy", "StagedNetworkPolicy", "Pod", "GlobalNetworkSet",
          "NetworkSet")
MOST_GONE = 4


def identity(document):
    metadata = document.get("metadata") or {}
    return (document.get("apiVersion"), document.get("kind"), metadata.get("namespace"),
            metadata.get("name"))


def older(document, documents):
    """The object as it was: with the content of another of its kind, or without labels."""
    old = copy.deepcopy(document)
    for other in documents:
        if other["kind"] == document["kind"] and other is not document and "spec" in other:
            old["spec"] = copy.deepcopy(other["spec"])
            return old
    old.get("metadata", {}).pop("labels", None)
    return old


def name_in_diagnostics(document):
    kind, metadata = document["kind"], document["metadata"]
    if kind == "NetworkPolicy" and "projectcalico" in document["apiVersion"]:
        kind = "CalicoNetworkPolicy"
    namespace = metadata.get("namespace")
    return "%s %s%s" % (kind, namespace + "/" if namespace else "", metadata["name"])


def removable(documents):
    """Copies that are gone, one of every two."""
    taken = set(map(identity, documents))
    for document in documents[::2]:
        _, kind, namespace, name = identity(document)
        if kind not in COPIED or not name or (namespace is None and not kind.startswith("Global")):
            continue
        gone = copy.deepcopy(document)
        gone["metadata"]["name"] = name + "-gone"
        if identity(gone) not in taken:
            yield gone


def split(documents):
    """The first half; what there was besides; the second half; the names of what is gone.

    A load of the first two, updated by the second half and the names, is what a load of both halves is.
    """
    middle = len(documents) // 2
    first, second = documents[:middle], documents[middle:]
    kept = set(map(identity, first))
    old = [older(document, documents) for document in second[::2] if identity(document) not in kept]
    gone = list(removable(documents))[:MOST_GONE]
    return first, old + gone, second, [name_in_diagnostics(document) for document in gone]
