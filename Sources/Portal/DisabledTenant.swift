import Web

/// What everybody is told in the place of a tenant that its operator has disabled (MT-07).
enum DisabledTenant {
    /// Nil for the style of the page that says so.
    static func response(to visit: Visit, at route: Route?) -> Response? {
        switch route?.pattern.description {
        case "/theme/{file}": nil
        case "/logos/{digest}/{file}": SystemPage.notFound.response(to: visit)
        default: Failure.response(to: Refusal.tenantDisabled, visit, for: route?.audience ?? .customers)
        }
    }
}
