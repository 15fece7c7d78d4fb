import Synchronization

/// The master keys of these data, by number, with what is derived from each.
///
/// One of them writes, all of them read: whatever one made names it. A process may lack the newest for a while, when
/// another one has begun to write with it.
final class Keyring: Sendable {
    private struct State {
        var held: [UInt8: DerivedKeys]
        var writing: DerivedKeys
    }

    /// The one that the ledger, receipts and places where something is looked for stay with; it is always there.
    let first: DerivedKeys
    private let state: Mutex<State>
    private let whenUsed: (@Sendable () -> Void)?

    init(_ master: [UInt8], whenUsed: (@Sendable () -> Void)?) {
        first = DerivedKeys(master, number: 1, whenUsed: whenUsed)
        state = Mutex(State(held: [1: first], writing: first))
        self.whenUsed = whenUsed
    }

    var writing: DerivedKeys { state.withLock { $0.writing } }

    /// All that are here, the newest first.
    var all: [DerivedKeys] { state.withLock { $0.held.values.sorted { $0.number > $1.number } } }

    /// The number of the newest that is here.
    var newest: Int { Int(all.first?.number ?? 1) }

    func held(_ number: UInt8) -> DerivedKeys? { state.withLock { $0.held[number] } }

    /// The key that something names.
    func named(_ number: UInt8) throws(MissingKey) -> DerivedKeys {
        guard let keys = held(number) else { throw MissingKey(number: Int(number)) }
        return keys
    }

    func derived(from master: [UInt8], number: UInt8) -> DerivedKeys {
        DerivedKeys(master, number: number, whenUsed: whenUsed)
    }

    func hold(_ keys: DerivedKeys) { state.withLock { $0.held[keys.number] = keys } }

    func write(with keys: DerivedKeys) { state.withLock { $0.writing = keys } }
}

/// Something names a key that this process does not have.
package struct MissingKey: Error, Equatable {
    package let number: Int
}

/// What is derived from one master key.
final class DerivedKeys: Sendable {
    let number: UInt8

    /// Digests of every secret we make.
    let secrets: DigestKey

    /// What no secret has, to compare with where there is none.
    let digestOfNothing: [UInt8]

    /// Proves that a form is ours.
    let forms: DigestKey

    /// Makes the key of an authenticator app that a session may set up.
    let newFactors: DigestKey

    /// Keeps the keys of authenticator apps.
    let factors: SealingKey
    let letters: SealingKey

    /// By which the data know the master key again.
    let mark: [UInt8]

    init(_ master: [UInt8], number: UInt8, whenUsed: (@Sendable () -> Void)?) {
        self.number = number
        secrets = DigestKey(master, purpose: "secrets", whenUsed: whenUsed)
        digestOfNothing = DigestKey(master, purpose: "secrets").digest([]).naming(number)
        forms = DigestKey(master, purpose: "forms")
        newFactors = DigestKey(master, purpose: "new second factors")
        factors = SealingKey(master, purpose: "second factors")
        letters = SealingKey(master, purpose: "letters")
        mark = DigestKey(master, purpose: "mark").digest([])
    }
}

// MARK: - Digests that name their key

/// The keys of one purpose for digests: the one that writes makes them, each is compared under its own.
///
/// A digest under the first key is its 32 bytes, as all were before there was another; any later one has the number
/// of its key before them.
struct DigestKeys: Sendable {
    private let keyring: Keyring
    private let purpose: @Sendable (DerivedKeys) -> DigestKey

    init(_ keyring: Keyring, _ purpose: @escaping @Sendable (DerivedKeys) -> DigestKey) {
        (self.keyring, self.purpose) = (keyring, purpose)
    }

    func digest(_ parts: [UInt8]...) -> [UInt8] { digest(parts, keyring.writing) }

    /// Under each key that is here, for what is found by its digest.
    func digests(_ parts: [UInt8]...) -> [[UInt8]] { keyring.all.map { digest(parts, $0) } }

    /// Compares in constant time, under the key that `kept` names.
    func isDigest(_ kept: [UInt8], of parts: [UInt8]...) throws(MissingKey) -> Bool {
        areEqualInConstantTime(kept, digest(parts, try keyring.named(kept.keyNumber)))
    }

    private func digest(_ parts: [[UInt8]], _ keys: DerivedKeys) -> [UInt8] {
        purpose(keys).digest(of: parts).naming(keys.number)
    }
}

/// A secret that somebody showed, digested under the key that writes: nearly always the one it is kept under.
struct ShownSecret: Sendable {
    private let text: [UInt8]
    private let digest: [UInt8]
    private let keys: DigestKeys

    init(_ text: String, _ keys: DigestKeys) {
        (self.text, self.keys) = (Array(text.utf8), keys)
        digest = keys.digest(self.text)
    }

    /// Whether `kept` is the digest of this secret; takes a second digest where that names another key.
    func isKept(as kept: [UInt8]) throws(MissingKey) -> Bool {
        if kept.keyNumber == digest.keyNumber { return areEqualInConstantTime(kept, digest) }
        return try keys.isDigest(kept, of: text)
    }
}

extension [UInt8] {
    fileprivate func naming(_ number: UInt8) -> [UInt8] { number == 1 ? self : [number] + self }

    /// Which key a digest is under.
    fileprivate var keyNumber: UInt8 { count == DigestKey.length ? 1 : first ?? 1 }
}

// MARK: - Seals that name their key

/// The keys of one purpose for what is sealed; the number of any key but the first stands before what it sealed.
struct SealingKeys: Sendable {
    private let keyring: Keyring
    private let purpose: @Sendable (DerivedKeys) -> SealingKey

    init(_ keyring: Keyring, _ purpose: @escaping @Sendable (DerivedKeys) -> SealingKey) {
        (self.keyring, self.purpose) = (keyring, purpose)
    }

    func seal(_ message: [UInt8], at place: [UInt8], entropy: Entropy) -> [UInt8] {
        let keys = keyring.writing
        return purpose(keys).seal(message, at: place, entropy: entropy).naming(keys.number)
    }

    /// Nil when it was sealed at another place, or changed since.
    ///
    /// What the first key sealed begins with any byte, which may look like a number; only one key opens it. The one
    /// that may be missing is the next.
    func open(_ sealed: [UInt8], at place: [UInt8]) throws(MissingKey) -> [UInt8]? {
        let number = Int(sealed.first ?? 1)
        if number > 1, let named = keyring.held(UInt8(number)),
            let message = purpose(named).open(Array(sealed.dropFirst()), at: place)
        {
            return message
        }
        if let message = purpose(keyring.first).open(sealed, at: place) { return message }
        if number == keyring.newest + 1 { throw MissingKey(number: number) }
        return nil
    }
}
