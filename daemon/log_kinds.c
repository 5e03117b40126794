#include "log_kinds.h"

#include <stdio.h>
#include <string.h>

#include "text.h"

static const struct log_kind kinds[] = {
#define MESSAGE(level, words, id, what_to) {LOG_##level, words, id, what_to},
#include "log.def"
#undef MESSAGE
};
static const char *const levels[] = {
    [LOG_ERROR] = "error", [LOG_WARN] = "warning", [LOG_INFO] = "info"};

/* The longest of the kinds that the format begins with, whole words only. */
const struct log_kind *
log_kind_of(const char *fmt)
{
	const struct log_kind *best = NULL;
	size_t longest = 0;

	for (size_t i = 0; i < NELEM(kinds); i++) {
		size_t n = strlen(kinds[i].words);

		if (n > longest && strncmp(fmt, kinds[i].words, n) == 0 &&
		    strchr(" :,", fmt[n]) != NULL) {
			best = &kinds[i];
			longest = n;
		}
	}
	return best;
}

static const char head[] =
    ".Dd November 25, 2026\n.Dt HOTLINE-MESSAGES 7\n.Os\n"
    ".Sh NAME\n.Nm hotline-messages\n"
    ".Nd what hotlined and hotline-courier say in the log\n"
    ".Sh DESCRIPTION\n"
    "A line of the log is stable words and then key=value.\n"
    "It never holds a name, phone, address or link: ids only.\n"
    "In the journal each kind has a\n.Sy MESSAGE_ID ,\n"
    "and what a line is about stands in\n"
    ".Sy HOTLINE_CASE , HOTLINE_ALERT , HOTLINE_DELIVERY ,\n"
    ".Sy HOTLINE_CLOCK\nand\n.Sy HOTLINE_CHANNEL :\n"
    ".Dl journalctl HOTLINE_ALERT=ID\n"
    ".Dl journalctl MESSAGE_ID=ID\n"
    ".Bl -tag -width Ds\n";
static const char tail[] =
    ".El\n.Sh SEE ALSO\n.Xr journalctl 1 ,\n.Xr hotlined 8\n";

void
log_kinds_print(void)
{
	fputs(head, stdout);
	for (size_t i = 0; i < NELEM(kinds); i++) {
		printf(".It Sy %s\n.Pq %s , MESSAGE_ID=%s\n.br\n",
		    kinds[i].words, levels[kinds[i].level], kinds[i].id);
		text_print_mdoc(kinds[i].what_to);
	}
	fputs(tail, stdout);
}
