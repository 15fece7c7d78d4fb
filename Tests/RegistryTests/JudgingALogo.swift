import FoundationEssentials
import Registry
import Testing

/// One row of the corpus: a file and the verdict it must get.
private struct CorpusRow: Sendable {
    let file: String
    let expect: String
    let reason: String
    let decodeOnly: String
    let sides: [Int]
    let pixelDigest: String
    let bytes: [UInt8]

    /// The rows of the manifest; none where the corpus is not at hand, for it is not ours to pass on.
    static let all: [CorpusRow] = {
        let shared = ProcessInfo.processInfo.environment["PORTAL_SHARED"] ?? "../shared"
        let folder = shared + "/corpus/png/"
        guard let manifest = FileManager.default.contents(atPath: folder + "manifest.tsv") else {
            print("The logo corpus is not in \(folder); set PORTAL_SHARED to test with it.")
            return []
        }
        return String(decoding: manifest, as: UTF8.self).split(separator: "\n").dropFirst().compactMap {
            line in
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            guard let bytes = FileManager.default.contents(atPath: folder + fields[0]) else { return nil }
            return CorpusRow(
                file: fields[0],
                expect: fields[2],
                reason: fields[4],
                decodeOnly: fields[5],
                sides: [fields[6], fields[7]].compactMap { Int($0) },
                pixelDigest: fields[13],
                bytes: Array(bytes)
            )
        }
    }()

    static let isAtHand = !all.isEmpty

    func judged(within limits: LogoLimits = LogoLimits()) -> Result<Raster, LogoRefusal> {
        Result { () throws(LogoRefusal) in try Logo.pixels(of: bytes, within: limits) }
    }

    /// Whether the refusal is the one that the manifest's reason stands for.
    func explains(_ refusal: LogoRefusal) -> Bool {
        let cause = reason.prefix { $0 != ":" }
        return switch refusal {
        case .emptyFile: cause == "empty"
        case .tooManyBytes: cause == "too_large"
        case .notPNG: cause == "signature"
        case .tooSmall, .tooLarge: cause == "dims"
        case .expandsTooFar: cause == "idat_long"
        case .trailingData: cause == "trailing"
        case .animated: cause == "apng"
        case .damaged(let damage): Self.causes(of: damage).contains(String(cause))
        }
    }

    private static func causes(of damage: PNGDamage) -> [String] {
        switch damage {
        case .signature: ["signature", "short"]
        case .cutOff: ["chunk_overrun", "short"]
        case .checksum: ["crc_critical", "crc_ancillary"]
        case .header: ["ihdr_first", "ihdr_dup", "ihdr_len", "ihdr_fields"]
        case .unknownChunk: ["unknown_critical"]
        // Two files have neither a palette nor picture data.
        case .palette: ["plte_missing", "plte_bad", "plte_excess", "idat_missing"]
        case .transparency: ["trns_bad", "trns_order"]
        case .pictureDataMissing: ["idat_missing"]
        case .pictureDataScattered: ["idat_gap"]
        case .pictureDataShort, .compression: ["idat_zlib", "idat_short"]
        case .dataAfterPicture: ["idat_extra"]
        case .filter: ["filter_byte"]
        case .end: ["iend_missing", "iend_len"]
        case .unreadable: []
        }
    }
}

@Suite("Judging a logo")
struct JudgingALogo {
    @Suite("by the corpus", .enabled(if: CorpusRow.isAtHand))
    struct ByTheCorpus {
        @Test func `every good file is decoded to the right pixels`() {
            for row in CorpusRow.all where row.expect == "accept" {
                guard case .success(let raster) = row.judged() else {
                    Issue.record("\(row.file): \(row.judged())")
                    continue
                }
                #expect([raster.width, raster.height] == row.sides, "\(row.file)")
                if row.pixelDigest != "-" {
                    #expect(hexadecimal(sha256(raster.rgba)) == row.pixelDigest, "\(row.file)")
                }
            }
        }

        @Test func `every bad file is refused for its first fault`() {
            for row in CorpusRow.all where row.expect == "reject" {
                guard case .failure(let refusal) = row.judged(), row.explains(refusal) else {
                    Issue.record("\(row.file): \(row.judged()), not \(row.reason)")
                    continue
                }
            }
        }

