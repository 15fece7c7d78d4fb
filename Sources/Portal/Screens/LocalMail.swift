import Registry
import Web

/// The letters that wait, where there is no mail server: for the operator, on this machine only.
///
/// A letter may open an account, so the page is there only while nobody else can reach this server, and only for a
/// browser that named it by this machine's own name, which no other site's address can be made to look like.
enum LocalMail {
    static let path = "/mail"

    /// Nil unless the request is for this page and may see it.
    static func response(to request: Request, of site: Site) async throws -> Response? {
        guard request.path.first == "mail", request.path.count == 1,
            request.method == .get || request.method == .head,
            case .localPage = site.mail, PublicURL.isLoopback(request.host),
            isThisMachine(request.clientAddress)
        else { return nil }
        let tenants = try await site.registry.tenants()
        var letters: [(Tenant, PostedLetter)] = []
        for tenant in tenants {
            letters += try await site.registry.waitingLetters(of: tenant.id).map { (tenant, $0) }
        }
        letters.sort { $0.1.postedAt > $1.1.postedAt }
        let page = LocalMailPage(site: site, letters: Array(letters.prefix(50)))
        return Response(.ok, headers: HeaderSet.ownPage, body: page.document.bytes)
    }

    private static func isThisMachine(_ address: String) -> Bool {
        address.hasPrefix("127.") || address == "::1" || address == "::ffff:127.0.0.1"
    }
}

private struct LocalMailPage {
    let site: Site
    let letters: [(Tenant, PostedLetter)]

    private let heading = "E-mails on this machine"

    var document: HTML {
        Web.document(language: Language.english.rawValue) {
            title { "\(heading) – Portal" }
            meta(.name("color-scheme"), .content("light dark"))
            meta(.name("robots"), .content("noindex"))
            link(.rel("icon"), .type("image/png"), .href(site.asset("favicon.png")))
            link(.rel("stylesheet"), .href(site.asset("portal.css")))
        } body: {
            main(.id("main"), .class("wrap stack")) {
                h1 { heading }
                p {
                    "No mail server is set, so nothing is sent. E-mails of the last week are shown here, to this "
                    "machine only."
                }
                if letters.isEmpty { p { "No e-mail has been written yet." } }
                for (tenant, letter) in letters { show(letter, of: tenant) }
            }
        }
    }

    @HTMLBuilder private func show(_ letter: PostedLetter, of tenant: Tenant) -> HTML {
        let written = LetterWriter(to: letter, from: tenant, publicURL: site.publicURL).write(letter.letter)
        let (lang, dir) = (written.language.rawValue, written.language.direction)
        let posted = CalendarText(letter.postedAt)
        article(.class("card")) {
            h2(.lang(lang), .dir(dir)) { written.subject }
            p(.class("note")) {
                "To "
                bdi(.dir(.leftToRight)) { letter.recipient.text }
                " from "
                bdi { tenant.brand.displayName }
                ", "
                time(.datetime(posted.iso)) { posted.full }
            }
            div(.class("stack"), .lang(lang), .dir(dir)) { content(of: written) }
        }
    }

    @HTMLBuilder private func content(of written: WrittenLetter) -> HTML {
        for paragraph in written.paragraphs { p { paragraph.html } }
        if !(written.quote.isEmpty && written.permissions.isEmpty) {
            ul(.class("bullets")) { written.listed }
        }
        if let target = ExternalLink(written.link.url) {
            p { a(.href(target)) { written.link.label } }
        }
        for paragraph in written.closing { p(.class("note")) { paragraph.html } }
    }
}
