/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kinds of resources: one table from API group and kind to the function that reads it.
 *
 * A new kind is a row here, a reader in readers.h and a file with that reader.
 */
#ifndef CP_RESOURCE_KINDS_H
#define CP_RESOURCE_KINDS_H

#include "yaml/reader.h"

struct cp_resource_reader;

/* What metadata.name may be (resources.md 9.1). */
enum cp_name_form {
    CP_NAME_SUBDOMAIN,         /* a DNS subdomain of at most 253 */
    CP_NAME_LABEL,             /* a DNS label of at most 63: Tier, Namespace */
    CP_NAME_POLICY,            /* one DNS label, or two joined by a dot; at most 253 */
    CP_NAME_NAMESPACED_POLICY, /* the same, or knp.default. or ossg.default. and a DNS subdomain */
    CP_NAME_ANY                /* anything, or nothing */
};

enum cp_kind_flag {
    CP_KIND_NAMESPACED = 1u << 0,
    CP_KIND_STRICT = 1u << 1,          /* unknown fields at the top are errors (K8-125) */
    CP_KIND_STRICT_METADATA = 1u << 2, /* and in metadata: Calico's kinds (resources.md 3.5) */
    CP_KIND_TIERED = 1u << 3           /* the four policy kinds that have spec.tier */
};

struct cp_kind {
    const char *group;    /* "", "projectcalico.org"; crd.projectcalico.org has its rows */
    const char *kind;     /* as written in the file */
    const char *identity; /* tells objects apart and names them in reports: "CalicoNetworkPolicy"
                             for Calico's NetworkPolicy, else kind */
    const char *version;  /* the current one: "v1"; with its group where that is another one now */
    const char *old_versions; /* those no longer served, separated by blanks, "v1beta1 v1beta2":
                                 read alike, with the warning removed-api-version; NULL: none.
                                 For Kubernetes groups only */
    enum cp_name_form name_form;
    uint32_t flags;

    /*
     * Reads one object. root is the field of the object itself. Metadata was read, checked and is
     * in reader->metadata, top-level fields were checked as flags say; what is left is spec (and
     * status if it counts): check, fill in defaults, and hand the result to cp_resource_add. Called
     * also if metadata has errors, so that all errors are reported.
     */
    void (*read)(struct cp_resource_reader *reader, const struct cp_field *root);

    /* A name for an object without one; false: there is none. NULL: a name is required. */
    bool (*derive_name)(struct cp_resource_reader *reader,
                        const struct cp_field *root,
                        struct cp_text *out_name);
};

/* Is it a policy of Kubernetes' own, in which lenient loading tolerates problems in rules only
 * (K8-130)? */
static inline bool cp_kind_is_k8s_policy(const struct cp_kind *kind)
{
    return (kind->flags & (CP_KIND_STRICT | CP_KIND_STRICT_METADATA)) == CP_KIND_STRICT;
}

/* What a pair of apiVersion and kind is. */
enum cp_kind_status {
    CP_KIND_READ,            /* *out_kind is its row */
    CP_KIND_READ_OLD,        /* the same, and the version is no longer served */
    CP_KIND_IGNORED,         /* known or foreign, and not read */
    CP_KIND_UNKNOWN,         /* a Calico group does not have it */
    CP_KIND_UNKNOWN_VERSION, /* a Calico group of another version; or a kind of Kubernetes that is
                                read, *out_kind, in a version that never was */
    CP_KIND_LEGACY           /* Calico v2's file format */
};

enum cp_kind_status cp_kind_find(struct cp_text api_version,
                                 struct cp_text kind,
                                 const struct cp_kind **out_kind);

/* Is it projectcalico.org or crd.projectcalico.org, of any version? And the latter? */
bool cp_api_is_calico(struct cp_text api_version);
bool cp_api_is_raw(struct cp_text api_version);

/* The known kind of Calico's that is spelt most alike; NULL if none is near. */
const char *cp_kind_nearest(struct cp_text kind);

/* All rows. */
const struct cp_kind *cp_kind_table(uint32_t *out_count);

#endif