        @Test func `a file that may be taken leaves nothing behind but pixels`() {
            for row in CorpusRow.all where row.expect != "reject" {
                guard case .drawn(let logo) = LogoReply(judging: row.bytes) else { continue }
                for image in logo.images.values {
                    #expect(!image.contains("<script".utf8), "\(row.file)")
                    #expect(
                        chunkNames(of: image).isSubset(of: ["IHDR", "sRGB", "IDAT", "IEND"]),
                        "\(row.file)"
                    )
                }
            }
        }

        @Test func `a picture of any size is judged by the same rules`() {
            let small = CorpusRow.all.filter {
                ($0.sides.max() ?? .max) <= 2048 && $0.reason.hasPrefix("dims")
            }
            // A repeated chunk is no fault here where it is one of those that are never kept.
            for row in small where row.decodeOnly != "policy:duplicate" {
                let verdict = row.judged(within: LogoLimits(sides: 1...2048))
                let isTaken = if case .success = verdict { true } else { false }
                #expect(isTaken == (row.decodeOnly == "ok"), "\(row.file): \(row.decodeOnly)")
            }
        }
    }

    @Test(
        arguments: [
            ([0xFF, 0xD8, 0xFF, 0xE0], FileKind.jpeg), (Array("GIF89a".utf8), .gif),
            (Array("RIFF\0\0\0\0WEBPVP8 ".utf8), .webP), (Array("%PDF-1.7".utf8), .pdf),
            (Array("\0\0\0\u{18}ftypheic".utf8), .heic), (Array("\0\0\0\u{18}ftypavif".utf8), .avif),
            (Array("\u{FEFF}<?xml version='1.0'?>\n<!-- x --><SVG xmlns=''>".utf8), .svg),
            (Array(" <!DOCTYPE HTML><svg>".utf8), .html), (Array("hello".utf8), .unknown),
        ] as [([UInt8], FileKind)]
    )
    func `another kind of file is recognised by its content`(start: [UInt8], kind: FileKind) {
        #expect(throws: LogoRefusal.notPNG(kind)) { try Logo.decode(start) }
    }

    @Test func `every refusal is one sentence about the file`() {
        let sentences: [(LogoRefusal, String)] = [
            (.emptyFile, #""logo.png" is an empty file. Export it again and retry"#),
            (.tooManyBytes(1_887_437), #""logo.png" is 1.8 MB. The logo can be up to 512 KB"#),
            (.tooManyBytes(524_289), #""logo.png" is 513 KB. The logo can be up to 512 KB"#),
            (.tooManyBytes(1_048_575), #""logo.png" is 1.0 MB. The logo can be up to 512 KB"#),
            (.notPNG(.jpeg), #"The logo must be a PNG. "logo.png" is a JPEG file with a .png name"#),
            (.notPNG(.svg), #"The logo must be a PNG. "logo.png" is an SVG file with a .png name"#),
            (
                .notPNG(.unknown),
                #"The logo must be a PNG. "logo.png" is a different kind of file with a .png name"#
            ),
            (
                .tooSmall(width: 32, height: 200),
                #""logo.png" is 32 × 200 pixels. It must be at least 64 × 64"#
            ),
            (
                .tooLarge(width: 4096, height: 10),
                #""logo.png" is 4096 × 10 pixels. It can be up to 2048 × 2048"#
            ),
            (.damaged(.checksum), #""logo.png" is damaged and cannot be read. Export it again and retry"#),
            (
                .expandsTooFar,
                #""logo.png" expands to more than we accept. Export it again at 2048 × 2048 or smaller"#
            ),
            (
                .trailingData(bytes: 7),
                #""logo.png" has something else hidden after the picture. Export it again and retry"#
            ),
            (.animated, #""logo.png" is animated. Use a still picture"#),
        ]
        for (refusal, sentence) in sentences { #expect(refusal.message(filename: "logo.png") == sentence) }
    }

    @Test func `the sentence does not blame a name that was honest`() {
        let refusal = LogoRefusal.notPNG(.jpeg)
        #expect(
            refusal.message(filename: "photo.JPG") == #"The logo must be a PNG. "photo.JPG" is a JPEG file"#
        )
        #expect(refusal.message(filename: "\u{202E}\n") == "The logo must be a PNG. The file is a JPEG file")
    }

    @Test func `a hostile name cannot bend the sentence`() {
        let name = "a\u{202E}gnp\u{200B}\r\n" + String(repeating: "x", count: 200) + ".png"
        let sentence = LogoRefusal.animated.message(filename: name)
        #expect(sentence.hasPrefix("\"agnpxxx"))
        #expect(sentence.hasSuffix("xxx.png\" is animated. Use a still picture"))
        #expect(sentence.count < 100)
    }
}

private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
