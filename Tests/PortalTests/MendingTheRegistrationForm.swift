import Registry
import Testing
import Web

@testable import Portal

@Suite("Mending the registration form")
struct MendingTheRegistrationForm {
    let portal: TestPortal
    init() async throws { portal = try await TestPortal() }

    private typealias Fields = [(name: String, value: String)]

    /// The form as a browser got it, with a company name typed in.
    private func form(
        _ browser: inout Browser,
        _ change: (inout Fields) -> Void = { _ in }
    ) async throws
        -> [(name: String, value: String)]
    {
        let page = try await browser.get("/applications/new")
        var fields: Fields = [
            ("seal", try #require(page.hidden("seal"))), ("ticket", try #require(page.hidden("ticket"))),
            ("company_name", "Acme Rentals"),
        ]
        change(&fields)
        return fields
    }

    private func upload(
        _ bytes: [UInt8]? = nil,
        _ name: String = "logo.png"
    ) throws
        -> (name: String, filename: String, bytes: [UInt8])
    {
        ("logo", name, try bytes ?? TestPortal.logo())
    }

    private static let noFile: (name: String, filename: String, bytes: [UInt8]) = ("logo", "", [])

    @Test func `an empty form names both fields, once above and once beside each`() async throws {
        var dana = try await portal.partner()
        let page = try await dana.post(
            "/applications",
            try await form(&dana) { $0.set("company_name", "") },
            file: Self.noFile
        )
        #expect(page.status == 422)
        #expect(page.body.contains("<title>Error: Register an application – Harbourline</title>"))
        for (field, message) in [("company-name", "Enter your company name"), ("logo", "Choose a logo")] {
            #expect(page.body.contains("<a href=\"#\(field)\">\(message)</a>"))
            #expect(page.between("id=\"\(field)-err\"", "</div>")?.contains(message) == true)
            #expect(page.body.contains("\(field)-err\" aria-invalid=\"true\""))
        }
        #expect(page.body.contains("role=\"alert\""))
        #expect(try await portal.theOperator.applications().isEmpty)
    }

    /// One mistake a line, and what is said about each.
    private static let wrongLines = [
        "https://acme.example/#", "http://acme.example/", "https://dana@acme.example/",
        "https://*.acme.example/",
        "javascript:alert(1)", "myapp:/callback", "acme", "https://acme.example/",
        "https://acme.example/",
        "https://acme.example/?code=x", "https://acme.example/../x", "https://acme.example:0/",
        "https://ACME.example/", "https://acme.example/é",
    ]

    private static let sentences = [
        "Use letters from one alphabet in a word: “Аcme” mixes alphabets that look alike",
        "The logo must be a PNG.",
        "Line 1, “https://acme.example/#”: Remove the part after #",
        "Line 2, “http://acme.example/”: http:// is allowed only for this computer (127.0.0.1, [::1] or localhost)",
        "Line 3, “https://dana@acme.example/”: Remove the user name before @",
        "Line 4, “https://*.acme.example/”: Wildcards (*) are not supported; add each address",
        "Line 5, “javascript:alert(1)”: “javascript:” addresses are not allowed",
        "The scheme “myapp” is too short to be safe. Use your domain backwards, like com.acme-rentals.app:/callback",
        "Line 7, “acme”: Enter a full address, starting with https://",
        "Line 9, “https://acme.example/”: This address is on the list twice",
        "Line 10, “https://acme.example/?code=x”: Remove “code” from the query: our answer uses that name",
        "Remove the “.” or “..” steps from the path", "The port must be a number from 1 to 65535",
        "Line 13, “https://ACME.example/”: Write everything before the path in small letters",
        "Line 14, “https://acme.example/é”: The address contains a character that has to be percent-encoded",
        "The application name needs at least 2 characters",
        "Enter the full address of the website, starting with https://",
        "Enter the full address of the privacy policy, starting with https://",
        "Enter an e-mail address like name@company.com",
        "Say it in up to 2,000 characters", "The permission “admin” does not exist here",
    ]

    @Test func `every problem is listed with its own sentence`() async throws {
        var dana = try await portal.partner()
        let page = try await dana.post(
            "/applications",
            try await form(&dana) { fields in
                fields.set("company_name", "Аcme")
                fields.append(("redirect_uris", Self.wrongLines.joined(separator: "\r\n")))
                fields += [
                    ("application_name", "x"), ("website", "acme.example"),
                    ("privacy_policy", "ftp://acme.example"),
                    ("support_email", "nobody"), ("purpose", String(repeating: "x", count: 2001)),
                    ("scope_shown", "1"), ("scope", "admin"),
                ]
            },
            file: try upload(Array("GIF89a, or so".utf8))
        )
        #expect(page.status == 422)
        for sentence in Self.sentences { #expect(page.text.contains(sentence), "\(sentence)") }
        let summary = try #require(page.between("id=\"problems\"", "</ul>"))
        #expect(summary.split(separator: "<li>").count - 1 == 21)
        #expect(page.body.contains("<details open"))
    }

    @Test(arguments: [
        ("Harbourline Support", "This name looks like Harbourline itself. Use your own company’s name"),
        ("Official Acme", "The word “official” could be taken for Harbourline itself. Leave it out"),
        (
            "Acme\u{202E}",
            "The company name cannot contain line breaks or hidden direction marks (here U+202E)"
        ),
        ("!!", "Enter your company name in letters"),
        (
            "Allow at www.evil.example/login",
            "“www.evil.example” reads like a web address. The company name can have only that of your own website"
        ),
        ("Click Allow @ evil", "Leave “@” out of the company name"),
        (String(repeating: "a", count: 81), "The company name can be up to 80 characters"),
    ])
    func `a name that may not be used is told why, and shown as it was typed`(
        name: String,
        sentence: String
    )
        async throws
    {
        var dana = try await portal.partner()
        let page = try await dana.post(
            "/applications",
            try await form(&dana) { $0.set("company_name", name) },
            file: Self.noFile
        )
        #expect(page.status == 422 && page.text.contains(sentence))
        #expect(page.body.contains("value=\"\(name)\""))
    }

    @Test func `what was typed is kept after an error, the uploaded logo too`() async throws {
        var dana = try await portal.partner()
        let first = try await dana.post(
            "/applications",
            try await form(&dana) { fields in
                fields.set("company_name", "")
                fields += [
                    ("application_name", "Rental <Sync>"),
                    ("redirect_uris", "https://acme.example/a\nhttps://acme.example/b"),
                    ("website", "https://acme.example"), ("purpose", "To bill\nby the hour."),
                    ("kind", "public"),
                    ("scope_shown", "1"), ("scope", "location.read"),
                ]
            },
            file: try upload(nil, "our logo.png")
        )
        #expect(first.status == 422)
        #expect(
            first.body.contains("value=\"Rental &lt;Sync&gt;\"")
                && first.body.contains("To bill\nby the hour.")
        )
        #expect(first.body.contains("https://acme.example/a\nhttps://acme.example/b"))
        #expect(first.text.contains("our logo.png, ") && first.text.contains("Replace the logo"))
        #expect(!first.text.contains("Choose a logo"))
        #expect(first.body.contains("id=\"kind-public\" name=\"kind\" value=\"public\" checked"))
        #expect(first.body.contains("value=\"location.read\" checked"))
        #expect(!first.body.contains("value=\"equipment.read\" checked"))

        let second = try await dana.post(
            "/applications",
            [
                ("seal", try #require(first.hidden("seal"))),
                ("ticket", try #require(first.hidden("ticket"))),
                ("company_name", "Acme Rentals"), ("staged_logo", try #require(first.hidden("staged_logo"))),
            ],
            file: Self.noFile
        )
        #expect(second.status == 200)
        #expect(try await portal.theOperator.applications().first?.application.logo != nil)
    }
}
