/* Addresses, and what can be found out about a URL of our own. */
#ifndef NET_H
#define NET_H

#include "core.h"

struct sockaddr;

/*
 * True for addresses that are nobody's on the Internet: private, loopback,
 * link-local, shared, reserved, multicast, and IPv6 forms that hide an IPv4
 * address (RFC 6890).
 */
bool address_is_private(const struct sockaddr *sa);

/*
 * By its form alone: could people outside this network open the URL?  NULL, or
 * why not: no https, no host, a host that is localhost or a private address.
 */
const char *url_form_fault(const char *url);
/*
 * Does somebody listen there?  Looks up the host and opens a TCP connection,
 * waiting timeout_ms for each of its addresses.  It blocks: for --check alone.
 * inside: the host may be private.  NULL, or why not.
 */
const char *url_probe(const char *url, bool inside, int timeout_ms);

#endif
