/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where may an endpoint connect to? All endpoints are asked about in one batch, which is the way to
 * ask often; for the first one that is out of reach, a query tells why.
 *
 * usage: reachable SOURCE PORT PATH...      SOURCE is NAMESPACE/NAME; the protocol is TCP
 */
#include <calpol/calpol.h>

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace
{

/* What a call of calpol's says when it fails, as an exception. */
void check(int status, const std::string &what)
{
    if (status != CALPOL_OK)
        throw std::runtime_error(what + ": " + calpol_status_text(status));
}

/* Objects of calpol's are freed, and references dropped, where their owner ends. */
template <typename T, void (*release)(T *)> struct Release {
    void operator()(T *object) const
    {
        release(object);
    }
};
template <typename T, void (*release)(T *)> using Owned = std::unique_ptr<T, Release<T, release>>;

using Loader = Owned<calpol_loader, calpol_loader_free>;
using Diagnostics = Owned<calpol_diagnostics, calpol_diagnostics_free>;
using Ruleset = Owned<calpol_ruleset, calpol_ruleset_unref>;
using Query = Owned<calpol_query, calpol_query_free>;
using Trace = Owned<calpol_trace, calpol_trace_free>;

void report(const calpol_diagnostics *diagnostics)
{
    for (std::size_t i = 0; i < calpol_diagnostics_count(diagnostics); i++) {
        calpol_diagnostic found;

        check(calpol_diagnostics_get(diagnostics, i, &found, sizeof(found)), "diagnostic");
        std::cerr << found.source << ':' << found.line << ": " << found.message << '\n';
    }
}

Ruleset load(char **paths)
{
    calpol_loader *loader = nullptr;
    calpol_ruleset *ruleset = nullptr;
    calpol_diagnostics *diagnostics = nullptr;

    check(calpol_loader_new(nullptr, &loader), "loader");
    Loader owned(loader);
    for (; *paths; paths++)
        calpol_loader_add_path(loader, *paths); /* what is wrong with it comes out at the end */
    int status = calpol_loader_finish(loader, &ruleset, &diagnostics);
    report(Diagnostics(diagnostics).get());
    check(status, "the policies cannot be used");
    return Ruleset(ruleset);
}

std::string name_of(const calpol_ruleset *ruleset, std::uint32_t endpoint)
{
    calpol_endpoint_info info;

    check(calpol_ruleset_endpoint(ruleset, endpoint, &info, sizeof(info)), "endpoint");
    return info.reference;
}

/* A flow from source to each endpoint: ids and numbers only. */
std::vector<calpol_flow> flows_from(std::uint32_t source, std::uint16_t port, std::uint32_t count)
{
    std::vector<calpol_flow> flows(count);

    for (std::uint32_t i = 0; i < count; i++) {
        flows[i].given = CALPOL_GIVEN_PROTOCOL | CALPOL_GIVEN_DESTINATION_PORT;
        flows[i].source_endpoint = source;
        flows[i].destination_endpoint = i;
        flows[i].protocol = 6;
        flows[i].destination_port = port;
    }
    return flows;
}

/* The policy of the direction that denies; the ids in a verdict have their names in the ruleset. */
std::string decided_by(const calpol_ruleset *ruleset, const calpol_verdict &verdict)
{
    const calpol_decision &decision =
        verdict.egress.action == CALPOL_ACTION_DENY ? verdict.egress : verdict.ingress;
    calpol_policy_info policy;

    if (calpol_ruleset_policy(ruleset, decision.policy, &policy, sizeof(policy)) != CALPOL_OK)
        return "";
    return std::string(" by ") + policy.label;
}

void explain(calpol_ruleset *ruleset,
             const std::string &source,
             const std::string &destination,
             std::uint16_t port)
{
    calpol_query *query = nullptr;
    calpol_trace *trace = nullptr;

    check(calpol_query_new(ruleset, &query), "query");
    Query owned(query);
    check(calpol_query_set_source(query, source.c_str()), source);
    check(calpol_query_set_destination(query, destination.c_str()), destination);
    check(calpol_query_set_protocol(query, "TCP"), "protocol");
    check(calpol_query_set_destination_port(query, port), "port");
    check(calpol_query_explain(query, &trace), "explain");
    std::cout << '\n' << calpol_trace_text(Trace(trace).get());
}

std::uint16_t read_port(const std::string &text)
{
    unsigned long port = std::stoul(text);

    if (port > UINT16_MAX)
        throw std::runtime_error(text + " is no port");
    return static_cast<std::uint16_t>(port);
}

void run(const std::string &source, std::uint16_t port, char **paths)
{
    Ruleset ruleset = load(paths);
    calpol_counts counts;
    std::uint32_t endpoint;
    std::string denied;

    check(calpol_ruleset_counts(ruleset.get(), &counts, sizeof(counts)), "counts");
    check(calpol_ruleset_find_endpoint(ruleset.get(), source.c_str(), &endpoint), source);

    std::vector<calpol_flow> flows = flows_from(endpoint, port, counts.endpoints);
    std::vector<calpol_verdict> verdicts(flows.size());
    int status = calpol_evaluate_batch(ruleset.get(), flows.data(), sizeof(flows[0]), flows.size(),
                                       verdicts.data(), sizeof(verdicts[0]));
    if (status != CALPOL_ERROR_INVALID_INPUT) /* a pair without a common IP version gets "none" */
        check(status, "evaluate");

    for (std::uint32_t i = 0; i < counts.endpoints; i++) {
        std::string destination = name_of(ruleset.get(), i);

        std::cout << destination << ": " << calpol_action_name(verdicts[i].action);
        if (verdicts[i].action == CALPOL_ACTION_DENY) {
            std::cout << decided_by(ruleset.get(), verdicts[i]);
            if (denied.empty())
                denied = destination;
        }
        std::cout << '\n';
    }
    if (!denied.empty())
        explain(ruleset.get(), source, denied, port);
}

} /* namespace */

int main(int argc, char **argv)
{
    if (argc < 4) {
        std::cerr << "usage: " << argv[0] << " SOURCE PORT PATH...\n";
        return EXIT_FAILURE;
    }
    try {
        run(argv[1], read_port(argv[2]), argv + 3);
    } catch (const std::exception &error) {
        std::cerr << argv[0] << ": " << error.what() << '\n';
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
