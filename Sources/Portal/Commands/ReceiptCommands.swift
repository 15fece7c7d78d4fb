import Registry

/// Checking a customer's receipt, without any data of ours.
enum ReceiptCommands {
    static let all = [
        Command(
            name: "receipt verify",
            operands: Operands(placeholder: "FILE", count: 1...1, areFiles: true),
            summary: "Check that a customer's receipt is as it was signed",
            details: """
                It needs the file and the provider's public key, and neither data nor network. The key stands at
                /.well-known/consent-receipt-key of the provider and on the receipt's page. Without --key the one in
                the file is used, and printed to be compared. Exit code 1 means that the receipt was changed.
                """,
            options: [Option.value("key", "KEY", "The provider's public key, 43 characters")],
            work: .here(verify)
        )
    ]

    private static func verify(_ call: Call, _ terminal: Terminal) async throws {
        let path = call.arguments.operands.first ?? ""
        let file = try JSON(read(readFile(path, upTo: 1 << 20), called: path))
        guard let receipt = file["receipt"], let key = file["key"]?.words,
            let signature = file["signature"]?.words.flatMap(bytes(base64URL:))
        else { throw CommandFailure("\(path) is not a receipt") }
        let text = String(decoding: receipt.bytes, as: UTF8.self)
        let wanted = call.arguments["key"] ?? key
        guard let publicKey = bytes(base64URL: wanted), publicKey.count == 32 else {
            throw CommandFailure("the key has to be 43 characters of base64url")
        }
        guard file["algorithm"]?.words == ReceiptFile.algorithm,
            ReceiptSeal.isValid(signature, of: text, under: publicKey)
        else {
            throw CommandFailure(
                "\(path) was changed since it was signed, or was signed with another key",
                hint: "the file names the key \(key)"
            )
        }
        report(receipt, text, wanted, call)
    }

    private static func report(_ receipt: JSON, _ text: String, _ key: String, _ call: Call) {
        let digest = base64URL(ReceiptSeal.digest(of: text))
        let facts: [(String, JSON)] = [
            ("valid", .bool(true)), ("id", receipt["id"] ?? .text("")), ("digest", .text(digest)),
            ("key", .text(key)), ("key_was_given", .bool(call.arguments.has("key"))),
        ]
        let shown = receipt["shown"]
        let trust = call.arguments.has("key") ? "" : "\nCompare the key with the provider's: \(key)"
        let words = { (value: JSON?) in value?.words ?? "" }
        call.print(
            facts,
            """
            ok    signed and unchanged: \(words(receipt["id"]))
            \(words(receipt["given_at"])): \(words(receipt["customer"]?["email"])) allowed \
            \(words(shown?["application"])) at \(words(shown?["provider"]))
            Digest, as in the ledger: \(digest)\(trust)
            """
        )
    }

    private static func read(_ bytes: [UInt8], called path: String) throws(CommandFailure) -> JSON5 {
        do {
            return try JSON5(bytes)
        } catch {
            throw CommandFailure("\(path):\(error.place): \(error.message)")
        }
    }
}

extension JSON {
    fileprivate var words: String? { if case .text(let text) = self { text } else { nil } }
}
