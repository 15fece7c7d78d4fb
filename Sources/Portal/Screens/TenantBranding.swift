import Registry
import Web

/// How the tenant looks and what it is called (ux A20).
enum TenantBrandingScreens {
    /// With a colour in the address, what would become of it.
    static func show(_ admin: AdminAccess, _ visit: Visit) async throws -> Response {
        var form = TenantBrandingForm(visit.brand)
        form.basis = try visit.basis(of: .brand, in: visit.tenant)
        if let accent = visit.queryValue("accent") { form.accent = accent }
        return TenantBrandingPage(admin: admin, visit: visit, form: form).response()
    }

    /// Puts the file of the form away, and what is wrong with it, before anything is asked.
    static func keepLogo(_ admin: AdminAccess, _ sent: Form, _ visit: Visit) async throws -> Form {
        let upload = try await LogoUpload(sent, admin.logos, visit)
        if let problem = upload.problem { return sent.replacingFiles(by: "logo_problem", problem.message) }
        return sent.replacingFiles(by: "staged_logo", upload.staged?.id ?? "")
    }

    static func save(_ admin: AdminAccess, _ sent: Form, _ visit: Visit) async throws -> Response {
        let (form, upload) = (TenantBrandingForm(sent), try await LogoUpload(sent, admin.logos, visit))
        var page = TenantBrandingPage(admin: admin, visit: visit, form: form, upload: upload)
        if let problem = sent["logo_problem"] {
            page.problems = [FieldProblem(field: "logo", message: problem)]
            return page.response(.unprocessable)
        }
        do {
            try await admin.make(edit(form, upload.logo), visit)
            return .redirect(to: visit.path("admin", "branding").with(query: [("done", "saved")]))
        } catch let mistakes as FileMistakes {
            page.problems = mistakes.all.map(TenantBrandingForm.problem)
            return page.response(.unprocessable)
        } catch let overtaken as Overtaken {
            page.form.basis = try visit.basis(of: .brand, in: overtaken.standing)
            page.overtaken = overtaken
            return page.response(.conflict)
        }
    }

    private static func edit(_ form: TenantBrandingForm, _ logo: LogoDigest?) -> TenantEdit {
        TenantEdit(
            part: .brand,
            action: .brandingChanged,
            basis: form.basis,
            change: { file in form.written(into: file) },
            adjust: { settings in if let logo { settings.brand.logo = logo.text } }
        )
    }

    /// Answers the button for people without scripts.
    static func preview(_ admin: AdminAccess, _ sent: Form, _ visit: Visit) async throws -> Response {
        let upload = try await LogoUpload(sent, admin.logos, visit)
        var page = TenantBrandingPage(
            admin: admin,
            visit: visit,
            form: TenantBrandingForm(sent),
            upload: upload
        )
        page.problems = [upload.problem, page.form.accentProblem].compactMap { $0 }
        return page.response(page.problems.isEmpty ? .ok : .unprocessable)
    }

    /// The style sheet that shows a colour before it is the tenant's.
    static func colours(_ admin: AdminAccess, _ visit: Visit) async throws -> Response {
        let file = visit.captured("file")
        guard file.hasSuffix(".css"), let accent = AccentColour("#" + file.dropLast(4)) else {
            throw Refusal.notFound
        }
        return ThemeEndpoint.sheet(accent.proposalCSS)
    }
}

/// What the form says, as it came.
struct TenantBrandingForm: Sendable {
    var displayName: String
    var shortName: String
    var accent: String
    var supportEmail: String
    var helpPage: String
    var privacyPolicy: String
    var dataDescription: String
    var footerText: String
    var basis = ""

    init(_ brand: Brand) {
        (displayName, shortName) = (brand.displayName, brand.shortName ?? "")
        (accent, footerText) = (brand.accent.text, brand.footerText ?? "")
        (supportEmail, helpPage) = (brand.supportEmail ?? "", brand.helpPage ?? "")
        (privacyPolicy, dataDescription) = (brand.privacyPolicy ?? "", brand.dataDescription)
    }

    init(_ sent: Form) {
        func typed(_ name: String) -> String { sent[name]?.trimmingSpaces ?? "" }
        (displayName, shortName) = (typed("display_name"), typed("short_name"))
        (accent, footerText) = (typed("accent"), typed("footer_text"))
        (supportEmail, helpPage) = (typed("support_email"), typed("help_page"))
        (privacyPolicy, dataDescription) = (typed("privacy_policy"), typed("data_description"))
        basis = sent["basis"] ?? ""
    }

    private typealias Member = (
        key: String, id: String, label: String, value: KeyPath<TenantBrandingForm, String>, isOptional: Bool
    )

    private static var members: [Member] {
        [
            ("displayName", "display-name", "Name", \.displayName, false),
            ("shortName", "short-name", "Short name", \.shortName, true),
            ("accent", "accent", "Accent colour", \.accent, false),
            ("supportEmail", "support-email", "Support e-mail", \.supportEmail, true),
            ("helpPage", "help-page", "Help page", \.helpPage, true),
            ("privacyPolicy", "privacy-policy", "Privacy policy", \.privacyPolicy, true),
            ("dataDescription", "data-description", "What applications will see", \.dataDescription, false),
            ("footerText", "footer-text", "Footer text", \.footerText, true),
        ]
    }

    func written(into file: JSON) -> JSON {
        var brand = file["brand"] ?? .object([])
        for member in TenantBrandingForm.members {
            let value = self[keyPath: member.value]
            brand = brand.setting(member.key, member.isOptional && value.isEmpty ? nil : .text(value))
        }
        return file.setting("brand", brand)
    }

    /// What differs between two forms, for somebody who has to choose.
    func differences(from theirs: TenantBrandingForm) -> [Contended] {
        TenantBrandingForm.members.filter { self[keyPath: $0.value] != theirs[keyPath: $0.value] }.map {
            Contended(label: $0.label, theirs: theirs[keyPath: $0.value], yours: self[keyPath: $0.value])
        }
    }

    var accentProblem: FieldProblem? {
        AccentColour(accent) == nil
            ? FieldProblem(field: "accent", message: "Enter a colour like #f58220") : nil
    }

    static func problem(_ mistake: FileMistake) -> FieldProblem {
        let key = mistake.path.hasPrefix("brand.") ? String(mistake.path.dropFirst(6)) : ""
        let member = members.first { $0.key == key }
        let message =
            switch key {
            case "displayName": "Enter the name, on one line of up to 300 characters"
            case "shortName": "Enter a short name of 2 to 24 characters"
            case "accent": "Enter a colour like #f58220"
            case "supportEmail": "Enter an e-mail address like name@company.com"
            case "helpPage", "privacyPolicy": "Enter an address that begins with https://"
            case "dataDescription": "Say what applications will see, such as “your equipment data”"
            case "footerText": "Enter one line of up to 300 characters"
            default: "\(mistake.path): \(mistake.message)"
            }
        return FieldProblem(field: member?.id ?? "display-name", message: message)
    }
}
