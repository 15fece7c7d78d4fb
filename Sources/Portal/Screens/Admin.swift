import Registry
import Web

/// How administrators come in.
enum AdminScreens {
    static func askToSignIn(_ visit: Visit) async throws -> Response {
        if try await visit.admin() != nil { return .redirect(to: visit.path("admin")) }
        return visit.answerWithSeal { visit, seal, headers in
            signInForm(visit, seal).page.response(to: visit, .ok, headers)
        }
    }

    static func signIn(_ form: Form, _ visit: Visit) async throws -> Response {
        let door = Door(role: .admin, form: form)
        switch try await door.open(visit) {
        case .opened(let cookies): return .redirect(to: visit.path("admin"), cookies)
        case .refused(let refusal):
            var page = signInForm(visit, visit.seal(for: nil))
            page.refuse(door.email, refusal)
            return page.page.response(to: visit, .unprocessable)
        }
    }

    static func signOut(_ admin: AdminAccess, _ form: Form, _ visit: Visit) async throws -> Response {
        try await admin.signOut()
        return .redirect(to: visit.path("admin", "sign-in"), visit.leaving(.admin))
    }

    private static func signInForm(_ visit: Visit, _ seal: String?) -> SignInForm {
        SignInForm(
            visit,
            seal,
            role: .admin,
            title: "Sign in to \(visit.brand.displayName) administration",
            action: visit.path("admin", "sign-in")
        )
    }
}
