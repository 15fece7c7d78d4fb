import FoundationEssentials
import Registry
import Web

struct ConsentFacts: Component {
    let subject: ConsentSubject
    let disclosure: Disclosure
    /// Nil where it is only looked at.
    let form: String?
    let words: ConsentWords

    private var application: Application { subject.application }

    var body: HTML {
        dl(.class("facts")) {
            fact(words.publishedBy) {
                if !disclosure.publisher.isVerified { words.registeredBySomeoneAt }
                bdi { disclosure.publisher.name }
                " "
                VerifiedTag(
                    application: application,
                    tenantName: subject.home.brand.displayName,
                    verified: words.verifiedBy,
                    notVerified: words.notVerified
                )
            }
            if disclosure.destination != .nowhere {
                fact(words.youWillReturnTo) {
                    place
                    PlaceTag(disclosure, verified: words.verifiedDomain, elsewhere: words.sentElsewhere)
                }
            }
            if let since = disclosure.connectedSince {
                fact(words.connectedSince) { Day(since, in: words.months) }
            }
            fact(words.registeredHereOn) { Day(disclosure.registeredOn, in: words.months) }
            div {
                dt { label(.for("lasts")) { words.accessLasts } }
                dd { terms }
            }
        }
        if disclosure.destination == .nowhere { p { words.youWillStay } }
    }

    private var terms: HTML {
        select(
            .id("lasts"),
            .name("lasts"),
            .form(form ?? "").when(form != nil),
            .disabled.when(form == nil)
        ) {
            if let end = disclosure.endsAt {
                term(.asBefore, words.asBefore.text { _ in CalendarText(end).date(in: words.months) })
            }
            term(.untilDisconnected, words.untilDisconnected)
            term(.month, words.thirtyDays)
            term(.week, words.sevenDays)
        }
    }

    private func term(_ term: ConsentChoice.Term, _ words: String) -> HTML {
        option(.value(term.rawValue), .selected.when(subject.mending?.term == term)) { words }
    }

    @HTMLBuilder private var place: HTML {
        switch disclosure.destination {
        case .nowhere: HTML()
        case .web: strong { bdi(.dir(.leftToRight)) { disclosure.returnsTo } }
        case .thisComputer:
            strong { words.thisComputer }
            " ("
            bdi(.dir(.leftToRight)) { disclosure.returnsTo }
            ")"
        case .installedApp:
            words.theApp
            strong { bdi { disclosure.application } }
            " ("
            bdi(.dir(.leftToRight)) { disclosure.returnsTo }
            ")"
        }
    }
}

/// Whether the place of this request is proved; nothing where the application's people have proved no domain.
struct PlaceTag: Component {
    let disclosure: Disclosure
    let verified: String
    let elsewhere: String

    init(_ disclosure: Disclosure, verified: String, elsewhere: String) {
        (self.disclosure, self.verified, self.elsewhere) = (disclosure, verified, elsewhere)
    }

    /// What a customer was told when they agreed.
    init(agreed disclosure: Disclosure) {
        self.init(disclosure, verified: "Verified: ", elsewhere: "Not verified – you were sent to ")
    }

    var body: HTML {
        switch disclosure.place {
        case nil: HTML()
        case .proved(let domain):
            " "
            span(.class("tag ok")) {
                span(.aria("hidden", "true")) { "✓" }
                span {
                    verified
                    bdi(.dir(.leftToRight)) { domain }
                }
            }
        case .unproved:
            " "
            span(.class("tag warn")) {
                span {
                    elsewhere
                    bdi(.dir(.leftToRight)) { disclosure.returnsTo }
                }
            }
        }
    }
}

/// A day in full, readable by machines too.
struct Day: Component {
    private let day: CalendarText
    private let months: MonthNames

    init(_ date: Date, in months: MonthNames = CalendarText.months) {
        day = CalendarText(date)
        self.months = months
    }

    var body: HTML { time(.datetime(day.isoDate)) { day.date(in: months) } }
}

/// Verified or not, in words.
struct VerifiedTag: Component {
    let application: Application
    let tenantName: String
    let verified: String
    let notVerified: String

    init(
        application: Application,
        tenantName: String,
        verified: String? = nil,
        notVerified: String = "Not verified"
    ) {
        self.application = application
        self.tenantName = tenantName
        self.verified = verified ?? "Verified by \(tenantName)"
        self.notVerified = notVerified
    }

    var body: HTML {
        if case .approved(let approval) = application.state {
            span(
                .class("tag ok"),
                .title(
                    """
                    \(tenantName) confirmed on \(CalendarText(approval.date).date) that \(approval.publisher.text) \
                    runs this application.
                    """
                )
            ) {
                span(.aria("hidden", "true")) { "✓" }
                " \(verified)"
            }
        } else {
            span(.class("tag warn")) { notVerified }
        }
    }
}
