import Registry
import Testing
import Web

@testable import Portal

@Suite("Every route is guarded")
struct EveryRouteIsGuarded {
    /// Everything a route could name, and the people it belongs to.
    private struct Scene: Sendable {
        let portal: TestPortal
        let application: OwnedApplication
        var partner: Browser
        var customer: Browser
        let grant: String

        init() async throws {
            portal = try await TestPortal()
            application = try await portal.registeredApplication()
            partner = try await portal.partner()
            _ = try await portal.tokens(for: application)
            customer = try await portal.customer()
            let list = try await customer.get("/account/connections")
            grant = try #require(list.between("/account/connections/", "/disconnect")).split(separator: "/").last
                .map { String($0.split(separator: "\"")[0]) } ?? ""
        }

        /// The route's pattern with ids in it, unless others are given.
        func path(_ route: Route, application: String? = nil, secret: String? = nil, grant: String? = nil) -> String {
            route.pattern.description
                .replacing("{application}", with: application ?? self.application.id)
                .replacing("{secret}", with: secret ?? self.application.secret?.id ?? "")
                .replacing("{grant}", with: grant ?? self.grant)
                .replacing("{digest}", with: "0123").replacing("{file}", with: "64.png")
        }

        func entries() async throws -> Int { try await portal.theOperator.ledger(after: 0, limit: 9999).count }
    }

    /// What a browser may be carrying.
    private enum Visitor: CaseIterable { case nobody, partner, customer }

    private static let forms = Site.routes.filter { $0.method == .post && $0.admits != .client }
    private static let named = Site.routes.filter { $0.pattern.description.contains("{") && $0.admits != .anyone }

    private func fields(_ browser: Browser) -> [(name: String, value: String)] {
        let role: Role = browser.cookies.keys.contains { $0.hasSuffix("partner") } ? .partner : .customer
        return [("seal", browser.seal(role)), ("redirect_uri", TestPortal.callback), ("others", "leaked")]
    }

    private func visit(_ route: Route, _ path: String, _ browser: Browser) async throws -> Answer {
        var browser = browser
        if route.method == .post { return try await browser.post(path, fields(browser)) }
        return try await browser.send(route.method, path)
    }

    @Test(arguments: Site.routes.filter { $0.admits != .anyone })
    func `it refuses everyone it does not admit, and nothing happens`(route: Route) async throws {
        let scene = try await Scene()
        let before = try await scene.entries()
        for visitor in Visitor.allCases {
            let browser =
                switch visitor {
                case .nobody: scene.portal.browser()
                case .partner: scene.partner
                case .customer: scene.customer
                }
            let isAdmitted =
                visitor == .partner && route.admits == .partner || visitor == .customer && route.admits == .customer
            if isAdmitted { continue }
            let answer = try await visit(route, scene.path(route), browser)
            #expect(answer.isRefused, "\(route.method) \(route.pattern) as \(visitor): \(answer.status)")
            #expect(!answer.body.contains(scene.application.id))
        }
        #expect(try await scene.entries() == before)
    }

    @Test(arguments: forms)
    func `a form without our seal is refused`(route: Route) async throws {
        var scene = try await Scene()
        let before = try await scene.entries()
        let seals: [String?] = [
            nil, "", "x", scene.portal.registry.seal("another cookie"),
            route.admits == .customer ? scene.partner.seal(.partner) : scene.customer.seal(.customer),
        ]
        for seal in seals {
            let fields: [(name: String, value: String)] = seal.map { [("seal", $0)] } ?? []
            let path = scene.path(route)
            let answer =
                switch route.admits {
                case .partner: try await scene.partner.post(path, fields)
                case .customer: try await scene.customer.post(path, fields)
                case .anyone, .client: try await anybody(scene, path, fields)
                }
            #expect(answer.status == 403, "\(route.pattern) with \(seal ?? "none")")
        }
        #expect(try await scene.entries() == before)
    }

    private func anybody(_ scene: Scene, _ path: String, _ fields: [(name: String, value: String)]) async throws
        -> Answer
    {
        var browser = scene.portal.browser()
        _ = try await browser.get("/sign-in")
        return try await browser.post(path, fields)
    }

    @Test(arguments: forms)
    func `a form of another site is refused, whatever it carries`(route: Route) async throws {
        var scene = try await Scene()
        let before = try await scene.entries()
        let foreign: [[(name: String, value: String)]] = [
            [("Origin", "https://evil.test")], [("Origin", "null")], [("Origin", "")],
            [("Origin", "http://127.0.0.1")], [("Origin", "https://127.0.0.1:8080")],
            [("Origin", "http://127.0.0.1:8080.evil.test")], [("Sec-Fetch-Site", "cross-site")],
            [("Sec-Fetch-Site", "same-site")], [("Sec-Fetch-Site", "")],
            [("Origin", "http://127.0.0.1:8080"), ("Sec-Fetch-Site", "cross-site")],
            [("Origin", "https://evil.test"), ("Sec-Fetch-Site", "same-origin")],
        ]
        for headers in foreign {
            let path = scene.path(route)
            let answer =
                route.admits == .customer
                ? try await scene.customer.post(path, fields(scene.customer), headers: headers)
                : try await scene.partner.post(path, fields(scene.partner), headers: headers)
            #expect(answer.status == 403, "\(route.pattern) with \(headers)")
            #expect(answer.location == nil)
        }
        #expect(try await scene.entries() == before)
    }

