import Registry
import Testing

/// Security row SL-08.
@Suite("Judging passwords")
struct JudgingPasswords {
    private func problems(with password: String) async throws -> [AccountProblem] {
        let tenant = try await TestRegistry().tenant
        do throws(AccountProblems) {
            let draft = try AccountDraft(
                email: "dana.lee@acme.example",
                name: "Dana",
                password: password,
                at: tenant
            )
            #expect(Array(draft.password.utf8) == Array(password.utf8))
            return []
        } catch {
            return error.all
        }
    }

    @Test(arguments: [
        "a long walk to the harbour", "purple monkey dishwasher", "blue house 42 x", "correct-paper-tree",
        "x7#Kq9!mVw2$", "grau kranich teekanne", "ich gehe nach hause", "пароль не для всех", "合言葉を知っている人だけ",
        "👩‍👩‍👧 geht mit 🦆 schwimmen", " leading and trailing ", "tab\tand\tno\tcomposition",
    ])
    func `a password that is hard to guess is taken as it was typed`(password: String) async throws {
        #expect(try await problems(with: password) == [])
    }

    @Test func `12 to 128 characters count, none is cut off`() async throws {
        let long = String("correct paper tree under the seventh harbour lamp; ".prefix(32))
        #expect(try await problems(with: "") == [.missingPassword])
        #expect(try await problems(with: "x7#Kq9!mVw2") == [.shortPassword])
        #expect(try await problems(with: "ключ от дома") == [])
        #expect(try await problems(with: String(repeating: long, count: 4)) == [])
        #expect(try await problems(with: String(repeating: long, count: 4) + "x") == [.longPassword])
    }

    @Test(arguments: [
        "passwordpassword", "password1234", "p@ssw0rd1234", "P@SSW0RD1234", "letmeinletmein", "administrator",
        "administrator1", "changemechangeme", "christopher1", "manchesterunited", "trustno1trustno1",
        "passwordpasswordpassword", "iloveyouiloveyou", "dragonmonkey12",
    ])
    func `what is put together from stolen ones is refused as such`(password: String) async throws {
        #expect(try await problems(with: password) == [.commonPassword])
    }

    @Test(arguments: [
        "123456789012", "qwertyuiop123", "qwertyuiop[]", "1q2w3e4r5t6y", "qazwsxedcrfv", "aaaaaaaaaaaa",
        "abcdefghijklm", "abcabcabcabc", "Password2026", "summer2026!!", "1990199019901990",
        String(repeating: "x", count: 128), "password\0x7#Kq9!mVw2$",
    ])
    func `what is guessed soon is refused`(password: String) async throws {
        let found = try await problems(with: password)
        #expect(found == [.guessablePassword] || found == [.commonPassword])
    }

    @Test(arguments: ["dana.lee goes to town", "Dana.Lee in the harbour", "my HARBOURLINE key ring"])
    func `the address and the provider's name may not be in it`(password: String) async throws {
        #expect(try await problems(with: password) == [.passwordContainsContext])
    }
}
