/// What would lead somebody on out of a name: an address of the web or of mail, or a sign that only addresses need.
///
/// Names of companies, applications and people stand in sentences and e-mails of ours to people who do not know who
/// wrote them (security.md B5). What honest names have is let be: “E.ON”, “S.A. de C.V.”, “A/S”, “24/7”, “re:publica”.
package enum NameAddress: Equatable, Sendable {
    /// A word that reads like the name of a host, or begins like one.
    case host(String)

    /// `@`, `//`, or a colon that does not stand between two letters or digits.
    case sign(String)

    /// Nil for a name without one; `site` is a host that may stand in it, with or without `www.`.
    init?(in name: String, exceptFor site: String? = nil) {
        let visible = name.unicodeScalars.filter { !$0.properties.isDefaultIgnorableCodePoint }.map(\.plain)
        for word in visible.split(whereSeparator: { !$0.mayStandInHost }) {
            let host = String(String.UnicodeScalarView(word)).lowercased()
            guard NameAddress.isHost(host), Self.bare(host) != site.map(Self.bare) else { continue }
            self = .host(host)
            return
        }
        guard let sign = NameAddress.sign(in: visible) else { return nil }
        self = .sign(sign)
    }

    private static func bare(_ host: String) -> [UInt8] {
        Array(host.utf8.dropFirst(host.hasPrefix("www.") ? 4 : 0))
    }

    private static func sign(in name: [Unicode.Scalar]) -> String? {
        for (place, scalar) in name.enumerated() {
            let around = [name[..<place].last, name[(place + 1)...].first]
            switch scalar {
            case "@": return "@"
            case "/" where around.last == "/": return "//"
            case ":" where !around.allSatisfy({ $0?.isLetterOrDigit ?? false }): return ":"
            default: continue
            }
        }
        return nil
    }

    /// Whether a word in small letters is `www.` and more, or ends like a host does.
    ///
    /// Countries have two letters, as “Co.KG” and “S.A.de C.V” do; of their hosts somewhere before has three.
    private static func isHost(_ word: String) -> Bool {
        let labels = word.split(separator: ".")
        guard labels.count >= 2, let end = labels.last.map(String.init) else { return false }
        if labels[0].utf8.elementsEqual("www".utf8) || endings.contains(end) { return true }
        return countries.contains(end) && labels.dropLast().contains { $0.unicodeScalars.count >= 3 }
    }

    /// Top-level domains that people meet (IANA’s root zone has a thousand more), and the one of documents (RFC 2606).
    private static let endings = words(
        """
        app biz blog click cloud com dev digital email example gov icu info int link live mil mobi net news online org
        page pro shop site space store tech top vip website world xyz zone рф укр срб 中国 中國 网址 公司 みんな 한국
        """
    )

    /// ISO 3166-1 as the root zone has it.
    private static let countries = words(
        """
        ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd
        cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gd ge
        gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh
        ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw
        mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb
        sc sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk
        us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw
        """
    )

    private static func words(_ text: String) -> Set<String> {
        Set(text.split(whereSeparator: \.isWhitespace).map(String.init))
    }
}

extension Unicode.Scalar {
    /// The sign that this one is read as in an address, in its usual width.
    fileprivate var plain: Unicode.Scalar {
        switch self {
        case "．", "。", "｡", "․": "."
        case "／", "⁄", "∕": "/"
        case "：", "∶", "꞉": ":"
        case "＠", "﹫": "@"
        default: self
        }
    }

    fileprivate var mayStandInHost: Bool {
        isLetterOrDigit || self == "." || self == "-" || properties.generalCategory == .nonspacingMark
    }
}
