/// What consent screens and receipts said lately, so that it needs no reading again.
package struct RecentDisclosures: Sendable {
    private let shown = Kept<ByteKey, Disclosure>(limit: 1024)
    private let appearances = Kept<ByteKey, Disclosure.Appearance>(limit: 1024)

    func keep(_ shown: ShownDisclosure) {
        self.shown.keep(shown.disclosure, for: ByteKey(bytes: shown.digest))
    }

    func keep(_ receipt: SignedReceipt) {
        appearances.keep(
            Disclosure.Appearance(receipt.receipt.shown),
            for: ByteKey(bytes: Array(receipt.text.utf8))
        )
    }

    /// What had this digest; nil where that is not remembered.
    func disclosure(_ digest: [UInt8]) -> Disclosure? { shown.known(ByteKey(bytes: digest)) }

    /// What the application looked like by the text of a receipt.
    func appearance(by receipt: String) throws -> Disclosure.Appearance {
        struct Read: Decodable { let shown: Disclosure.Appearance }
        return try appearances.value(for: ByteKey(bytes: Array(receipt.utf8))) {
            let read: Read = try value(ofCanonicalText: receipt)
            return read.shown
        }
    }
}
