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
        let partner: Browser

        /// A partner who is in no team.
        let idler: Browser
        let customer: Browser
        let admin: Browser

        /// An administrator who gave a password and no code yet.
        let halfway: Browser
        let halfwayPartner: Browser
        let grant: String

        /// What Kim is asked by hand.
        let request: String

        /// The accounts of Ada and Kim.
        let people: (administrator: String, customer: String)

        init() async throws {
            portal = try await TestPortal { $0.policy.manualIssuance = true }
            application = try await portal.registeredApplication()
            partner = try await portal.browser(of: "dana@acme.example", as: .partner)
            idler = try await portal.partner("nobody@acme.example")
            admin = try await portal.browser(of: "ada@harbour.example", as: .admin)
            _ = try await portal.carefulPartner("lou@acme.example")
            halfwayPartner = try await portal.halfway("lou@acme.example", as: .partner)
            halfway = try await portal.halfway("ines@harbour.example", as: .admin)
            _ = try await portal.tokens(for: application)
            var kim = try await portal.customer()
            grant = try await Scene.grant(of: &kim)
            customer = kim
            request = try await portal.manualRequest(
                for: application,
                to: "kim@northfield.example",
                by: admin
            )
            people = (
                try await portal.account(of: "ada@harbour.example"),
                try await portal.account(of: "kim@northfield.example")
            )
        }

        /// Somebody unknown, and one of each kind of people.
        var everybody: [Browser] { [portal.browser(), partner, idler, customer, admin, halfway] }

        static func grant(of customer: inout Browser) async throws -> String {
            let list = try await customer.get("/account/connections")
            return try #require(list.between("/account/connections/gr_", "\"")).split(separator: "/").first
                .map { "gr_\($0)" } ?? ""
        }

        /// Whoever a route is for, or a browser nobody has signed in with.
        func admitted(_ route: Route) -> Browser {
            switch route.admits {
            case .partner, .member: partner
            case .customer: customer
            case .admin: admin
            case .unproven: route.pattern.description.hasPrefix("/admin") ? halfway : halfwayPartner
            case .anyone, .client, .bearer: portal.browser()
            }
        }

        /// Everybody but those a route is for.
        func strangers(to route: Route) -> [Browser] {
            let admitted: [Browser] =
                switch route.admits {
                case .partner: [partner, idler]
                case .client, .bearer: []
                default: [self.admitted(route)]
                }
            return everybody.filter { one in !admitted.contains { $0.cookies == one.cookies } }
        }

        /// The route's pattern with ids in it, unless others are given.
        func path(
            _ route: Route,
            application: String? = nil,
            secret: String? = nil,
            grant: String? = nil,
            request: String? = nil
        ) -> String {
            route.pattern.description
                .replacing("{application}", with: application ?? self.application.id)
                .replacing("{secret}", with: secret ?? self.application.secret?.id ?? "")
                .replacing("{grant}", with: grant ?? self.grant)
                .replacing("{request}", with: request ?? self.request)
                .replacing("audit/{entry}", with: "audit/1")
                .replacing("{entry}", with: "1790000000000-AAAAAA")
                .replacing("people/{person}", with: "people/\(people.administrator)")
                .replacing("{person}", with: people.customer)
                .replacing("{link}", with: "harbour_link_x")
                .replacing("{digest}", with: "0123").replacing("{file}", with: "64.png")
        }
    }

    private static let forms = Site.routes.filter { $0.method == .post && $0.admits != .client }
    private static let named = Site.routes.filter {
        $0.pattern.description.contains("{") && (isForMembers($0) || $0.admits == .customer)
    }

    private static func isForMembers(_ route: Route) -> Bool {
        if case .member = route.admits { true } else { false }
    }

    private func visit(_ route: Route, _ path: String, _ browser: Browser) async throws -> Answer {
        var browser = browser
        guard route.method == .post else { return try await browser.send(route.method, path) }
        let sent: [(name: String, value: String)] = [
            ("seal", browser.ownSeal), ("redirect_uri", TestPortal.callback), ("others", "leaked"),
            ("reason", "Because"),
        ]
        return try await browser.post(path, sent)
    }

    @Test func `no route stands in the table twice`() {
        let places = Site.routes.map { "\($0.method) \($0.pattern)" }
        #expect(Set(places).count == places.count)
    }

    @Test(arguments: Site.routes.filter { $0.admits != .anyone })
    func `it refuses everyone it does not admit, and nothing happens`(route: Route) async throws {
        let scene = try await Scene()
        let before = try await scene.portal.rows()
        for browser in scene.strangers(to: route) {
            let answer = try await visit(route, scene.path(route), browser)
            let isSentHome = route.admits == .unproven && answer.status == 303
            #expect(answer.isRefused || isSentHome, "\(route.method) \(route.pattern): \(answer.status)")
            #expect(!answer.body.contains(scene.application.id))
            try await scene.portal.expectNothingChanged(since: before, by: "\(route.method) \(route.pattern)")
        }
    }

    private static let ofTeams = Site.routes.filter(isForMembers)

    @Test(arguments: ofTeams)
    func `a role that is not enough is told who may, and nothing happens`(route: Route) async throws {
        guard case .member(let least) = route.admits else { return }
        let scene = try await Scene()
        for role in MemberRole.allCases {
            let member = try await scene.portal.member(
                "\(role)@acme.example",
                as: role,
                of: scene.application
            )
            let before = try await scene.portal.rows()
            let answer = try await visit(route, scene.path(route), member)
            guard role < least else {
                #expect(answer.status != 403, "\(role) at \(route.method) \(route.pattern)")
                continue
            }
            #expect(answer.status == 403, "\(role) at \(route.method) \(route.pattern)")
            let words = "who is a \(role.word). Ask an Owner of <bdi>Acme Rentals</bdi>."
            #expect(answer.body.contains("\(role)@acme.example") && answer.body.contains(words))
            try await scene.portal.expectNothingChanged(since: before, by: "\(route.method) \(route.pattern)")
        }
    }

    @Test(arguments: ofTeams)
    func `whoever is in another team, or in none, gets what an unknown id gets`(route: Route) async throws {
        let scene = try await Scene()
        let others = try await scene.portal.registeredApplication("Borrowed Cranes", of: "lee@cranes.example")
        let unknown = "harbour_0000000000000000000000"
        var lee = try await scene.portal.partner("lee@cranes.example")
        #expect(try await lee.get("/applications/\(others.id)").status == 200)
        for browser in [lee, scene.idler] {
            let before = try await scene.portal.rows()
            let one = try await visit(route, scene.path(route), browser)
            let other = try await visit(route, scene.path(route, application: unknown), browser)
            #expect(one.status == 404 && one.response.bytes == other.response.bytes)
            #expect(one.response.headers.map(\.name) == other.response.headers.map(\.name))
            try await scene.portal.expectNothingChanged(since: before, by: "\(route.method) \(route.pattern)")
        }
    }

    @Test(arguments: forms)
    func `a form without our seal is refused`(route: Route) async throws {
        let scene = try await Scene()
        let before = try await scene.portal.rows()
        var browser = scene.admitted(route)
        if route.admits == .anyone { _ = try await browser.get("/sign-in") }
        let others = [scene.partner, scene.customer, scene.admin, scene.halfway].filter {
            $0.cookies != browser.cookies
        }
        let seals = [nil, "", "x", scene.portal.registry.seal("another cookie")] + others.map(\.ownSeal)
        for seal in seals {
            let answer = try await browser.post(scene.path(route), seal.map { [("seal", $0)] } ?? [])
            #expect(answer.status == 403, "\(route.pattern) with \(seal ?? "none")")
            try await scene.portal.expectNothingChanged(since: before, by: "\(route.pattern)")
        }
    }

    @Test(arguments: forms)
    func `a form of another site is refused, whatever it carries`(route: Route) async throws {
        let scene = try await Scene()
        let before = try await scene.portal.rows()
        var browser = scene.admitted(route)
        let foreign: [[(name: String, value: String)]] = [
            [("Origin", "https://evil.test")], [("Origin", "null")], [("Origin", "")],
            [("Origin", "http://127.0.0.1")], [("Origin", "https://127.0.0.1:8080")],
            [("Origin", "http://127.0.0.1:8080.evil.test")], [("Sec-Fetch-Site", "cross-site")],
            [("Sec-Fetch-Site", "same-site")], [("Sec-Fetch-Site", "")],
            [("Origin", "http://127.0.0.1:8080"), ("Sec-Fetch-Site", "cross-site")],
            [("Origin", "https://evil.test"), ("Sec-Fetch-Site", "same-origin")],
        ]
        for headers in foreign {
            let answer = try await browser.post(
                scene.path(route),
                [("seal", browser.ownSeal)],
                headers: headers
            )
            #expect(answer.status == 403, "\(route.pattern) with \(headers)")
            #expect(answer.location == nil)
            try await scene.portal.expectNothingChanged(since: before, by: "\(route.pattern)")
        }
    }

    @Test func `a form without either header is judged by its seal`() async throws {
        let scene = try await Scene()
        var dana = scene.partner
        let path = "/applications/\(scene.application.id)/test-accounts"
        let sent: [(name: String, value: String)] = [("seal", dana.ownSeal), ("emails", "")]
        #expect(try await dana.post(path, sent, headers: []).status == 303)
    }

    @Test(arguments: named)
    func `another's id and an unknown one get the same bytes, and nothing happens`(route: Route) async throws
    {
        let scene = try await Scene()
        let others = try await scene.portal.registeredApplication("Borrowed Cranes", of: "lee@cranes.example")
        let second = try await scene.portal.registeredApplication("Acme Lifts")
        _ = try await scene.portal.tokens(for: second, by: "lee@northfield.example")
        var stranger = try await scene.portal.customer("lee@northfield.example")
        let grant = try await Scene.grant(of: &stranger)
        let request = try await scene.portal.manualRequest(
            for: second,
            to: "lee@northfield.example",
            by: scene.admin
        )
        let before = try await scene.portal.rows()

        let browser = scene.admitted(route)
        let unknown = "harbour_0000000000000000000000"
        var pairs = [
            (scene.path(route, application: others.id), scene.path(route, application: unknown)),
            (scene.path(route, grant: grant), scene.path(route, grant: "gr_0000000000000000000000")),
            (scene.path(route, secret: second.secret?.id), scene.path(route, secret: "0000000000000000")),
            (scene.path(route, request: request), scene.path(route, request: "A-00000000")),
        ]
        pairs.removeAll { $0.0 == $0.1 || $0.0 == scene.path(route) }
        #expect(!pairs.isEmpty)
        for (theirs, nobodys) in pairs {
            let (one, other) = (
                try await visit(route, theirs, browser), try await visit(route, nobodys, browser)
            )
            #expect(one.status == 404, "\(route.method) \(theirs)")
            #expect(one.response.bytes == other.response.bytes, "\(route.method) \(theirs)")
            #expect(one.response.headers.map(\.name) == other.response.headers.map(\.name))
            try await scene.portal.expectNothingChanged(since: before, by: "\(route.method) \(theirs)")
        }
    }

    @Test(arguments: Site.routes.filter { $0.method == .get })
    func `to look changes nothing, and every page says how it may be used`(route: Route) async throws {
        let scene = try await Scene()
        let before = try await scene.portal.rows()
        for browser in scene.everybody {
            let answer = try await visit(route, scene.path(route), browser)
            #expect(answer.status < 500)
            // A question that is shown is a request that waits for its answer.
            let isQuestion = route.pattern.description == "/account/token-requests/{request}"
            let left: Set = isQuestion ? ["authorization_requests"] : []
            try await scene.portal.expectNothingChanged(since: before, by: "\(route.pattern)", except: left)
            guard answer["Content-Type"]?.hasPrefix("text/html") == true else { continue }
            let policy = try #require(answer["Content-Security-Policy"])
            #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"))
            #expect(policy.contains("base-uri 'none'") && !policy.contains("unsafe-"))
            #expect(answer["X-Frame-Options"] == "DENY" && answer["X-Content-Type-Options"] == "nosniff")
            #expect(answer["Cache-Control"] == "no-store" && answer["Referrer-Policy"] == "same-origin")
            #expect(answer["Access-Control-Allow-Origin"] == nil)
        }
    }

    @Test(arguments: Site.routes)
    func `methods it does not list are named as such`(route: Route) async throws {
        var profile = WireProfile.standard
        profile.paths.logout = ["/leave"]
        let kept = try profile.text
        let portal = try await TestPortal { $0.wireProfile = kept }
        let scenePath = route.pattern.description.replacing("{", with: "").replacing("}", with: "")
        let listed = Site.routes.filter { $0.pattern.description == route.pattern.description }.map(\.method)
        for method in [Method.put, .patch, .delete] where !listed.contains(method) {
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
            case (.post, "/applications"), (.post, "/applications/preview"),
                (.post, "/applications/{application}/branding"),
                (.post, "/applications/{application}/branding/preview"), (.post, "/admin/branding"),
                (.post, "/admin/branding/preview"):
                #expect(limit == 614_400)
            case (.post, _): #expect((1...65_536).contains(limit))
            default: #expect(limit <= 65_536)
            }
            if route.admits == .client { #expect(limit == 16_384) }
        }
    }
}

extension TestPortal {
    /// The id of the account with this address.
    fileprivate func account(of email: String) async throws -> String {
        let found = try await theOperator.accounts(of: try #require(EmailAddress(email)))
        return try #require(found.first).account.id.text
    }

    /// What an administrator asks a customer by hand; its reference.
    func manualRequest(
        for application: OwnedApplication,
        to customer: String,
        by browser: Browser
    ) async throws -> String {
        let cookie = browser.cookies["portal-harbour-admin"] ?? ""
        let from = Provenance(address: "192.0.2.7", reference: "arranged")
        let admin = try #require(try await registry.admin(cookie, at: tenant, from: from))
        let terms = ManualTerms(
            application: application.id,
            customer: try #require(EmailAddress(customer)),
            scopes: try #require(ScopeSet(wire: "equipment.read")),
            lifetime: .seconds(90 * 86_400),
            isByLetter: false
        )
        return try await admin.askCustomer(terms)
    }
}

extension Route: CustomTestStringConvertible {
    public var testDescription: String { "\(method) \(pattern)" }
}
