// For malloc_trim(3), which Swift's view of the C library lacks.
#include <malloc.h>
#include <sqlite3.h>

/* Swift cannot call variadic functions, nor read macros that cast an integer to a pointer. */

static inline int portal_sqlite_switch(sqlite3 *database, int option, int on) {
    return sqlite3_db_config(database, option, on, (int *)0);
}

/* Before the first connection: no counting of memory, whose lock every thread would share, and no
   temporary files. */
static inline void portal_sqlite_prepare(void) {
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, -1);
}

/* SQLite keeps copies of its own, so that nothing has to outlive the call. A null pointer would bind
   NULL; no bytes are still a text or a blob. */

static inline int portal_sqlite_bind_text(sqlite3_stmt *statement, int place, const void *bytes, sqlite3_uint64 count) {
    const char *text = bytes ? (const char *)bytes : "";
    return sqlite3_bind_text64(statement, place, text, count, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static inline int portal_sqlite_bind_blob(sqlite3_stmt *statement, int place, const void *bytes, sqlite3_uint64 count) {
    return sqlite3_bind_blob64(statement, place, bytes ? bytes : "", count, SQLITE_TRANSIENT);
}

static const int PORTAL_SQLITE_UNIQUE = SQLITE_CONSTRAINT_UNIQUE;
static const int PORTAL_SQLITE_PRIMARYKEY = SQLITE_CONSTRAINT_PRIMARYKEY;
static const int PORTAL_SQLITE_ROWID = SQLITE_CONSTRAINT_ROWID;
static const int PORTAL_SQLITE_FOREIGNKEY = SQLITE_CONSTRAINT_FOREIGNKEY;
