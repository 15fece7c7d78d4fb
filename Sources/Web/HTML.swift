/// A piece of a page: markup in which every text has been escaped.
///
/// Pages are made of texts, elements and components, put together by ``HTMLBuilder``. Only this file
/// writes markup: what the others contribute is a text or the value of an attribute, and is escaped here.
package struct HTML: Sendable, CustomStringConvertible {
    private var markup: [UInt8] = []

    /// A text after the markup, not yet escaped, so that it is copied once.
    private var text = ""

    /// Nothing at all.
    package init() {}

    /// The text, to be read as it stands whatever characters it has.
    package init(_ text: String) { self.text = text }

    /// UTF-8, ready to be sent.
    package var bytes: [UInt8] {
        if text.isEmpty { return markup }
        var bytes = markup
        bytes.append(escaping: text)
        return bytes
    }

    package var description: String { String(decoding: bytes, as: UTF8.self) }

    fileprivate mutating func append(_ other: HTML) {
        if markup.isEmpty && text.isEmpty { self = other; return }
        settle()
        markup.append(contentsOf: other.markup)
        text = other.text
    }

    fileprivate mutating func settle() {
        guard !text.isEmpty else { return }
        markup.append(escaping: text)
        text = ""
    }
}

// MARK: - Elements

extension HTML {
    /// An element with its content and a closing tag.
    ///
    /// `leadingNewline` is for `pre` and `textarea`, where a browser drops the first line break
    /// (WHATWG HTML §13.1.2.5); one is written so that none of the content's own is lost.
    static func element(
        _ name: StaticString,
        _ attributes: [Attribute],
        leadingNewline: Bool = false,
        _ content: () -> HTML
    ) -> HTML {
        var element = content()
        element.wrap(name, attributes)
        return element
    }

    private mutating func wrap(_ name: StaticString, _ attributes: [Attribute]) {
        var room = name.utf8CodeUnitCount + 2
        for attribute in attributes { room += attribute.room }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: room) { b in
            var pen = Pen(rest: b)
            pen.open(name, attributes)
            let opening = UnsafeBufferPointer(rebasing: b[..<pen.at])
            markup.reserve(opening.count + text.utf8.count + name.utf8CodeUnitCount + 3)
            markup.prepend(opening)
            settle()
            markup.close(name)
        }
    }

    /// An element that never has content, nor a closing tag.
    static func void(_ name: StaticString, _ attributes: [Attribute]) -> HTML {
        var room = name.utf8CodeUnitCount + 2
        for attribute in attributes { room += attribute.room }
        var html = HTML()
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: room) { b in
            var pen = Pen(rest: b)
            pen.open(name, attributes)
            let opening = UnsafeBufferPointer(rebasing: b[..<pen.at])
            html.markup.reserve(opening.count)
            html.markup.append(contentsOf: opening)
        }
        return html
    }
    fileprivate static var doctype: HTML {
        var html = HTML()
        html.markup = Array("<!doctype html>".utf8)
        return html
    }
}
extension Attribute {
    fileprivate var room: Int {
        let n = switch name {
        case .plain(let name), .aria(let name), .data(let name): name.utf8CodeUnitCount + 9
        }
        guard case .text(let text) = value else { return n }
        return n + 6 * text.utf8.count
    }
}

/// A whole page.
///
/// - Parameters:
///   - layout: The class of its `body`.
///   - head: What follows the character set and the viewport, which are the same on every page.
package func document(
    language: String,
    direction: Direction = .leftToRight,
    layout: String? = nil,
    @HTMLBuilder head content: () -> HTML,
    @HTMLBuilder body: () -> HTML
) -> HTML {
    var page = HTML.doctype
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

private struct Pen {
    var rest: UnsafeMutableBufferPointer<UInt8>
    var at = 0

    mutating func write(_ markup: StaticString) {
        write(UnsafeBufferPointer(start: markup.utf8Start, count: markup.utf8CodeUnitCount))
    }
    mutating func write(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let source = bytes.baseAddress else { return }
        precondition(bytes.count <= rest.count &- at)
        (rest.baseAddress.unsafelyUnwrapped + at).update(from: source, count: bytes.count)
        at &+= bytes.count
    }
    mutating func write(_ byte: UInt8) {
        precondition(at < rest.count)
        rest[at] = byte
        at &+= 1
    }

    mutating func write(escaping text: String) {
        var text = text
        text.withUTF8 { utf8 in
            guard utf8.hasMarkup else { return write(utf8) }
            for byte in utf8 {
                if byte.isMarkup { write(reference(for: byte)) } else { write(byte) }
            }
        }
    }

    mutating func open(_ name: StaticString, _ attributes: [Attribute]) {
        write(UInt8(ascii: "<"))
        write(name)
        for attribute in attributes { write(attribute) }
        write(UInt8(ascii: ">"))
    }

    mutating func write(_ attribute: Attribute) {
        if case .absent = attribute.value { return }
        switch attribute.name {
        case .plain(let name):
            write(UInt8(ascii: " "))
            write(name)
        case .aria(let name):
            write(" aria-")
            write(name)
        case .data(let name):
            write(" data-")
            write(name)
        }
        guard case .text(let text) = attribute.value else { return }
        write(UInt8(ascii: "="))
        write(UInt8(ascii: "\""))
        write(escaping: text)
        write(UInt8(ascii: "\""))
    }
}
    private func reference(for byte: UInt8) -> StaticString {
        switch byte {
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "\""): "&quot;"
        default: "&#39;"
        }
    }
