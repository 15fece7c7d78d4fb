import Registry
import Web

/// Registering an application: the page the product exists for (ux A5, A6).
enum RegistrationScreens {
    static func ask(_ partner: PartnerAccess, _ visit: Visit) async throws -> Response {
        var form = ApplicationForm()
        form.ticket = visit.registry.freshToken()
        return RegistrationPage(visit: visit, form: form).page.response(to: visit)
    }

    /// Answers `POST /applications`: shows the secret once, or the form again with what to mend and the logo kept.
    static func register(_ partner: PartnerAccess, _ sent: Form, _ visit: Visit) async throws -> Response {
        let form = ApplicationForm(sent)
        let upload = try await LogoUpload(sent, partner, visit)
        do {
            let draft = try ApplicationDraft(form, logo: upload.logo, at: visit.tenant)
            if upload.problem == nil {
                let registered = try await partner.register(draft)
                return CredentialsPage.first(registered, visit).response(to: visit)
            }
            return again(form, upload, [], visit)
        } catch let problems as ApplicationProblems {
            return again(form, upload, problems.all, visit)
        } catch RegistrationRefusal.alreadyRegistered(let id) {
            return CredentialsPage.gone(id, visit).response(to: visit)
        } catch RegistrationRefusal.tooManyApplications(let limit) {
            return TooManyApplicationsPage(limit: limit, visit: visit).page.response(
                to: visit,
                .unprocessable
            )
        }
    }

    /// Answers the button for people without scripts: keeps the logo and shows the preview.
    static func preview(_ partner: PartnerAccess, _ sent: Form, _ visit: Visit) async throws -> Response {
        let upload = try await LogoUpload(sent, partner, visit)
        let page = RegistrationPage(
            visit: visit,
            form: ApplicationForm(sent),
            upload: upload,
            problems: [upload.problem].compactMap { $0 }
        )
        return page.page.response(to: visit, upload.problem == nil ? .ok : .unprocessable)
    }

    private static func again(
        _ form: ApplicationForm,
        _ upload: LogoUpload,
        _ problems: [ApplicationProblem],
        _ visit: Visit
    ) -> Response {
        var named = problems.map { FieldProblem($0, visit.brand) }
        if let problem = upload.problem {
            named.removeAll { $0.field == problem.field }
            named.insert(problem, at: named.first?.field == "company-name" ? 1 : 0)
        }
        let page = RegistrationPage(visit: visit, form: form, upload: upload, problems: named)
        return page.page.response(to: visit, .unprocessable)
    }
}

/// The logo of a form: just uploaded, kept from before, refused, or none.
struct LogoUpload: Sendable {
    private(set) var staged: StagedLogo?
    private(set) var warnings: [LogoWarning] = []
    private(set) var problem: FieldProblem?

    var logo: LogoDigest? { staged?.logo }

    init() {}

    /// Decodes the file of the form, or finds the one it sent before.
    init(_ form: Form, _ partner: PartnerAccess, _ visit: Visit) async throws {
        if let file = form.files.first(where: {
            $0.name == "logo" && !($0.bytes.isEmpty && $0.filename.isEmpty)
        }) {
            if let wait = visit.site.brakes.uploads.spend(partner.account.id.text) {
                throw Refusal.tooMany(wait)
            }
            do {
                (staged, warnings) = try await partner.stage(file.bytes, fileName: file.filename)
                return
            } catch let refusal as LogoRefusal {
                problem = FieldProblem(field: "logo", message: refusal.message(filename: file.filename))
            }
        }
        if let id = form["staged_logo"], !id.isEmpty { staged = try await partner.stagedLogo(id) }
    }
}

extension ApplicationForm {
    /// What the browser sent; fields that are not the form's own are not looked at (LO-15).
    fileprivate init(_ sent: Form) {
        self.init()
        companyName = sent["company_name"] ?? ""
        applicationName = sent["application_name"] ?? ""
        redirectURIs = (sent["redirect_uris"] ?? "").lines
        website = sent["website"] ?? ""
        privacyPolicy = sent["privacy_policy"] ?? ""
        supportEmail = sent["support_email"] ?? ""
        purpose = sent["purpose"] ?? ""
        scopes = sent["scope_shown"] == nil ? nil : sent.all("scope")
        kind = sent["kind"] == "public" ? .public : .confidential
        ticket = sent["ticket"] ?? ""
    }
}

extension String {
    /// Split at line ends of any kind, read as bytes because CRLF is one `Character`.
    var lines: [String] {
        utf8.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }.map {
            String(decoding: $0, as: UTF8.self)
        }
    }
}

