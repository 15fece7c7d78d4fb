import Registry
import Web

/// Offering an application to somebody else, and taking the offer back.
enum TransferScreens {
    static func ask(_ member: MemberAccess, _ visit: Visit) async throws -> Response {
        let team = try await member.team()
        if let open = team.transfer { return TransferForm.open(open, member, visit).response(to: visit) }
        if let refusal = member.application.transferRefusal {
            return TransferForm.refused(refusal, member, visit).response(to: visit, .conflict)
        }
        return TransferForm(visit: visit, application: member.application).page.response(to: visit)
    }

    static func offer(_ member: MemberAccess, _ sent: Form, _ visit: Visit) async throws -> Response {
        guard visit.site.mail.reaches else { return SignUpScreens.noMail(visit) }
        var form = TransferForm(visit: visit, application: member.application)
        form.email = sent["email"]?.trimmingSpaces ?? ""
        form.parting = sent["parting"].flatMap(Parting.init(rawValue:)) ?? .leaves
        if let problem = try await problem(offering: form, by: member, visit) {
            form.problems = [FieldProblem(field: "email", message: problem)]
            return form.page.response(to: visit, .unprocessable)
        }
        return .redirect(to: visit.place(of: member.application, after: .offered))
    }

    /// Offers it, or says what stands in the way.
    private static func problem(
        offering form: TransferForm,
        by member: MemberAccess,
        _ visit: Visit
    ) async throws -> String? {
        guard let email = EmailAddress(form.email) else {
            return form.email.isEmpty ? "Enter an e-mail" : "Enter an e-mail address like name@company.com"
        }
        let application = member.application
        let refusal = try await member.team().refusal(ofOffering: application, to: email, by: member.account)
        if let refusal { return refusal.sentence(visit.brand) }
        if try await TeamScreens.waitForLetters(to: [email], by: member, visit) != nil {
            return TeamRefusal.tooSoon
        }
        do {
            try await member.offer(to: email, form.parting)
            return nil
        } catch let refusal as TransferRefusal {
            return refusal.sentence(visit.brand)
        }
    }

    static func askToCancel(_ member: MemberAccess, _ visit: Visit) async throws -> Response {
        guard let open = try await member.team().transfer else { throw Refusal.notFound }
        return TeamQuestion.takeBack(open, member, visit).page.response(to: visit)
    }

    static func cancel(_ member: MemberAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        do {
            try await member.cancelTransfer()
            return .redirect(to: visit.place(of: member.application, after: .offerTakenBack))
        } catch TransferRefusal.nothingOffered {
            throw Refusal.notFound
        }
    }
}

extension TransferRefusal {
    func sentence(_ brand: Brand) -> String {
        let tenant = brand.displayName
        return switch self {
        case .suspended: "It is suspended, and cannot change hands until \(tenant) resumes it"
        case .frozen:
            "Several people reported it, and it cannot change hands until \(tenant) has looked at it"
        case .toOneself: "This is your own address. Enter the e-mail of whoever takes it over"
        case .offeredAlready(let email, let until):
            "It was offered to \(email) already, until \(CalendarText(until).date). Take that offer back first"
        case .nothingOffered: "Nothing is offered any more"
        case .tooManyApplications(let limit):
            "You have \(limit) applications, and \(tenant) allows no more. Delete one first"
        }
    }
}

/// Whom an application is offered to, and what becomes of whoever offers it.
struct TransferForm {
    let visit: Visit
    let application: Application
    var email = ""
    var parting = Parting.leaves
    var problems: [FieldProblem] = []

    private static let frame = Page.Frame.partners(signedIn: true, current: .applications)

    private static func title(_ application: Application) -> String { "Transfer \(application.displayName)" }

    var page: Page {
        let title = TransferForm.title(application)
        return Page(title, TransferForm.frame, problems: problems) {
            h1 { title }
            p {
                "Somebody else will own "
                strong { bdi { application.displayName } }
                ", with its customers and its client ID. Nothing changes before they accept."
            }
            p { "A token or a client secret that waits to be collected is then theirs to collect." }
            if application.kind != .public { secrets }
            if application.approval != nil { ApprovalEnds(visit: visit) }
            form(
                .class("stack"),
                .method("post"),
                .action(visit.path(below: application, "team/transfer")),
                .novalidate
            ) {
                SealField(seal: visit.seal(for: .partner))
                AddressField(
                    label: "Their e-mail",
                    value: email,
                    hint: "They get an e-mail with a link that works once, for seven days.",
                    autocomplete: "off",
                    problems: problems
                )
                partings
                div(.class("row")) {
                    button(.class("btn primary")) { "Send the offer" }
                    a(.class("btn"), .href(visit.path(below: application, ""))) { "Back" }
                }
            }
        }
    }

    private var secrets: HTML {
        div(.class("callout warn")) {
            p { strong { "Client secrets keep working." } }
            p {
                """
                You and your team may know them. The new owner is asked to create new ones and to revoke these; \
                delete your copies once that is done.
                """
            }
        }
    }

    private var partings: HTML {
        fieldset(.class("field")) {
            legend { "When they accept" }
            for choice in Parting.allCases {
                Choice(
                    type: "radio",
                    name: "parting",
                    value: choice.rawValue,
                    words: choice == .leaves ? "You leave the team" : "You stay as a Developer",
                    hint: choice == .leaves
                        ? "You no longer see the application." : MemberRole.developer.effect,
                    isOn: choice == parting
                )
            }
        }
    }

    /// In the place of the form while an offer waits.
    static func open(_ open: Transfer, _ member: MemberAccess, _ visit: Visit) -> Page {
        let application = member.application
        return Page(title(application), frame) {
            h1 { title(application) }
            p {
                "It was offered to "
                strong { bdi(.dir(.leftToRight)) { open.email.text } }
                ". The link in their e-mail works until "
                Moment(CalendarText(open.expiresAt))
                "."
            }
            div(.class("row")) {
                a(.class("btn danger"), .href(visit.path(below: application, "team/transfer/cancel"))) {
                    "Take the offer back"
                }
                a(.class("btn"), .href(visit.path(below: application, ""))) { "Back" }
            }
        }
    }

    static func refused(_ refusal: TransferRefusal, _ member: MemberAccess, _ visit: Visit) -> Page {
        let application = member.application
        return Page(title(application), frame) {
            h1 { title(application) }
            p { "\(refusal.sentence(visit.brand))." }
            div(.class("row")) {
                a(.class("btn"), .href(visit.path(below: application, ""))) { "Back" }
            }
        }
    }
}

/// What a transfer does to an approval, said to both sides of it.
struct ApprovalEnds: Component {
    let visit: Visit

    private var meanwhile: String {
        visit.tenant.policy.review == .reviewed
            ? "Until then only test accounts can connect anew."
            : "Until then new customers see “Not verified”."
    }

    var body: HTML {
        div(.class("callout warn")) {
            p { strong { "The approval ends." } }
            p {
                """
                \(visit.brand.displayName) knows the last owner, and not the next one, so the application waits for \
                approval again. \(meanwhile) Customers who are connected stay connected.
                """
            }
        }
    }
}
