#include <netinet/in.h>
#include <string.h>

#include "net.h"

struct range4 {
	uint32_t net;
	int bits;
};

#define IP(a, b, c, d)                                                         \
	((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (d))

static bool
is_private4(uint32_t ip)
{
	static const struct range4 ranges[] = {
	    {IP(0, 0, 0, 0), 8},
	    {IP(10, 0, 0, 0), 8},
	    {IP(100, 64, 0, 0), 10},
	    {IP(127, 0, 0, 0), 8},
	    {IP(169, 254, 0, 0), 16},
	    {IP(172, 16, 0, 0), 12},
	    {IP(192, 0, 0, 0), 24},
	    {IP(192, 0, 2, 0), 24},
	    {IP(192, 168, 0, 0), 16},
	    {IP(198, 18, 0, 0), 15},
	    {IP(198, 51, 100, 0), 24},
	    {IP(203, 0, 113, 0), 24},
	    {IP(224, 0, 0, 0), 3},
	};

	for (size_t i = 0; i < NELEM(ranges); i++)
		if ((ip ^ ranges[i].net) >> (32 - ranges[i].bits) == 0)
			return true;
	return false;
}

/* Only 2000::/3 is handed out; some of it is not for us either. */
static bool
is_private6(const unsigned char a[16])
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (memcmp(a, mapped, sizeof(mapped)) == 0)
		return is_private4(IP(a[12], a[13], a[14], a[15]));
	if ((a[0] & 0xe0) != 0x20)
		return true;
	if (a[0] == 0x20 && a[1] == 0x02) /* 6to4 */
		return true;
	return a[0] == 0x20 && a[1] == 0x01 &&
	       (a[2] < 0x02 || (a[2] == 0x0d && a[3] == 0xb8));
}

bool
address_is_private(const struct sockaddr *sa)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (sa->sa_family == AF_INET) {
		memcpy(&in, sa, sizeof(in));
		return is_private4(ntohl(in.sin_addr.s_addr));
	}
	if (sa->sa_family != AF_INET6)
		return true;
	memcpy(&in6, sa, sizeof(in6));
	return is_private6(in6.sin6_addr.s6_addr);
}
