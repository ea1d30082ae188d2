/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP paths, made comparable (EV-95).
 *
 * Rules' paths are normalised once, at load; a flow's path once, into memory of the query; so
 * matching allocates nothing.
 */
#ifndef CP_NET_HTTP_PATH_H
#define CP_NET_HTTP_PATH_H

#include "base/text.h"

/*
 * Normalises a path as it stands in a rule or a request. The result lies in buffer, which has room
 * for path.length bytes and may be the path's own memory; it is never longer than the path.
 *
 * False if the path has no normal form (a malformed escape, something escaped twice, a NUL, no "/"
 * in front): a rule's path then matches nothing, and a flow's path is matched by nothing. What is
 * in buffer is then undefined.
 */
bool cp_http_path_normalize(struct cp_text path, char *buffer, struct cp_text *out_path);

/* Comparison of a rule's path and a flow's, both normalised: equal; equal or a path below. */
bool cp_http_path_matches_exact(struct cp_text rule_path, struct cp_text path);
bool cp_http_path_matches_prefix(struct cp_text rule_path, struct cp_text path);

#endif
