import FoundationEssentials
import Registry
import Support
import Synchronization
import Testing

/// A registry on a real database of its own, at a time moved by hand, with one tenant and its people.
///
/// What the tests arrange with is here, in the words of the domain; what they observe is the product's.
struct TestRegistry: Sendable {
    let clock = TestClock()

    /// Every digest of something secret that was computed.
    let digests = Tally()
    let database: any Database
    let registry: ApplicationRegistry
    let tenant: Tenant

    /// Dana, who owns what is registered here.
    let partner: PartnerAccess

    /// Kim, whose data it is.
    var customer: CustomerAccess

    init(
        on given: (any Database)? = nil,
        _ change: (inout Tenant.Settings) -> Void = { _ in }
    ) async throws {
        database = if let given { given } else { try await TestDatabase.make() }
        registry = ApplicationRegistry(
            database: database,
            masterKey: TestRegistry.masterKey(1),
            laterKey: { number in TestRegistry.masterKey(number) },
            clock: { [clock] in clock.now },
            entropy: .counting(),
            passwords: try PasswordHasher(cost: .least, threads: 1),
            decodeLogo: { upload, _ in try Logo.decode(upload) },
            onSecretDigest: { [digests] in digests.count() }
        )
        try await registry.open()
        tenant = try await registry.importTenant(.harbour(change), as: try #require(TenantName("harbour")))
        partner = try await registry.newPartner("dana@acme.example", at: tenant)
        customer = try await registry.newCustomer("kim@northfield.example", at: tenant)
    }

    var theOperator: OperatorAccess { registry.operatorAccess(to: tenant) }

    static func masterKey(_ number: Int) -> [UInt8] { [UInt8](repeating: UInt8(6 + number), count: 32) }

    static let callback = "https://acme.example/callback"
    static let provenance = Provenance(address: "192.0.2.7", reference: "01JD-7F3K-Q2")
    static let password = "a long walk to the harbour"
}

/// Counts from any thread.
final class Tally: Sendable {
    private let number = Mutex(0)

    func count() { number.withLock { $0 += 1 } }

    /// How much `act` added.
    func added(by act: () async throws -> Void) async rethrows -> Int {
        let before = number.withLock { $0 }
        try await act()
        return number.withLock { $0 } - before
    }
}

// MARK: - Tenants and people

extension Tenant.Settings {
    /// A tenant with three permissions that lets partners in and looks at what they register.
    static func harbour(_ change: (inout Tenant.Settings) -> Void = { _ in }) throws -> Tenant.Settings {
        var settings = Tenant.Settings(
            hosts: [],
            brand: Brand(
                displayName: "Harbourline",
                accent: try #require(AccentColour("#0a5ad4")),
                dataDescription: "your equipment data"
            ),
            scopes: [
                try .named("equipment.read", "Read your equipment", .read, isDefault: true),
                try .named("equipment.change", "Change your equipment", .change),
                try .named("location.read", "See where your equipment is", .sensitive),
            ],
            limitsShown: [],
            policy: Policy(),
            wireProfile: ""
        )
        settings.policy.applicationsPerDay = 1000
        change(&settings)
        return settings
    }
}

extension OfferedScope {
    static func named(
        _ name: String,
        _ sentence: String,
        _ kind: Kind,
        isDefault: Bool = false
    ) throws
        -> OfferedScope
    {
        OfferedScope(
            name: try #require(Scope(name)),
            sentence: sentence,
            detail: "",
            kind: kind,
            isDefault: isDefault
        )
    }
}

extension ApplicationRegistry {
    func newPartner(_ email: String, at tenant: Tenant) async throws -> PartnerAccess {
        try await add(email, as: .partner, at: tenant)
        let cookie = try await signIn(email, as: .partner, at: tenant)
        return try #require(try await partner(cookie, at: tenant, from: TestRegistry.provenance))
    }

    func newCustomer(_ email: String, at tenant: Tenant) async throws -> CustomerAccess {
        try await add(email, as: .customer, at: tenant)
        return try await signedIn(email, at: tenant)
    }

    func signedIn(_ email: String, at tenant: Tenant) async throws -> CustomerAccess {
        let cookie = try await signIn(email, as: .customer, at: tenant)
        return try #require(try await customer(cookie, at: tenant, from: TestRegistry.provenance))
    }

    func add(_ email: String, as role: Role, at tenant: Tenant) async throws {
        let draft = try AccountDraft(
            email: email,
            name: "Somebody",
            password: TestRegistry.password,
            at: tenant
        )
        _ = try await operatorAccess(to: tenant).add(draft, as: role)
    }

    /// The cookie of a new session.
    func signIn(_ email: String, as role: Role, at tenant: Tenant) async throws -> String {
        let signIn = SignIn(email: email, password: TestRegistry.password, role: role)
        return try await start(signIn, at: tenant, from: TestRegistry.provenance).plaintext
    }
}

// MARK: - Applications

/// An application with its first secret, which only its owner's software knows.
struct OwnedApplication: Sendable {
    let application: Application
    let secret: SecretText?

    var id: String { application.id.text }
}

extension TestRegistry {
    /// Dana's application, approved unless said otherwise.
    func registeredApplication(
        _ name: String = "Acme Rentals",
        at redirectURIs: [String] = [callback],
        scopes: [String]? = ["equipment.read", "equipment.change"],
        kind: Application.Kind = .confidential,
        isApproved: Bool = true
    ) async throws -> OwnedApplication {
        var form = ApplicationForm()
        form.companyName = name
        form.redirectURIs = redirectURIs
        form.scopes = scopes
        form.kind = kind
        form.ticket = registry.freshToken()
        let draft = try ApplicationDraft(form, logo: nil, needsLogo: false, at: tenant)
        let registered = try await partner.register(draft)
        let id = registered.application.id.text
        if isApproved { try await theOperator.approve(id) }
        return OwnedApplication(
            application: try await theOperator.application(id),
            secret: registered.secret
        )
    }

    /// The application as it is now.
    func current(_ registered: OwnedApplication) async throws -> Application {
        try await theOperator.application(registered.application.id.text)
    }

    /// The application, authenticated with its first secret or with this one.
    func client(_ registered: OwnedApplication, secret: SecretText? = nil) async throws -> ClientAccess {
        let credentials = ClientCredentials(
            id: registered.application.id.text,
            secret: (secret ?? registered.secret)?.plaintext
        )
        return try await registry.client(credentials, at: tenant, from: TestRegistry.provenance)
    }
}
