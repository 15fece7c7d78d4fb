import Registry
import Testing

@Suite("Telling names apart")
struct TellingNamesApart {
    private func likeness(_ name: String, _ other: String) -> NameLikeness? {
        NameLook(name).likeness(to: NameLook(other))
    }

    @Test
    func `of a hundred names made to be taken for another, at least 99 are found, whichever came first`() {
        let missed = Confusables.pairs.filter { pair in
            likeness(pair.fake, pair.real) == nil || likeness(pair.real, pair.fake) == nil
        }
        #expect(Confusables.pairs.count == 100)
        #expect(missed.count <= 1, "\(missed)")
    }

    @Test(arguments: [
        ("Acme Rentals", "Acne Studios"), ("Delta Air Lines", "Delta Electronics"), ("IBM", "IBN"),
        ("Hitachi", "Hitachi Zosen"), ("三一重工", "三菱重工"), ("中国建筑", "中国建材"), ("삼성전자", "삼성전기"),
        ("שטראוס", "אלביט"), ("Газпром", "Роснефть"), ("Bank of China", "Bank of Japan"), ("Ford", "Fort"),
        ("Support GmbH", "Login Ltd"), ("Acme", "!!"),
    ])
    func `names of different companies are different`(one: String, other: String) {
        #expect(likeness(one, other) == nil)
    }

    @Test func `a typo is told from the same look`() {
        #expect(likeness("RoviTraker", "RoviTracker") == .oneLetterApart)
        #expect(likeness("Rovi Tracker Ltd", "RoviTracker") == .same)
    }

    @Test
    func `of 1,000 companies there are, at most 1 % are taken for another or not taken at all`() async throws
    {
        let brand = try Tenant.Settings.harbour().brand
        var (looks, held): ([NameLook], [String]) = ([], [])
        for name in realCompanies {
            await Task.yield()
            let look = NameLook(name)
            let isTaken = looks.contains { look.likeness(to: $0) != nil }
            if isTaken || (try? CompanyName(name, at: brand)) == nil { held.append(name) }
            looks.append(look)
        }
        #expect(realCompanies.count >= 1000)
        #expect(held.count * 100 <= realCompanies.count, "\(held)")
    }
}

/// A hundred pairs of a name and one made to be taken for it: other letters, another spelling, a word of an office.
private enum Confusables {
    struct Pair { let real: String, fake: String }

    static let pairs = list.flatMap { real, fakes in
        fakes.split(separator: ",").map { Pair(real: real, fake: String($0)) }
    }

    private static let list = [
        (
            "RoviTracker",
            """
            R\u{43E}viTracker,Rovi Tracker,RoviTracker\u{200B},RoviTraker,RoviTrackar,RoivTracker,ROVITRACKER,\
            R0viTracker,RoviTracker Support,Official RoviTracker,RoviTracker Login GmbH,Rovi\u{422}racker,\
            Ro\u{3BD}iTracker,RoviTr\u{430}cker,RoviTrac\u{3BA}er,Rövitracker,R.o.v.i.T.r.a.c.k.e.r,ＲｏｖｉＴｒａｃｋｅｒ,\
            𝐑𝐨𝐯𝐢𝐓𝐫𝐚𝐜𝐤𝐞𝐫,ⓇⓞⓥⓘⓉⓡⓐⓒⓚⓔⓡ
            """
        ),
        (
            "Caterpillar",
            """
            Catterpillar,Caterpi1lar,Caterpi|lar,Caterpiḷḷar,C\u{430}t\u{435}rpill\u{430}r,Caterpiller,CATERPILLAR INC,\
            Caterpilar
            """
        ),
        (
            "Komatsu",
            "Kornatsu,K\u{43E}matsu,\u{39A}omatsu,Komatsu Ltd,K o m a t s u,Komastu,Komatsuu,Komatzu"
        ),
        ("Liebherr", "Leibherr,Liebher,LiebHerr Account,L\u{456}\u{435}bh\u{435}rr,L1ebherr,Liebherr-Help"),
        ("Volvo", "Vo1vo,Volv0,VOLV\u{39F},V\u{43E}lv\u{43E},Vollvo,Volvo Online"),
        (
            "Microsoft",
            "Rnicrosoft,Micros0ft,Mïcrosoft,\u{41C}icrosoft,Microsft,Microsoft Security Team,Mircosoft"
        ),
        ("Google", "G00gle,Gooogle,G\u{43E}\u{43E}gle,Goog1e,Googie,Google Sign-in"),
        ("Amazon", "Arnazon,Amaz0n,\u{410}mazon,Amazom,Amazon.app"),
        ("PayPal", "PayPaI,Paypa1,\u{420}ay\u{420}al,PayPall,Pay-Pal"),
        ("Siemens", "Siernens,\u{405}iemens,Siemenss,Seimens AG,5iemens"),
        ("Facebook", "Faceb00k,Faceb\u{43E}ok,Facebok"),
        ("LaMetric", "La Metric,L\u{430}Metric,LaMetrlc,LaMeric"),
        ("CameraManager", "Camera Manager,Carnera Manager,CameraManagar,\u{421}ameraManager App"),
        ("Valuekeep", "Va1uekeep,Value Keep,Valuekeap,V\u{430}luekeep Portal"),
        ("Яндекс", "Янд\u{65}кс,ЯНДЕКС ООО"),
        ("Газпром", "Г\u{61}зпром,Гaзпрoм"),
        ("Bosch", "B0sch,B\u{43E}sch Group,Bos\u{441}h"),
        ("ΔΕΗ", "ΔE\u{397}"),
        ("Tesla", "Tes1a"),
    ]
}