// MARK: - The page

struct RegistrationPage {
    let visit: Visit
    let form: ApplicationForm
    var upload = LogoUpload()
    var problems: [FieldProblem] = []

    var page: Page {
        let title = "Register an application"
        let frame = Page.Frame.partners(signedIn: true, current: .applications)
        return Page(problems.isEmpty ? title : "Error: \(title)", frame, script: .forms, hasFilePreview: true)
        {
            ErrorSummary(problems: problems)
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

private struct LogoField: Component {
    let visit: Visit
    let upload: LogoUpload
    let problems: [FieldProblem]

    private var isKept: Bool { upload.staged != nil }

    var body: HTML {
        Field(
            id: "logo",
            name: "logo",
            label: isKept ? "Replace the logo" : "Logo",
            hint:
                "PNG, 64 to 2048 pixels a side, up to 512 KB. A square looks best. You can change it later.",
            problems: problems
        ) { attributes in
            div(.class("drop")) {
                if let staged = upload.staged { kept(staged) }
                input(attributes + checks + (isKept ? [] : [.required]))
            }
            p(.class("says"), .id("logo-says"), .aria("live", "polite"))
            for warning in upload.warnings {
                div(.class("callout warn")) {
                    p {
                        "\(warning.message(filename: upload.staged?.fileName ?? "")). Use it anyway, or choose another."
                    }
                }
            }
        }
    }

    @HTMLBuilder private func kept(_ staged: StagedLogo) -> HTML {
        input(.type("hidden"), .name("staged_logo"), .value(staged.id))
        p {
            span(.class("logo small")) {
                img(
                    .src(LogoEndpoint.path(of: staged.logo, size: 128, visit)),
                    .width(40),
                    .height(40),
                    .alt("")
                )
            }
            span {
                bdi { staged.fileName }
                ", \(max(1, (staged.byteCount + 512) / 1024)) KB"
            }
        }
    }

    /// What the script checks before anything is sent; the server checks again.
    private var checks: [Attribute] {
        [
            .type("file"), .accept("image/png,.png"),
            .data("logo", ""), .data("says", "logo-says"), .data("shows", "preview-logo"),
            .data("max-bytes", "524288"), .data("min-side", "64"), .data("max-side", "2048"),
            .data("not-png", "The logo must be a PNG. “{name}” is {kind}"),
            .data("unknown", "not a PNG file"),
            .data("too-heavy", "“{name}” is {size}. The logo can be up to 512 KB"),
            .data("too-small", "“{name}” is {width} × {height} pixels. It must be at least 64 × 64"),
            .data("too-large", "“{name}” is {width} × {height} pixels. It can be up to 2048 × 2048"),
            .data("fine", "“{name}”, {width} × {height} pixels, {size}"),
        ]
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
        "application-name", "website", "privacy-policy", "support-email", "purpose", "scope",
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
                ScopeChoice(visit: visit, chosen: form.scopes)
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

    private func choice(_ value: String, _ text: String, _ hint: String) -> HTML {
        div(.class("choice")) {
            input(
                .type("radio"),
                .id("kind-\(value)"),
                .name("kind"),
                .value(value),
                .checked.when(kind.rawValue == value)
            )
            label(.for("kind-\(value)")) {
                text
                span(.class("hint")) { hint }
            }
        }
    }
}

private struct ScopeChoice: Component {
    let visit: Visit
    let chosen: [String]?

    var body: HTML {
        if !visit.tenant.settings.scopes.isEmpty {
            fieldset(.class("field"), .id("scope")) {
                legend { "Permissions you need" }
                input(.type("hidden"), .name("scope_shown"), .value("1"))
                for scope in visit.tenant.settings.scopes {
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
private struct BrandPreview: Component {
    let visit: Visit
    let name: String
    let logo: LogoDigest?

    private var shownName: String { name.trimmingSpaces.isEmpty ? "Your company" : name }

    var body: HTML {
        aside(.class("stack"), .aria("labelledby", "preview-h")) {
            h2(.id("preview-h")) { "What customers will see" }
            div(.class("preview")) {
                Handshake(mark: mark, visit: visit)
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
                    .src(LogoEndpoint.path(of: logo, size: 128, visit)),
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

private struct TooManyApplicationsPage {
    let limit: Int
    let visit: Visit

    var page: Page {
        Page("You cannot register another one", .partners(signedIn: true, current: .applications)) {
            h1 { "You can have up to \(limit) applications" }
            p { "Delete one, or ask \(visit.brand.displayName) for more." }
            p { a(.href(visit.path("applications"))) { "Back to your applications" } }
        }
    }
}
