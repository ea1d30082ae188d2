/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kubernetes policies to text in Calico's form: what is handed out, and that memory may run out.
 * That the text means the same is what tests/cli/check_convert.py is for.
 */
#include "calpol/calpol.h"
#include "support/failing_allocator.h"
#include "support/suite.h"

#include <string.h>

#define POLICY                                                                                     \
    "apiVersion: networking.k8s.io/v1\n"                                                           \
    "kind: NetworkPolicy\n"                                                                        \
    "metadata: {name: web, namespace: shop}\n"                                                     \
    "spec:\n"                                                                                      \
    "  podSelector: {matchLabels: {app: web}}\n"                                                   \
    "  ingress: [{ports: [{port: 80}]}]\n"

#define ADMIN_POLICY                                                                               \
    "---\n"                                                                                        \
    "apiVersion: policy.networking.k8s.io/v1alpha1\n"                                              \
    "kind: AdminNetworkPolicy\n"                                                                   \
    "metadata: {name: top}\n"                                                                      \
    "spec:\n"                                                                                      \
    "  priority: 7\n"                                                                              \
    "  subject: {namespaces: {}}\n"                                                                \
    "  egress: [{action: Deny, to: [{networks: [10.0.0.0/8]}]}]\n"

static calpol_loader *loader_with(const char *text)
{
    calpol_loader *loader = NULL;

    ck_assert_int_eq(calpol_loader_new(NULL, &loader), CALPOL_OK);
    ck_assert_int_eq(calpol_loader_add_text(loader, "shop.yaml", text, strlen(text)), CALPOL_OK);
    return loader;
}

static calpol_text *convert(const char *input)
{
    calpol_loader *loader = loader_with(input);
    calpol_text *text = NULL;

    ck_assert_int_eq(calpol_loader_convert(loader, &text, NULL), CALPOL_OK);
    ck_assert_ptr_nonnull(text);
    calpol_loader_free(loader);
    return text;
}

START_TEST(a_policy_is_printed_with_where_it_stood)
{
    calpol_text *text = convert(POLICY);

    ck_assert_str_eq(calpol_text_string(text),
                     "# NetworkPolicy/shop/web, shop.yaml:1\n"
                     "apiVersion: projectcalico.org/v3\n"
                     "kind: NetworkPolicy\n"
                     "metadata:\n"
                     "  name: web\n"
                     "  namespace: shop\n"
                     "spec:\n"
                     "  tier: default\n"
                     "  order: 1000\n"
                     "  selector: \"projectcalico.org/orchestrator == 'k8s' && app == 'web'\"\n"
                     "  types:\n"
                     "  - Ingress\n"
                     "  ingress:\n"
                     "  - action: Allow\n"
                     "    protocol: TCP\n"
                     "    destination:\n"
                     "      ports:\n"
                     "      - 80\n");
    ck_assert_uint_eq(calpol_text_length(text), strlen(calpol_text_string(text)));
    calpol_text_free(text);
}
END_TEST

/* K8-7: Calico had tiers for v1alpha1 and has them no more. */
START_TEST(an_admin_policy_of_v1alpha1_brings_its_tiers)
{
    calpol_text *text = convert(POLICY ADMIN_POLICY);
    const char *string = calpol_text_string(text);

    ck_assert_ptr_nonnull(strstr(string, "\nkind: Tier\nmetadata:\n  name: adminnetworkpolicy\n"
                                         "spec:\n  order: 1000\n  defaultAction: Pass\n"));
    ck_assert_ptr_nonnull(strstr(string, "\n  name: baselineadminnetworkpolicy\n"
                                         "spec:\n  order: 10000000\n  defaultAction: Pass\n"));
    ck_assert_ptr_nonnull(strstr(string, "\n  tier: adminnetworkpolicy\n  order: 7\n"));
    calpol_text_free(text);
}
END_TEST

START_TEST(without_kubernetes_policies_the_text_is_empty)
{
    calpol_text *text = convert("apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n");

    ck_assert_str_eq(calpol_text_string(text), "");
    ck_assert_uint_eq(calpol_text_length(text), 0);
    calpol_text_free(text);
}
END_TEST

START_TEST(errors_are_handed_out_and_no_text)
{
    calpol_loader *loader = loader_with(POLICY "  policyTypes: [Sideways]\n");
    calpol_diagnostics *diagnostics = NULL;
    calpol_text *text = NULL;

    ck_assert_int_eq(calpol_loader_convert(loader, &text, &diagnostics),
                     CALPOL_ERROR_INVALID_INPUT);
    ck_assert_ptr_null(text);
    ck_assert_uint_eq(calpol_diagnostics_count_severity(diagnostics, CALPOL_SEVERITY_ERROR), 1);
    calpol_diagnostics_free(diagnostics);
    calpol_loader_free(loader);
}
END_TEST

START_TEST(the_loader_is_empty_afterwards)
{
    calpol_loader *loader = loader_with(POLICY);
    calpol_text *text = NULL;

    ck_assert_int_eq(calpol_loader_convert(loader, &text, NULL), CALPOL_OK);
    calpol_text_free(text);
    ck_assert_int_eq(calpol_loader_convert(loader, &text, NULL), CALPOL_OK);
    ck_assert_uint_eq(calpol_text_length(text), 0);
    calpol_text_free(text);
    calpol_loader_free(loader);
}
END_TEST

START_TEST(null_is_an_invalid_argument_or_an_empty_text)
{
    calpol_loader *loader = loader_with(POLICY);
    calpol_text *text = NULL;

    ck_assert_int_eq(calpol_loader_convert(NULL, &text, NULL), CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_loader_convert(loader, NULL, NULL), CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_str_eq(calpol_text_string(NULL), "");
    ck_assert_uint_eq(calpol_text_length(NULL), 0);
    calpol_text_free(NULL);
    calpol_loader_free(loader);
}
END_TEST

static int convert_body(const struct calpol_allocator *allocator, void *context)
{
    const char *input = context;
    struct calpol_load_options options;
    calpol_loader *loader = NULL;
    calpol_diagnostics *diagnostics = NULL;
    calpol_text *text = NULL;
    int status;

    ck_assert_int_eq(calpol_load_options_init(&options, sizeof(options)), CALPOL_OK);
    options.allocator = allocator;
    status = calpol_loader_new(&options, &loader);
    if (status == CALPOL_OK)
        status = calpol_loader_add_text(loader, "shop.yaml", input, strlen(input));
    if (status == CALPOL_OK)
        status = calpol_loader_convert(loader, &text, &diagnostics);
    calpol_text_free(text);
    calpol_diagnostics_free(diagnostics);
    calpol_loader_free(loader);
    return status;
}

START_TEST(memory_may_run_out_at_any_allocation)
{
    char input[] = POLICY ADMIN_POLICY;

    ck_assert_uint_gt(for_each_failure(convert_body, input), 10);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("api/convert");
    TCase *cases = tcase_create("convert");

    tcase_add_test(cases, a_policy_is_printed_with_where_it_stood);
    tcase_add_test(cases, an_admin_policy_of_v1alpha1_brings_its_tiers);
    tcase_add_test(cases, without_kubernetes_policies_the_text_is_empty);
    tcase_add_test(cases, errors_are_handed_out_and_no_text);
    tcase_add_test(cases, the_loader_is_empty_afterwards);
    tcase_add_test(cases, null_is_an_invalid_argument_or_an_empty_text);
    tcase_add_test(cases, memory_may_run_out_at_any_allocation);
    suite_add_tcase(suite, cases);
    return suite;
}
