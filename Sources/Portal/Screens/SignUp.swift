import Registry
import Web

/// How partners come to an account: an address that proves to be theirs, then a password (ux A2).
enum SignUpScreens {
    static func ask(_ visit: Visit) async throws -> Response {
        if try await visit.partner() != nil { return .redirect(to: visit.path("applications")) }
        guard visit.site.mail.reaches else { return noMail(visit) }
        return visit.answerWithSeal { SignUpPage(visit: $0, seal: $1).page.response(to: $0, .ok, $2) }
    }

    /// Answers `POST /partners/sign-up`: the same page whether or not the address is known (SL-06).
    static func send(_ form: Form, _ visit: Visit) async throws -> Response {
        guard visit.tenant.policy.registration == .open else { return byInvitation(visit, .forbidden) }
        guard visit.site.mail.reaches else { return noMail(visit) }
        if let wait = try await visit.site.brakes.signUps.spend(visit.neighbourhood, visit) {
            throw Refusal.tooMany(wait)
        }
        let (name, email) = (form["name"]?.trimmingSpaces ?? "", form["email"]?.trimmingSpaces ?? "")
        do {
            let draft = try SignUpDraft(email: email, name: name)
            let wait = try await visit.site.brakes.waitForLetter(to: draft.email, .signUp, visit)
            if wait == nil {
                try await visit.registry.askToSignUp(draft, at: visit.tenant, from: visit.provenance)
            }
            return SentPage(
                visit: visit,
                told: wasSent(to: draft.email),
                again: visit.path("partners", "sign-up"),
                fields: [("name", name), ("email", email)],
                other: visit.path("partners", "sign-up"),
                isTooSoon: wait != nil
            ).page.response(to: visit)
        } catch let problems as AccountProblems {
            let page = SignUpPage(
                visit: visit,
                seal: visit.seal(for: nil),
                name: name,
                email: email,
                problems: problems.all.map { FieldProblem($0, visit.brand) }
            )
            return page.page.response(to: visit, .unprocessable)
        }
    }

    private static func wasSent(to email: EmailAddress) -> HTML {
        HTML {
            "We sent a link to "
            strong { bdi(.dir(.leftToRight)) { email.text } }
            ". It works once, for 60 minutes."
        }
    }

    /// Opening the link changes nothing: scanners of mail open links.
    static func askToConfirm(_ visit: Visit) async throws -> Response {
        do {
            let email = try await visit.registry.addressToConfirm(visit.captured("link"), at: visit.tenant)
            return visit.answerWithSeal { visit, seal, headers in
                confirmPage(email, visit, seal).response(to: visit, .ok, headers)
            }
        } catch let refusal as LinkRefusal {
            return dead(refusal, visit)
        }
    }

    static func confirm(_ form: Form, _ visit: Visit) async throws -> Response {
        let (link, password) = (visit.captured("link"), form["password"] ?? "")
        do {
            let account = try await visit.registry.confirmSignUp(
                link,
                password: password,
                at: visit.tenant,
                from: visit.provenance
            )
            return try await visit.signInNow(account, password, to: visit.path("applications"))
        } catch let problems as AccountProblems {
            let email = try await visit.registry.addressToConfirm(link, at: visit.tenant)
            let mend = problems.all.map { FieldProblem($0, visit.brand) }
            return confirmPage(email, visit, visit.seal(for: nil), mend).response(to: visit, .unprocessable)
        } catch let refusal as LinkRefusal {
            return dead(refusal, visit)
        }
    }

    private static func dead(_ refusal: LinkRefusal, _ visit: Visit) -> Response {
        if refusal == .gone, visit.tenant.policy.registration != .open { return byInvitation(visit, .gone) }
        return DeadLinkPage(visit, refusal, newLink: visit.path("partners", "sign-up"), role: .partner)
            .response
    }

    private static func byInvitation(_ visit: Visit, _ status: Status) -> Response {
        SignUpPage(visit: visit, seal: nil).page.response(to: visit, status)
    }

    private static func confirmPage(
        _ email: EmailAddress,
        _ visit: Visit,
        _ seal: String?,
        _ problems: [FieldProblem] = []
    ) -> Page {
        NewPasswordPage(
            heading: "Confirm your e-mail",
            email: email.text,
            action: visit.path("partners", "confirm", visit.captured("link")),
            button: "Confirm this address",
            seal: seal,
            problems: problems
        ).page
    }

    /// Where letters can go nowhere (ux A2).
    static func noMail(_ visit: Visit, in spoken: Spoken? = nil) -> Response {
        let (words, brand) = ((spoken?.words ?? .english).newPassword, visit.brand)
        let advice = brand.supportEmail == nil ? words.tryLater : words.tryLaterOrWrite
        return SystemPage(
            .serviceUnavailable,
            (
                words.noMail,
                advice.text { $0 == .email ? brand.supportEmail ?? "" : brand.displayName }
            ),
            headers: [("Retry-After", "3600")],
            in: spoken
        ).response(to: visit)
    }
}

