#include <dlfcn.h>
#include <postgresql/libpq-fe.h>

/* libpq brings libraries for TLS, LDAP and Kerberos along, which a portal on SQLite would load at every start, and the
 * process that decodes logos as well. So it is loaded when the first connection is opened. */
#define PORTAL_PQ_FUNCTIONS(EACH) \
    EACH(PQclear) EACH(PQconnectdbParams) EACH(PQconsumeInput) EACH(PQenterPipelineMode) EACH(PQerrorMessage) \
    EACH(PQexec) EACH(PQfinish) EACH(PQflush) EACH(PQfreemem) EACH(PQftype) EACH(PQgetisnull) EACH(PQgetlength) \
    EACH(PQgetResult) EACH(PQgetvalue) EACH(PQisBusy) EACH(PQnfields) EACH(PQnotifies) EACH(PQntuples) \
    EACH(PQpipelineSync) EACH(PQresultErrorField) EACH(PQresultStatus) EACH(PQsendPrepare) EACH(PQsendQueryParams) \
    EACH(PQsendQueryPrepared) EACH(PQsetNoticeProcessor) EACH(PQsetnonblocking) EACH(PQsocket) EACH(PQstatus)

/* Its functions by their own names. */
struct portal_pq {
#define PORTAL_PQ_FIELD(name) __typeof__(&name) name;
    PORTAL_PQ_FUNCTIONS(PORTAL_PQ_FIELD)
};

/* False when it is not there, or lacks one of them; dlerror says what. */
static inline _Bool portal_pq_load(struct portal_pq *pq) {
    void *library = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
    if (!library) return 0;
#define PORTAL_PQ_FIND(name) \
    if (!(pq->name = (__typeof__(&name))dlsym(library, #name))) return 0;
    PORTAL_PQ_FUNCTIONS(PORTAL_PQ_FIND)
    return 1;
}

/* What a result says of an error, by the letters of PG_DIAG_…, which are characters in C. */
static const int PORTAL_PG_SQLSTATE = PG_DIAG_SQLSTATE;
static const int PORTAL_PG_MESSAGE = PG_DIAG_MESSAGE_PRIMARY;
static const int PORTAL_PG_TABLE = PG_DIAG_TABLE_NAME;
static const int PORTAL_PG_COLUMN = PG_DIAG_COLUMN_NAME;
static const int PORTAL_PG_CONSTRAINT = PG_DIAG_CONSTRAINT_NAME;
