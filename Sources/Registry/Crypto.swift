// One file because it is the only one that knows libsodium.

import CSodium
import Glibc

/// Where random bytes come from.
package struct Entropy: Sendable {
    private let fill: @Sendable (Int) -> [UInt8]

    /// Takes a function that returns as many bytes as it is asked for; tests pass one that can be repeated.
    package init(_ fill: @escaping @Sendable (Int) -> [UInt8]) { self.fill = fill }

    /// The operating system's generator.
    package static var system: Entropy {
        Entropy { count in
            [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                if let start = buffer.baseAddress { randombytes_buf(start, count) }
                filled = count
            }
        }
    }

    package func bytes(_ count: Int) -> [UInt8] { fill(count) }

    /// Capital letters and digits that are not taken for each other when they are read aloud, 5 bits each.
    package func readable(_ count: Int) -> String {
        let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
        return String(decoding: bytes(count).map { alphabet[Int($0 & 31)] }, as: UTF8.self)
    }
}

/// A key for digests of one kind of secret.
///
/// Secrets that we generate have 256 random bits, beyond guessing, so one keyed BLAKE2b is enough. The
/// key is outside the database: whoever has only a copy of that cannot even check a guess.
package struct DigestKey: Sendable, CustomStringConvertible {
    private let key: [UInt8]
    private let whenUsed: (@Sendable () -> Void)?

    /// Derives the key for a purpose from the 32 bytes of the master key; `whenUsed` hears of every digest.
    package init(_ master: [UInt8], purpose: String, whenUsed: (@Sendable () -> Void)? = nil) {
        precondition(master.count == 32, "A master key has 32 bytes.")
        key = blake2b(Array("portal digest key: \(purpose)".utf8), key: master)
        self.whenUsed = whenUsed
    }

    static let length = 32

    /// The keyed BLAKE2b-256 of all parts, each with its length before it: `("ab", "c")` is not `("a", "bc")`.
    package func digest(_ parts: [UInt8]...) -> [UInt8] { digest(of: parts) }

    func digest(of parts: [[UInt8]]) -> [UInt8] {
        whenUsed?()
        var message: [UInt8] = []
        message.reserveCapacity(parts.reduce(0) { $0 + $1.count + 8 })
        for part in parts {
            withUnsafeBytes(of: UInt64(part.count).littleEndian) { message.append(contentsOf: $0) }
            message += part
        }
        return blake2b(message, key: key)
    }

    package var description: String { "DigestKey(hidden)" }
}

/// A key that keeps what we write from whoever reads the database, and notices every change to it.
///
/// XChaCha20-Poly1305: its nonces of 24 bytes are random and need no counter.
package struct SealingKey: Sendable, CustomStringConvertible {
    private let key: [UInt8]

    /// Derives the key for a purpose from the 32 bytes of the master key.
    package init(_ master: [UInt8], purpose: String) {
        precondition(master.count == 32, "A master key has 32 bytes.")
        key = blake2b(Array("portal sealing key: \(purpose)".utf8), key: master)
    }

    /// Nonce and sealed message; it opens only where `place`, such as the row it stands in, is the same.
    package func seal(_ message: [UInt8], at place: [UInt8], entropy: Entropy) -> [UInt8] {
        let nonce = entropy.bytes(Self.nonceLength)
        var sealed = [UInt8](repeating: 0, count: message.count + Self.tagLength)
        crypto_aead_xchacha20poly1305_ietf_encrypt(
            &sealed,
            nil,
            message,
            UInt64(message.count),
            place,
            UInt64(place.count),
            nil,
            nonce,
            key
        )
        return nonce + sealed
    }

    /// Nil when it was sealed with another key, at another place, or changed since.
    package func open(_ sealed: [UInt8], at place: [UInt8]) -> [UInt8]? {
        let nonce = Array(sealed.prefix(Self.nonceLength))
        let rest = Array(sealed.dropFirst(Self.nonceLength))
        guard rest.count >= Self.tagLength else { return nil }
        var message = [UInt8](repeating: 0, count: rest.count - Self.tagLength)
        let outcome = crypto_aead_xchacha20poly1305_ietf_decrypt(
            &message,
            nil,
            nil,
            rest,
            UInt64(rest.count),
            place,
            UInt64(place.count),
            nonce,
            key
        )
        return outcome == 0 ? message : nil
    }

    package var description: String { "SealingKey(hidden)" }

    /// How much longer a sealed message is than the message.
    static let overhead = nonceLength + tagLength

    private static let nonceLength = Int(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES)
    private static let tagLength = Int(crypto_aead_xchacha20poly1305_ietf_ABYTES)
}

