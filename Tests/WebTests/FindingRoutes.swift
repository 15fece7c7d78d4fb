import Testing
import Web

@Suite("Finding routes")
struct FindingRoutes {
    private static let routes: [(method: Method, pattern: PathPattern, name: String)] = [
        (.get, "/", "home"),
        (.get, "/applications", "list"),
        (.post, "/applications", "register"),
        (.get, "/applications/new", "form"),
        (.get, "/applications/{application}", "show"),
        (.post, "/applications/{application}/secrets", "rotate"),
        (.delete, "/applications/{application}/secrets/{secret}", "retire"),
        (.get, "/{tenant}/logo", "logo"),
        (.head, "/probe", "probe head"),
        (.get, "/probe", "probe"),
    ]
    private static let table = RouteTable(routes.map { ($0.method, $0.pattern) })

    private func look(_ method: Method, _ path: String...) -> String {
        switch Self.table.match(method, path[...]) {
        case .found(let place, let parameters):
            let route = Self.routes[place]
            let values = parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            return ([route.name] + values + [route.pattern.description]).joined(separator: " ")
        case .methodNotAllowed(let allow): return "allow " + allow.map(\.rawValue).joined(separator: ",")
        case .notFound: return "not found"
        }
    }

    @Test func `a path leads to its endpoint, with what its braces stood for`() {
        #expect(look(.get) == "home /")
        #expect(look(.post, "applications") == "register /applications")
        #expect(look(.get, "applications", "7") == "show application=7 /applications/{application}")
        let retire = "retire application=7 secret=s /applications/{application}/secrets/{secret}"
        #expect(look(.delete, "applications", "7", "secrets", "s") == retire)
    }

    @Test func `a literal wins over braces, and where it leads nowhere the braces are tried`() {
        #expect(look(.get, "applications", "new") == "form /applications/new")
        #expect(look(.post, "applications", "new", "secrets").hasPrefix("rotate application=new"))
        #expect(look(.get, "applications", "logo").hasPrefix("show application=logo"))
        #expect(look(.get, "acme", "logo") == "logo tenant=acme /{tenant}/logo")
    }

    @Test func `HEAD is answered by GET unless it has its own`() {
        #expect(look(.head, "applications") == "list /applications")
        #expect(look(.head, "probe") == "probe head /probe")
    }

    @Test func `another method is told which there are`() {
        #expect(look(.delete, "applications") == "allow GET,HEAD,POST")
        #expect(look(.get, "applications", "7", "secrets") == "allow POST")
    }

    @Test(arguments: [["nowhere"], ["applications", ""], ["applications", "7", ""], ["Applications"], [""]])
    func `anything else is not found`(path: [String]) {
        guard case .notFound = Self.table.match(.get, path[...]) else {
            Issue.record("\(path) was found")
            return
        }
    }

    @Test func `a character that only looks the same to Unicode is another path`() {
        let table = RouteTable([(.get, "/Key"), (.get, "/caf\u{E9}")])
        for path in ["\u{212A}ey", "cafe\u{301}"] {
            guard case .notFound = table.match(.get, [path]) else {
                Issue.record("\(path) was found")
                return
            }
        }
    }
}
