/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Domain names and patterns of them (EV-97).
 */
#ifndef CP_NET_DOMAIN_H
#define CP_NET_DOMAIN_H

#include "base/text.h"

/*
 * Does a name fit a pattern? The case of letters and one trailing dot do not matter, in either. A
 * label "*" of the pattern stands for one or more whole labels of the name.
 *
 * The pattern is one that resources.md 5.7 allows (CP_PATTERN_DOMAIN): one "*" at most, and it is a
 * whole label. Another pattern fits nothing; nor does any pattern fit a name with an empty label.
 */
bool cp_domain_matches(struct cp_text pattern, struct cp_text name);

#endif
