import Registry
import Web

/// The registration form with its live preview (ux A5).
struct RegistrationPage {
    let visit: Visit
    let form: ApplicationForm
    var upload = LogoUpload()
    var problems: [FieldProblem] = []

    var page: Page {
        let title = "Register an application"
        let frame = Page.Frame.partners(signedIn: true, current: .applications)
        return Page(title, frame, problems: problems, script: .forms, preview: .file) {
            div(.class("split")) {
                Web.form(
                    .class("stack"),
                    .method("post"),
                    .action(visit.path("applications")),
                    .enctype("multipart/form-data"),
                    .novalidate
                ) {
                    h1 { title }
                    fields
                }
                BrandPreview(visit: visit, name: form.companyName, logo: upload.logo)
            }
        }
    }

    @HTMLBuilder private var fields: HTML {
        SealField(seal: visit.seal(for: .partner))
        input(.type("hidden"), .name("ticket"), .value(form.ticket))
        TextField(
            id: "company-name",
            label: "Company name",
            value: form.companyName,
            hint: "Customers see this when they are asked to allow access.",
            autocomplete: "organization",
            direction: .automatic,
            problems: problems,
            extra: [.maxlength(80), .data("fills", "preview-name"), .data("letter", "preview-letter")]
        )
        LogoField(visit: visit, upload: upload, problems: problems)
        RedirectURIsField(text: form.redirectURIs.joined(separator: "\n"), problems: problems)
        MoreFields(visit: visit, form: form, problems: problems)
        div(.class("row")) {
            button(.class("btn primary")) { "Register application" }
            button(
                .class("btn"),
                .formaction(visit.path("applications", "preview")),
                .formnovalidate
            ) { "Update preview" }
            a(.class("btn"), .href(visit.path("applications"))) { "Cancel" }
        }
    }
}

private struct RedirectURIsField: Component {
    let text: String
    let problems: [FieldProblem]

    var body: HTML {
        Field(
            id: "redirect-uris",
            name: "redirect_uris",
            label: "Redirect URIs",
            hint: """
                Where customers are sent back after they answer. One per line. Also called callback URL or \
                OAuth redirect URL. You can add these later, but customers cannot connect until you do.
                """,
            isOptional: true,
            problems: problems
        ) { attributes in
            textarea(
                attributes + [
                    .rows(3), .dir(.leftToRight), .spellcheck(false), .autocapitalize("none"),
                    .autocomplete("off"),
                ]
            ) { text }
            div(.class("row")) {
                preset("Postman", "https://oauth.pstmn.io/v1/callback")
                preset("Make", "https://www.integromat.com/oauth/cb/oauth2")
                preset("n8n", "https://YOUR-N8N-HOST/rest/oauth2-credential/callback")
                preset("My computer", "http://127.0.0.1/callback")
            }
        }
    }

    private func preset(_ name: String, _ address: String) -> HTML {
        button(
            .class("btn small"),
            .type("button"),
            .hidden,
            .data("adds", address),
            .data("to", "redirect-uris")
        ) { name }
    }
}

/// What can wait: closed until somebody wants it, open when something in it is wrong.
private struct MoreFields: Component {
    let visit: Visit
    let form: ApplicationForm
    let problems: [FieldProblem]

    private static let own: Set<String> = [
        "application-name", "website", "privacy-policy", "terms", "support-email", "purpose", "scope",
    ]

    var body: HTML {
        details(.open.when(problems.contains { MoreFields.own.contains($0.field) })) {
            summary { "More" }
            div(.class("stack")) {
                optional(
                    "application-name",
                    "Application name",
                    form.applicationName,
                    hint: "If it differs from the company."
                )
                optional("website", "Website", form.website, type: "url")
                optional("privacy-policy", "Privacy policy", form.privacyPolicy, type: "url")
                optional("terms", "Terms", form.terms, type: "url")
                optional("support-email", "Support e-mail", form.supportEmail, type: "email")
                Field(
                    id: "purpose",
                    name: "purpose",
                    label: "What will you use the data for?",
                    hint: "Shown to the \(visit.brand.displayName) team only.",
                    isOptional: true,
                    problems: problems
                ) { attributes in
                    textarea(attributes + [.rows(3), .dir(.automatic)]) { form.purpose }
                }
                KindChoice(kind: form.kind)
                ScopeChoice(offered: visit.tenant.scopesOnOffer, chosen: form.scopes)
            }
        }
    }

