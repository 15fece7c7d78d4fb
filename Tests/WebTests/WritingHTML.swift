import Testing
import Web

@Suite("Filling a template")
struct FillingATemplate {
    private func page(_ first: String, _ second: String) -> HTML {
        HTML {
            p(.title(second), .class("a")) { "Hello \(first)" }
            p { second }
        }
    }

    private let template = Template(
        HTML {
            p(.title(Template.blank(2)), .class("a")) { "Hello \(Template.blank(1))" }
            p { Template.blank(2) }
        }
    )

    @Test(arguments: [("", ""), ("Dana", "x"), ("<b>", "\"'&>"), ("é\u{202E}", "{{7*7}}")])
    func `a filled page is the page that was meant`(first: String, second: String) {
        let filled = template.filled { $0 == 1 ? first : second }
        #expect(filled.description == page(first, second).description)
    }

    @Test func `what fills a blank makes no blanks`() {
        let filled = template.filled { _ in Template.blank(1) }
        #expect(filled.description.utf8.count { $0 == 0 } == 3)
    }

    @Test func `a page without blanks stays as it is`() {
        #expect(Template(page("a", "b")).filled { _ in "never" }.description == page("a", "b").description)
    }
}

@Suite("Writing HTML")
struct WritingHTML {
    // MARK: - Text

    @Test(arguments: [
        ("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;"), ("'", "&#39;"),
    ])
    func `a character that means something in markup is written as a reference`(
        plain: String,
        written: String
    ) {
        #expect(p { plain }.description == "<p>\(written)</p>")
        #expect(p(.title(plain)).description == "<p title=\"\(written)\"></p>")
    }

    @Test(arguments: 0...24)
    func `it is found wherever it stands in a text`(position: Int) {
        var letters = Array(repeating: "a", count: 25)
        letters[position] = "<"
        let expected = letters.joined().replacing("<", with: "&lt;")
        #expect(HTML(letters.joined()).description == expected)
    }

    @Test func `every other ASCII character is written as it is`() {
        let plain = String(decoding: (UInt8(0)..<128).filter { !"&<>\"'".utf8.contains($0) }, as: UTF8.self)
        #expect(HTML(plain).description == plain)
    }

    @Test func `letters of every language are written as they are`() {
        let names = "Müller-Lüdenscheidt’s 東京 شركة 🚜 \u{2066}x\u{2069}"
        #expect(HTML(names).description == names)
    }

    @Test func `a script in a name is only text`() {
        let page = h1 { "<script>alert('x')</script>" }
        #expect(page.description == "<h1>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;</h1>")
    }

    @Test func `what is already written is not escaped again`() {
        let name = bdi { "A & B" }
        #expect(p { name }.description == "<p><bdi>A &amp; B</bdi></p>")
    }

    // MARK: - Elements

    @Test func `texts and elements stand in the order they were given`() {
        let page = p {
            "one "
            strong { "two" }
            " three"
        }
        #expect(page.description == "<p>one <strong>two</strong> three</p>")
    }

    @Test func `an element may be empty`() {
        #expect(span(.class("wire")).description == #"<span class="wire"></span>"#)
    }

    @Test func `an element without content has no closing tag`() {
        #expect(br().description == "<br>")
        let picture = img(.src("/rovi.png"), .width(64), .alt(""))
        #expect(picture.description == #"<img src="/rovi.png" width="64" alt="">"#)
    }

