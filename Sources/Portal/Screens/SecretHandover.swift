import FoundationEssentials
import Registry
import Web

/// Where an owner collects the secret that the tenant's people asked for: once, by pressing a button (ux A16).
enum SecretHandoverScreens {
    static func ask(_ partner: PartnerAccess, _ visit: Visit) async throws -> Response {
        switch try await partner.secretHandover(visit.captured("link")) {
        case .ready(let claim, let application): return ready(claim, application, visit)
        case .full(_, let application): return full(application, visit)
        case .collected(let application, let person, let date):
            return collected(application, by: person, at: date, visit)
        case .gone:
            return Collecting.gone(
                """
                It is too old, a newer one has replaced it, or you are not an Owner of the application. No secret was \
                made with it. Ask \(visit.brand.displayName) for a new link, or create a new secret yourself.
                """,
                visit
            )
        }
    }

    static func show(_ partner: PartnerAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        let link = visit.captured("link")
        guard let collected = try await partner.collectSecret(link) else {
            return .redirect(to: visit.path("secrets", link))
        }
        let member = collected.member
        let left = try await member.secrets().filter(\.leavesTokens)
        return CredentialsPage.another(collected.secret, for: member.application, leaving: left, visit)
            .response(to: visit)
    }

    private static func ready(
        _ claim: SecretClaim,
        _ application: Application,
        _ visit: Visit
    ) -> Response {
        let label = claim.rotation.label
        return page(of: application) {
            p {
                "Press the button when you are ready to store it. It is shown once. "
                claim.rotation.others.fateOfOlder
            }
            if application.isSuspended {
                p(.class("callout warn")) {
                    """
                    \(visit.brand.displayName) suspended this application. The new secret works as soon as it is \
                    resumed.
                    """
                }
            }
            dl(.class("facts")) {
                if !label.isEmpty { fact("Label") { bdi { label } } }
                fact("Collect it until") { Moment(CalendarText(claim.expiresAt)) }
            }
            Collecting.button("Show the secret", to: visit.path("secrets", visit.captured("link")), visit)
        }.response(to: visit)
    }

    private static func full(_ application: Application, _ visit: Visit) -> Response {
        page(of: application) {
            p {
                strong { "You have \(ClientSecret.maxLive) secrets." }
                " Revoke one, then open the link in the e-mail again."
            }
            div(.class("row")) {
                a(.class("btn primary"), .href(secrets(of: application, visit))) { "See your secrets" }
            }
        }.response(to: visit)
    }

    private static func collected(
        _ application: Application,
        by person: EmailAddress?,
        at date: Date,
        _ visit: Visit
    ) -> Response {
        page(of: application) {
            Collecting.collected(
                "This secret",
                on: date,
                by: person,
                undo: secrets(of: application, visit)
            )
            Collecting.continuation(application, visit)
        }.response(to: visit, .gone)
    }

    private static func secrets(of application: Application, _ visit: Visit) -> Path {
        visit.path("applications", application.id.text).anchored("secrets")
    }

    private static func page(of application: Application, @HTMLBuilder _ content: () -> HTML) -> Page {
        Page("Your new client secret", .partners(signedIn: true, current: .applications)) {
            h1 {
                "Your new client secret for "
                bdi { application.displayName }
            }
            content()
        }
    }
}

extension Overlap {
    /// What an owner reads of the older secrets before the new one is collected.
    var fateOfOlder: String {
        switch self {
        case .leaked: "The older secrets no longer work, because one has leaked."
        case .untilRevoked: "The older secrets work until you revoke them."
        case .seconds(let seconds):
            "The older secrets work for \(seconds.daysOrHours) after you collect the new one."
        }
    }
}

extension Int {
    /// So many seconds, as people say it: up to a day in hours.
    fileprivate var daysOrHours: String {
        self <= 86_400 ? counted(self / 3600, "hour") : counted(self / 86_400, "day")
    }
}