extension UnsafeBufferPointer<UInt8> {
    @inline(__always)
    fileprivate var hasMarkup: Bool {
        let raw = UnsafeRawBufferPointer(self)
        var index = 0
        while index &+ 8 <= count {
            if raw.loadUnaligned(fromByteOffset: index, as: UInt64.self).hasMarkup { return true }
            index &+= 8
        }
        while index < count {
            if self[index].isMarkup { return true }
            index &+= 1
        }
        return false
    }
}
extension UInt64 {
    private static let ones = 0x0101_0101_0101_0101 as UInt64
    private var hasZero: Bool { self &- 0x0101_0101_0101_0101 & ~self & 0x8080_8080_8080_8080 != 0 }
    @inline(__always)
    fileprivate var hasMarkup: Bool {
        let quote = self ^ 0x2222_2222_2222_2222
        let and = (self | 0x0101_0101_0101_0101) ^ 0x2727_2727_2727_2727
        let angle = (self | 0x0202_0202_0202_0202) ^ 0x3e3e_3e3e_3e3e_3e3e
        let z = (quote &- 0x0101_0101_0101_0101 & ~quote) | (and &- 0x0101_0101_0101_0101 & ~and) | (angle &- 0x0101_0101_0101_0101 & ~angle)
        return z & 0x8080_8080_8080_8080 != 0
    }
}
extension [UInt8] {
    fileprivate mutating func close(_ name: StaticString) {
        append(UInt8(ascii: "<"))
        append(UInt8(ascii: "/"))
        append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        append(UInt8(ascii: ">"))
    }
    fileprivate mutating func reserve(_ more: Int) {
        if capacity - count < more { reserveCapacity(count * 2 + more + 224) }
    }
    fileprivate mutating func prepend(_ opening: UnsafeBufferPointer<UInt8>) {
        let length = count
        append(contentsOf: opening)
        if length == 0 { return }
        withUnsafeMutableBufferPointer { b in
            guard let base = b.baseAddress, let o = opening.baseAddress else { return }
            (base + opening.count).update(from: base, count: length)
            base.update(from: o, count: opening.count)
        }
    }

    /// Appends the text with the five characters that mean something in markup written as references.
    fileprivate mutating func append(escaping text: String) {
        var text = text
        text.withUTF8 { utf8 in
            guard utf8.hasMarkup else { return append(contentsOf: utf8) }
            appendRuns(utf8)
        }
    }
    @inline(never)
    private mutating func appendRuns(_ utf8: UnsafeBufferPointer<UInt8>) {
        var written = 0
        for index in utf8.indices where utf8[index].isMarkup {
            append(contentsOf: UnsafeBufferPointer(rebasing: utf8[written..<index]))
            let r = reference(for: utf8[index]); append(contentsOf: UnsafeBufferPointer(start: r.utf8Start, count: r.utf8CodeUnitCount))
            written = index &+ 1
        }
        append(contentsOf: UnsafeBufferPointer(rebasing: utf8[written...]))
    }
}

extension UInt8 {
    /// Whether this is one of the five, all below 64: a bit is set for each of `"`, `&`, `'`, `<` and `>`.
    fileprivate var isMarkup: Bool { self < 64 && 0x5000_00C4_0000_0000 as UInt64 &>> UInt64(self) & 1 == 1 }
}
