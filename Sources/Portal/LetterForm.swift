import Registry
import Web

/// A written letter in its two forms, which say the same.
extension WrittenLetter {
    /// Plain text: paragraphs, what is quoted indented, the link on a line of its own.
    func text(from tenant: Tenant) -> String {
        let parts =
            paragraphs + (quote.isEmpty ? [] : [quote.map { "  \($0)" }.joined(separator: "\n")])
            + ["\(link.label):\n\(link.url)"] + closing + ["– \n\(signature(of: tenant))"]
        return parts.joined(separator: "\n\n") + "\n"
    }

    /// Simple HTML in the tenant's colour; it loads nothing.
    func html(from tenant: Tenant) -> String {
        document(language: Language.english.rawValue) {
            title { subject }
            style(LetterStyle.sheet(tenant.brand.accent))
        } body: {
            div(.class("letter")) {
                p(.class("brand")) { bdi { tenant.brand.displayName } }
                for paragraph in paragraphs { p { paragraph } }
                if !quote.isEmpty {
                    ul(.class("quote")) { for line in quote { li { bdi { line } } } }
                }
                if let target = ExternalLink(link.url) {
                    p { a(.class("button"), .href(target)) { link.label } }
                }
                for paragraph in closing { p { paragraph } }
                p(.class("foot")) { signature(of: tenant) }
            }
        }.description
    }

    private func signature(of tenant: Tenant) -> String {
        let brand = tenant.brand
        return brand.supportEmail.map { "\(brand.displayName), \($0)" } ?? brand.displayName
    }
}

private enum LetterStyle {
    static func sheet(_ accent: AccentColour) -> StyleSheet {
        let (fill, onFill) = (accent.fill, accent.onFill)
        return """
            body{margin:0;padding:24px 12px;background:#f4f5f7;color:#1c1f23;font:16px/1.5 system-ui,sans-serif}
            .letter{max-width:34rem;margin:0 auto;padding:24px;background:#fff;border-top:4px solid \(red: fill.red, green: fill.green, blue: fill.blue)}
            p{margin:0 0 16px}
            .brand{font-weight:600}
            .quote{margin:0 0 16px;padding:0 0 0 20px}
            .button{display:inline-block;padding:10px 18px;border-radius:6px;font-weight:600;text-decoration:none;background:\(red: fill.red, green: fill.green, blue: fill.blue);color:\(red: onFill.red, green: onFill.green, blue: onFill.blue)}
            .foot{margin:24px 0 0;color:#5a616b;font-size:14px}
            """
    }
}
