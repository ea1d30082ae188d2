/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Typed resources back to text, with defaults filled in and values in their normal form.
 *
 * What is written reads back as the same resource. Fields that are absent or empty are left out.
 * CALPOL_OK or CALPOL_ERROR_NO_MEMORY, where not said otherwise.
 */
#ifndef CP_RESOURCE_WRITE_H
#define CP_RESOURCE_WRITE_H

#include "resource/collection.h"
#include "resource/emit.h"

/* What printing needs beside the resource. */
struct cp_writer {
    struct cp_emitter emitter;
    const struct cp_intern *names; /* of selectors */
    struct cp_arena *scratch;
    int status;
};

void cp_writer_init(struct cp_writer *writer,
                    enum cp_emit_form form,
                    const struct cp_intern *names,
                    struct cp_arena *scratch,
                    struct cp_buffer *buffer);

/* A policy in Calico's form; one that was converted from a Kubernetes policy as the NetworkPolicy
   or GlobalNetworkPolicy that has its effect. */
int cp_write_policy(struct cp_writer *writer, const struct cp_policy_spec *policy);

/* A StagedKubernetesNetworkPolicy, in the terms of Kubernetes. */
int cp_write_staged_k8s_policy(struct cp_writer *writer, const struct cp_k8s_policy_spec *policy);

int cp_write_tier(struct cp_writer *writer, const struct cp_tier_spec *tier);
int cp_write_profile(struct cp_writer *writer, const struct cp_profile_spec *profile);
int cp_write_network_set(struct cp_writer *writer, const struct cp_network_set_spec *set);
int cp_write_host_endpoint(struct cp_writer *writer, const struct cp_host_endpoint_spec *endpoint);
int cp_write_workload_endpoint(struct cp_writer *writer, const struct cp_workload_spec *workload);

/* Where in a collection the resources of Calico's are, by object number. */
struct cp_write_index {
    const struct cp_collection *collection;
    struct cp_write_slot *slots; /* as many as the collection has objects */
};

int cp_write_index_make(const struct cp_collection *collection,
                        struct cp_arena *arena,
                        struct cp_write_index *out_index);

/* Writes the resource with an object number. CALPOL_ERROR_NOT_FOUND if there is none: it is not of
   Calico's or not written, was replaced, or had errors. */
int cp_write_object(struct cp_writer *writer, const struct cp_write_index *index, uint32_t object);

/* Begins a document: apiVersion, kind, metadata, and spec, which is left open; and ends it. */
void cp_write_begin(struct cp_writer *writer,
                    const struct cp_metadata *metadata,
                    struct cp_text kind);
int cp_write_end(struct cp_writer *writer);

/* Parts under a key, or items of a list if it is NULL. Maps and lists that are empty and selectors
   that are not given are left out. */
void cp_write_pairs(struct cp_writer *writer, const char *key, const struct cp_pairs *pairs);
void cp_write_texts(struct cp_writer *writer, const char *key, const struct cp_texts *texts);
void cp_write_net(struct cp_writer *writer, const char *key, const struct cp_prefix *net);
void cp_write_address(struct cp_writer *writer,
                      const char *key,
                      const struct calpol_address *address);
void cp_write_port(struct cp_writer *writer, const char *key, const struct cp_port_spec *port);
void cp_write_selector(struct cp_writer *writer,
                       const char *key,
                       const struct cp_selector_field *selector);
/* Lists that are sets: repeats, which may come of different texts, are written once. */
void cp_write_nets(struct cp_writer *writer,
                   const char *key,
                   const struct cp_prefix *nets,
                   uint32_t net_count);
void cp_write_addresses(struct cp_writer *writer,
                        const char *key,
                        const struct calpol_address *addresses,
                        uint32_t address_count);
void cp_write_types(struct cp_writer *writer, const char *key, unsigned types, bool egress_first);
void cp_write_rules(struct cp_writer *writer, const char *key, const struct cp_rules_spec *rules);

#endif
