/// Why a file was not taken as a logo: one case per cause, with what its sentence needs.
package enum LogoRefusal: Error, Equatable, Sendable, Codable {
    case emptyFile
    case tooManyBytes(Int)

    /// The content, whatever the file is called, begins as another kind of file does.
    case notPNG(FileKind)
    case tooSmall(width: Int, height: Int)
    case tooLarge(width: Int, height: Int)
    case damaged(PNGDamage)

    /// More pixels are packed into the file than its own width and height ask for.
    case expandsTooFar
    case trailingData(bytes: Int)
    case animated
}

/// The kinds of file people choose by mistake, by their first bytes.
package enum FileKind: String, Sendable, Codable, CaseIterable {
    case jpeg = "JPEG"
    case gif = "GIF"
    case webP = "WebP"
    case svg = "SVG"
    case heic = "HEIC"
    case avif = "AVIF"
    case pdf = "PDF"
    case bmp = "BMP"
    case tiff = "TIFF"
    case icon = "ICO"
    case photoshop = "Photoshop"
    case postScript = "PostScript"
    case zip = "ZIP"
    case html = "HTML"
    case unknown = "different"
}

/// What is wrong inside a damaged PNG; for the log, because the person who chose it can only export again.
package enum PNGDamage: String, Sendable, Codable, CaseIterable {
    case signature
    case cutOff
    case checksum
    case header
    case unknownChunk
    case palette
    case transparency
    case pictureDataMissing
    case pictureDataScattered
    case pictureDataShort
    case compression
    case dataAfterPicture
    case filter
    case end

    /// Every rule was kept, and libpng still could not read it.
    case unreadable
}

extension LogoRefusal {
    /// The sentence for whoever chose the file, without a full stop.
    package func message(filename: String) -> String {
        let name = Self.shown(filename)
        return switch self {
        case .emptyFile:
            "\(name) is an empty file. Export it again and retry"
        case .tooManyBytes(let count):
            "\(name) is \(Self.size(count)). The logo can be up to 512 KB"
        case .notPNG(let kind):
            "The logo must be a PNG. \(name) is \(kind.phrase)\(Self.ending(filename))"
        case .tooSmall(let width, let height):
            "\(name) is \(width) × \(height) pixels. It must be at least 64 × 64"
        case .tooLarge(let width, let height):
            "\(name) is \(width) × \(height) pixels. It can be up to 2048 × 2048"
        case .damaged:
            "\(name) is damaged and cannot be read. Export it again and retry"
        case .expandsTooFar:
            "\(name) expands to more than we accept. Export it again at 2048 × 2048 or smaller"
        case .trailingData:
            "\(name) has something else hidden after the picture. Export it again and retry"
        case .animated:
            "\(name) is animated. Use a still picture"
        }
    }

    /// The name in quotes, without what could bend the sentence; long ones lose their middle.
    fileprivate static func shown(_ filename: String) -> String {
        let letters = filename.filter { letter in
            !letter.unicodeScalars.contains { scalar in
                [.control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned]
                    .contains(scalar.properties.generalCategory)
            }
        }
        if letters.isEmpty { return "The file" }
        return "\"\(letters.count <= 60 ? letters : "\(letters.prefix(40))…\(letters.suffix(18))")\""
    }

    /// Names the extension where it promised something else.
    private static func ending(_ filename: String) -> String {
        let isPNG = filename.utf8.suffix(4).elementsEqual(".png".utf8) { $0 == $1 || $0 | 0x20 == $1 }
        return isPNG ? " with a .png name" : ""
    }

    /// Kilobytes are rounded up, so that a file just over the limit does not seem to have the size of it.
    private static func size(_ bytes: Int) -> String {
        let kilobytes = max(0, bytes) / 1024 + (bytes % 1024 == 0 ? 0 : 1)
        guard kilobytes >= 1024 else { return "\(kilobytes) KB" }
        let tenths = kilobytes / 1024 * 10 + (kilobytes % 1024 * 10 + 512) / 1024
        return "\(tenths / 10).\(tenths % 10) MB"
    }
}

extension FileKind {
    /// What such a file is called in a sentence.
    var phrase: String {
        switch self {
        case .unknown: "a different kind of file"
        case .svg, .html, .heic: "an \(rawValue) file"
        case .avif, .icon: "an \(rawValue) file"
        default: "a \(rawValue) file"
        }
    }

    /// Judges by the first bytes alone.
    init(_ bytes: [UInt8]) {
        let start = bytes.prefix(1024)
        func has(_ text: String, at offset: Int = 0) -> Bool {
            start.dropFirst(offset).starts(with: text.utf8)
        }
        if start.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if has("RIFF"), has("WEBP", at: 8) {
            self = .webP
        } else if has("ftyp", at: 4) {
            self = has("avi", at: 8) ? .avif : has("he", at: 8) || has("mif1", at: 8) ? .heic : .unknown
        } else if start.starts(with: [0, 0, 1, 0]) {
            self = .icon
        } else {
            let beginnings: [(String, FileKind)] = [
                ("GIF8", .gif), ("%PDF-", .pdf), ("BM", .bmp), ("II*\0", .tiff), ("MM\0*", .tiff),
                ("8BPS", .photoshop), ("%!PS", .postScript), ("PK\u{3}\u{4}", .zip),
            ]
            self = beginnings.first { has($0.0) }?.1 ?? FileKind(markup: start)
        }
    }

    /// SVG and HTML may begin with a byte order mark, white space, a declaration and comments.
    private init(markup start: ArraySlice<UInt8>) {
        let text = start.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        let blank: Set<UInt8> = [0xEF, 0xBB, 0xBF, 0x20, 0x09, 0x0A, 0x0D]
        guard text.first(where: { !blank.contains($0) }) == UInt8(ascii: "<") else {
            self = .unknown
            return
        }
        func mentions(_ name: String) -> Bool {
            text.indices.contains { text[$0...].starts(with: name.utf8) }
        }
        self = mentions("<html") || mentions("<!doctype html") ? .html : mentions("<svg") ? .svg : .unknown
    }
}

/// What an accepted logo may still surprise its owner with; they may use it anyway.
package enum LogoWarning: UInt8, Sendable, Codable, CaseIterable {
    case transparent = 1
    case oneColour = 2
    case veryLight = 4

    package func message(filename: String) -> String {
        switch self {
        case .transparent: "\(LogoRefusal.shown(filename)) is empty: every pixel is transparent"
        case .oneColour: "\(LogoRefusal.shown(filename)) is empty: it has one colour"
        case .veryLight: "Your logo is very light. On our white background customers may not see it"
        }
    }
}
