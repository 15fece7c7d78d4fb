import Testing

@testable import Portal

@Suite("Wording each language")
struct WordingLanguages {
    static let others = Language.allCases.filter { $0 != .english }

    @Test(arguments: others)
    func `nothing on the consent screen is left over from English`(language: Language) {
        let mine = ConsentWords(language, tenant: "Harbourline")
        let same = leftOver(in: mine, from: ConsentWords(.english, tenant: "Harbourline"))
        // Account is the same word in Dutch.
        #expect(same.allSatisfy { $0 == "account" && language == .dutch }, "\(same)")
        #expect(mine.months.names.count == 12 && Set(mine.months.names).count == 12)
    }

    @Test(arguments: others)
    func `nothing on the way there is left over from English`(language: Language) {
        let same = zip(tables(language), tables(.english)).flatMap { leftOver(in: $0, from: $1) }
        // An error is an error in Spanish.
        #expect(same.allSatisfy { $0 == "error" && language == .spanish }, "\(same)")
    }

    @Test(arguments: others)
    func `each sentence names in every language what it names in English`(language: Language) {
        for (mine, english) in zip(tables(language), tables(.english)) {
            let pairs = zip(Mirror(reflecting: mine).children, Mirror(reflecting: english).children)
            for (own, model) in pairs {
                guard let own = own.value as? Phrase, let phrase = model.value as? Phrase else { continue }
                let (named, wanted) = (Set(own.gaps.map(\.rawValue)), Set(phrase.gaps.map(\.rawValue)))
                #expect(named == wanted, "\(model.label ?? "")")
            }
        }
    }

    @Test(arguments: others)
    func `nothing in a letter is left over from English, and it names the same`(language: Language) throws {
        let pairs = zip(letterWords(language), letterWords(.english))
        for ((name, mine), (_, english)) in pairs {
            #expect(leftOver(in: mine, from: english).isEmpty, "\(name)")
            let (own, model) = ([mine.subject, mine.closing], [english.subject, english.closing])
            // How often a name is repeated is up to the language.
            #expect((own + mine.paragraphs).map(gaps) == (model + english.paragraphs).map(gaps), "\(name)")
        }
        let (mine, english) = (LetterWords(language), LetterWords(.english))
        #expect(mine.signature.gaps == english.signature.gaps)
        #expect("\(mine.accessStops)" != "\(english.accessStops)")
    }

    private func gaps(_ phrase: Phrase) -> Set<String> { Set(phrase.gaps.map(\.rawValue)) }

    private func letterWords(_ language: Language) -> [(String, LetterWords.Wording)] {
        Mirror(reflecting: LetterWords(language)).children.compactMap { child in
            (child.value as? LetterWords.Wording).map { (child.label ?? "", $0) }
        }
    }

    @Test(arguments: Language.allCases)
    func `each form a language has for numbers is written`(language: Language) {
        let words = DoorWords(language)
        for counted in [words.stopped.ended, words.system.tooMany.text] {
            for number in 1...120 {
                switch language.plural(of: number) {
                case .one, .other: continue
                case .two: #expect(counted.two != nil)
                case .few: #expect(counted.few?.gaps == [.number])
                case .many: #expect(counted.many?.gaps == [.number])
                }
            }
            #expect(counted.other.gaps == [.number])
        }
    }

    @Test func `numbers take the form their language has for them`() {
        func said(_ number: Int, _ language: Language) -> String {
            let words = DoorWords(language).system.tooMany.text
            return words.phrase(for: number, in: language).text { _ in "\(number)" }
        }
        #expect(said(1, .english) == "Try again in 1 minute.")
        #expect(said(5, .english) == "Try again in 5 minutes.")
        #expect(said(21, .ukrainian).hasSuffix("21 хвилину.") && said(11, .ukrainian).hasSuffix("11 хвилин."))
        #expect(said(3, .ukrainian).hasSuffix("3 хвилини.") && said(14, .ukrainian).hasSuffix("14 хвилин."))
        #expect(said(2, .arabic).hasSuffix("دقيقتين.") && said(10, .arabic).hasSuffix("10 دقائق."))
        #expect(said(15, .arabic).hasSuffix("15 دقيقة.") && said(2, .hebrew).hasSuffix("שתי דקות."))
    }

    private func tables(_ language: Language) -> [Any] {
        let words = DoorWords(language)
        return [
            words.signIn, words.signIn.reveal, words.newPassword, words.newPassword.mistakes, words.refused,
            words.stopped, words.system,
        ]
    }

    /// The names of the words that are the same in both.
    private func leftOver(in mine: Any, from english: Any) -> [String] {
        zip(Mirror(reflecting: mine).children, Mirror(reflecting: english).children)
            .filter { "\($0.value)" == "\($1.value)" && !"\($0.value)".isEmpty }
            .compactMap { $0.0.label }
    }
}
