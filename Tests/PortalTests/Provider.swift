import FoundationEssentials
import Registry
import Testing
import Web

@testable import Portal

extension TestPortal {
    /// The portal with a shipped provider's rules and wire, under the name of the tests' tenant.
    static func speaking(
        like provider: String,
        _ change: (inout Tenant.Settings) -> Void = { _ in }
    ) async throws -> TestPortal {
        let path = folder("Tenants") + "/\(provider).json5"
        let settings = try TenantFile(try readFile(path), called: path).settings
        return try await TestPortal {
            $0 = settings
            change(&$0)
        }
    }

    /// An application with everything the provider offers.
    func application(at redirectURIs: [String] = [callback]) async throws -> OwnedApplication {
        let scopes = tenant.settings.scopes.map(\.name.text)
        return try await registeredApplication(at: redirectURIs) { $0.scopes = scopes }
    }

    /// Sends a request as it stands, and returns what came back.
    func ask(
        _ method: Method,
        _ path: String,
        query: String = "",
        headers: [(name: String, value: String)] = [],
        body: String = "",
        host: String = "127.0.0.1:8080",
        below base: String = TestPortal.base
    ) async -> Answer {
        let request = Request.made(
            method,
            path,
            query: query,
            headers: headers,
            body: Array(body.utf8),
            host: host,
            below: base
        )
        return Answer(await site.respond(to: request), to: request)
    }

    /// What Kim's browser is sent back with after allowing.
    func allowed(_ path: String, _ query: [(name: String, value: String)]) async throws -> Answer {
        var kim = try await customer()
        let page = try await kim.get(path, query)
        return page.status == 303 ? page : try await kim.answer(page, "allow")
    }

    /// What Kim's browser is sent back with after cancelling.
    func cancelled(_ path: String, _ query: [(name: String, value: String)]) async throws -> Answer {
        var kim = try await customer()
        return try await kim.answer(try await kim.get(path, query), "deny")
    }
}

extension Answer {
    /// The names of a JSON object without nesting, in order.
    var keys: [String] {
        body.split(separator: "\"").enumerated().compactMap { place, part in
            let next = body.split(separator: "\"").dropFirst(place + 1).first
            return next?.first == ":" ? String(part) : nil
        }
    }

    /// What follows `#` in the address the browser is sent to.
    var fragment: String? {
        guard let location, let hash = location.utf8.firstIndex(of: UInt8(ascii: "#")) else { return nil }
        return String(location[location.index(after: hash)...])
    }
}

/// As curl -F writes it.
enum Multipart {
    static let type = (name: "Content-Type", value: "multipart/form-data; boundary=------------------------x")

    static func body(_ fields: [(name: String, value: String)], file: String? = nil) -> String {
        let parts = fields.map { name, value in
            "--------------------------x\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
        }
        let upload = file.map {
            "--------------------------x\r\nContent-Disposition: form-data; name=\"\($0)\"; filename=\"a.txt\"\r\n"
                + "Content-Type: text/plain\r\n\r\nx\r\n"
        }
        return parts.joined() + (upload ?? "") + "--------------------------x--\r\n"
    }
}

/// The form that every endpoint takes.
let formType = (name: "Content-Type", value: "application/x-www-form-urlencoded")

func basic(_ id: String, _ secret: String?) -> (name: String, value: String) {
    ("Authorization", "Basic " + base64("\(id):\(secret ?? "")"))
}