    private func optional(
        _ id: String,
        _ label: String,
        _ value: String,
        hint: String? = nil,
        type: String = "text"
    )
        -> TextField
    {
        TextField(
            id: id,
            label: label,
            type: type,
            value: value,
            hint: hint,
            isOptional: true,
            direction: type == "text" ? .automatic : .leftToRight,
            problems: problems
        )
    }
}

private struct KindChoice: Component {
    let kind: Application.Kind

    var body: HTML {
        fieldset(.class("field")) {
            legend { "Where does your software run?" }
            choice("confidential", "On a server", "It can keep a client secret.")
            choice(
                "public",
                "On people’s devices or in their browser",
                "It cannot keep a secret and gets none."
            )
        }
    }

    private func choice(_ value: String, _ words: String, _ hint: String) -> Choice {
        Choice(
            type: "radio",
            name: "kind",
            value: value,
            words: words,
            hint: hint,
            isOn: kind.rawValue == value
        )
    }
}

struct ScopeChoice: Component {
    let offered: [OfferedScope]
    let chosen: [String]?

    var body: HTML {
        if !offered.isEmpty {
            fieldset(.class("field"), .id("scope")) {
                legend { "Permissions you need" }
                input(.type("hidden"), .name("scope_shown"), .value("1"))
                for scope in offered {
                    let name = scope.name.text
                    div(.class("choice")) {
                        input(
                            .type("checkbox"),
                            .id("scope-\(name)"),
                            .name("scope"),
                            .value(name),
                            .checked.when(chosen?.contains(name) ?? scope.isDefault)
                        )
                        label(.for("scope-\(name)")) {
                            scope.sentence
                            span(.class("hint")) { code { name } }
                        }
                    }
                }
            }
        }
    }
}

/// What customers will see, as far as the form goes.
struct BrandPreview: Component {
    let visit: Visit
    let name: String
    let logo: LogoDigest?

    private var shownName: String { name.trimmingSpaces.isEmpty ? "Your company" : name }

    var body: HTML {
        aside(.class("stack"), .aria("labelledby", "preview-h")) {
            h2(.id("preview-h")) { "What customers will see" }
            div(.class("preview")) {
                Handshake(mark: mark, home: visit.home)
                p(.class("center")) {
                    strong {
                        bdi(.id("preview-name")) { shownName }
                        " wants to connect to your \(visit.brand.displayName) account"
                    }
                }
            }
        }
    }

    private var mark: HTML {
        span(.class("logo"), .id("preview-logo")) {
            if let logo {
                img(
                    .src(LogoEndpoint.path(of: logo, size: 128, visit.home)),
                    .width(64),
                    .height(64),
                    .alt("")
                )
            } else {
                span(.class("monogram"), .id("preview-letter")) {
                    name.trimmingSpaces.isEmpty ? "?" : Monogram.of(name)
                }
            }
        }
    }
}

/// Said to a partner where there are as many applications as there may be.
struct TooManyApplicationsPage {
    let limit: RegistrationLimit
    let visit: Visit

    var page: Page {
        let words = words
        return Page("You cannot register another one", .partners(signedIn: true, current: .applications)) {
            h1 { words.heading }
            p { words.advice }
            p { a(.href(visit.path("applications"))) { "Back to your applications" } }
        }
    }

    private var words: (heading: String, advice: String) {
        let provider = visit.brand.displayName
        return switch limit {
        case .ofPartnerInADay(let limit):
            (
                "You can register \(limit) applications a day",
                "Register this one tomorrow, or ask \(provider) to register it for you."
            )
        case .unapproved:
            (
                "\(provider) takes no new applications at present",
                "As many as it allows wait for somebody to look at them. Ask \(provider), or try again in a few days."
            )
        case .ofPartner(let limit):
            ("You can have up to \(limit) applications", "Delete one, or ask \(provider) for more.")
        }
    }
}
