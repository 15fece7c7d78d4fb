// One file because it is the only one that writes markup.

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
        self.init(room: text.escapedSize) { $0.write(escaping: text) }
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
        return HTML(room: openingSize(name, attributes) + content.bytes.count + name.utf8CodeUnitCount + 4) {
            $0.write(opening: name, attributes)
            if newline { $0.write("\n") }
            $0.write(content)
            $0.write("</")
            $0.write(name)
            $0.write(">")
        }
    }

    /// An element that never has content, nor a closing tag.
    static func void(_ name: StaticString, _ attributes: [Attribute]) -> HTML {
        HTML(room: openingSize(name, attributes)) { $0.write(opening: name, attributes) }
    }

    /// At least the bytes of an opening tag.
    private static func openingSize(_ name: StaticString, _ attributes: [Attribute]) -> Int {
        attributes.reduce(name.utf8CodeUnitCount + 2) { $0 + $1.largestSize }
    }

    /// A style sheet inside a document that cannot link to one; see ``StyleSheet`` for why nothing is escaped.
    static func style(_ css: String) -> HTML {
        var html = HTML(room: 7) { $0.write("<style>") }
        html.bytes.append(contentsOf: css.utf8)
        html.append(HTML(room: 8) { $0.write("</style>") })
        return html
    }

    /// Markup written in one go into memory of the size it needs: most of what a page costs is moving bytes.
    ///
    /// Nothing is written where there is no room: the memory of an empty array is that of all others, in every thread.
    fileprivate init(room: Int, write: (inout MarkupWriter) -> Void) {
        guard room > 0 else {
            bytes = []
            return
        }
        bytes = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
            var writer = MarkupWriter(buffer: buffer)
            write(&writer)
            count = writer.count
        }
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
    var page = HTML(room: 15) { $0.write("<!doctype html>") }
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

// MARK: - Templates

/// A page made once, with blanks that are filled each time it is shown.
///
/// A blank is a text or the value of an attribute, and what fills it is escaped like any other.
package struct Template: Sendable {
    private struct Piece {
        let markup: ArraySlice<UInt8>

        /// Which of the blanks stands behind the markup; nil at the end.
        let blank: Int?
    }

    private let pieces: [Piece]

    /// Each number once, though its blank may stand in several places.
    private let blanks: [UInt8]

    /// What stands where the blank of this number will be: a NUL, which no text of a page contains.
    package static func blank(_ number: UInt8) -> String {
        "\0" + String(Character(Unicode.Scalar(number)))
    }

    /// Numbers are below 128.
    package init(_ page: HTML) {
        var (pieces, blanks): ([Piece], [UInt8]) = ([], [])
        var rest = page.bytes[...]
        while let nul = rest.firstIndex(of: 0) {
            let behind = rest[nul...].dropFirst()
            let number = behind.first ?? 0
            if !blanks.contains(number) { blanks.append(number) }
            pieces.append(Piece(markup: rest[..<nul], blank: blanks.firstIndex(of: number)))
            rest = behind.dropFirst()
        }
        self.pieces = pieces + [Piece(markup: rest, blank: nil)]
        self.blanks = blanks
    }

    /// The page with `value` of its number in each blank.
    package func filled(_ value: (UInt8) -> String) -> HTML {
        let values = blanks.map { HTML(value($0)).bytes }
        let size = pieces.reduce(0) { $0 + $1.markup.count + ($1.blank.map { values[$0].count } ?? 0) }
        var page = HTML()
        page.bytes.reserveCapacity(size)
        for piece in pieces {
            page.bytes.append(contentsOf: piece.markup)
            if let blank = piece.blank { page.bytes.append(contentsOf: values[blank]) }
        }
        return page
    }
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
}

extension Attribute {
    /// At least the bytes it takes up: ` aria-name="value"`.
    fileprivate var largestSize: Int {
        form == .absent ? 0 : name.utf8CodeUnitCount + 9 + (form == .value ? value.escapedSize : 0)
    }
}

extension String {
    /// At least the bytes it takes up when it is escaped; `&quot;` is the longest reference.
    fileprivate var escapedSize: Int {
        var text = self
        return text.withUTF8 { $0.hasMarkup ? 6 * $0.count : $0.count }
    }
}

/// Writes markup into memory that is large enough; what would not fit is a mistake in ``HTML`` and stops here.
private struct MarkupWriter {
    let buffer: UnsafeMutableBufferPointer<UInt8>
    private(set) var count = 0

    init(buffer: UnsafeMutableBufferPointer<UInt8>) { self.buffer = buffer }

    mutating func write(_ bytes: UnsafeBufferPointer<UInt8>) {
        precondition(bytes.count <= buffer.count - count, "The markup is larger than the room made for it.")
        guard let start = bytes.baseAddress, let place = buffer.baseAddress else { return }
        (place + count).initialize(from: start, count: bytes.count)
        count += bytes.count
    }

    mutating func write(_ html: HTML) {
        html.bytes.withUnsafeBufferPointer { write($0) }
    }

    mutating func write(_ markup: StaticString) {
        write(UnsafeBufferPointer(start: markup.utf8Start, count: markup.utf8CodeUnitCount))
    }

    mutating func write(opening name: StaticString, _ attributes: [Attribute]) {
        write("<")
        write(name)
        for attribute in attributes { write(attribute) }
        write(">")
    }

    private mutating func write(_ attribute: Attribute) {
        switch (attribute.form, attribute.family) {
        case (.absent, _): return
        case (_, .plain): write(" ")
        case (_, .aria): write(" aria-")
        case (_, .data): write(" data-")
        }
        write(attribute.name)
        guard attribute.form == .value else { return }
        write("=\"")
        write(escaping: attribute.value)
        write("\"")
    }

    /// Writes the text, with the five characters that mean something in markup written as references.
    mutating func write(escaping text: String) {
        var text = text
        text.withUTF8 { utf8 in
            var rest = utf8[...]
            while !rest.isEmpty {
                let plain = rest.hasMarkup ? rest.prefix { !$0.isMarkup } : rest
                write(UnsafeBufferPointer(rebasing: plain))
                rest = rest[plain.endIndex...]
                if let byte = rest.popFirst() { write(reference(to: byte)) }
            }
        }
    }

    private func reference(to byte: UInt8) -> StaticString {
        switch byte {
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "\""): "&quot;"
        default: "&#39;"
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
        return self[(8 * blocks)...].contains(where: \.isMarkup)
    }
}

extension Slice<UnsafeBufferPointer<UInt8>> {
    fileprivate var hasMarkup: Bool { UnsafeBufferPointer(rebasing: self).hasMarkup }
}

extension UInt8 {
    /// Whether it is `"`, `&`, `'`, `<` or `>`.
    fileprivate var isMarkup: Bool { self | 1 == 0x27 || self | 2 == 0x3E || self == 0x22 }
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
