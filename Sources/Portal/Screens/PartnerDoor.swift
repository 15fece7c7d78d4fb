import Registry
import Web

/// How partners come in and leave again.
enum PartnerDoor {
    static func askToSignIn(_ visit: Visit) async throws -> Response {
        let goal = Goal(visit.queryValue)
        if try await visit.partner() != nil { return .redirect(to: goal.path(visit, .partner)) }
        return visit.answerWithSeal { visit, seal, headers in
            SignInForm.partners(visit, seal, goal).page.response(to: visit, .ok, headers)
        }
    }

    static func signIn(_ form: Form, _ visit: Visit) async throws -> Response {
        let door = Door(role: .partner, form: form)
        let goal = Goal { form[$0] }
        switch try await door.open(visit) {
        case .opened(let cookies):
            return .redirect(to: goal.path(visit, .partner), cookies)
        case .refused(let refusal):
            var page = SignInForm.partners(visit, visit.seal(for: nil), goal)
            page.refuse(door.email, refusal)
            return page.page.response(to: visit, .unprocessable)
        }
    }

    static func signOut(_ partner: PartnerAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        try await partner.signOut()
        return .redirect(to: visit.path("partners", "sign-in"), visit.leaving(.partner))
    }
}

/// One attempt to sign in, in any role: the brakes, the check, the cookie.
struct Door {
    enum Outcome { case opened([Header]), refused(SignInRefusal) }

    let role: Role
    let email: String
    private let password: String

    /// A customer's, for letters that others cause.
    private let language: Language?

    init(role: Role, form: Form, in language: Language? = nil) {
        (self.role, self.language) = (role, language)
        email = form["email"]?.trimmingSpaces ?? ""
        password = form["password"] ?? ""
    }

    /// Throws ``Refusal/tooManySignIns(_:_:)`` when this account or neighbourhood failed too often (SL-07).
    func open(_ visit: Visit) async throws -> Outcome {
        let (brakes, account) = (visit.site.brakes, try await account(visit))
        let attempt = try await Attempt(
            [
                (brakes.signInFailures, account), (brakes.dailySignInFailures, account),
                (brakes.addressFailures, visit.neighbourhood),
            ],
            visit
        )
        if let wait = attempt.wait { throw Refusal.tooManySignIns(wait, role) }
        let signIn = visit.signIn(email, password, as: role, in: language)
        do {
            let session = try await attempt.proving {
                try await visit.registry.start(signIn, at: visit.tenant, from: visit.provenance)
            } isWrong: {
                $0 is SignInRefusal
            }
            await brakes.signInFailures.forget(account, visit)
            return .opened(visit.signedIn(session, signIn))
        } catch let refusal as SignInRefusal {
            return .refused(refusal)
        }
    }

    /// What attempts are counted under: apart for browsers the account was used with before, so that whoever guesses
    /// from elsewhere does not shut its owner out.
    private func account(_ visit: Visit) async throws -> String {
        // What is no e-mail address belongs to nobody, however long it is.
        guard let address = EmailAddress(email) else {
            return "\(visit.neighbourhood) \(role)"
        }
        let isKnown = try await visit.isKnown(to: address, as: role)
        return "\(visit.tenant.name) \(role) \(address.text)" + (isKnown ? " known" : "")
    }
}

extension Visit {
    /// Lets in whoever has just made an account, as far as nobody has shut it in the same moment.
    func signInNow(_ account: Account, _ password: String, to place: Path) async throws -> Response {
        let signIn = signIn(account.email.text, password, as: .partner)
        do {
            let session = try await registry.start(signIn, at: tenant, from: provenance)
            return .redirect(to: place, signedIn(session, signIn))
        } catch is SignInRefusal {
            return .redirect(to: Role.partner.signIn(self))
        }
    }

    /// Answers with a form for somebody who is not signed in, giving their browser a cookie to seal it with.
    func answerWithSeal(_ page: (Visit, _ seal: String, [Header]) -> Response) -> Response {
        if let browser { return page(self, registry.seal(browser), []) }
        let fresh = registry.freshToken()
        return page(self, registry.seal(fresh), [remembering(browser: fresh)].compactMap { $0 })
    }
}

// MARK: - Pages

