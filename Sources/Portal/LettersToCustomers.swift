import FoundationEssentials
import Registry

/// Letters that customers get: about their own account, as everybody, and about the applications they allow.
extension LetterWriter {
    private var words: LetterWords { LetterWords(language) }

    // MARK: About one's own account

    func resetPassword(_ role: Role, _ secret: String) -> WrittenLetter {
        write(
            words.resetPassword,
            subject: role.area(of: briefName),
            leadingTo: [role.segment, "reset", secret]
        )
    }

    func passwordChanged(_ role: Role, _ at: Date, _ from: String) -> WrittenLetter {
        write(
            words.passwordChanged,
            subject: role.area(of: briefName),
            [.address: from],
            at: at,
            further: role == .customer ? [words.accessStops] : [],
            leadingTo: [role.segment, "forgotten"]
        )
    }

    func confirmNewAddress(_ role: Role, _ secret: String) -> WrittenLetter {
        write(
            words.confirmNewAddress,
            subject: role.area(of: briefName),
            leadingTo: [role.segment, "address", secret]
        )
    }

    func addressChanged(_ role: Role, _ new: String, _ at: Date, _ from: String) -> WrittenLetter {
        write(
            words.addressChanged,
            subject: role.area(of: briefName),
            [.email: new, .address: from],
            at: at,
            leadingTo: [role.segment, "sign-in"]
        )
    }

    // MARK: About an application

    func invitedToTest(_ application: Letter.Mention, _ domain: String) -> WrittenLetter {
        write(
            words.invitedToTest,
            [.name: application.name, .place: domain],
            leadingTo: ["account", "testing", application.id]
        )
    }

    func connected(
        _ application: Letter.Mention,
        _ grant: String,
        _ sentences: [Said],
        _ at: Date
    ) -> WrittenLetter {
        write(
            words.connected,
            [.name: application.name],
            at: at,
            permissions: sentences,
            leadingTo: ["account", "connections", grant]
        )
    }

    func permissionsGrew(
        _ application: Letter.Mention,
        _ grant: String,
        _ sentences: [Said]
    ) -> WrittenLetter {
        write(
            words.permissionsGrew,
            [.name: application.name],
            permissions: sentences,
            leadingTo: ["account", "connections", grant]
        )
    }

    func manualTokenRequest(
        _ application: Letter.Mention,
        _ sentences: [Said],
        _ until: Date,
        _ secret: String
    ) -> WrittenLetter {
        write(
            words.manualTokenRequest,
            [.name: application.name],
            at: until,
            permissions: sentences,
            leadingTo: ["token-requests", secret]
        )
    }

    // MARK: In words

    /// `provider` is what the subject calls the tenant, the short name where nothing is said.
    private func write(
        _ wording: LetterWords.Wording,
        subject provider: String? = nil,
        _ facts: [Phrase.Gap: String] = [:],
        at moment: Date? = nil,
        further: [Phrase] = [],
        permissions: [Said] = [],
        leadingTo segments: [String]
    ) -> WrittenLetter {
        var facts = facts
        if let moment {
            let told = CalendarText(moment)
            facts[.date] = told.date(in: ConsentWords(language, tenant: name).months)
            facts[.time] = told.clock
        }
        facts[.provider] = provider ?? briefName
        let subject = LetterText(wording.subject, facts).text(in: language)
        facts[.provider] = name
        return WrittenLetter(
            subject: subject,
            paragraphs: (wording.paragraphs + further).map { LetterText($0, facts) },
            permissions: permissions,
            link: link(wording.link, to: segments),
            closing: [LetterText(wording.closing, facts)],
            language: language
        )
    }
}
