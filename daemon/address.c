#include <stdlib.h>
#include <string.h>

#include "keyring.h"
#include "people.h"
#include "text.h"

enum outcome
address_digest(struct tx *tx, const char *channel, const char *text,
    unsigned char out[BLIND_SIZE])
{
	enum outcome how;
	char *plain = text_address(text);
	char *both = xasprintf("%s %s", channel, plain);

	how = index_digest(tx, index_version(tx), "address", both, out);
	free(both);
	free(plain);
	return how;
}
