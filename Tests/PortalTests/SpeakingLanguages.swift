import Registry
import Testing
import Web

@testable import Portal

@Suite("Speaking the customer's language")
struct SpeakingLanguages {
    private func page(_ query: (inout [(name: String, value: String)]) -> Void) async throws -> Answer {
        let portal = try await TestPortal()
        let application = try await portal.registeredApplication()
        var customer = try await portal.customer()
        return try await customer.authorize(portal.query(application, query))
    }

    @Test(arguments: Language.allCases)
    func `the consent screen is in the language that was asked for, and leads to every other`(
        language: Language
    ) async throws {
        let page = try await page { $0.append(("ui_locales", "xx \(language.rawValue)-ZZ")) }
        let words = ConsentWords(language, tenant: "Harbourline")
        let direction = language.isRightToLeft ? "rtl" : "ltr"
        #expect(page.body.contains("<html lang=\"\(language.rawValue)\" dir=\"\(direction)\">"))
        #expect(page.text.contains(words.allow) && page.text.contains(words.cancel))
        #expect(
            page.text.contains(
                words.willBeAble.after.isEmpty ? words.willBeAble.before : words.willBeAble.after
            )
        )
        for other in Language.allCases where other != language {
            let link = try #require(page.between("ui_locales=\(other.rawValue)\"", "</a>"))
            #expect(link.contains("lang=\"\(other.rawValue)\"") && link.hasSuffix(other.name))
            #expect(page.text.contains(other.name))
        }
    }

    @Test func `a link to another language asks for the same`() async throws {
        let page = try await page { $0.append(("ui_locales", "en")) }
        let tail = try #require(page.between("oauth2/authorize?", "ui_locales=de\""))
        for part in ["response_type=code", "client_id=", "redirect_uri=", "state=", "code_challenge="] {
            #expect(tail.contains(part))
        }
        #expect(!tail.contains("ui_locales"))
    }

    @Test(arguments: Language.allCases)
    func `nothing in one language is left over from another`(language: Language) {
        let (mine, english) = (
            ConsentWords(language, tenant: "Harbourline"), ConsentWords(.english, tenant: "Harbourline")
        )
        guard language != .english else { return }
        let pairs = zip(Mirror(reflecting: mine).children, Mirror(reflecting: english).children)
        let same = pairs.filter { "\($0.value)" == "\($1.value)" && !"\($0.value)".isEmpty }
        // Account is the same word in Dutch.
        #expect(same.allSatisfy { $0.0.label == "account" && language == .dutch }, "\(same.map(\.0.label))")
        #expect(mine.months.names.count == 12 && Set(mine.months.names).count == 12)
    }
}
