import Registry
import Web

/// A page of no tenant, for whoever sits at the machine that runs the server: while only that machine reaches it, and
/// for a browser that named it by the machine's own name, which no other site's address can be made to look like.
struct LocalPage {
    let site: Site
    let heading: String
    @HTMLBuilder let content: () -> HTML

    static func isShown(to request: Request) -> Bool {
        PublicURL.isLoopback(request.host) && isThisMachine(request.clientAddress)
    }

    var response: Response { Response(.ok, headers: HeaderSet.ownPage, body: document.bytes) }

    private var document: HTML {
        Web.document(language: Language.english.rawValue) {
            title { "\(heading) – Portal" }
            meta(.name("color-scheme"), .content("light dark"))
            meta(.name("robots"), .content("noindex"))
            link(.rel("icon"), .type("image/png"), .href(site.asset("favicon.png")))
            link(.rel("stylesheet"), .href(site.asset("portal.css")))
        } body: {
            main(.id("main"), .class("wrap stack")) {
                h1 { heading }
                content()
            }
        }
    }

    private static func isThisMachine(_ address: String) -> Bool {
        address.hasPrefix("127.") || address == "::1" || address == "::ffff:127.0.0.1"
    }
}

/// Where the providers are that a server on this machine has, so that its plain address leads somewhere.
enum LocalStart {
    /// Nil where there is nothing to choose from, or somebody else may be asking.
    static func response(to request: Request, of site: Site) async throws -> Response? {
        guard site.publicURL.isLoopback, LocalPage.isShown(to: request) else { return nil }
        let tenants = try await site.registry.tenants().filter { $0.disabledAt == nil }
        if tenants.isEmpty { return nil }
        return LocalPage(site: site, heading: "Providers on this machine") {
            ul(.class("rows card")) {
                for tenant in tenants { li { links(to: tenant, site.publicURL.root) } }
            }
            if case .localPage = site.mail {
                p { a(.href(site.publicURL.root.appending("mail"))) { "E-mails that would have been sent" } }
            }
        }.response
    }

    private static func links(to tenant: Tenant, _ root: Path) -> HTML {
        let home = root.appending("t", tenant.name.text)
        return div {
            h2 { bdi { tenant.brand.displayName } }
            div(.class("row")) {
                a(.href(home.appending(""))) { "Partners" }
                a(.href(home.appending("account", "connections"))) { "Customers" }
                a(.href(home.appending("admin"))) { "Administrators" }
            }
        }
    }
}