private func blake2b(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    crypto_generichash(&digest, digest.count, message, UInt64(message.count), key, key.count)
    return digest
}

/// A key to sign what others check without us: Ed25519 (RFC 8032).
struct SigningKey: Sendable, CustomStringConvertible {
    let publicKey: [UInt8]
    private let secret: [UInt8]

    /// The same 32 bytes make the same key.
    init(seed: [UInt8]) {
        precondition(seed.count == crypto_sign_SEEDBYTES, "A seed has 32 bytes.")
        var publicKey = [UInt8](repeating: 0, count: Int(crypto_sign_PUBLICKEYBYTES))
        var secret = [UInt8](repeating: 0, count: Int(crypto_sign_SECRETKEYBYTES))
        crypto_sign_seed_keypair(&publicKey, &secret, seed)
        (self.publicKey, self.secret) = (publicKey, secret)
    }

    func signature(of message: [UInt8]) -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: Int(crypto_sign_BYTES))
        crypto_sign_detached(&signature, nil, message, UInt64(message.count), secret)
        return signature
    }

    var description: String { "SigningKey(hidden)" }
}

func isSignature(_ signature: [UInt8], of message: [UInt8], under publicKey: [UInt8]) -> Bool {
    guard signature.count == Int(crypto_sign_BYTES), publicKey.count == Int(crypto_sign_PUBLICKEYBYTES) else {
        return false
    }
    return crypto_sign_verify_detached(signature, message, UInt64(message.count), publicKey) == 0
}

/// Compares in a time that depends on the lengths only.
package func areEqualInConstantTime(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    one.count == other.count && sodium_memcmp(one, other, one.count) == 0
}

/// The SHA-256 of what comes in pieces.
struct RunningDigest {
    private var state = crypto_hash_sha256_state()

    init() { crypto_hash_sha256_init(&state) }

    mutating func add(_ bytes: [UInt8]) { crypto_hash_sha256_update(&state, bytes, UInt64(bytes.count)) }

    mutating func finished() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        crypto_hash_sha256_final(&state, &digest)
        return digest
    }
}

/// Writes bytes as base64url without padding (RFC 4648 §5).
package func base64URL(_ bytes: [UInt8]) -> String {
    let variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING
    var text = [CChar](repeating: 0, count: sodium_base64_encoded_len(bytes.count, variant))
    sodium_bin2base64(&text, text.count, bytes, bytes.count, variant)
    return string(text)
}

/// Reads base64url without padding; nil for anything else.
package func bytes(base64URL text: String) -> [UInt8]? {
    let variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING
    let characters = text.utf8.map(CChar.init(bitPattern:))
    var bytes = [UInt8](repeating: 0, count: characters.count)
    var count = 0
    let outcome = sodium_base642bin(
        &bytes,
        bytes.count,
        characters,
        characters.count,
        nil,
        &count,
        nil,
        variant
    )
    return outcome == 0 ? Array(bytes.prefix(count)) : nil
}

/// What is kept of a password: Argon2id's parameters, salt and result in one line.
package struct PasswordHash: Sendable, Hashable, CustomStringConvertible, Bindable {
    package let text: String

    package init(stored text: String) { self.text = text }

    package var binding: Value { .text(text) }
    package var description: String { "PasswordHash(hidden)" }
}

