package import Registry

/// A name as somebody types it, and either the name that is kept of it or what is wrong with it.
package struct NameRow: Sendable {
    package let typed: String
    package let verdict: Result<String, CompanyNameProblem>
}

/// Names of companies at a tenant called Harbourline (security row LO-02).
///
/// One table, for the rule itself and for the form that asks for a name.
package enum NameTable {
    package static let all =
        allowed + rewritten + harmless + empty + lengths + hidden + marks + withoutLetters + mixed
        + likeTheTenant + offices + partedOffices + ticks + addresses

    /// What people call their companies.
    package static let allowed = kept([
        "Acme Rentals", "3M", "Ab", "O’Neill & Söhne", "Ångström GmbH", "Łódź Maszyny", "Çağlar İnşaat",
        "Müller-Lüdenscheidt (Nord)", "S.A. de C.V.", "C++ Cranes", "Acme, Inc.", "<div id='xss'>", "=1+1",
        "株式会社日立", "三一重工", "トヨタ自動車", "한국전력공사", "शक्ति उद्योग", "บริษัท ก่อสร้าง",
        "شركة النور", "مصنع الكويت للرافعات", "חברת בדיקה", "Ελληνική Εταιρεία", "ΔΕΗ", "Яндекс", "Київстар",
        "Հայաստան", "საქართველო", "Acme 株式会社", "Acme Яндекс", "Acme 🚜", "Tiếng Việt Máy",
        "E.ON", "A/S Nordkran", "24/7 Cranes", "Lee c/o Acme", "re:publica", "Kran GmbH & Co.KG", "Dr.Oetker",
        "St.Gallen Lifts", "Node.js Tools", "J.B. Hunt", "S.A.de C.V.", "S.à r.l.", "Acme No.1",
        "V2.0 Cranes",
    ])

    /// What leads somewhere else (security.md B5).
    package static let addresses =
        [
            ("Allow at www.evil.example/login", "www.evil.example"), ("paypal.com", "paypal.com"),
            ("Click Allow or https://evil.example", "evil.example"), ("PAYPAL.COM Help", "paypal.com"),
            ("evil．com", "evil.com"), ("evil。com", "evil.com"), ("Go to evil.co.uk now", "evil.co.uk"),
            ("Acme (evil.com:8080)", "evil.com"), ("www.evil", "www.evil"), ("пример.рф", "пример.рф"),
        ].map { NameRow(typed: $0, verdict: .failure(.address(.host($1)))) }
        + [
            ("Click Allow @ evil", "@"), ("acme@work", "@"), ("Acme：Cranes: now", ":"),
            ("http://evil", ":"), ("//evil", "//"), ("Note: click Allow", ":"), ("Acme＠evil", "@"),
        ].map { NameRow(typed: $0, verdict: .failure(.address(.sign($1)))) }

    /// What is kept in one normal form (Unicode UAX 15), without the spaces around it.
    package static let rewritten = [
        ("  Acme Rentals\t\r\n", "Acme Rentals"), ("\u{3000}Acme Rentals\u{2028}", "Acme Rentals"),
        ("Cafe\u{301}", "Caf\u{E9}"), ("\u{212B}ngstro\u{308}m", "\u{C5}ngstr\u{F6}m"),
        ("\u{1112}\u{1161}\u{11AB}\u{1100}\u{116E}\u{11A8}", "\u{D55C}\u{AD6D}"),
        ("Vie\u{323}\u{302}t", "Vi\u{1EC7}t"), ("Vie\u{302}\u{323}t", "Vi\u{1EC7}t"),
    ].map { NameRow(typed: $0, verdict: .success($1)) }

    /// Words that only contain what others are refused for.
    package static let harmless = kept([
        "Badminton Rentals", "Supportive Scaffolding", "Unofficially Yours", "Securitysystems AG",
    ])

    package static let empty = refused(["", " ", "\t\r\n", "\u{3000}"], .missing)

    package static let lengths =
        refused(["A", "A\u{301}", "a" + String(repeating: "\u{301}", count: 127)], .tooShort)
        + kept([String(repeating: "a", count: 80), String(repeating: "社", count: 80)])
        + refused([String(repeating: "a", count: 81), String(repeating: "𠀋", count: 65)], .tooLong)

    /// What stands unseen in the middle of a name.
    package static let hidden = [
        // Line and paragraph breaks, and other controls.
        0x00, 0x09, 0x0A, 0x0D, 0x1B, 0x7F, 0x85, 0x9B, 0x2028, 0x2029,
        // Direction marks, embeddings, overrides and isolates.
        0x061C, 0x200E, 0x200F, 0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2066, 0x2067, 0x2068, 0x2069,
        // What takes no room: spaces, joiners, fillers, variation selectors, tags.
        0x00AD, 0x034F, 0x115F, 0x17B4, 0x180B, 0x180E, 0x200B, 0x200C, 0x200D, 0x2060, 0x2061, 0x2062,
        0x2063, 0x2064, 0x206A, 0x3164, 0xFE0F, 0xFEFF, 0xFFA0, 0xFFF9, 0x1D173, 0xE0001, 0xE0041, 0xE007F,
        0xE0100,
        // What has no meaning, or only a private one.
        0x0378, 0xE000, 0xF8FF, 0xFDD0, 0xFFFE, 0x1FFFF, 0xF0000, 0x10FFFD,
    ].compactMap(Unicode.Scalar.init).map { scalar in
        NameRow(typed: "Acme\(scalar)Rentals", verdict: .failure(.hiddenCharacter(scalar.value)))
    }

    package static let marks =
        kept(["Aq\u{301}\u{302}me"])
        + refused(
            ["Aq\u{301}\u{302}\u{303}me", "Aq" + String(repeating: "\u{489}", count: 9) + "me"],
            .stackedMarks
        )

    package static let withoutLetters = refused(
        ["!!", "---", "…—…", "()", "🚜🚜", "★☆★", "$$$", "''"],
        .noLetters
    )

    /// Words in letters that look alike and are of several alphabets.
    package static let mixed = [
        ("Аcme Rentals", "Аcme"), ("Acme Rеntals", "Rеntals"), ("раypal", "раypal"), ("Αcme", "Αcme"),
        ("Gοοgle", "Gοοgle"), ("Mісrosоft Ltd", "Mісrosоft"), ("Θеta", "Θеta"),
    ].map { NameRow(typed: $0, verdict: .failure(.mixedAlphabets(word: $1))) }

    package static let likeTheTenant = refused(
        [
            "Harbourline", "harbourline", "HARBOURLINE", "Harbour line", "H a r b o u r l i n e",
            "Harbour-Line", "Harbourline Support", "The Harbourline Company", "My.Harbourline", "Harb0urline",
            "Harbour1ine", "Ha-rbour line Rentals", "HARB0UR L1NE", "HarbourIine",
        ],
        .likeTheTenant
    )

    /// Offices that nobody outside the tenant has.
    package static let offices = reserved([
        ("Acme Support", "support"), ("SUPPORT Acme", "support"), ("Official Acme", "official"),
        ("Verified Rentals", "verified"), ("Acme Security", "security"), ("Admin Tools", "admin"),
        ("0fficial Acme", "official"), ("Acme, Support!", "support"), ("Administrator", "administrator"),
    ])

    /// The same with other signs between their words or letters.
    package static let partedOffices = reserved([
        ("Acme-Support", "support"), ("Acme/Verified", "verified"), ("Acme.Official", "official"),
        ("Acme_Admin", "admin"), ("Support:Acme", "support"), ("O f f i c i a l", "official"),
    ])

    package static let ticks = reserved([
        ("Acme ✓", "✓"), ("✔ Acme", "✔"), ("Acme ✅", "✅"), ("☑ Acme", "☑"), ("🗸 Acme", "🗸"),
    ])

    private static func kept(_ names: [String]) -> [NameRow] {
        names.map { NameRow(typed: $0, verdict: .success($0)) }
    }

    private static func refused(_ names: [String], _ problem: CompanyNameProblem) -> [NameRow] {
        names.map { NameRow(typed: $0, verdict: .failure(problem)) }
    }

    private static func reserved(_ names: [(String, word: String)]) -> [NameRow] {
        names.map { NameRow(typed: $0, verdict: .failure(.reservedWord($1))) }
    }
}
