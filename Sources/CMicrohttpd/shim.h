/* libmicrohttpd, its one variadic question asked in ways Swift can call, and whom its TLS reads by. */
#include <gnutls/gnutls.h>
#include <microhttpd.h>

/* The socket of a connection, or -1. */
static inline int mhd_descriptor(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info == NULL ? -1 : info->connect_fd;
}

/* Who is at the other end, as accept(2) said. */
static inline const struct sockaddr *mhd_peer(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info == NULL ? NULL : info->client_addr;
}

/* What the connection notification left in its socket_context. */
static inline void *mhd_socket_context(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == NULL ? NULL : info->socket_context;
}

/* Bytes from the method's first to the last of the empty line that ends the headers. */
static inline size_t mhd_head_size(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info == NULL ? 0 : info->header_size;
}

/* Has `receive` read, with `client`, what arrives on a connection that speaks TLS; no other is touched. */
static inline void mhd_receive_by(struct MHD_Connection *connection, gnutls_pull_func receive, void *client) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    if (info == NULL || info->tls_session == NULL) return;
    gnutls_transport_ptr_t receiving, sending;
    gnutls_transport_get_ptr2(info->tls_session, &receiving, &sending);
    gnutls_transport_set_ptr2(info->tls_session, client, sending);
    gnutls_transport_set_pull_function(info->tls_session, receive);
}
