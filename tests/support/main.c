/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main() of every unit test program: runs the suite of its one test file and writes TAP.
 *
 * CK_RUN_CASE=<test case> in the environment runs one test case only, CK_FORK=no runs all in this
 * process (for a debugger). CALPOL_TEST_SHARE=<n> tries one of n random cases.
 */
#include "support/suite.h"

#include <stdlib.h>

static unsigned divisor(void)
{
    const char *wanted = getenv("CALPOL_TEST_SHARE");
    unsigned long number = wanted ? strtoul(wanted, NULL, 10) : 1;

    return number && number <= 1000 ? (unsigned)number : 1;
}

unsigned share_of(unsigned usual)
{
    return usual > divisor() ? usual / divisor() : 1;
}

bool is_in_share(unsigned number)
{
    return number % divisor() == 0;
}

int main(void)
{
    SRunner *runner = srunner_create(test_suite());
    int failed;

    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
