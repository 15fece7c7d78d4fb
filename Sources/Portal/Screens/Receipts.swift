import FoundationEssentials
import Registry
import Web

/// Receipts of what a customer was shown and allowed: to read, to print, to keep (feature 8).
enum ReceiptScreens {
    static func show(_ customer: CustomerAccess, _ visit: Visit) async throws -> Response {
        let receipt = try await customer.requestedReceipt(visit)
        let given = CalendarText(receipt.receipt.givenAt)
        return Page("Receipt of \(given.date)", .customers) {
            ReceiptPage(signed: receipt, visit: visit)
        }.response(to: visit)
    }

    static func download(_ customer: CustomerAccess, _ visit: Visit) async throws -> Response {
        let receipt = try await customer.requestedReceipt(visit)
        return file(try ReceiptFile.json(of: receipt), called: "receipt-\(receipt.receipt.id)", visit)
    }

    /// Everything about a customer's connections, for them to take along.
    static func export(_ customer: CustomerAccess, _ visit: Visit) async throws -> Response {
        var connections: [JSON] = []
        for grant in try await customer.allGrants() {
            var steps: [JSON] = []
            for step in try await customer.history(of: grant) {
                let receipt = step.hasReceipt ? try await customer.receipt(step.id) : nil
                steps.append(try ReceiptFile.json(of: step, receipt))
            }
            connections.append(ReceiptFile.json(of: grant, steps))
        }
        var whole: [(String, JSON)] = [
            ("provider", .text(visit.brand.displayName)),
            ("account", .text(customer.account.id.text)),
            ("email", .text(customer.account.email.text)),
        ]
        if let language = customer.language { whole.append(("language", .text(language))) }
        whole += [
            ("exported_at", .text(CalendarText(visit.registry.now()).iso)),
            ("connections", .list(connections)),
        ]
        return file(.object(whole), called: "connections", visit)
    }

    /// The key that receipts are checked with, as a JSON Web Key (RFC 8037).
    static func key(_ visit: Visit) async throws -> Response {
        let headers: [Header] = [
            ("Content-Type", "application/jwk+json"), ("Cache-Control", "public, max-age=300"),
            ("Access-Control-Allow-Origin", "*"),
        ]
        let key: JSON = .object([
            ("kty", .text("OKP")), ("crv", .text("Ed25519")), ("use", .text("sig")),
            ("x", .text(base64URL(visit.registry.publicReceiptKey(of: visit.tenant)))),
        ])
        return Response(.ok, headers: headers, body: key.bytes)
    }

    private static func file(_ json: JSON, called name: String, _ visit: Visit) -> Response {
        let headers: [Header] = [
            ("Content-Type", "application/json"), ("Cache-Control", "no-store"),
            ("Content-Disposition", "attachment; filename=\"\(name).json\""),
        ]
        return Response(.ok, headers: headers, body: Array((json.indented() + "\n").utf8))
    }
}

extension CustomerAccess {
    fileprivate func requestedReceipt(_ visit: Visit) async throws -> SignedReceipt {
        guard let receipt = try await receipt(visit.captured("receipt")),
            receipt.receipt.connection == visit.captured("grant")
        else { throw Refusal.notFound }
        return receipt
    }
}

/// A receipt as a file: what was signed, and what it is checked with.
enum ReceiptFile {
    static let algorithm = "Ed25519"

    static func json(of signed: SignedReceipt) throws -> JSON {
        .object([
            ("receipt", try JSON(JSON5(Array(signed.text.utf8)))),
            ("algorithm", .text(algorithm)),
            ("key", .text(base64URL(signed.publicKey))),
            ("signature", .text(base64URL(signed.signature))),
        ])
    }

    static func json(of grant: ConsentGrant, _ steps: [JSON]) -> JSON {
        var members: [(String, JSON)] = [
            ("id", .text(grant.id)),
            ("application", .text(grant.application.displayName)),
            ("client_id", .text(grant.application.id.text)),
            ("company", .text(grant.application.companyName.text)),
            ("permissions", .list(grant.scopes.names.map { .text($0.text) })),
        ]
        if let company = grant.company { members.append(("organisation", .text(company.text))) }
        let dates = [
            ("connected_at", grant.grantedAt), ("last_used_at", grant.lastUsedAt),
            ("ends_at", grant.endsAt), ("ended_at", grant.endedAt),
        ]
        for (name, date) in dates {
            if let date { members.append((name, .text(CalendarText(date).iso))) }
        }
        return .object(members + [("history", .list(steps))])
    }

    static func json(of step: ConsentStep, _ receipt: SignedReceipt?) throws -> JSON {
        var members: [(String, JSON)] = [
            ("step", .text(step.kind.rawValue)), ("at", .text(CalendarText(step.at).iso)),
            ("permissions", .list(step.scopes.names.map { .text($0.text) })),
        ]
        if let receipt { members.append(("signed", try json(of: receipt))) }
        return .object(members)
    }
}

