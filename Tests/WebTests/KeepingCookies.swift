import Testing
import Web

@Suite("Keeping cookies")
struct KeepingCookies {
    @Test func `a cookie is for this site and out of reach of scripts`() throws {
        let cookie = try #require(
            Cookie(name: "__Host-session", value: "a.b", isSecure: true, maxAge: .seconds(60))
        )
        #expect(cookie.header == "__Host-session=a.b; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=60")
        let plain = try #require(Cookie(name: "session", value: "", isSecure: false))
        #expect(plain.header == "session=; Path=/; HttpOnly; SameSite=Lax")
    }

    @Test(arguments: [
        ("a b", "x"), ("", "x"), ("a=", "x"), ("a", "x;y"), ("a", "x y"), ("a", "x\r\ny"), ("a", "é"),
    ])
    func `what does not fit into a cookie makes none`(name: String, value: String) {
        #expect(Cookie(name: name, value: value, isSecure: true) == nil)
    }

    @Test func `a prefixed name needs a secure cookie`() {
        #expect(Cookie(name: "__Host-a", value: "x", isSecure: false) == nil)
    }

    @Test(arguments: [
        ("a=1", "1"), ("b=2; a=1", "1"), ("b=2;a=1;c=3", "1"), ("a=1; a=2", "1"), ("A=1", nil), ("aa=1", nil),
        ("a", nil), ("a=", ""), ("a=x=y", "x=y"), ("a=\"1\"", nil), ("", nil), (";;; a=1", "1"),
    ])
    func `the first of that name is read`(header: String, value: String?) {
        #expect(Cookie.read("a", from: Headers([("Cookie", header)])) == value)
    }
}
