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

/* Can this be the name of a domain: labels of letters, digits, "-" and "_", joined by dots, 253
   bytes at most, one trailing dot set aside? No pattern and no URL. */
bool cp_domain_is_name(struct cp_text text);

#endif
