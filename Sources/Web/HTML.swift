/// A piece of a page: markup in which every text has been escaped.
///
/// Pages are made of texts, elements and components, put together by ``HTMLBuilder``. Only this file
/// writes markup: what the others contribute is a text or the value of an attribute, and is escaped here.
package struct HTML: Sendable, CustomStringConvertible {
    @usableFromInline var markup: [UInt8] = []

    /// A text after the markup, not yet escaped, so that it is copied only once.
    @usableFromInline var text = ""

    /// Nothing at all.
    @inlinable package init() {}

    /// The text, to be read as it stands whatever characters it has.
    @inlinable package init(_ text: consuming String) { self.text = text }

    /// UTF-8, ready to be sent.
    package var bytes: [UInt8] {
        if text.isEmpty { return markup }
        var all = self
        all.settle()
        return all.markup
    }

    package var description: String { String(decoding: bytes, as: UTF8.self) }

    @usableFromInline mutating func append(_ other: consuming HTML) {
        if markup.isEmpty && text.isEmpty {
            self = other
            return
        }
        settle()
        markup.append(contentsOf: other.markup)
        text = other.text
    }

    private mutating func settle() {
        if text.isEmpty { return }
        Pen.write(atMost: 6 * text.utf8.count) { pen in
            pen.write(escaping: text)
            markup.reserve(pen.count)
            markup.append(contentsOf: pen.written)
        }
        text = ""
    }
}

// MARK: - Elements

extension HTML {
    /// An element with its content and a closing tag.
    ///
    /// A line break is written before the content of `pre` and `textarea`, where a browser drops the
    /// first one (WHATWG HTML §13.1.2.5), so that none of the content's own is lost.
    static func element(
        _ name: StaticString,
        _ attributes: [Attribute],
        startsOnNewLine: Bool = false,
        _ content: () -> HTML
    ) -> HTML {
        var element = content()
        element.wrap(in: name, attributes, startsOnNewLine: startsOnNewLine)
        return element
    }

    /// An element that never has content, nor a closing tag.
    static func void(_ name: StaticString, _ attributes: [Attribute]) -> HTML {
        var element = HTML()
        Pen.write(atMost: Pen.room(name, attributes)) { pen in
            pen.open(name, attributes)
            element.markup.reserve(pen.count)
            element.markup.append(contentsOf: pen.written)
        }
        return element
    }

    private mutating func wrap(in name: StaticString, _ attributes: [Attribute], startsOnNewLine: Bool) {
        if text.utf8.count > 128 { settle() }
        let room = Pen.room(name, attributes) + 6 * text.utf8.count + name.utf8CodeUnitCount + 4
        Pen.write(atMost: room) { pen in
            pen.open(name, attributes)
            if startsOnNewLine { pen.write(UInt8(ascii: "\n")) }
            let opening = pen.count
            pen.write(escaping: text)
            pen.close(name)
            markup.wrap(in: pen.written, opening: opening)
        }
        text = ""
    }
    fileprivate static var doctype: HTML {
        var html = HTML()
        html.markup = Array("<!doctype html>".utf8)
        return html
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
    @inlinable package static func buildExpression(_ text: consuming String) -> HTML { HTML(text) }
    @inlinable package static func buildExpression(_ html: consuming HTML) -> HTML { html }
    @inlinable package static func buildExpression(_ component: some Component) -> HTML { component.body }

    @inlinable package static func buildBlock() -> HTML { HTML() }
    @inlinable package static func buildPartialBlock(first: consuming HTML) -> HTML { first }
    @inlinable package static func buildPartialBlock(accumulated: consuming HTML, next: consuming HTML) -> HTML {
        accumulated.append(next)
        return accumulated
    }
    @inlinable package static func buildOptional(_ html: consuming HTML?) -> HTML { html ?? HTML() }
    @inlinable package static func buildEither(first: consuming HTML) -> HTML { first }
    @inlinable package static func buildEither(second: consuming HTML) -> HTML { second }
    package static func buildArray(_ parts: consuming [HTML]) -> HTML {
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
    private let sheet: UnsafeMutableBufferPointer<UInt8>
    private(set) var count = 0

    @inline(__always)
    static func write(atMost room: Int, _ body: (inout Pen) -> Void) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: room) { sheet in
            var pen = Pen(sheet: sheet)
            body(&pen)
        }
    }
    private init(sheet: UnsafeMutableBufferPointer<UInt8>) { self.sheet = sheet }

    var written: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: sheet[..<count]) }

    @inline(__always)
    static func room(_ name: StaticString, _ attributes: [Attribute]) -> Int {
        var room = name.utf8CodeUnitCount + 3
        for attribute in attributes { room += attribute.name.utf8CodeUnitCount + 9 + 6 * attribute.value.utf8.count }
        return room
    }

    @inline(__always)
    mutating func write(_ markup: StaticString) {
        write(UnsafeBufferPointer(start: markup.utf8Start, count: markup.utf8CodeUnitCount))
    }
    @inline(__always)
    mutating func write(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let source = bytes.baseAddress, let target = sheet.baseAddress else { return }
        precondition(bytes.count <= sheet.count &- count)
        (target + count).update(from: source, count: bytes.count)
        count &+= bytes.count
    }
    @inline(__always)
    mutating func write(_ byte: UInt8) {
        precondition(count < sheet.count)
        sheet[count] = byte
        count &+= 1
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

    mutating func close(_ name: StaticString) {
        write(UInt8(ascii: "<"))
        write(UInt8(ascii: "/"))
        write(name)
        write(UInt8(ascii: ">"))
    }
    mutating func open(_ name: StaticString, _ attributes: [Attribute]) {
        write(UInt8(ascii: "<"))
        write(name)
        for attribute in attributes { write(attribute) }
        write(UInt8(ascii: ">"))
    }

    private mutating func write(_ attribute: Attribute) {
        switch (attribute.form, attribute.family) {
        case (.absent, _): return
        case (_, .plain): write(UInt8(ascii: " "))
        case (_, .aria): write(" aria-")
        case (_, .data): write(" data-")
        }
        write(attribute.name)
        guard attribute.form == .value else { return }
        write(UInt8(ascii: "="))
        write(UInt8(ascii: "\""))
        write(escaping: attribute.value)
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
    fileprivate mutating func reserve(_ more: Int) {
        if capacity - count < more { reserveCapacity(count * 2 + more + 224) }
    }
    fileprivate mutating func wrap(in tags: UnsafeBufferPointer<UInt8>, opening: Int) {
        let length = count
        reserve(tags.count)
        append(contentsOf: tags)
        if length == 0 { return }
        withUnsafeMutableBufferPointer { b in
            guard let base = b.baseAddress, let tag = tags.baseAddress else { return }
            (base + opening).update(from: base, count: length)
            base.update(from: tag, count: opening)
            (base + opening + length).update(from: tag + opening, count: tags.count - opening)
        }
    }
}

extension UInt8 {
    /// Whether this is one of the five, all below 64: a bit is set for each of `"`, `&`, `'`, `<` and `>`.
    fileprivate var isMarkup: Bool { self < 64 && 0x5000_00C4_0000_0000 as UInt64 &>> UInt64(self) & 1 == 1 }
}
