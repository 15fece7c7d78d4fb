import Testing

@testable import Registry

@Suite("Naming somebody")
struct NamingSomebody {
    @Test(arguments: [
        "Dana\r\n\r\nYour account is locked", "Dana\nLee", "Dana\u{2028}Lee", "Dana \u{202E}eeL", "Dana\u{7}",
        "Dana\u{85}Lee", "https://evil.example/unlock", "Dana\u{E000}", "Dana\u{200B}Lee",
        "Dana at www.evil.com",
        "evil.com", "Unlock: evil.co.uk/login", "evil\u{200C}.com", "dana@evil.example", "Dana\u{2060}",
        "Dana\u{AD}Lee",
    ])
    func `a name is one line that leads nowhere`(name: String) throws {
        #expect(throws: AccountProblems(all: [.nameNotPlain])) {
            try SignUpDraft(email: "dana@acme.example", name: name)
        }
    }

    @Test(arguments: [
        "Dana Lee", "Dr. J. R. O’Neill-Núñez", "Łukasz", "李小龍", "مریم\u{200C}السادات", "דנה לוי",
        "D. (Dana) Lee, Jr.", "Rajesh a/l Kumar", "Anita d/o Raman",
    ])
    func `what people are called is taken`(name: String) throws {
        #expect(try SignUpDraft(email: "dana@acme.example", name: name).name == name)
    }
}