/// The sign-in page of each role: the same form, different words around it.
struct SignInForm {
    let visit: Visit
    let seal: String?
    let role: Role
    let title: String
    let heading: HTML
    let action: Path
    var hidden: [(name: String, value: String)] = []
    var before: HTML = HTML()
    var after: HTML = HTML()

    /// Nil for partners and administrators, who read English.
    var spoken: Spoken?
    private var email = ""
    private var problems: [FieldProblem] = []

    init(
        _ visit: Visit,
        _ seal: String?,
        role: Role,
        title: String,
        heading: HTML? = nil,
        action: Path,
        hidden: [(name: String, value: String)] = [],
        before: HTML = HTML(),
        after: HTML = HTML(),
        spoken: Spoken? = nil
    ) {
        self.visit = visit
        self.seal = seal
        self.role = role
        self.title = title
        self.heading = heading ?? HTML(title)
        self.action = action
        self.hidden = hidden
        self.before = before
        self.after = after
        self.spoken = spoken
    }

    private var words: DoorWords.SignIn { (spoken?.words ?? .english).signIn }

    static func partners(_ visit: Visit, _ seal: String?, _ goal: Goal) -> SignInForm {
        SignInForm(
            visit,
            seal,
            role: .partner,
            title: "Sign in to \(visit.brand.displayName) partners",
            action: visit.path("partners", "sign-in"),
            hidden: goal.fields,
            after: p(.class("note")) {
                "New here? "
                a(.href(visit.path("partners", "sign-up"))) { "Create a partner account" }
            }
        )
    }

    /// One message for whatever is wrong, so that it does not tell whether the account exists.
    mutating func refuse(_ email: String, _ refusal: SignInRefusal) {
        self.email = email
        let brand = visit.brand.displayName
        let message =
            switch refusal {
            case .wrongEmailOrPassword: words.isWrong
            case .accountDisabled: words.isDisabled.text { _ in brand }
            }
        problems = [FieldProblem(field: "email", message: message, prefix: words.error)]
    }

    /// What led here.
    private var done: String? {
        switch visit.queryValue("done") {
        case "password": words.passwordIsSet
        case "address": words.emailIsChanged
        default: nil
        }
    }

    var page: Page {
        Page(title, .gate, problems: problems, script: .forms, spoken: spoken) {
            if problems.isEmpty { Notice(text: done) }
            h1 { heading }
            before
            form(.class("stack"), .method("post"), .action(action), .novalidate) {
                SealField(seal: seal)
                HiddenFields(fields: hidden)
                AddressField(label: words.email, value: email, problems: problems)
                PasswordField(
                    label: words.password,
                    autocomplete: "current-password",
                    reveal: words.reveal
                )
                button(.class("btn primary")) { words.button }
            }
            p(.class("note")) { a(.href(role.forgotten(visit, in: spoken))) { words.forgotten } }
            after
        }
    }
}

extension FieldProblem {
    /// What to do about a problem with an account, in the words of its field.
    init(_ problem: AccountProblem, _ brand: Brand, in table: DoorWords = .english) {
        let (words, mistakes) = (table.newPassword, table.newPassword.mistakes)
        func password(_ message: String) -> FieldProblem {
            FieldProblem(field: "password", message: message, prefix: table.signIn.error)
        }
        switch problem {
        case .missingName: self.init(field: "name", message: "Enter your name")
        case .nameTooLong: self.init(field: "name", message: "The name can be up to 256 characters")
        case .nameNotPlain: self.init(field: "name", message: "Use a name on one line, without a web address")
        case .missingEmail: self.init(field: "email", message: "Enter your work e-mail")
        case .malformedEmail: self.init(field: "email", message: words.emailIsMalformed)
        case .emailTaken:
            self.init(
                field: "email",
                message: "There is already an account with this e-mail. Sign in instead"
            )
        case .missingPassword: self = password(mistakes.missing)
        case .shortPassword: self = password(mistakes.short)
        case .longPassword: self = password(mistakes.long)
        case .commonPassword: self = password(mistakes.stolen)
        case .guessablePassword: self = password(mistakes.guessable)
        case .passwordContainsContext: self = password(mistakes.context.text { _ in brand.displayName })
        case .registrationClosed: self.init(field: "name", message: "Registration is by invitation")
        }
    }
}