    @Test func `a first line break in a textarea is kept`() {
        #expect(
            textarea { "\nhttps://a.example" }.description == "<textarea>\n\nhttps://a.example</textarea>"
        )
        #expect(pre { code { "x" } }.description == "<pre>\n<code>x</code></pre>")
    }

    @Test func `a script comes from a file of ours`() {
        #expect(script("/public/forms.js").description == #"<script src="/public/forms.js" defer></script>"#)
    }

    @Test func `elements named like system calls are elements`() {
        #expect(
            select { option(.value("1"), .selected) { "1" } }.description.hasPrefix("<select><option value")
        )
        #expect(
            time(.datetime("2026-11-20")) { "today" }.description
                == #"<time datetime="2026-11-20">today</time>"#
        )
        #expect(main(.id("main")) {}.description == #"<main id="main"></main>"#)
    }

    @Test func `a document has its language, its direction and a character set`() {
        let page = document(language: "ar", direction: .rightToLeft, layout: "gate") {
            title { "T" }
        } body: {
            p { "B" }
        }
        let expected =
            #"<!doctype html><html lang="ar" dir="rtl"><head><meta charset="utf-8">"#
            + #"<meta name="viewport" content="width=device-width, initial-scale=1"><title>T</title></head>"#
            + #"<body class="gate"><p>B</p></body></html>"#
        #expect(page.description == expected)
    }

    // MARK: - Attributes

    @Test func `attributes keep the order they were given in`() {
        let field = input(.id("name"), .name("company_name"), .type("text"), .required, .maxlength(80))
        #expect(
            field.description == #"<input id="name" name="company_name" type="text" required maxlength="80">"#
        )
    }

    @Test func `an attribute under a condition is left out when it does not hold`() {
        #expect(input(.type("radio"), .checked.when(true)).description == #"<input type="radio" checked>"#)
        #expect(input(.type("radio"), .checked.when(false)).description == #"<input type="radio">"#)
        #expect(input(.aria("invalid", "true").when(false)).description == "<input>")
    }

    @Test func `aria and data attributes get their prefix`() {
        let field = input(.aria("describedby", "hint"), .data("copy", "a\"b"))
        #expect(field.description == #"<input aria-describedby="hint" data-copy="a&quot;b">"#)
    }

    @Test func `an ampersand in an address is a reference`() {
        let next = ("/a" as Path).with(query: [("x", "1"), ("y", "2")])
        #expect(a(.href(next)) { "next" }.description == #"<a href="/a?x=1&amp;y=2">next</a>"#)
    }

    @Test func `a link to another site gives it nothing`() throws {
        let link = try #require(ExternalLink("https://acme.example/privacy"))
        let expected =
            #"<a href="https://acme.example/privacy" target="_blank" rel="noopener noreferrer nofollow ugc">"#
            + "Privacy</a>"
        #expect(outsideLink(link) { "Privacy" }.description == expected)
    }

    // MARK: - Building

    struct Greeting: Component {
        let name: String?
        var body: HTML {
            if let name {
                p { "Hello, \(name)" }
            } else {
                p { "Hello" }
            }
        }
    }

    @Test func `a component stands where an element could`() {
        #expect(div { Greeting(name: "<b>") }.description == "<div><p>Hello, &lt;b&gt;</p></div>")
        #expect(div { Greeting(name: nil) }.description == "<div><p>Hello</p></div>")
    }

    @Test func `a loop writes its element for each`() {
        let list = ul {
            for item in ["a", "b", "c"] { li { item } }
        }
        #expect(list.description == "<ul><li>a</li><li>b</li><li>c</li></ul>")
    }

    @Test(arguments: [(true, "<p>yes</p>"), (false, "<p></p>")])
    func `a condition may write nothing`(condition: Bool, expected: String) {
        let page = p {
            if condition { "yes" }
        }
        #expect(page.description == expected)
    }

    @Test func `a thousand nested elements are closed in turn`() {
        var page = HTML("x")
        for _ in 0..<1_000 {
            let inner = page
            page = div { inner }
        }
        let opening = String(repeating: "<div>", count: 1_000)
        #expect(page.description == opening + "x" + opening.replacing("<", with: "</"))
    }
}

@Suite("A path on our own site")
struct APathOnOurOwnSite {
    let home: Path = "/t/rovitracker"

    @Test(arguments: [
        (["applications"], "/t/rovitracker/applications"),
        (["a b"], "/t/rovitracker/a%20b"),
        (["a/b"], "/t/rovitracker/a%2Fb"),
        (["a?b#c"], "/t/rovitracker/a%3Fb%23c"),
        (["100%"], "/t/rovitracker/100%25"),
        (["ü"], "/t/rovitracker/%C3%BC"),
        (["a", ""], "/t/rovitracker/a/"),
        ([".."], "/t/rovitracker"),
        (["..", ".", "", "x"], "/t/rovitracker/x"),
        ([], "/t/rovitracker"),
    ])
    func `segments are encoded and stay below the base`(segments: [String], expected: String) {
        #expect(home.appending(segments: segments).text == expected)
    }

    @Test func `it cannot become another site`() {
        #expect(("/" as Path).appending("", "evil.example").text == "/evil.example")
        #expect(("/" as Path).appending("/evil.example").text == "/%2Fevil.example")
        #expect(("" as Path).appending("\\evil.example").text == "/%5Cevil.example")
    }

    @Test func `a query is encoded`() {
        let found = home.with(query: [("q", "a&b=c d"), ("page", "2")])
        #expect(found.text == "/t/rovitracker?q=a%26b%3Dc%20d&page=2")
    }

    @Test func `the parts keep their order however it was put together`() {
        let path = home.anchored("secrets").with(query: [("a", "1")]).appending("x").with(query: [("b", "2")])
        #expect(path.text == "/t/rovitracker/x?a=1&b=2#secrets")
    }

    @Test func `a place on the same page is its anchor`() {
        #expect(Path(anchor: "name").text == "#name")
    }
}

@Suite("A link to another site")
struct ALinkToAnotherSite {
    @Test(arguments: [
        ("https://acme.example", "acme.example"),
        ("http://127.0.0.1:8080/x?y=1#z", "127.0.0.1"),
        ("HTTPS://Acme.Example/privacy", "acme.example"),
        ("https://[::1]:8443/", "[::1]"),
    ])
    func `a web address is one, and says its host`(address: String, host: String) throws {
        let link = try #require(ExternalLink(address))
        #expect(link.text == address)
        #expect(link.host == host)
    }

    @Test func `a mail address is one, without a host`() throws {
        #expect(try #require(ExternalLink("mailto:privacy@acme.example")).host == nil)
    }

    @Test(arguments: [
        "javascript:alert(1)", "JavaScript:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)",
        "data:text/html,x", "vbscript:x", "file:///etc/passwd", "ftp://acme.example", "//acme.example",
        "/path",
        "acme.example", "", "https:", "https://", "https:///x", "https://?x", "https:acme.example", "mailto:",
        "https://a b.example", "https://acme.example/\u{7F}", "https://acme.example/\"x",
        "https://acme.example\\x",
        "https://acme.example@evil.example", "https://user:pass@evil.example", "https://acme.example:80a/",
        "https://müller.example", "https://acme.example/\u{202E}", "https://[", "https://[]",
        "https://[::1]x/",
    ])
    func `anything else is not`(address: String) {
        #expect(ExternalLink(address) == nil)
    }
}
