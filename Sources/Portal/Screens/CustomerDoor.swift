import Registry
import Web

/// How customers come in: on their way to a consent screen, or to their connected applications (ux A10).
enum CustomerDoor {
    static func ask(_ visit: Visit) async throws -> Response {
        let id = visit.queryValue("request")
        let waiting = try await waiting(id, visit)
        if try await visit.customer() != nil { return onward(waiting, visit) }
        return visit.answerWithSeal { visit, seal, headers in
            page(visit, seal, id, waiting).page.response(to: visit, .ok, headers)
        }
    }

    static func signIn(_ form: Form, _ visit: Visit) async throws -> Response {
        let waiting = try await waiting(form["request"], visit)
        let language = visit.language(onTheWayTo: waiting?.wayBack).language
        let door = Door(role: .customer, form: form, in: language)
        switch try await door.open(visit) {
        case .opened(let cookies):
            return onward(waiting, visit, cookies)
        case .refused(let refusal):
            var page = page(visit, visit.seal(for: nil), form["request"], waiting)
            page.refuse(door.email, refusal)
            return page.page.response(to: visit, .unprocessable)
        }
    }

    static func signOut(_ customer: CustomerAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        try await customer.signOut()
        return .redirect(to: visit.path("sign-in"), visit.leaving(.customer))
    }

    static func turnedAway(_ visit: Visit) -> Response { .redirect(to: visit.path("sign-in")) }

    /// Sends somebody to sign in who has something to decide; the way back is kept here, not in the address.
    ///
    /// Throws ``Refusal/tooMany(_:)`` where a neighbourhood begins very many in a minute.
    static func keeping(_ subject: WaitingSubject, _ visit: Visit) async throws -> Response {
        if let wait = visit.site.brakes.waitingRequests.spend(visit.neighbourhood, limit: 600) {
            throw Refusal.tooMany(wait)
        }
        let known = visit.browser
        let browser = known ?? visit.registry.freshToken()
        let id = try await visit.registry.keep(
            subject,
            browser: browser,
            at: visit.tenant
        )
        let headers = known == nil ? [visit.remembering(browser: browser)].compactMap { $0 } : []
        return .redirect(to: visit.path("sign-in").with(query: [("request", id)]), headers)
    }

    private static func waiting(_ id: String?, _ visit: Visit) async throws -> WaitingRequest? {
        guard let id, let browser = visit.browser else { return nil }
        return try await visit.registry.waitingRequest(
            id,
            browser: browser,
            at: visit.tenant
        )
    }

    private static func onward(
        _ waiting: WaitingRequest?,
        _ visit: Visit,
        _ headers: [Header] = []
    ) -> Response {
        guard let waiting else { return .redirect(to: visit.path("account", "connections"), headers) }
        return AuthorizeEndpoint.again(waiting.wayBack, visit, headers)
    }

    private static func page(
        _ visit: Visit,
        _ seal: String?,
        _ id: String?,
        _ waiting: WaitingRequest?
    ) -> SignInForm {
        let place = visit.path("sign-in").with(query: id.map { [("request", $0)] } ?? [])
        let spoken = Spoken(visit.language(onTheWayTo: waiting?.wayBack), at: place)
        let (words, brand) = (spoken.words.signIn, visit.brand.displayName)
        return SignInForm(
            visit,
            seal,
            role: .customer,
            title: words.heading.text { _ in brand },
            heading: words.heading.around(brand),
            action: Role.customer.signIn(visit, in: spoken),
            hidden: id.map { [("request", $0)] } ?? [],
            before: waiting.map { onTheWay($0.application, words, visit) } ?? HTML(),
            after: waiting?.cancellation.map { wayOut($0, words, visit) } ?? HTML(),
            spoken: spoken
        )
    }

    /// Back to the application with nothing; a link, because it changes nothing here.
    private static func wayOut(
        _ cancellation: AuthorizationAnswer,
        _ words: DoorWords.SignIn,
        _ visit: Visit
    ) -> HTML {
        guard let link = ExternalLink(cancellation.location(visit)) else { return HTML() }
        return p(.class("note")) {
            a(.href(link), .rel("noreferrer")) {
                span {
                    words.cancelAndReturnTo.filled { _ in
                        bdi(.dir(.leftToRight)) { cancellation.redirectURI.place }
                    }
                }
            }
        }
    }

    private static func onTheWay(
        _ application: Application,
        _ words: DoorWords.SignIn,
        _ visit: Visit
    ) -> HTML {
        p(.class("row")) {
            ApplicationMark(toCustomers: application, visit.home, isSmall: true)
            span { words.onTheWay.filled { _ in strong { bdi { application.displayName } } } }
        }
    }
}
