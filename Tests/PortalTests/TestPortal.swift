import FoundationEssentials
import Glibc
import Registry
import Support
import Testing
import Web

@testable import Portal

/// The whole product but its sockets, on a real database of its own, at a time moved by hand.
///
/// What the tests arrange with is here, in the words of the domain; what they observe is what a browser or a
/// client would.
struct TestPortal: Sendable {
    let clock = TestClock()
    let keys = AuthenticatorKeys()
    let database: any Database
    let registry: ApplicationRegistry
    let tenant: Tenant
    let site: Site

    /// What partners have published.
    let publications = Publications()

    init(
        at publicURL: String = "http://127.0.0.1:8080",
        mail: MailRoute = .localPage,
        on database: (any Database)? = nil,
        _ change: (inout Tenant.Settings) -> Void = { _ in },
        decodeLogo: @escaping ApplicationRegistry.LogoDecoder = { upload, _ in try Logo.decode(upload) }
    ) async throws {
        self.database = if let database { database } else { try await TestDatabase.make() }
        registry = ApplicationRegistry(
            database: self.database,
            masterKey: [UInt8](repeating: 7, count: 32),
            clock: { [clock] in clock.now },
            entropy: .counting(),
            passwords: try PasswordHasher(cost: .least, threads: 1),
            decodeLogo: decodeLogo
        )
        try await registry.open()
        tenant = try await registry.importTenant(.harbour(change), as: try #require(TenantName("harbour")))
        site = Site(
            registry: registry,
            publicFiles: try PublicFiles(folder: TestPortal.folder("Public")),
            publicURL: try #require(PublicURL(publicURL)),
            mail: mail,
            look: { [publications] proof, way, _ in publications.sighting(of: proof, way) },
            log: Log(descriptor: open("/dev/null", O_WRONLY), clock: { .zero }),
            monotonic: { [clock] in .seconds(clock.now.timeIntervalSince1970) }
        )
    }

    var theOperator: OperatorAccess { registry.operatorAccess(to: tenant) }

    /// What the addresses of this tenant begin with.
    static let base = "/t/harbour"
    static let issuer = "http://127.0.0.1:8080/t/harbour"
    static let callback = "https://acme.example/callback"
    static let password = "a long walk to the harbour"

    /// A folder of the repository.
    static func folder(_ name: String) -> String {
        let steps = #filePath.split(separator: "/").dropLast(3)
        return "/" + (steps + [Substring(name)]).joined(separator: "/")
    }

    /// A real picture, as a partner would upload it: 64 by 64 pixels, so that it is decoded quickly.
    static func logo() throws -> [UInt8] {
        [UInt8](try #require(FileManager.default.contents(atPath: folder("Public/favicon.png"))))
    }
}

extension Tenant.Settings {
    /// A tenant with three permissions that lets partners in and looks at what they register.
    static func harbour(_ change: (inout Tenant.Settings) -> Void = { _ in }) throws -> Tenant.Settings {
        func scope(_ name: String, _ sentence: String, _ kind: OfferedScope.Kind) throws -> OfferedScope {
            OfferedScope(
                name: try #require(Scope(name)),
                sentence: sentence,
                detail: "Names, serial numbers and hours.",
                kind: kind,
                isDefault: kind == .read
            )
        }
        var settings = Tenant.Settings(
            hosts: [],
            brand: Brand(
                displayName: "Harbourline",
                accent: try #require(AccentColour("#0a5ad4")),
                dataDescription: "your equipment data"
            ),
            scopes: [
                try scope("equipment.read", "Read your equipment", .read),
                try scope("equipment.change", "Change your equipment", .change),
                try scope("location.read", "See where your equipment is", .sensitive),
            ],
            limitsShown: [Reassurance(sentence: "Pay anything in your name", unless: [])],
            policy: Policy(),
            wireProfile: ""
        )
        settings.policy.applicationsPerDay = 1000
        change(&settings)
        return settings
    }
}

// MARK: - People

extension TestPortal {
    /// Somebody's browser, signed in as a partner.
    func partner(_ email: String = "dana@acme.example") async throws -> Browser {
        try await browser(of: email, as: .partner)
    }

    /// Somebody's browser, signed in as a customer.
    func customer(_ email: String = "kim@northfield.example") async throws -> Browser {
        try await browser(of: email, as: .customer)
    }

    /// A browser nobody has signed in with.
    func browser() -> Browser { Browser(portal: self) }

    func browser(of email: String, as role: Role) async throws -> Browser {
        var browser = try await halfway(email, as: role)
        let name = "portal-harbour-\(role)"
        let cookie = browser.cookies[name] ?? ""
        if let person = try await registry.unproven(cookie, as: role, at: tenant, from: arranged) {
            browser.cookies[name] = try await proven(person).plaintext
        }
        return browser
    }

    /// Somebody's browser after the password, whether or not a second factor is asked for.
    func halfway(_ email: String, as role: Role) async throws -> Browser {
        try await add(email, as: role)
        var browser = Browser(portal: self)
        let signIn = SignIn(email: email, password: TestPortal.password, role: role)
        let cookie = try await registry.start(signIn, at: tenant, from: arranged)
        browser.cookies["portal-harbour-\(role)"] = cookie.plaintext
        return browser
    }

    /// A partner with a second factor.
    func carefulPartner(_ email: String) async throws -> Browser {
        var browser = try await partner(email)
        let cookie = browser.cookies["portal-harbour-partner"] ?? ""
        let partner = try #require(try await registry.partner(cookie, at: tenant, from: arranged))
        let enrolment = try await partner.enrol(partner.newKey.code(at: clock.now))
        keys.note(partner.newKey, enrolment.recoveryCodes, of: email)
        browser.cookies["portal-harbour-partner"] = enrolment.cookie.plaintext
        return browser
    }

    /// Somebody who accepted the operator's invitation and set up a second factor.
    func administrator(_ email: String, _ rank: Rank) async throws -> Browser {
        let address = try #require(EmailAddress(email))
        let link = try await theOperator.invite(address, as: rank).secret.plaintext
        var browser = self.browser()
        let page = try await browser.get("/admin/invitations/\(link)")
        let answer = try await browser.post(
            "/admin/invitations/\(link)",
            [
                ("seal", try #require(page.hidden("seal"))), ("name", "Somebody"),
                ("password", TestPortal.password),
            ]
        )
        #expect(answer.location == "/t/harbour/admin/sign-in")
        return try await self.browser(of: email, as: .admin)
    }

    private var arranged: Provenance { Provenance(address: "192.0.2.7", reference: "arranged") }

    /// Sets a second factor up, or shows one of its codes that was not shown before.
    private func proven(_ person: UnprovenAccess) async throws -> SecretText {
        guard person.hasSecondFactor else {
            let enrolment = try await person.enrol(person.newKey.code(at: clock.now))
            keys.note(person.newKey, enrolment.recoveryCodes, of: person.account.email.text)
            return enrolment.cookie
        }
        return try await person.prove(try #require(keys.recoveryCode(of: person.account.email.text)))
    }

    /// The code that somebody's app shows now.
    func code(of email: String) throws -> String {
        try #require(keys.key(of: email)).code(at: clock.now)
    }

    /// The browser of somebody who is in the team of an application.
    func member(
        _ email: String,
        as role: MemberRole,
        of application: OwnedApplication
    ) async throws -> Browser {
        let browser = try await partner(email)
        try await theOperator.addMember(try #require(EmailAddress(email)), as: role, of: application.id)
        return browser
    }

    func add(_ email: String, as role: Role) async throws {
        do {
            let draft = try AccountDraft(
                email: email,
                name: "Somebody",
                password: TestPortal.password,
                at: tenant
            )
            _ = try await theOperator.add(draft, as: role)
        } catch let problems as AccountProblems {
            #expect(problems.all == [.emailTaken])
        }
    }
}

// MARK: - Applications

/// An application with its first secret, which only its owner's software knows.
struct OwnedApplication: Sendable {
    let application: Application
    let secret: SecretText?

    var id: String { application.id.text }
}

extension TestPortal {
    /// An application of Dana's, or of the partner named, approved unless said otherwise.
    func registeredApplication(
        _ name: String = "Acme Rentals",
        of owner: String = "dana@acme.example",
        at redirectURIs: [String] = [callback],
        kind: Application.Kind = .confidential,
        isApproved: Bool = true,
        _ fill: (inout ApplicationForm) -> Void = { _ in }
    ) async throws -> OwnedApplication {
        try await add(owner, as: .partner)
        var form = ApplicationForm()
        form.companyName = name
        form.redirectURIs = redirectURIs
        form.scopes = ["equipment.read", "equipment.change"]
        form.kind = kind
        form.ticket = registry.freshToken()
        fill(&form)
        let draft = try ApplicationDraft(form, logo: nil, needsLogo: false, at: tenant)
        let registered = try await theOperator.register(draft, for: try #require(EmailAddress(owner)))
        let id = registered.application.id.text
        if isApproved { try await theOperator.approve(id) }
        return OwnedApplication(application: try await theOperator.application(id), secret: registered.secret)
    }

    /// What an application sends a browser with.
    func query(
        _ application: OwnedApplication,
        _ change: (inout [(name: String, value: String)]) -> Void = { _ in }
    ) -> [(name: String, value: String)] {
        var sent: [(name: String, value: String)] = [
            ("client_id", application.id), ("redirect_uri", TestPortal.callback), ("response_type", "code"),
            ("scope", "equipment.read"), ("state", "s-1"), ("code_challenge", Pixy.challenge),
            ("code_challenge_method", "S256"),
        ]
        change(&sent)
        return sent
    }

    /// The tokens of a customer who allowed everything this application asked for.
    func tokens(
        for application: OwnedApplication,
        by email: String = "kim@northfield.example"
    ) async throws
        -> [String: String]
    {
        var browser = try await customer(email)
        let page = try await browser.authorize(query(application))
        let answer = page.status == 303 ? page : try await browser.answer(page, "allow")
        let code = try #require(answer.returned["code"])
        return try await client(application).post(
            "/oauth2/token",
            [
                ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", TestPortal.callback),
                ("code_verifier", Pixy.verifier),
            ]
        ).members
    }

    /// A code that Kim allowed.
    func code(for application: OwnedApplication) async throws -> String {
        var kim = try await customer()
        let page = try await kim.authorize(query(application) { $0.set("prompt", "consent") })
        return try #require(try await kim.answer(page, "allow").returned["code"])
    }

    func client(_ application: OwnedApplication) -> Client {
        Client(portal: self, id: application.id, secret: application.secret?.plaintext)
    }
}

/// The verifier of every request here (RFC 7636 appendix B), and its challenge.
enum Pixy {
    static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    static let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
}

extension [(name: String, value: String)] {
    /// Puts one value in place of whatever was there; nil takes it away.
    mutating func set(_ name: String, _ value: String?) {
        removeAll { $0.name == name }
        if let value { append((name, value)) }
    }
}
