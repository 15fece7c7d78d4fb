import Registry
import Testing

@Suite("Judging company names")
struct JudgingCompanyNames {
    let brand: Brand
    init() throws { brand = try Tenant.Settings.harbour().brand }

    private func problem(_ text: String) -> CompanyNameProblem? {
        do throws(CompanyNameProblem) {
            _ = try CompanyName(text, at: brand)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        "Acme Rentals", "3M", "Ab", "O’Neill & Söhne", "Ångström GmbH", "Łódź Maszyny", "Çağlar İnşaat",
        "Müller-Lüdenscheidt (Nord)", "S.A. de C.V.", "C++ Cranes", "Acme, Inc.", "<div id='xss'>", "=1+1",
        "株式会社日立", "三一重工", "トヨタ自動車", "한국전력공사", "शक्ति उद्योग", "บริษัท ก่อสร้าง",
        "شركة النور", "مصنع الكويت للرافعات", "חברת בדיקה", "Ελληνική Εταιρεία", "ΔΕΗ", "Яндекс", "Київстар",
        "Հայաստան", "საქართველო", "Acme 株式会社", "Acme Яндекс", "Acme 🚜", "Cafe\u{301}", "Tiếng Việt Máy",
    ])
    func `a name people write is a name`(text: String) throws {
        #expect(problem(text) == nil)
    }

    @Test func `spaces around it do not count`() throws {
        #expect(try CompanyName("  Acme Rentals\t\r\n", at: brand).text == "Acme Rentals")
    }

    @Test func `it is kept in one normal form`() throws {
        let name = try CompanyName("Cafe\u{301}", at: brand)
        #expect(Array(name.text.utf8) == Array("Caf\u{E9}".utf8))
    }

    @Test(arguments: ["", " ", "\t\r\n", "\u{3000}"])
    func `it has to be there`(text: String) {
        #expect(problem(text) == .missing)
    }

    @Test func `it has 2 to 80 characters as people count them, and at most 256 bytes`() {
        #expect(problem("A") == .tooShort)
        #expect(problem("A\u{301}") == .tooShort)
        #expect(problem(String(repeating: "a", count: 80)) == nil)
        #expect(problem(String(repeating: "a", count: 81)) == .tooLong)
        #expect(problem(String(repeating: "社", count: 80)) == nil)
        #expect(problem(String(repeating: "𠀋", count: 65)) == .tooLong)
        #expect(problem(String(repeating: "a", count: 1_000_000)) == .tooLong)
        #expect(problem("a" + String(repeating: "\u{301}", count: 200)) != nil)
    }

    @Test(
        arguments: [
            // Line and paragraph breaks, and other controls.
            0x00, 0x09, 0x0A, 0x0D, 0x1B, 0x7F, 0x85, 0x9B, 0x2028, 0x2029,
            // Direction marks, embeddings, overrides and isolates.
            0x061C, 0x200E, 0x200F, 0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2066, 0x2067, 0x2068, 0x2069,
            // What takes no room: spaces, joiners, fillers, variation selectors, tags.
            0x00AD, 0x034F, 0x115F, 0x180E, 0x200B, 0x200C, 0x200D, 0x2060, 0x2064, 0x3164, 0xFE0F, 0xFEFF,
            0xFFA0, 0xE0001, 0xE0041, 0xE0100,
            // What has no meaning, or only a private one.
            0x0378, 0xE000, 0xF8FF, 0xFFFE, 0xF0000, 0x10FFFD,
        ] as [UInt32]
    )
    func `nothing in it is hidden`(code: UInt32) throws {
        let hidden = try #require(Unicode.Scalar(code))
        #expect(problem("Acme\(hidden)Rentals") == .hiddenCharacter(code))
    }

    @Test func `accents do not grow into towers`() {
        #expect(problem("Aq\u{301}\u{302}me") == nil)
        #expect(problem("Aq\u{301}\u{302}\u{303}me") == .stackedMarks)
        #expect(problem("Aq" + String(repeating: "\u{489}", count: 9) + "me") == .stackedMarks)
    }

    @Test(arguments: ["!!", "---", "…—…", "()", "🚜🚜", "★☆★", "$$$", "''"])
    func `it has letters or digits`(text: String) {
        #expect(problem(text) == .noLetters)
    }

    @Test(arguments: [
        ("Аcme Rentals", "Аcme"), ("Acme Rеntals", "Rеntals"), ("раypal", "раypal"), ("Αcme", "Αcme"),
        ("Gοοgle", "Gοοgle"), ("Mісrosоft Ltd", "Mісrosоft"), ("Θеta", "Θеta"),
    ])
    func `a word does not mix letters that look alike`(text: String, word: String) {
        #expect(problem(text) == .mixedAlphabets(word: word))
    }

    @Test(arguments: [
        "Harbourline", "harbourline", "HARBOURLINE", "Harbour line", "H a r b o u r l i n e", "Harbour-Line",
        "Harbourline Support", "The Harbourline Company", "My.Harbourline", "Harb0urline", "Harbour1ine",
        "Ha-rbour line Rentals", "HARB0UR L1NE", "HarbourIine",
    ])
    func `it does not look like the tenant`(text: String) {
        #expect(problem(text) == .likeTheTenant)
    }

    @Test func `it is not called by the tenant's short name`() throws {
        var short = brand
        short.shortName = "HBL"
        for text in ["HBL", "hbl", "HBL Connector", "The H.B.L. Company", "HBL GmbH"] {
            #expect(throws: CompanyNameProblem.likeTheTenant) { try CompanyName(text, at: short) }
        }
        #expect(try CompanyName("Ahblom Cranes", at: short).text == "Ahblom Cranes")
    }

    @Test func `another tenant's name is no business of this one`() throws {
        var other = brand
        other.displayName = "Quayside"
        #expect(try CompanyName("Harbourline", at: other).text == "Harbourline")
        #expect(problem("Quayside") == nil)
        #expect(problem("Harbour Rentals") == nil)
    }

    @Test(arguments: [
        ("Acme Support", "support"), ("SUPPORT Acme", "support"), ("Official Acme", "official"),
        ("Verified Rentals", "verified"), ("Acme Security", "security"), ("Admin Tools", "admin"),
        ("0fficial Acme", "official"), ("Acme, Support!", "support"), ("Administrator", "administrator"),
    ])
    func `it does not claim an office`(text: String, word: String) {
        #expect(problem(text) == .reservedWord(word))
    }

    @Test(arguments: [
        "Acme-Support", "Acme/Verified", "Acme.Official", "Acme_Admin", "Support:Acme", "O f f i c i a l",
    ])
    func `nor with other signs between its words or letters`(text: String) {
        #expect(problem(text) != nil)
    }

    @Test(arguments: ["Acme ✓", "✔ Acme", "Acme ✅", "☑ Acme", "🗸 Acme"])
    func `nor with a tick beside it`(text: String) {
        #expect(problem(text) != nil)
    }

    @Test(arguments: [
        "Badminton Rentals", "Supportive Scaffolding", "Unofficially Yours", "Securitysystems AG",
    ])
    func `a word that merely contains one is fine`(text: String) {
        #expect(problem(text) == nil)
    }
}