// MARK: - Pages

private struct SignUpPage {
    let visit: Visit
    let seal: String?
    var name = ""
    var email = ""
    var problems: [FieldProblem] = []

    var page: Page {
        let title = "Create a partner account"
        return Page(title, .gate, problems: problems, script: .forms) {
            h1 { title }
            if visit.tenant.policy.registration == .open { fields } else { ByInvitation(brand: visit.brand) }
            p(.class("note")) {
                "Already have an account? "
                a(.href(visit.path("partners", "sign-in"))) { "Sign in" }
            }
        }
    }

    @HTMLBuilder private var fields: HTML {
        form(.class("stack"), .method("post"), .action(visit.path("partners", "sign-up")), .novalidate) {
            SealField(seal: seal)
            TextField(
                id: "name",
                label: "Your name",
                value: name,
                autocomplete: "name",
                direction: .automatic,
                problems: problems
            )
            AddressField(
                label: "Work e-mail",
                value: email,
                hint: "We send a link to check it. Use an address your company reads.",
                problems: problems
            )
            button(.class("btn primary")) { "Send me a link" }
        }
    }

}

/// What stands where partners cannot sign up themselves.
struct ByInvitation: Component {
    let brand: Brand

    @HTMLBuilder var body: HTML {
        p { "Registration is by invitation." }
        if let mail = brand.supportEmail, let address = ExternalLink("mailto:\(mail)") {
            p {
                "Ask \(brand.displayName) at "
                a(.href(address)) { mail }
                "."
            }
        }
    }
}

/// “Check your e-mail”, the same for every address.
struct SentPage {
    let visit: Visit

    /// To whom a link went, and how long it works.
    let told: HTML
    let again: Path
    let fields: [(name: String, value: String)]
    let other: Path

    /// The last letter went out less than a minute ago, so none did now.
    let isTooSoon: Bool
    var spoken: Spoken?

    private var words: DoorWords.NewPassword { (spoken?.words ?? .english).newPassword }

    var page: Page {
        Page(words.checkEmail, .gate, spoken: spoken) {
            h1 { words.checkEmail }
            if isTooSoon { p(.class("notice"), .role("status")) { words.isTooSoon } }
            p { told }
            p { words.nothingArrived }
            form(.method("post"), .action(again)) {
                SealField(seal: visit.seal(for: nil))
                HiddenFields(fields: fields)
                button(.class("btn")) { words.sendAgain }
            }
            p(.class("note")) {
                words.isWrongAddress.filled { _ in a(.href(other)) { words.changeAddress } }
            }
        }
    }
}

/// A password chosen by whoever holds a link.
struct NewPasswordPage {
    let heading: String
    let email: String
    let action: Path
    let button: String
    let seal: String?
    var problems: [FieldProblem] = []
    var spoken: Spoken?

    private var words: DoorWords { spoken?.words ?? .english }

    var page: Page {
        Page(heading, .gate, problems: problems, script: .forms, spoken: spoken) {
            h1 { heading }
            p { strong { bdi(.dir(.leftToRight)) { email } } }
            form(.class("stack"), .method("post"), .action(action), .novalidate) {
                SealField(seal: seal)
                // For password managers, which keep a password with its user name.
                input(.type("hidden"), .name("username"), .value(email), .autocomplete("username"))
                PasswordField(
                    label: words.signIn.password,
                    hint: words.newPassword.hint,
                    autocomplete: "new-password",
                    reveal: words.signIn.reveal,
                    problems: problems
                )
                Web.button(.class("btn primary")) { button }
            }
        }
    }
}

/// A link that does nothing any more, and the way to another.
struct DeadLinkPage {
    let visit: Visit
    let refusal: LinkRefusal
    let newLink: Path
    let role: Role
    let spoken: Spoken?

    init(_ visit: Visit, _ refusal: LinkRefusal, newLink: Path, role: Role, in spoken: Spoken? = nil) {
        self.visit = visit
        self.refusal = refusal
        self.newLink = newLink
        self.role = role
        self.spoken = spoken
    }

    private var words: DoorWords.NewPassword { (spoken?.words ?? .english).newPassword }

    var response: Response {
        let title = refusal == .used ? words.linkIsUsed : words.linkHasExpired
        return Page(title, .gate, spoken: spoken) {
            h1 { title }
            p { if refusal == .used { afterUse } else { anew } }
        }.response(to: visit, .gone)
    }

    private var afterUse: HTML {
        words.afterUse.filled { gap in
            gap == .signIn
                ? a(.href(role.signIn(visit, in: spoken))) { words.signIn }
                : a(.href(newLink)) { words.newLinkAfterUse }
        }
    }

    private var anew: HTML {
        HTML {
            a(.href(newLink)) { words.newLink }
            "."
        }
    }
}
