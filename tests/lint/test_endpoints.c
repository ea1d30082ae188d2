/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Advice on endpoints that a missing profile closes.
 */
#include "support/advice.h"
#include "support/expect.h"
#include "support/snippets.h"
#include "support/suite.h"

#define WORKLOAD(profiles)                                                                         \
    CALICO("WorkloadEndpoint", "name: w, namespace: shop",                                         \
           "node: node1, orchestrator: k8s, pod: web, endpoint: eth0, interfaceName: eth0, "       \
           "profiles: [" profiles "]")
#define OTHERS "wep-name WorkloadEndpoint/shop/w metadata.name"

static const struct {
    const char *text, *expected;
} cases[] = {
    {HOST_ENDPOINT("h", "", "node: node1, interfaceName: eth0, profiles: [gone]"),
     "missing-profile HostEndpoint/h spec.profiles[0]"},
    {PROFILE("there", "ingress: [{action: Allow}]")
         HOST_ENDPOINT("h", "", "node: node1, interfaceName: eth0, profiles: [there, gone]"),
     "missing-profile HostEndpoint/h spec.profiles[1]"},
    {PROFILE("there", "ingress: [{action: Allow}]")
         HOST_ENDPOINT("h", "", "node: node1, interfaceName: eth0, profiles: [there]"),
     ""},
    {HOST_ENDPOINT(
         "h", "", "node: node1, interfaceName: eth0, profiles: [projectcalico-default-allow]"),
     ""},
    {HOST_ENDPOINT("h", "", "node: node1, interfaceName: eth0"), ""},
    {WORKLOAD("gone"), OTHERS "\nmissing-profile WorkloadEndpoint/shop/w spec.profiles[0]"},
    {WORKLOAD("kns.shop"), OTHERS}, /* of its namespace, always there */
    {POD("shop", "web", "", "", ""), ""},
};

START_TEST(an_endpoint_with_a_profile_that_is_missing_is_told)
{
    expect_advice(cases[_i].text, cases[_i].expected);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("lint/endpoints");
    TCase *made = tcase_create("endpoints");

    tcase_add_loop_test(made, an_endpoint_with_a_profile_that_is_missing_is_told, 0,
                        (int)COUNT_OF(cases));
    suite_add_tcase(suite, made);
    return suite;
}
