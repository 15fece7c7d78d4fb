import FoundationEssentials
import Registry

/// A letter as it travels (RFC 5322, RFC 2045): plain text and simple HTML of the same content.
///
/// Header values come from people in part, so what would end a header line is taken out here, once for all.
struct MIMEMessage: Sendable {
    /// Stays the same when a letter is sent again, so that a second copy can be recognised.
    let id: String
    let date: Date
    let senderName: String
    let replyTo: EmailAddress?
    let language: Language
    let subject: String
    let text: String
    let html: String

    /// With CRLF line ends and nothing but ASCII.
    func bytes(from sender: EmailAddress, to recipient: EmailAddress) -> [UInt8] {
        let boundary = "part-\(id)"
        var lines = [
            "Date: \(MailDate(date).text)",
            "From: \(MIMEMessage.header(senderName, isName: true))\r\n <\(sender.text)>",
            "To: <\(recipient.text)>",
        ]
        if let replyTo { lines.append("Reply-To: <\(replyTo.text)>") }
        lines += [
            "Subject: \(MIMEMessage.header(subject))",
            "Message-ID: <\(id)@\(sender.domain)>",
            "Auto-Submitted: auto-generated",
            "Content-Language: \(language.rawValue)",
            "MIME-Version: 1.0",
            "Content-Type: multipart/alternative; boundary=\"\(boundary)\"",
            "",
        ]
        for (type, content) in [("plain", text), ("html", html)] {
            lines += [
                "--\(boundary)",
                "Content-Type: text/\(type); charset=utf-8",
                "Content-Transfer-Encoding: quoted-printable",
                "",
                MIMEMessage.quotedPrintable(content),
            ]
        }
        lines += ["--\(boundary)--", ""]
        return Array(lines.joined(separator: "\r\n").utf8)
    }

    /// A text as it may stand in a header: as it is, or as encoded words (RFC 2047 §2).
    ///
    /// Those are folded, so that a line with one has at most 76 characters, the header's name included. Fewer characters
    /// are plain in a name, where some have a meaning.
    static func header(_ text: String, isName: Bool = false) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            isName ? byte.isLetter || byte.isDigit || byte == 0x20 : (0x20...0x7E).contains(byte)
        }
        if isPlain, !text.contains("=?"), (1...60).contains(text.utf8.count) { return text }
        let scalars = text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
        var words: [String] = []
        var piece: [UInt8] = []
        for scalar in scalars {
            let bytes = Array(String(Character(scalar)).utf8)
            if piece.count + bytes.count > 39 {
                words.append(encodedWord(piece))
                piece = []
            }
            piece += bytes
        }
        if !piece.isEmpty { words.append(encodedWord(piece)) }
        return words.joined(separator: "\r\n ")
    }

    private static func encodedWord(_ bytes: [UInt8]) -> String {
        "=?utf-8?B?\(Data(bytes).base64EncodedString())?="
    }

    /// RFC 2045 §6.7: lines of at most 76 characters, everything unusual as `=XX`.
    static func quotedPrintable(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            var (written, length) = ("", 0)
            let bytes = Array(line.utf8).filter { $0 != 0x0D }
            for (place, byte) in bytes.enumerated() {
                let isLast = place == bytes.count - 1
                let isBlank = byte == 0x20 || byte == 0x09
                let isPlain = (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "=") || isBlank && !isLast
                let unit = isPlain ? String(Character(Unicode.Scalar(byte))) : "=" + hexadecimalUpper(byte)
                if length + unit.utf8.count > 75 {
                    written += "=\r\n"
                    length = 0
                }
                written += unit
                length += unit.utf8.count
            }
            return written
        }.joined(separator: "\r\n")
    }
}

private func hexadecimalUpper(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return digits.utf8.count < 2 ? "0" + digits : digits
}

/// A moment as RFC 5322 §3.3 writes it: "27 Nov 2026 09:00:00 +0000".
private struct MailDate {
    let text: String

    init(_ date: Date) {
        let iso = CalendarText(date).iso
        let day = iso.dropFirst(8).prefix(2)
        let month =
            CalendarText.months.names.dropFirst((Int(iso.dropFirst(5).prefix(2)) ?? 1) - 1).first ?? ""
        text = "\(day) \(month.prefix(3)) \(iso.prefix(4)) \(iso.dropFirst(11).prefix(8)) +0000"
    }
}
