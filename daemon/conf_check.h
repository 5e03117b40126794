/* What a setting's text must look like, beyond its kind. */
#ifndef CONF_CHECK_H
#define CONF_CHECK_H

/* NULL if the text will do, else what is allowed: "must be ...". */
const char *conf_text_fault(const char *setting, const char *text);

#endif
