#include <libpq-fe.h>

/* What a result says of an error, by the letters of PG_DIAG_…, which are characters in C. */
static const int PORTAL_PG_SQLSTATE = PG_DIAG_SQLSTATE;
static const int PORTAL_PG_MESSAGE = PG_DIAG_MESSAGE_PRIMARY;
static const int PORTAL_PG_TABLE = PG_DIAG_TABLE_NAME;
static const int PORTAL_PG_COLUMN = PG_DIAG_COLUMN_NAME;
static const int PORTAL_PG_CONSTRAINT = PG_DIAG_CONSTRAINT_NAME;
