/// A piece of a page: markup in which every text has been escaped.
///
/// Pages are made of texts, elements and components, put together by ``HTMLBuilder``. Only this file
/// writes markup: what the others contribute is a text or the value of an attribute, and is escaped here.
/// A piece that many pages share, such as a footer, can be kept as a value and costs one copy from then on.
package struct HTML: Sendable, CustomStringConvertible {
    /// UTF-8, ready to be sent.
    package fileprivate(set) var bytes: [UInt8] = []

    /// Several things side by side, to be kept and shown later.
    package init(@HTMLBuilder _ content: () -> HTML) { self = content() }

    /// Nothing at all.
    package init() {}

    /// The text, to be read as it stands whatever characters it has.
    package init(_ text: String) {
        bytes.reserve(text.utf8.count)
        bytes.append(escaping: text)
    }

    package var description: String { String(decoding: bytes, as: UTF8.self) }

    fileprivate mutating func append(_ other: HTML) {
        if bytes.isEmpty {
            self = other
        } else {
            bytes.reserve(other.bytes.count)
            bytes.append(contentsOf: other.bytes)
        }
    }
}

// MARK: - Elements

extension HTML {
    /// An element with its content and a closing tag.
    ///
    /// `newline` is for `pre` and `textarea`, where a browser drops the first line break (WHATWG HTML
    /// §13.1.2.5): one is written for it to drop, so that the content keeps its own.
    static func element(
        _ name: StaticString,
        _ attributes: [Attribute],
        newline: Bool = false,
        _ content: () -> HTML
    ) -> HTML {
        let content = content()
        var element = HTML.void(name, attributes, reserving: content.bytes.count + 16)
        if newline { element.bytes.append(UInt8(ascii: "\n")) }
        element.bytes.append(contentsOf: content.bytes)
        element.bytes.append("</")
        element.bytes.append(name)
        element.bytes.append(UInt8(ascii: ">"))
        return element
    }

    /// An element that never has content, nor a closing tag.
    static func void(_ name: StaticString, _ attributes: [Attribute], reserving room: Int = 0) -> HTML {
        var element = HTML()
        element.bytes.reserve(room)
        element.bytes.append(UInt8(ascii: "<"))
        element.bytes.append(name)
        for attribute in attributes { element.bytes.append(attribute) }
        element.bytes.append(UInt8(ascii: ">"))
        return element
    }
}

/// A whole page.
///
/// `layout` is the class of its `body`. `head` follows the character set and the viewport, which are the
/// same on every page.
package func document(
    language: String,
    direction: Direction = .leftToRight,
    layout: String? = nil,
    @HTMLBuilder head content: () -> HTML,
    @HTMLBuilder body: () -> HTML
) -> HTML {
    var page = HTML()
    page.bytes.append("<!doctype html>")
    page.append(
        html(.lang(language), .dir(direction)) {
            head {
                meta(.charset("utf-8"))
                meta(.name("viewport"), .content("width=device-width, initial-scale=1"))
                content()
            }
            HTML.element("body", layout.map { [.class($0)] } ?? [], body)
        }
    )
    return page
}

// MARK: - Builder

@resultBuilder
package enum HTMLBuilder {
    package static func buildExpression(_ text: String) -> HTML { HTML(text) }
    package static func buildExpression(_ html: HTML) -> HTML { html }
    package static func buildExpression(_ component: some Component) -> HTML { component.body }

    package static func buildBlock() -> HTML { HTML() }
    package static func buildPartialBlock(first: HTML) -> HTML { first }
    package static func buildPartialBlock(accumulated: consuming HTML, next: HTML) -> HTML {
        accumulated.append(next)
        return accumulated
    }
    package static func buildOptional(_ html: HTML?) -> HTML { html ?? HTML() }
    package static func buildEither(first: HTML) -> HTML { first }
    package static func buildEither(second: HTML) -> HTML { second }
    package static func buildArray(_ parts: [HTML]) -> HTML {
        var all = HTML()
        for part in parts { all.append(part) }
        return all
    }
}

/// Something that can be shown: a page, or a part of one, as a struct of the values it shows.
package protocol Component {
    @HTMLBuilder var body: HTML { get }
}

// MARK: - Bytes

extension [UInt8] {
    /// Makes room for more, and for what is likely to follow: moving to a larger buffer costs most here.
    fileprivate mutating func reserve(_ more: Int) {
        if capacity - count < more || capacity == 0 { reserveCapacity(2 * count + more + 192) }
    }

    fileprivate mutating func append(_ markup: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: markup.utf8Start, count: markup.utf8CodeUnitCount))
    }

    fileprivate mutating func append(_ attribute: Attribute) {
        switch (attribute.form, attribute.family) {
        case (.absent, _): return
        case (_, .plain): append(UInt8(ascii: " "))
        case (_, .aria): append(" aria-")
        case (_, .data): append(" data-")
        }
        append(attribute.name)
        guard attribute.form == .value else { return }
        append("=\"")
        append(escaping: attribute.value)
        append(UInt8(ascii: "\""))
    }

    /// Appends the text, with the five characters that mean something in markup written as references.
    fileprivate mutating func append(escaping text: String) {
        var text = text
        text.withUTF8 { utf8 in
            if utf8.hasMarkup {
                for byte in utf8 { append(escaping: byte) }
            } else {
                append(contentsOf: utf8)
            }
        }
    }

    private mutating func append(escaping byte: UInt8) {
        switch byte {
        case UInt8(ascii: "&"): append("&amp;")
        case UInt8(ascii: "<"): append("&lt;")
        case UInt8(ascii: ">"): append("&gt;")
        case UInt8(ascii: "\""): append("&quot;")
        case UInt8(ascii: "'"): append("&#39;")
        default: append(byte)
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether one of the five characters is among these bytes, which is rare: eight are tried at a time.
    fileprivate var hasMarkup: Bool {
        let bytes = UnsafeRawBufferPointer(self)
        let blocks = count / 8
        for block in 0..<blocks
        where bytes.loadUnaligned(fromByteOffset: 8 * block, as: UInt64.self).hasMarkup {
            return true
        }
        return self[(8 * blocks)...].contains { byte in
            byte | 1 == 0x27 || byte | 2 == 0x3E || byte == 0x22
        }
    }
}

extension UInt64 {
    /// Whether one of its eight bytes is `"` (22), `&` or `'` (26 and 27), `<` or `>` (3C and 3E).
    fileprivate var hasMarkup: Bool {
        (self ^ 0x2222_2222_2222_2222).hasZeroByte
            || ((self | 0x0101_0101_0101_0101) ^ 0x2727_2727_2727_2727).hasZeroByte
            || ((self | 0x0202_0202_0202_0202) ^ 0x3E3E_3E3E_3E3E_3E3E).hasZeroByte
    }

    /// A byte borrows from its neighbour, and had no high bit before, only if it is zero.
    private var hasZeroByte: Bool { (self &- 0x0101_0101_0101_0101) & ~self & 0x8080_8080_8080_8080 != 0 }
}