extension JSON {
    /// What a file says, its members in their order; throws ``CommandFailure`` for what no receipt contains.
    init(_ value: JSON5) throws {
        switch value.content {
        case .object(let members): self = .object(try members.map { ($0.name, try JSON($0.value)) })
        case .array(let items): self = .list(try items.map { try JSON($0) })
        case .string(let text): self = .text(text)
        case .bool(let flag): self = .bool(flag)
        case .number(let number):
            guard let whole = Int(exactly: number) else { throw CommandFailure("a number is not whole") }
            self = .number(whole)
        case .null: throw CommandFailure("null stands where a value belongs")
        }
    }
}

private struct ReceiptPage: Component {
    let signed: SignedReceipt
    let visit: Visit

    private var receipt: ConsentReceipt { signed.receipt }
    private var shown: Disclosure { receipt.shown }

    private var allowed: [Disclosure.Permission] {
        shown.asked.filter { receipt.allowed.contains($0.scope) }
    }

    private var leftOut: [Disclosure.Permission] {
        shown.asked.filter { receipt.leftOut.contains($0.scope) }
    }

    var body: HTML {
        div(.class("heading")) {
            ApplicationMark(name: shown.application, logo: shown.logo.map(LogoDigest.init), home: visit.home)
            h1 {
                "What you allowed "
                bdi { shown.application }
            }
        }
        p { "This is what the page said when you pressed Allow access. It does not change." }
        section(.class("card"), .aria("labelledby", "allowed")) {
            h2(.id("allowed")) { "You allowed it to" }
            if allowed.isEmpty {
                p { "It only learns that you have an account here (a number, not your name)." }
            } else {
                list(allowed)
            }
            part("You left out", leftOut)
            part("Allowed before", shown.alreadyAllowed)
            if !shown.willNotBeAble.isEmpty {
                h2 { "It will not be able to" }
                NeverList(sentences: shown.willNotBeAble)
            }
        }
        facts
        proof
        div(.class("row")) {
            a(.class("btn"), .href(place.appending("download"))) { "Download this receipt (JSON)" }
            a(.href(visit.path("account", "connections", receipt.connection))) { "Back to the connection" }
        }
    }

    private var proof: HTML {
        details {
            summary { "Check this receipt" }
            div(.class("stack")) {
                p {
                    "The file is signed. Anybody can check it without us, with the public key below: "
                    code { "portal receipt verify FILE --key KEY" }
                }
                dl(.class("facts")) {
                    fact("Public key") { code { base64URL(signed.publicKey) } }
                    fact("Digest (SHA-256)") { code { base64URL(signed.digest) } }
                }
            }
        }
    }

    private var place: Path {
        visit.path("account", "connections", receipt.connection, "receipts", receipt.id)
    }

    private func list(_ permissions: [Disclosure.Permission]) -> HTML {
        ul(.class("scopes")) {
            for permission in permissions { PermissionItem(permission: permission, sensitive: "Sensitive") }
        }
    }

    @HTMLBuilder private func part(_ heading: String, _ permissions: [Disclosure.Permission]) -> HTML {
        if !permissions.isEmpty {
            h2 { heading }
            list(permissions)
        }
    }

    private var facts: HTML {
        dl(.class("facts")) {
            fact("Allowed on") { Moment(CalendarText(receipt.givenAt)) }
            fact("Your account") {
                bdi { receipt.customer.email }
                if !receipt.customer.organisation.isEmpty {
                    " · "
                    bdi { receipt.customer.organisation }
                }
            }
            fact("Provider") { bdi { shown.provider } }
            fact(shown.publisher.isVerified ? "Published by" : "Registered by someone at") {
                bdi { shown.publisher.name }
                " "
                if shown.publisher.isVerified {
                    span(.class("tag ok")) { "Verified by \(shown.provider)" }
                } else {
                    span(.class("tag warn")) { "Not verified" }
                }
            }
            if shown.destination != .nowhere {
                fact("You returned to") {
                    bdi(.dir(.leftToRight)) { shown.returnsTo }
                    PlaceTag(agreed: shown)
                }
            }
            fact("Access lasts") {
                if let end = receipt.endsAt {
                    "Until "
                    Moment(CalendarText(end))
                } else {
                    "Until you disconnect it"
                }
            }
            fact("Language of the page") { Language(rawValue: shown.language)?.name ?? shown.language }
            fact("Client ID") { code { shown.client } }
            fact("Revision") { "\(shown.revision)" }
            fact("Receipt") { code { receipt.id } }
        }
    }
}