    @Test func `a form without either header is judged by its seal`() async throws {
        var scene = try await Scene()
        let path = "/applications/\(scene.application.id)/test-accounts"
        let sent: [(name: String, value: String)] = [("seal", scene.partner.seal(.partner)), ("emails", "")]
        #expect(try await scene.partner.post(path, sent, headers: []).status == 303)
    }

    @Test(arguments: named)
    func `another's id and an unknown one get the same bytes, and nothing happens`(route: Route) async throws {
        let scene = try await Scene()
        let others = try await scene.portal.registeredApplication("Borrowed Cranes", of: "lee@cranes.example")
        let second = try await scene.portal.registeredApplication("Acme Lifts")
        _ = try await scene.portal.tokens(for: second, by: "lee@northfield.example")
        var stranger = try await scene.portal.customer("lee@northfield.example")
        let list = try await stranger.get("/account/connections")
        let grant = try #require(list.between("/account/connections/", "\""))
        let before = try await scene.entries()

        let browser = route.admits == .customer ? scene.customer : scene.partner
        let unknown = "harbour_0000000000000000000000"
        var pairs = [
            (scene.path(route, application: others.id), scene.path(route, application: unknown)),
            (scene.path(route, grant: grant), scene.path(route, grant: "gr_0000000000000000000000")),
            (scene.path(route, secret: second.secret?.id), scene.path(route, secret: "0000000000000000")),
        ]
        pairs.removeAll { $0.0 == $0.1 || $0.0 == scene.path(route) }
        #expect(!pairs.isEmpty)
        for (theirs, nobodys) in pairs {
            let (one, other) = (try await visit(route, theirs, browser), try await visit(route, nobodys, browser))
            #expect(one.status == 404, "\(route.method) \(theirs)")
            #expect(one.response.bytes == other.response.bytes, "\(route.method) \(theirs)")
            #expect(one.response.headers.map(\.name) == other.response.headers.map(\.name))
        }
        #expect(try await scene.entries() == before)
    }

    @Test(arguments: Site.routes.filter { $0.method == .get })
    func `to look changes nothing, and every page says how it may be used`(route: Route) async throws {
        let scene = try await Scene()
        let before = try await scene.entries()
        for browser in [scene.portal.browser(), scene.partner, scene.customer] {
            let answer = try await visit(route, scene.path(route), browser)
            #expect(answer.status < 500)
            guard answer["Content-Type"]?.hasPrefix("text/html") == true else { continue }
            let policy = try #require(answer["Content-Security-Policy"])
            #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"))
            #expect(policy.contains("base-uri 'none'") && !policy.contains("unsafe-"))
            #expect(answer["X-Frame-Options"] == "DENY" && answer["X-Content-Type-Options"] == "nosniff")
            #expect(answer["Cache-Control"] == "no-store" && answer["Referrer-Policy"] == "same-origin")
            #expect(answer["Access-Control-Allow-Origin"] == nil)
        }
        #expect(try await scene.entries() == before)
    }

    @Test(arguments: Site.routes)
    func `methods it does not list are named as such`(route: Route) async throws {
        let portal = try await TestPortal()
        let scenePath = route.pattern.description.replacing("{", with: "").replacing("}", with: "")
        let listed = Site.routes.filter { $0.pattern.description == route.pattern.description }.map(\.method)
        for method in [Method.put, .patch, .delete] {
            var browser = portal.browser()
            let answer = try await browser.send(method, scenePath)
            #expect(answer.status == 405)
            let allowed = Set((answer["Allow"] ?? "").split(separator: ",").map { $0.filter { $0 != " " } })
            #expect(Set(listed.map(\.rawValue)).isSubset(of: allowed))
        }
    }

    @Test func `only uploads may be large, and only forms have a body`() async throws {
        let portal = try await TestPortal()
        for route in Site.routes {
            let path = route.pattern.description.split(separator: "/").map(String.init)
            let limit = portal.site.bodyLimit(route.method, ["t", "harbour"] + path)
            switch (route.method, route.pattern.description) {
            case (.post, "/applications"), (.post, "/applications/preview"): #expect(limit == 614_400)
            case (.post, _): #expect((1...65_536).contains(limit))
            default: #expect(limit == 0)
            }
            if route.admits == .client { #expect(limit == 16_384) }
        }
    }
}

extension Route: CustomTestStringConvertible {
    public var testDescription: String { "\(method) \(pattern)" }
}
