/// An attribute of an element: a name from this file, and a value that is escaped when it is written.
///
/// There is no factory for `style` or for event handlers, and an address is a ``Path`` or an
/// ``ExternalLink``: what cannot be said here cannot be on a page.
package struct Attribute: Sendable {
    /// What comes before the name.
    enum Family: Sendable {
        case plain
        case aria
        case data
    }
    enum Form: Sendable {
        case value
        case flag
        case absent
    }

    let family: Family
    let form: Form
    let name: StaticString
    let value: String

    private init(_ name: StaticString, _ value: String, family: Family = .plain, form: Form = .value) {
        self.family = family
        self.form = form
        self.name = name
        self.value = value
    }

    private static func flag(_ name: StaticString) -> Attribute { Attribute(name, "", form: .flag) }

    /// The attribute if the condition holds, otherwise none: `.checked.when(isChosen)`.
    package func when(_ condition: Bool) -> Attribute {
        condition ? self : Attribute(name, "", form: .absent)
    }
}

// MARK: - For any element

extension Attribute {
    package static func `class`(_ names: String) -> Attribute { Attribute("class", names) }
    package static func id(_ id: String) -> Attribute { Attribute("id", id) }
    package static func lang(_ tag: String) -> Attribute { Attribute("lang", tag) }
    package static func dir(_ direction: Direction) -> Attribute { Attribute("dir", direction.rawValue) }
    package static func title(_ text: String) -> Attribute { Attribute("title", text) }
    package static func role(_ role: String) -> Attribute { Attribute("role", role) }
    package static func tabindex(_ index: Int) -> Attribute { Attribute("tabindex", String(index)) }
    package static var autofocus: Attribute { flag("autofocus") }
    package static var hidden: Attribute { flag("hidden") }

    /// `.aria("describedby", "name-hint")` writes `aria-describedby="name-hint"`.
    package static func aria(_ name: StaticString, _ value: String) -> Attribute {
        Attribute(name, value, family: .aria)
    }

    /// `.data("copy", "client-id")` writes `data-copy="client-id"`.
    package static func data(_ name: StaticString, _ value: String) -> Attribute {
        Attribute(name, value, family: .data)
    }
}

// MARK: - Addresses

extension Attribute {
    package static func href(_ path: Path) -> Attribute { Attribute("href", path.text) }
    package static func href(_ link: ExternalLink) -> Attribute { Attribute("href", link.text) }

    /// An address that is filled in later, see ``Template``; what fills it is a ``Path``.
    package static func href(blank: String) -> Attribute { Attribute("href", blank) }
    package static func src(_ path: Path) -> Attribute { Attribute("src", path.text) }
    package static func action(_ path: Path) -> Attribute { Attribute("action", path.text) }
    package static func formaction(_ path: Path) -> Attribute { Attribute("formaction", path.text) }
    package static func rel(_ relations: String) -> Attribute { Attribute("rel", relations) }
    package static func target(_ name: String) -> Attribute { Attribute("target", name) }
    package static func hreflang(_ tag: String) -> Attribute { Attribute("hreflang", tag) }
}

// MARK: - Forms

extension Attribute {
    package static func method(_ method: String) -> Attribute { Attribute("method", method) }
    package static func enctype(_ type: String) -> Attribute { Attribute("enctype", type) }
    package static func name(_ name: String) -> Attribute { Attribute("name", name) }
    package static func value(_ value: String) -> Attribute { Attribute("value", value) }

    /// The id of the form a control belongs to that stands elsewhere on the page.
    package static func form(_ id: String) -> Attribute { Attribute("form", id) }
    package static func type(_ type: String) -> Attribute { Attribute("type", type) }
    package static func `for`(_ id: String) -> Attribute { Attribute("for", id) }
    package static func autocomplete(_ token: String) -> Attribute { Attribute("autocomplete", token) }
    package static func autocapitalize(_ mode: String) -> Attribute { Attribute("autocapitalize", mode) }
    package static func inputmode(_ mode: String) -> Attribute { Attribute("inputmode", mode) }
    package static func pattern(_ pattern: String) -> Attribute { Attribute("pattern", pattern) }
    package static func accept(_ types: String) -> Attribute { Attribute("accept", types) }
    package static func maxlength(_ count: Int) -> Attribute { Attribute("maxlength", String(count)) }
    package static func min(_ value: String) -> Attribute { Attribute("min", value) }
    package static func max(_ value: String) -> Attribute { Attribute("max", value) }
    package static func rows(_ count: Int) -> Attribute { Attribute("rows", String(count)) }
    package static func spellcheck(_ isOn: Bool) -> Attribute { Attribute("spellcheck", String(isOn)) }
    package static var required: Attribute { flag("required") }
    package static var checked: Attribute { flag("checked") }
    package static var selected: Attribute { flag("selected") }
    package static var disabled: Attribute { flag("disabled") }
    package static var readonly: Attribute { flag("readonly") }
    package static var multiple: Attribute { flag("multiple") }
    package static var novalidate: Attribute { flag("novalidate") }
    package static var formnovalidate: Attribute { flag("formnovalidate") }
}

// MARK: - For particular elements

extension Attribute {
    package static func alt(_ text: String) -> Attribute { Attribute("alt", text) }
    package static func width(_ pixels: Int) -> Attribute { Attribute("width", String(pixels)) }
    package static func height(_ pixels: Int) -> Attribute { Attribute("height", String(pixels)) }
    package static func datetime(_ moment: String) -> Attribute { Attribute("datetime", moment) }
    package static func scope(_ scope: String) -> Attribute { Attribute("scope", scope) }
    package static func content(_ text: String) -> Attribute { Attribute("content", text) }
    package static func charset(_ name: String) -> Attribute { Attribute("charset", name) }
    package static func start(_ number: Int) -> Attribute { Attribute("start", String(number)) }
    package static var open: Attribute { flag("open") }
    package static var `defer`: Attribute { flag("defer") }
    package static var download: Attribute { flag("download") }
}

/// The direction a text runs in.
package enum Direction: String, Sendable {
    case leftToRight = "ltr"
    case rightToLeft = "rtl"

    /// Decided by the first letter: for what people typed.
    case automatic = "auto"
}
