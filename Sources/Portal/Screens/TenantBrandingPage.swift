import Registry
import Web

/// The branding form beside what becomes of its colour.
struct TenantBrandingPage {
    let admin: AdminAccess
    let visit: Visit
    var form: TenantBrandingForm
    var upload = LogoUpload()
    var problems: [FieldProblem] = []
    var overtaken: Overtaken?

    func response(_ status: Status = .ok) -> Response { page.response(to: visit, status) }

    private var accent: AccentColour { AccentColour(form.accent) ?? visit.brand.accent }

    private var page: Page {
        let title = "Branding"
        return Page(
            title,
            .administrators,
            problems: problems,
            isOvertaken: overtaken != nil,
            script: .forms,
            preview: .fileAndServer
        ) {
            Notice(text: visit.queryValue("done") == "saved" ? "The branding is saved." : nil)
            h1 { title }
            p { "How \(visit.brand.displayName) looks to partners and customers, and what it is called." }
            if let overtaken {
                let theirs = TenantBrandingForm(overtaken.standing.brand)
                OvertakenNotice(
                    by: overtaken.by,
                    what: "the branding",
                    differences: form.differences(from: theirs)
                )
            }
            div(.class("split")) {
                if admin.rank == .full { fields } else { facts }
                AccentPreview(accent: accent, visit: visit)
            }
        }
    }

    private var place: Path { visit.path("admin", "branding") }

    private var fields: HTML {
        Web.form(
            .class("stack"),
            .method("post"),
            .action(place),
            .enctype("multipart/form-data"),
            .novalidate
        ) {
            SealField(seal: visit.seal(for: .admin))
            input(.type("hidden"), .name("basis"), .value(form.basis))
            text("display-name", "Name", form.displayName, "Applications may not be called like it.")
            optional(
                "short-name",
                "Short name",
                form.shortName,
                hint: """
                    Stands for the name where there is little room: in browser tabs, at the top of wide pages, in the \
                    subjects of e-mails and in authenticator apps.
                    """
            )
            LogoField(
                visit: visit,
                upload: upload,
                problems: problems,
                standing: visit.brand.logo.map { LogoDigest($0) }
            )
            accentField
            text(
                "data-description",
                "What applications will see",
                form.dataDescription,
                "Completes “Acme Rentals will see …”, for example “your equipment data”."
            )
            optional("support-email", "Support e-mail", form.supportEmail, type: "email")
            optional("help-page", "Help page", form.helpPage, type: "url")
            optional("privacy-policy", "Privacy policy", form.privacyPolicy, type: "url")
            optional(
                "footer-text",
                "Footer text",
                form.footerText,
                hint: "One line at the foot of every page, such as the address of your company."
            )
            div(.class("row")) {
                button(.class("btn primary")) { "Save branding" }
                button(.class("btn"), .formaction(place.appending("preview")), .formnovalidate) {
                    "Update preview"
                }
            }
            ImportNote(tenant: visit.tenant)
        }
    }

    private var accentField: HTML {
        Field(
            id: "accent",
            name: "accent",
            label: "Accent colour",
            hint: "Six digits after a #, such as #f58220.",
            problems: problems
        ) { attributes in
            div(.class("joined")) {
                input(
                    attributes + [
                        .type("text"), .value(form.accent), .dir(.leftToRight), .autocomplete("off"),
                        .spellcheck(false), .required, .data("previews", "accent-preview"),
                        .data("from", place.text),
                    ]
                )
                input(
                    .type("color"),
                    .value(accent.text),
                    .hidden,
                    .data("picks", "accent"),
                    .aria("label", "Choose the accent colour")
                )
            }
        }.body
    }

    private func text(_ id: String, _ label: String, _ value: String, _ hint: String) -> TextField {
        TextField(
            id: id,
            label: label,
            value: value,
            hint: hint,
            direction: .automatic,
            problems: problems
        )
    }

    private func optional(
        _ id: String,
        _ label: String,
        _ value: String,
        hint: String? = nil,
        type: String = "text"
    ) -> TextField {
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

    /// For whoever may only look.
    private var facts: HTML {
        dl(.class("facts")) {
            fact("Name") { bdi { form.displayName } }
            fact("Short name") { bdi { form.shortName.isEmpty ? "None" : form.shortName } }
            fact("Accent colour") { code { form.accent } }
            fact("Applications will see") { bdi { form.dataDescription } }
            fact("Support e-mail") { bdi { form.supportEmail.isEmpty ? "None" : form.supportEmail } }
            fact("Help page") { bdi { form.helpPage.isEmpty ? "None" : form.helpPage } }
            fact("Privacy policy") { bdi { form.privacyPolicy.isEmpty ? "None" : form.privacyPolicy } }
            fact("Footer text") { bdi { form.footerText.isEmpty ? "None" : form.footerText } }
        }
    }
}

/// Four swatches with the colours that are computed, and why they are not all the one that was chosen.
private struct AccentPreview: Component {
    let accent: AccentColour
    let visit: Visit

    var body: HTML {
        section(.class("card"), .id("accent-preview"), .aria("labelledby", "accent-preview-h")) {
            link(.rel("stylesheet"), .href(sheet))
            h2(.id("accent-preview-h")) { "What becomes of your colour" }
            ul(.class("swatches")) {
                swatch("button", "Button", accent.fill, accent.fill.contrast(with: accent.onFill))
                swatch("link", "Link", accent.textLight, accent.leastContrast(.linkOnLight))
                swatch("dark", "Link on dark", accent.textDark, accent.leastContrast(.linkOnDark))
                swatch("edge", "Edge", accent.edgeLight, accent.leastContrast(.edgeOnLight))
            }
            p { sentence }
            p(.class("note")) { "The colour of the button’s label is chosen for you." }
        }
    }

    private var sheet: Path {
        visit.path("admin", "branding", "colours", "\(accent.text.dropFirst()).css")
    }

    private func swatch(_ tone: String, _ name: String, _ colour: RGB, _ contrast: Double) -> HTML {
        li {
            span(.class("swatch \(tone)")) { name }
            span(.class("note")) {
                code { colour.text }
                " \(ratio(contrast))"
            }
        }
    }

    private var sentence: String {
        guard accent.textLight != accent.fill else {
            return "Your exact colour is used for the bar, the button and links."
        }
        let onWhite = ratio(accent.fill.contrast(with: .white))
        let link = "\(accent.textLight.text) (\(ratio(accent.leastContrast(.linkOnLight))))"
        return """
            Your colour as text on white has \(onWhite). We use a darker tone, \(link), for links. Your exact \
            colour is used for the bar and the button.
            """
    }

    /// Such as 4.5:1.
    private func ratio(_ contrast: Double) -> String {
        let tenths = Int((contrast * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10):1" : "\(tenths / 10).\(tenths % 10):1"
    }
}

extension AccentColour {
    /// The derived colours under names of their own, beside those of the page.
    var proposalCSS: String {
        """
        @layer tokens {
          :root { --proposed-fill: \(fill); --proposed-label: \(onFill); --proposed-link: \(textLight); \
        --proposed-dark: \(textDark); --proposed-edge: \(edgeLight) }
        }

        """
    }
}
