import Registry
import Web

/// The customers who may connect before approval: the partner lists them, and each has to agree (ux A7).
enum TestAccountScreens {
    static func set(_ member: MemberAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        let typed = (form["emails"] ?? "").lines.map(\.trimmingSpaces).filter { !$0.isEmpty }
        guard let problem = try await problem(listing: typed, for: member, visit) else {
            return .redirect(to: visit.place(of: member.application, after: .testAccountsSaved))
        }
        return try await ApplicationScreens.detail(
            for: member,
            visit,
            problems: [FieldProblem(field: "emails", message: problem)],
            typedAccounts: form["emails"]
        )
    }

    /// Lists them and asks whoever is new, or says what stands in the way.
    private static func problem(
        listing typed: [String],
        for member: MemberAccess,
        _ visit: Visit
    ) async throws -> String? {
        let limit = visit.tenant.policy.testAccountsPerApplication
        let wanted = typed.compactMap(EmailAddress.init)
        do {
            guard wanted.count == typed.count else { throw TestAccountRefusal.tooMany(limit: limit) }
            let listed = try await member.testAccounts()
            let fresh = try member.newTestAccounts(in: Set(wanted), replacing: listed)
            if try await TeamScreens.waitForLetters(to: Array(fresh), by: member, visit) != nil {
                return "An e-mail to one of these addresses went out a moment ago. Try again in a minute"
            }
            try await member.setTestAccounts(Set(wanted), replacing: listed)
            return nil
        } catch TestAccountRefusal.tooMany {
            return "Enter up to \(limit) e-mail addresses like name@company.com, one per line"
        } catch TestAccountRefusal.overtaken {
            return "The list was changed in the meantime. Look at it again, then save"
        }
    }

    /// The page a test account's letter leads to; asks, and changes nothing.
    static func askCustomer(_ customer: CustomerAccess, _ visit: Visit) async throws -> Response {
        guard let invitation = try await customer.testInvitation(visit.captured("application")) else {
            throw Refusal.notFound
        }
        return InvitationPage(
            visit: visit,
            application: invitation.application,
            hasAgreed: invitation.hasAgreed,
            notice: visit.queryValue("done") == "agreed"
        ).page.response(to: visit)
    }

    static func answer(_ customer: CustomerAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        guard let invitation = try await customer.testInvitation(visit.captured("application")) else {
            throw Refusal.notFound
        }
        let agrees = form["answer"] == "agree"
        _ = try await customer.answerTestInvitation(invitation.application, agrees: agrees)
        if !agrees { return .redirect(to: visit.path("account", "connections")) }
        return .redirect(
            to: visit.path("account", "testing", invitation.application.id.text)
                .with(query: [("done", "agreed")])
        )
    }
}

struct TestAccountsSection: Component {
    let visit: Visit
    let application: Application
    let role: MemberRole
    let accounts: [TestAccount]
    let typed: String?
    let problems: [FieldProblem]

    var body: HTML {
        section(.class("card"), .id("test-accounts"), .aria("labelledby", "test-h")) {
            h2(.id("test-h")) { "Test accounts" }
            if !accounts.isEmpty {
                ul(.class("rows")) {
                    for account in accounts {
                        li {
                            div { bdi(.dir(.leftToRight)) { account.email.text } }
                            if account.hasAgreed {
                                span(.class("tag ok")) {
                                    span(.aria("hidden", "true")) { "✓" }
                                    " Has agreed"
                                }
                            } else {
                                span(.class("tag idle")) {
                                    span(.aria("hidden", "true")) { "…" }
                                    " Asked, has not answered"
                                }
                            }
                        }
                    }
                }
            }
            if role >= .developer { form }
        }
    }

    private var form: HTML {
        Web.form(
            .class("stack"),
            .method("post"),
            .action(visit.path(below: application, "test-accounts")),
            .novalidate
        ) {
            SealField(seal: visit.seal(for: .partner))
            Field(
                id: "emails",
                name: "emails",
                label: "Customers who may connect before approval",
                hint: """
                    Up to \(visit.tenant.policy.testAccountsPerApplication) e-mail addresses of customers, one \
                    per line. They get a mail and must agree.
                    """,
                problems: problems
            ) { attributes in
                textarea(attributes + [.rows(3), .dir(.leftToRight), .spellcheck(false)]) {
                    typed ?? accounts.map(\.email.text).joined(separator: "\n")
                }
            }
            div(.class("row")) { button(.class("btn")) { "Save test accounts" } }
        }
    }
}

private struct InvitationPage {
    let visit: Visit
    let application: Application
    let hasAgreed: Bool
    let notice: Bool

    private var name: String { application.displayName }

    var page: Page {
        Page("Test \(name)", .customers) {
            if notice { Notice(text: "You can connect \(name) now. Go back to it and start from there.") }
            div(.class("heading")) {
                ApplicationMark(toCustomers: application, visit.home)
                h1 {
                    "Test "
                    bdi { name }
                }
                StateTag(application: application, tenant: visit.tenant)
            }
            p {
                "Someone at "
                bdi { application.ownerDomain }
                """
                 asks you to try this application before \(visit.brand.displayName) has approved it. If you agree, \
                you can connect it to your account. What it may do you decide then, as with any other.
                """
            }
            form(
                .class("row"),
                .method("post"),
                .action(visit.path("account", "testing", application.id.text))
            ) {
                SealField(seal: visit.seal(for: .customer))
                if hasAgreed {
                    button(.class("btn"), .name("answer"), .value("decline")) { "Stop testing" }
                } else {
                    button(.class("btn primary"), .name("answer"), .value("agree")) { "Agree to test" }
                    button(.class("btn"), .name("answer"), .value("decline")) { "Do not test" }
                }
            }
        }
    }
}
