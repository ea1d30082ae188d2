/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main() of every unit test program: runs the suite of its one test file and writes TAP.
 *
 * CK_RUN_CASE=<test case> in the environment runs one test case only, CK_FORK=no runs all in this
 * process (for a debugger).
 */
#include "support/suite.h"

#include <stdlib.h>

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
