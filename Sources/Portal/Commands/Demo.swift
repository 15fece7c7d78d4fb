import FoundationEssentials
import Glibc
import Registry

/// Who and what is in the demonstration, as `demo.json` keeps it: flat, so that a shell script can read it.
struct Demo: Codable, Sendable, Equatable {
    struct Person: Sendable {
        let role: Role
        let email: String
        let name: String
        let companies: [String]
        let password: String
    }

    var address: String?
    let partnerEmail: String
    let partnerPassword: String
    let customerEmail: String
    let customerPassword: String
    let adminEmail: String
    let adminPassword: String

    /// What an authenticator app is told; a demonstration from before there were any gets one.
    var adminKey: String?

    /// Owns the service that asks about tokens; nobody needs to sign in as this one.
    let engineerEmail: String
    let engineerPassword: String
    let redirectURI: String
    var clientID: String?
    var clientSecret: String?
    var serviceID: String?
    var serviceSecret: String?

    init(entropy: Entropy) {
        partnerEmail = "sam@acme-rentals.example"
        partnerPassword = Demo.password(entropy)
        customerEmail = "dana@northfield.example"
        customerPassword = Demo.password(entropy)
        adminEmail = "robin@provider.example"
        adminPassword = Demo.password(entropy)
        adminKey = AuthenticatorKey(entropy).text
        engineerEmail = "devices@provider.example"
        engineerPassword = Demo.password(entropy)
        redirectURI = "http://127.0.0.1:8090/callback"
    }

    /// 80 bits as four groups of four letters and digits, none of which looks like another.
    private static func password(_ entropy: Entropy) -> String {
        (0..<4).map { _ in entropy.readable(4).lowercased() }.joined(separator: "-")
    }

    var people: [Person] {
        [
            Person(
                role: .partner,
                email: partnerEmail,
                name: "Sam Okafor",
                companies: ["Acme Rentals"],
                password: partnerPassword
            ),
            Person(
                role: .customer,
                email: customerEmail,
                name: "Dana Whitfield",
                companies: ["Northfield Plant Hire"],
                password: customerPassword
            ),
            Person(
                role: .admin,
                email: adminEmail,
                name: "Robin Vale",
                companies: [],
                password: adminPassword
            ),
            Person(
                role: .partner,
                email: engineerEmail,
                name: "Kim Alder",
                companies: ["Device Service"],
                password: engineerPassword
            ),
        ]
    }
}

// MARK: - How it is kept

extension Demo {
    /// What an earlier demonstration kept, or nil if there was none; throws ``CommandFailure``.
    init?(storedIn file: String) throws {
        guard access(file, F_OK) == 0 else { return nil }
        let bytes = try readFile(file, upTo: 16_384)
        do {
            self = try JSONDecoder().decode(Demo.self, from: Data(bytes))
        } catch {
            throw CommandFailure(
                "\(file) is damaged",
                hint: "delete the data folder and start the demo again"
            )
        }
    }

    func store(in file: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try PrivateFile.write(Array(try encoder.encode(self)) + [UInt8(ascii: "\n")], to: file)
    }
}

// MARK: - How it is shown

extension Demo {
    var facts: [(String, String)] {
        let optional = [
            ("admin_key", adminKey), ("address", address), ("client_id", clientID),
            ("client_secret", clientSecret),
            ("service_id", serviceID), ("service_secret", serviceSecret),
        ]
        return optional.compactMap { name, text in text.map { (name, $0) } } + [
            ("redirect_uri", redirectURI), ("partner_email", partnerEmail),
            ("partner_password", partnerPassword),
            ("customer_email", customerEmail), ("customer_password", customerPassword),
            ("admin_email", adminEmail), ("admin_password", adminPassword),
        ]
    }

    /// One screen: where to click, how to sign in, and how to walk the code flow in the terminal.
    func screen(
        _ provider: String,
        root: String,
        data: String,
        providers: [(name: String, address: String)],
        at now: Date
    ) -> String {
        let address = address ?? ""
        let doors = aligned([
            ["  Partners", "\(address)/", "register an application, see its credentials"],
            ["  Customers", "\(address)/account/connections", "what they have connected"],
            ["  Administrators", "\(address)/admin", "review applications"],
            ["  E-mails", "\(root)\(LocalMail.path)", "what would be mailed, while no mail server is set"],
        ])
        let keys = aligned([
            ["  partner", partnerEmail, partnerPassword],
            ["  customer", customerEmail, customerPassword],
            ["  administrator", adminEmail, adminPassword],
        ])
        let key = adminKey.flatMap(AuthenticatorKey.init)
        let others = aligned(providers.map { ["  \($0.name)", "\($0.address)/"] })
        return """
            \(provider), a demonstration of the portal

            Where to click
            \(doors)

            How to sign in
            \(keys)
              The administrator is asked for a code as well: \(key?.code(at: now) ?? "") for the next seconds; for others run
              portal demo again, or give an authenticator app the key \(key?.text ?? "")

            The application “Acme Rentals”
              client_id      \(clientID ?? "")
              client_secret  \(clientSecret ?? "")

            Providers that speak as their own documents say, with the same people
            \(others)

            Walk the code flow in the terminal, beside the running server
              scripts/walk \(data)
            """
    }
}
