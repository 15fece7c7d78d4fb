import Registry
import Web

/// Where the pages about an account of each role stand, and the frame they stand in.
extension Role {
    func forgotten(_ visit: Visit, in spoken: Spoken? = nil) -> Path {
        visit.path(segment, "forgotten").with(query: spoken?.wish(visit) ?? [])
    }

    /// The page about one's own account, or a place below it.
    func account(_ visit: Visit, _ steps: String...) -> Path {
        let page = self == .customer ? visit.path(segment) : visit.path(segment, "account")
        return page.appending(segments: steps)
    }

    var frame: Page.Frame {
        switch self {
        case .partner: .partners(signedIn: true, current: nil)
        case .customer: .customers
        case .admin: .administrators
        }
    }
}

/// What a browser calls itself, short enough for people to recognise theirs: “Firefox on Linux”.
enum BrowserName {
    private static let programs = [
        ("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"),
        ("Safari/", "Safari"), ("curl/", "curl"),
    ]
    private static let systems = [
        ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
        ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
    ]

    static func of(_ userAgent: String?) -> String {
        let text = Array((userAgent ?? "").utf8.prefix(512))
        let find = { (known: [(String, String)]) in
            known.first { text.firstRange(of: Array($0.0.utf8)) != nil }?.1
        }
        let program = find(programs) ?? "A browser"
        return find(systems).map { "\(program) on \($0)" } ?? program
    }
}
