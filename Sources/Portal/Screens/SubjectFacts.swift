import Registry
import Web

/// What is known about an application that is decided about.
struct SubjectFacts: Component {
    let visit: Visit
    let subject: ReviewSubject

    private var application: Application { subject.proposed }

    var body: HTML {
        dl(.class("facts")) {
            if case .waiting(let date, _) = subject.application.submission {
                fact("Asked on") { Moment(CalendarText(date)) }
            }
            if let plain = application.displayName.inASCII {
                fact("In ASCII") { code { plain } }
            }
            fact("Mail and website") {
                bdi { application.ownerDomain }
                if let host = application.websiteHost {
                    " and "
                    bdi { host }
                    host.isSameSite(as: application.ownerDomain) ? ": same" : ": different"
                } else {
                    ", no website"
                }
            }
            fact("Redirect hosts") {
                if hosts.isEmpty { "None yet" }
                for (place, host) in hosts.enumerated() {
                    if place > 0 { ", " }
                    bdi(.dir(.leftToRight)) { host }
                }
            }
            fact("Verified domains") {
                if application.proofs.isEmpty { "None" }
                for (place, proof) in application.proofs.enumerated() {
                    if place > 0 { ", " }
                    bdi(.dir(.leftToRight)) { proof.domain.text }
                }
            }
            fact("Permissions") {
                if application.scopes.isEmpty { "None" }
                for (place, scope) in application.scopes.names.enumerated() {
                    if place > 0 { ", " }
                    code { scope.text }
                }
            }
            fact("Test connections") { subject.checklist.testConnectionsSaid }
        }
    }

    private var hosts: [String] {
        application.redirectURIs.map(\.place).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}

extension String {
    /// With every letter outside of ASCII as its number, so that none passes for another; nil where there is none.
    var inASCII: String? {
        if utf8.allSatisfy({ $0 < 0x80 }) { return nil }
        return unicodeScalars.map { scalar in
            scalar.isASCII ? String(scalar) : "‹U+\(String(scalar.value, radix: 16, uppercase: true))›"
        }.joined()
    }
}

/// What an administrator should know before they decide; further findings stand here too.
struct Findings: Component {
    let visit: Visit
    let subject: ReviewSubject

    var body: HTML {
        let warnings = subject.warnings(at: visit.tenant)
        if !warnings.isEmpty {
            ul(.class("findings")) { for warning in warnings { li { sentence(warning) } } }
        }
    }

    @HTMLBuilder private func sentence(_ warning: ReviewWarning) -> HTML {
        switch warning {
        case .freeMailDomain(let domain):
            "Anybody can have an address at "
            bdi { domain }
            "."
        case .otherDomains(let mail, let website):
            "The owner’s address is at "
            bdi { mail }
            ", the website at "
            bdi { website }
            "."
        case .mayChange(let scopes):
            "It asks to do more than read: "
            for (place, scope) in scopes.names.enumerated() {
                if place > 0 { ", " }
                code { scope.text }
            }
            "."
        }
    }
}