/// Argon2id (RFC 9106) on threads of its own, as few at a time as there is memory for.
///
/// A hash takes tens of milliseconds on purpose; callers wait without holding a thread. Passwords are
/// hashed as the bytes that came.
package final class PasswordHasher: Sendable {
    /// What one hash costs.
    package struct Cost: Sendable {
        let memoryBytes: Int
        let passes: Int

        /// 64 MiB and two passes (OWASP asks for at least 19 MiB and two).
        package static var standard: Cost { Cost(memoryBytes: 64 << 20, passes: 2) }

        /// The least that Argon2id accepts: for tests, never for people.
        package static var least: Cost { Cost(memoryBytes: 8 << 10, passes: 1) }
    }

    /// Why there is no answer about a password.
    package enum Fault: Error, Equatable, Sendable {
        /// Too many are waiting; worth trying again.
        case busy
        case outOfMemory
    }

    private let cost: Cost
    private let line: FairLine

    /// Starts `threads` threads; of more than `waitingLimit` passwords, those of whom most wait are declined.
    package init(cost: Cost = .standard, threads: Int = 2, waitingLimit: Int = 64) throws {
        let line = FairLine(capacity: waitingLimit)
        self.cost = cost
        self.line = line
        for _ in 0..<threads {
            _ = try OwnThread {
                while let errand = line.next() { errand.run() }
            }
        }
    }

    deinit { line.close() }

    /// Hashes with a fresh salt; throws ``Fault``.
    package func hash(_ password: String, at tenant: TenantID) async throws -> PasswordHash {
        let cost = cost
        return try await line.run(of: tenant, orThrow: Fault.busy) {
            try cost.hash(password.utf8.map(CChar.init(bitPattern:)))
        }
    }

    /// Says whether the password is the one hashed; throws ``Fault``.
    ///
    /// Without a hash, because nobody has that name, it answers no after the same work: how long it
    /// took does not tell who has an account.
    package func verifies(
        _ password: String,
        _ hash: PasswordHash?,
        at tenant: TenantID
    ) async throws -> Bool {
        let cost = cost
        return try await line.run(of: tenant, orThrow: Fault.busy) {
            let bytes = password.utf8.map(CChar.init(bitPattern:))
            guard let hash else {
                _ = try cost.hash(bytes)
                return false
            }
            return try verify(bytes, hash)
        }
    }

    /// Whether the hash was made at another cost, so that the password deserves a new one.
    package func needsRehash(_ hash: PasswordHash) -> Bool {
        crypto_pwhash_str_needs_rehash(hash.text, UInt64(cost.passes), cost.memoryBytes) != 0
    }
}

extension PasswordHasher.Cost {
    fileprivate func hash(_ password: [CChar]) throws(PasswordHasher.Fault) -> PasswordHash {
        var text = [CChar](repeating: 0, count: Int(crypto_pwhash_STRBYTES))
        let outcome = crypto_pwhash_str_alg(
            &text,
            password,
            UInt64(password.count),
            UInt64(passes),
            memoryBytes,
            crypto_pwhash_ALG_ARGON2ID13
        )
        guard outcome == 0 else { throw .outOfMemory }
        return PasswordHash(stored: string(text))
    }
}

/// libsodium answers -1 for a wrong password and for no memory alike; `errno` tells them apart.
private func verify(_ password: [CChar], _ hash: PasswordHash) throws(PasswordHasher.Fault) -> Bool {
    errno = 0
    let outcome = crypto_pwhash_str_verify(hash.text, password, UInt64(password.count))
    if outcome != 0 && errno == ENOMEM { throw .outOfMemory }
    return outcome == 0
}

/// What C wrote up to its closing NUL.
private func string(_ text: [CChar]) -> String {
    String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
