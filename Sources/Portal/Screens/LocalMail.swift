import Registry
import Web

/// The letters that wait, where there is no mail server: for the operator, on this machine only.
///
/// A letter may open an account, so nobody else is shown the page; see ``LocalPage``.
enum LocalMail {
    static let path = "/mail"

    /// Nil unless the request is for this page and may see it.
    static func response(to request: Request, of site: Site) async throws -> Response? {
        guard request.path.first == "mail", request.path.count == 1,
            request.method == .get || request.method == .head,
            case .localPage = site.mail, LocalPage.isShown(to: request)
        else { return nil }
        let tenants = try await site.registry.tenants()
        var letters: [(Tenant, PostedLetter)] = []
        for tenant in tenants {
            letters += try await site.registry.waitingLetters(of: tenant.id).map { (tenant, $0) }
        }
        letters.sort { $0.1.postedAt > $1.1.postedAt }
        return page(Array(letters.prefix(50)), site).response
    }

    private static func page(_ letters: [(Tenant, PostedLetter)], _ site: Site) -> LocalPage {
        LocalPage(site: site, heading: "E-mails on this machine") {
            p {
                "No mail server is set, so nothing is sent. E-mails of the last week are shown here, to this "
                "machine only."
            }
            if letters.isEmpty { p { "No e-mail has been written yet." } }
            for (tenant, letter) in letters { show(letter, of: tenant, site) }
        }
    }

    @HTMLBuilder private static func show(_ letter: PostedLetter, of tenant: Tenant, _ site: Site) -> HTML {
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

    @HTMLBuilder private static func content(of written: WrittenLetter) -> HTML {
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
