/// Every word of the letters to customers in one language; there is a file for each in `Languages/`.
///
/// Partners and administrators get those that are for everybody in English, as their pages are. In a subject `provider`
/// is the short name, and wherever somebody signs in it is what they sign in to.
struct LetterWords: Sendable {
    let resetPassword: Wording
    let passwordChanged: Wording

    /// What follows from another password for a customer alone.
    let accessStops: Phrase
    let confirmNewAddress: Wording
    let addressChanged: Wording
    let invitedToTest: Wording
    let connected: Wording
    let permissionsGrew: Wording
    let manualTokenRequest: Wording

    /// The end of each, where there is an address to write to.
    let signature: Phrase

    struct Wording: Sendable {
        let subject: Phrase
        let paragraphs: [Phrase]
        let link: String
        let closing: Phrase
    }
}

extension LetterWords {
    init(_ language: Language) {
        self =
            switch language {
            case .english: .english
            case .german: .german
            case .dutch: .dutch
            case .french: .french
            case .portuguese: .portuguese
            case .spanish: .spanish
            case .ukrainian: .ukrainian
            case .arabic: .arabic
            case .hebrew: .hebrew
            }
    }
}
