/// The forms of one of our own pages, read as a browser without scripts does.
///
/// It reads what `HTML.swift` writes: names in lower case, every value in double quotes.
struct PageForm {
    struct Button {
        let name: String
        let value: String
    }

    let action: String
    private(set) var fields: [(name: String, value: String)] = []
    private(set) var buttons: [Button] = []

    func has(_ field: String) -> Bool { fields.contains { $0.name == field } }

    static func all(in html: String) -> [PageForm] {
        var forms: [PageForm] = []
        var open: PageForm?
        for tag in Tag.all(in: html) {
            switch tag.name {
            case "form":
                open = PageForm(action: tag.attributes["action"] ?? "")
            case "/form":
                forms += [open].compactMap { $0 }
                open = nil
            case "input":
                let (name, value) = (tag.attributes["name"] ?? "", tag.attributes["value"] ?? "")
                if !name.isEmpty { open?.fields.append((name, value)) }
            case "button":
                let (name, value) = (tag.attributes["name"] ?? "", tag.attributes["value"] ?? "")
                open?.buttons.append(Button(name: name, value: value))
            default: continue
            }
        }
        return forms
    }

    /// Where the links of a page lead.
    static func links(in html: String) -> [String] {
        Tag.all(in: html).filter { $0.name == "a" }.compactMap { $0.attributes["href"] }
    }

    static func title(of html: String) -> String {
        guard let start = html.firstRange(of: "<title>"),
            let end = html[start.upperBound...].firstRange(of: "</title>")
        else { return "a page without a title" }
        return Tag.decoded(html[start.upperBound..<end.lowerBound])
    }
}

private struct Tag {
    let name: String
    let attributes: [String: String]

    static func all(in html: String) -> [Tag] {
        html.split(separator: "<").dropFirst(html.hasPrefix("<") ? 0 : 1).map { Tag($0) }
    }

    /// Reads `input type="hidden" value="x">and text up to the next tag`.
    private init(_ text: Substring) {
        var rest = text
        name = String(Tag.take(from: &rest) { $0 != " " && $0 != ">" })
        var attributes: [String: String] = [:]
        while rest.hasPrefix(" ") {
            rest = rest.dropFirst()
            let key = Tag.take(from: &rest) { $0 != "=" && $0 != " " && $0 != ">" }
            guard rest.hasPrefix("=\"") else { continue }
            rest = rest.dropFirst(2)
            attributes[String(key)] = Tag.decoded(Tag.take(from: &rest) { $0 != "\"" })
            rest = rest.dropFirst()
        }
        self.attributes = attributes
    }

    private static func take(from rest: inout Substring, while belongs: (Character) -> Bool) -> Substring {
        let taken = rest.prefix(while: belongs)
        rest = rest[taken.endIndex...]
        return taken
    }

    static func decoded(_ text: Substring) -> String {
        let names = [
            ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#34;", "\""), ("&#39;", "'"), ("&amp;", "&"),
        ]
        return names.reduce(String(text)) { $0.replacing($1.0, with: $1.1) }
    }
}
