import Registry
import Testing

@Suite("Hashing passwords")
struct HashingPasswords {
    let hasher: PasswordHasher
    let tenant = TenantID(number: 1)

    init() throws { hasher = try PasswordHasher(cost: .least) }

    @Test(arguments: ["correct horse", "", "p\0q", "пароль", "👩‍👩‍👧"])
    func `the password fits its hash, and no other does`(password: String) async throws {
        let hash = try await hasher.hash(password, at: tenant)
        #expect(hash.text.hasPrefix("$argon2id$v=19$"))
        #expect(try await hasher.verifies(password, hash, at: tenant))
        #expect(try await !hasher.verifies(password + "x", hash, at: tenant))
        #expect(try await !hasher.verifies("p", hash, at: tenant))
    }

    @Test func `each hash has a salt of its own`() async throws {
        #expect(try await hasher.hash("same", at: tenant) != hasher.hash("same", at: tenant))
    }

    @Test func `nobody's password is never right`() async throws {
        #expect(try await !hasher.verifies("guess", nil, at: tenant))
        #expect(try await !hasher.verifies("guess", PasswordHash(stored: "not a hash"), at: tenant))
    }

    @Test func `a hash made at another cost deserves a new one`() async throws {
        let hash = try await hasher.hash("secret", at: tenant)
        #expect(!hasher.needsRehash(hash))
        #expect(try PasswordHasher().needsRehash(hash))
    }

    @Test func `a flood is declined at once, and who is let in is answered`() async throws {
        let hasher = try PasswordHasher(cost: .standard, threads: 1, waitingLimit: 1)
        let outcomes = await withTaskGroup(of: PasswordHasher.Fault?.self) { group in
            for _ in 0..<12 {
                group.addTask {
                    do {
                        _ = try await hasher.hash("secret", at: tenant)
                        return nil
                    } catch {
                        return error as? PasswordHasher.Fault
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.contains(.busy) && outcomes.contains(nil))
    }

    @Test func `neither a hash nor a key tells itself`() async throws {
        let hash = try await hasher.hash("secret", at: tenant)
        #expect("\(hash)" == "PasswordHash(hidden)")
        #expect("\(DigestKey([UInt8](repeating: 1, count: 32), purpose: "test"))" == "DigestKey(hidden)")
    }
}
