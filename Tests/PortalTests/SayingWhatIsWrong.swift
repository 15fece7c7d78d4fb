import Testing
import Web

@testable import Portal

@Suite("Saying what is wrong")
struct SayingWhatIsWrong {
    private let problems = [FieldProblem(field: "email", message: "Enter your e-mail")]

    private func page(
        _ language: Language? = nil,
        problems: [FieldProblem] = [],
        isOvertaken: Bool = false
    ) -> Page {
        let spoken = language.map { Spoken(LanguageChoice(language: $0, isPressed: false), link: nil) }
        return Page("Sign in", .gate, problems: problems, isOvertaken: isOvertaken, spoken: spoken) {
            h1 { "Sign in" }
        }
    }

    private func text(_ page: Page) -> String { String(decoding: page.content.bytes, as: UTF8.self) }

    @Test(arguments: Language.allCases)
    func `title and head of a page say it in the page's language`(language: Language) throws {
        let (page, words) = (page(language, problems: problems), DoorWords(language).signIn)
        #expect(page.title == words.error + "Sign in")
        let head = try #require(text(page).split(separator: "<h1>").first)
        #expect(head.contains("<h2 id=\"problems\">\(words.problem)</h2>"))
        #expect(head.contains("<a href=\"#email\">Enter your e-mail</a>"))
    }

    @Test func `a page without a language of its own says it in English`() {
        #expect(page(problems: problems).title == "Error: Sign in")
    }

    @Test func `somebody who was overtaken is told in the title, with nothing to mend`() {
        let page = page(isOvertaken: true)
        #expect(page.title == "Error: Sign in" && !text(page).contains("problems"))
    }

    @Test(arguments: Language.allCases)
    func `where nothing is wrong nothing is said`(language: Language) {
        let page = page(language)
        #expect(page.title == "Sign in" && text(page) == "<h1>Sign in</h1>")
    }
}
