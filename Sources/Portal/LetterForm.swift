import Registry
import Web

/// A written letter in its two forms, which say the same.
extension WrittenLetter {
    /// Plain text: paragraphs, what is quoted indented, the link on a line of its own.
    func text(from tenant: Tenant) -> String {
        let listed = quote + permissions.map(\.text)
        let parts =
            paragraphs.map { $0.text(in: language) }
            + (listed.isEmpty ? [] : [listed.map { "  \($0)" }.joined(separator: "\n")])
            + ["\(link.label):\n\(link.url)"] + closing.map { $0.text(in: language) }
            + ["– \n\(signature(of: tenant).text(in: language))"]
        return parts.joined(separator: "\n\n") + "\n"
    }

    /// Simple HTML in the tenant's colour; it loads nothing.
    ///
    /// Language and direction stand at the text too: many programs show the body in a page of their own.
    func html(from tenant: Tenant) -> String {
        document(language: language.rawValue, direction: language.direction) {
            title { subject }
            style(LetterStyle.sheet(tenant.brand.accent))
        } body: {
            div(.class("letter"), .lang(language.rawValue), .dir(language.direction)) {
                p(.class("brand")) { bdi { tenant.brand.displayName } }
                for paragraph in paragraphs { p { paragraph.html } }
                if !(quote.isEmpty && permissions.isEmpty) { ul(.class("quote")) { listed } }
                if let target = ExternalLink(link.url) {
                    p { a(.class("button"), .href(target)) { link.label } }
                }
                for paragraph in closing { p { paragraph.html } }
                p(.class("foot")) { signature(of: tenant).html }
            }
        }.description
    }

    /// The items of the list.
    @HTMLBuilder var listed: HTML {
        for line in quote { li { bdi { line } } }
        for permission in permissions { li { permission.marked } }
    }

    private func signature(of tenant: Tenant) -> LetterText {
        let brand = tenant.brand
        guard let email = brand.supportEmail else {
            return LetterText("\(.provider)", [.provider: brand.displayName])
        }
        let facts: [Phrase.Gap: String] = [.provider: brand.displayName, .email: email]
        return LetterText(LetterWords(language).signature, facts)
    }
}

private enum LetterStyle {
    /// The same from both sides, because not every mail program knows start and end.
    static func sheet(_ accent: AccentColour) -> StyleSheet {
        let (fill, onFill) = (accent.fill, accent.onFill)
        return """
            body{margin:0;padding:24px 12px;background:#f4f5f7;color:#1c1f23;font:16px/1.5 system-ui,sans-serif}
            .letter{max-width:34rem;margin:0 auto;padding:24px;background:#fff;border-top:4px solid \(red: fill.red, green: fill.green, blue: fill.blue)}
            p{margin:0 0 16px}
            .brand{font-weight:600}
            .quote{margin:0 0 16px;padding:0 20px}
            .button{display:inline-block;padding:10px 18px;border-radius:6px;font-weight:600;text-decoration:none;background:\(red: fill.red, green: fill.green, blue: fill.blue);color:\(red: onFill.red, green: onFill.green, blue: onFill.blue)}
            .foot{margin:24px 0 0;color:#5a616b;font-size:14px}
            """
    }
}
