import Registry
import Web

/// A page before it is framed: what it is called, what it shows, and which frame it stands in.
struct Page {
    enum Frame {
        /// Narrow, for one decision: sign-in, consent, what went wrong there.
        case gate

        /// Wide, for partners; `current` is the entry of the navigation it belongs to.
        case partners(signedIn: Bool, current: Section?)

        /// Wide, for customers.
        case customers

        /// Wide, for the tenant's administrators.
        case administrators
    }

    enum Section { case applications }

    enum Preview {
        case none

        /// A picture that was chosen and not sent.
        case file

        /// And what the server makes of what was typed.
        case fileAndServer
    }

    enum Script: String { case consent = "consent.js", forms = "forms.js" }

    let title: String
    let frame: Frame
    var script: Script?

    /// What the page may show before it is sent.
    var preview = Preview.none

    /// Nil where it is there in English only.
    var spoken: Spoken?
    let content: HTML

    /// A title begins with that there is something to mend, or that somebody else was quicker (`isOvertaken`); what has
    /// to be mended stands above all else.
    init(
        _ title: String,
        _ frame: Frame,
        problems: [FieldProblem] = [],
        isOvertaken: Bool = false,
        script: Script? = nil,
        preview: Preview = .none,
        spoken: Spoken? = nil,
        @HTMLBuilder content: () -> HTML
    ) {
        let isWrong = !problems.isEmpty || isOvertaken
        let words = isWrong ? DoorWords(spoken?.language ?? .english).signIn : nil
        self.title = (words?.error ?? "") + title
        self.frame = frame
        self.script = script
        self.preview = preview
        self.spoken = spoken
        let content = content()
        guard let words else {
            self.content = content
            return
        }
        self.content = HTML {
            ErrorSummary(problems: problems, heading: words.problem)
            content
        }
    }

    func response(to visit: Visit, _ status: Status = .ok, _ headers: [Header] = []) -> Response {
        let said = spoken?.headers(on: visit) ?? []
        let all = Page.headers(of: frame, preview: preview, on: visit) + said + headers
        return Response(status, headers: all, body: document(for: visit).bytes)
    }

    /// The whole of it, in its frame.
    func document(for visit: Visit) -> HTML { Layout(page: self, visit: visit).document }

    static func headers(of frame: Frame, preview: Preview = .none, on visit: Visit) -> [Header] {
        var headers =
            switch preview {
            case .none: HeaderSet.ownPage
            case .file: HeaderSet.ownPageWithFile
            case .fileAndServer: HeaderSet.ownPageWithFileAndServer
            }
        if case .gate = frame { headers = HeaderSet.gate }
        return headers
    }
}

/// The frame around every page: always the tenant's, never an application's.
private struct Layout {
    let page: Page
    let visit: Visit

    private let frame: TenantFrame

    init(page: Page, visit: Visit) {
        self.page = page
        self.visit = visit
        frame = visit.site.frames.value(for: visit.home) { TenantFrame(visit) }
    }

    var document: HTML {
        Web.document(
            language: (page.spoken?.language ?? .english).rawValue,
            direction: page.spoken?.language.direction ?? .leftToRight,
            layout: isGate ? "gate" : nil
        ) {
            title { "\(page.title) – \(visit.brand.briefName)" }
            meta(.name("color-scheme"), .content("light dark"))
            meta(.name("robots"), .content("noindex"))
            frame.links
            if let source = page.script { script(visit.site.asset(source.rawValue)) }
        } body: {
            if isGate { gate } else { wide }
            if let spoken = page.spoken { Foot(visit: visit, spoken: spoken) } else { frame.footer }
        }
    }

    private var isGate: Bool { if case .gate = page.frame { true } else { false } }

    @HTMLBuilder private var gate: HTML {
        header(.class("brand")) { frame.name }
        main(.id("main"), .class("card")) { page.content }
    }

    @HTMLBuilder private var wide: HTML {
        a(.class("skip"), .href(Path(anchor: "main"))) { "Skip to main content" }
        header(.class("bar")) {
            switch page.frame {
            case .partners(let signedIn, let current):
                a(.class("brand"), .href(visit.path(""))) {
                    frame.briefName
                    span { "partners" }
                }
                PartnerNavigation(visit: visit, isSignedIn: signedIn, current: current)
            case .administrators:
                a(.class("brand"), .href(visit.path("admin"))) {
                    frame.briefName
                    span { "administration" }
                }
                OwnLinks(visit: visit, role: .admin, signOut: visit.path("admin", "sign-out"))
                if visit.seal(for: .admin) != nil { AdminNavigation(visit: visit) }
            case .customers, .gate:
                a(.class("brand"), .href(visit.path("account", "connections"))) { frame.briefName }
                CustomerNavigation(visit: visit)
                OwnLinks(visit: visit, role: .customer, signOut: visit.path("sign-out"))
            }
        }
        main(.id("main"), .class("wrap")) { page.content }
    }
}

/// What is the same on every page of a tenant.
struct TenantFrame: Sendable {
    /// Icon, stylesheet and theme.
    let links: HTML

    /// The tenant's mark and name.
    let name: HTML

    /// The same beside other things.
    let briefName: HTML

    /// Of the pages that are in English only.
    let footer: HTML

    fileprivate init(_ visit: Visit) {
        let icon =
            visit.brand.logo.map { LogoEndpoint.path(of: LogoDigest($0), size: 64, visit.home) }
            ?? visit.site.asset("favicon.png")
        links = HTML {
            link(.rel("icon"), .type("image/png"), .href(icon))
            link(.rel("stylesheet"), .href(visit.site.asset("portal.css")))
            link(.rel("stylesheet"), .href(ThemeEndpoint.path(visit)))
        }
        name = TenantFrame.mark(visit.home, visit.brand.displayName)
        briefName = TenantFrame.mark(visit.home, visit.brand.briefName)
        footer = Foot(visit: visit).body
    }

    private static func mark(_ home: Home, _ name: String) -> HTML {
        HTML {
            TenantMark(home: home)
            strong { bdi { name } }
        }
    }
}

private struct Foot: Component {
    let visit: Visit
    var spoken: Spoken?

    private var language: Language { spoken?.language ?? .english }

    var body: HTML {
        footer(.class("foot")) {
            if let link = spoken?.link { LanguageLinks(current: language, link: link) }
            ul {
                if let help = visit.brand.helpPage.flatMap(ExternalLink.init) {
                    li { outsideLink(help) { language.foot.help } }
                } else if let mail = visit.brand.supportEmail.flatMap({ ExternalLink("mailto:\($0)") }) {
                    li { a(.href(mail)) { language.foot.help } }
                }
                if let privacy = visit.brand.privacyPolicy.flatMap(ExternalLink.init) {
                    li { outsideLink(privacy) { language.foot.privacy } }
                }
            }
            if let text = visit.brand.footerText { p { visit.tenant.said(text).marked } }
        }
    }
}

extension Site {
    /// The address of a file of `Public/`, with its content hash.
    func asset(_ name: String) -> Path { assets[name] ?? publicURL.root.appending("public", name) }
}
