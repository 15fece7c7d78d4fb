import CGnuTLS

/// The SHA-256 that protocols ask for (RFC 7636 §4.2).
///
/// By GnuTLS, which takes a fifth of libsodium's time where the processor has instructions for it.
package func sha256(_ bytes: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    let problem = gnutls_hash_fast(GNUTLS_DIG_SHA256, bytes, bytes.count, &digest)
    precondition(problem == 0, "GnuTLS has no SHA-256.")
    return digest
}

/// The HMAC-SHA-1 of one-time codes (RFC 6238 §1.2).
func hmacSHA1(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 20)
    let outcome = gnutls_hmac_fast(GNUTLS_MAC_SHA1, key, key.count, message, message.count, &digest)
    precondition(outcome == 0, "GnuTLS has SHA-1, also where it may not sign with it.")
    return digest
}
