/*
 * One line per happening: stable words, then key=value.  Never a name, phone,
 * address, token or URL: ids only (promise P5).  Thread-safe.
 */
#ifndef LOG_H
#define LOG_H

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* Level by name ("error", "warn", "info", "debug"); false if unknown. */
int log_set_level(const char *name);

/*
 * To the journal when stderr is its ($JOURNAL_STREAM), with MESSAGE_ID and
 * HOTLINE_* fields; to stderr with a <n> syslog prefix elsewhere under systemd,
 * else with a UTC time stamp.  fmt begins with the words of a row of log.def.
 */
void log_write(enum log_level level, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#define log_error(...) log_write(LOG_ERROR, __VA_ARGS__)
#define log_warn(...)  log_write(LOG_WARN, __VA_ARGS__)
#define log_info(...)  log_write(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_write(LOG_DEBUG, __VA_ARGS__)

/* Log and abort: a broken promise inside the program, or no memory. */
_Noreturn void
fatal(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
