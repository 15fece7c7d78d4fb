import Registry
import Web

/// What a partner sees before their first registration.
struct NothingRegistered: Component {
    let visit: Visit

    var body: HTML {
        h1 { "Applications" }
        div(.class("empty")) {
            h2 { "You have not registered an application yet" }
            p {
                """
                An application is the software that will use a customer’s \(visit.brand.displayName) data. \
                Register it to get a client ID and a client secret.
                """
            }
            p {
                a(.class("btn primary"), .href(visit.path("applications", "new"))) {
                    "Register an application"
                }
            }
        }
    }
}

/// A partner's applications, one a row.
struct ApplicationTable: Component {
    let applications: [ApplicationSummary]
    let visit: Visit

    var body: HTML {
        div(.class("heading")) {
            h1 { "Applications" }
            a(.class("btn primary"), .href(visit.path("applications", "new"))) { "Register an application" }
        }
        div(.class("card")) {
            LabelledTable(
                id: "applications",
                caption: "Your applications",
                columns: ["Application", "State", "Client ID", "Customers", "Last request"],
                rows: applications.map(row)
            )
        }
    }

    private func row(_ summary: ApplicationSummary) -> [LabelledTable.Cell] {
        let application = summary.application
        return [
            .heading {
                span(.class("named")) {
                    ApplicationMark(application, visit.home, isSmall: true)
                    a(.href(visit.path("applications", application.id.text))) {
                        bdi { application.displayName }
                    }
                }
            },
            .init { StateTag(application: application, tenant: visit.tenant) },
            .init { code(.class("whole")) { application.id.text } },
            .init { "\(summary.connectedCustomers)" },
            .init {
                if let use = summary.lastUsedAt { Day(use) } else { "Never" }
            },
        ]
    }
}

/// State in a word and a sign, never in colour alone.
struct StateTag: Component {
    let application: Application
    let tenant: Tenant

    var body: HTML {
        switch application.state {
        case .approved: tag("ok", "✓", "Approved")
        case .waiting: tag("idle", "…", "Waiting for approval")
        case .changesNeeded: tag("warn", "✎", "Changes needed")
        case .rejected: tag("bad", "✕", "Rejected")
        case .suspended: tag("bad", "‖", "Suspended")
        case .unreviewed:
            tenant.policy.review == .reviewed
                ? tag("idle", "○", "Test only") : tag("warn", "⚠", "Not verified")
        }
    }

    private func tag(_ kind: String, _ sign: String, _ word: String) -> HTML {
        span(.class("tag \(kind)")) {
            span(.aria("hidden", "true")) { sign }
            " \(word)"
        }
    }
}
