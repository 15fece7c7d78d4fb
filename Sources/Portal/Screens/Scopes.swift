import Registry
import Web

/// The permissions that applications can ask for (ux A21).
enum ScopeScreens {
    static func list(_ admin: AdminAccess, _ visit: Visit) async throws -> Response {
        ScopeListPage(admin: admin, visit: visit, uses: try await admin.scopeUses()).page.response(to: visit)
    }

    static func askForNew(_ admin: AdminAccess, _ visit: Visit) async throws -> Response {
        var form = ScopeForm()
        form.basis = try visit.basis(of: .scope(nil), in: visit.tenant)
        return ScopePage(visit: visit, form: form, subject: nil).response()
    }

    static func add(_ admin: AdminAccess, _ sent: Form, _ visit: Visit) async throws -> Response {
        let form = ScopeForm(sent, in: visit.tenant)
        return try await saving(ScopePage(visit: visit, form: form, subject: nil), admin) {
            let edit = TenantEdit(
                part: .scope(nil),
                action: .scopeAdded,
                object: form.name,
                basis: form.basis,
                change: { file in form.added(to: file) }
            )
            try await admin.make(edit, visit)
        }
    }

    static func ask(_ admin: AdminAccess, _ visit: Visit) async throws -> Response {
        let scope = try visit.requestedScope(visit.queryValue("scope"))
        var form = ScopeForm(scope, in: visit.tenant)
        form.basis = try visit.basis(of: .scope(scope.name), in: visit.tenant)
        return ScopePage(visit: visit, form: form, subject: scope, mayChange: admin.rank == .full).response()
    }

    /// Where customers agreed to other words, first asks whether the new ones allow more.
    static func change(_ admin: AdminAccess, _ sent: Form, _ visit: Visit) async throws -> Response {
        let scope = try visit.requestedScope(sent["name"])
        let form = ScopeForm(sent, in: visit.tenant)
        let page = ScopePage(visit: visit, form: form, subject: scope)
        return try await saving(page, admin) {
            let edit = change(of: scope, to: form, at: visit)
            if form.widens == nil, form.meansOtherwise(than: scope),
                let uses = try await admin.scopeUses()[scope.name]
            {
                _ = try edit.settings(from: visit.tenant)
                throw MayWiden(uses: uses)
            }
            try await admin.make(edit, visit)
        }
    }

    private static func change(of scope: OfferedScope, to form: ScopeForm, at visit: Visit) -> TenantEdit {
        let (name, now) = (scope.name, visit.registry.now())
        return TenantEdit(
            part: .scope(name),
            action: .scopeChanged,
            object: name.text,
            basis: form.basis,
            change: { file in form.written(into: file) },
            adjust: { settings in
                guard form.widens == true else { return }
                for place in settings.scopes.indices where settings.scopes[place].name == name {
                    settings.scopes[place].widenedAt = now
                }
            },
            remarks: form.widens.map { [("asks_again", $0 ? "yes" : "no")] } ?? []
        )
    }

    private static func saving(
        _ page: ScopePage,
        _ admin: AdminAccess,
        _ save: () async throws -> Void
    ) async throws -> Response {
        let (visit, list) = (page.visit, page.visit.path("admin", "scopes"))
        var page = page
        do {
            try await save()
            let done = page.subject == nil ? "added" : page.form.widens == true ? "asked" : "saved"
            let others = page.subject.map(page.form.leavesLanguagesBehind) == true ? [("others", "stay")] : []
            return .redirect(to: list.with(query: [("done", done)] + others))
        } catch let question as MayWiden {
            page.usesInQuestion = question.uses
            return page.response()
        } catch let mistakes as FileMistakes {
            page.problems = mistakes.all.map { page.form.problem($0, in: visit.tenant) }
            return page.response(.unprocessable)
        } catch let overtaken as Overtaken {
            let standing = overtaken.standing
            guard let theirs = standing.settings.scopes.first(where: { $0.name == page.subject?.name }) else {
                return .redirect(to: list.with(query: [("done", "gone")]))
            }
            page.theirs = ScopeForm(theirs, in: standing)
            page.form.basis = try visit.basis(of: .scope(theirs.name), in: standing)
            page.overtaken = overtaken
            return page.response(.conflict)
        }
    }

    static func askToDelete(_ admin: AdminAccess, _ visit: Visit) async throws -> Response {
        try await deletion(admin, visit, visit.requestedScope(visit.queryValue("scope"))).response(to: visit)
    }

    static func delete(_ admin: AdminAccess, _ sent: Form, _ visit: Visit) async throws -> Response {
        let scope = try visit.requestedScope(sent["name"])
        let edit = TenantEdit(
            part: .scope(scope.name),
            action: .scopeDeleted,
            object: scope.name.text,
            basis: sent["basis"] ?? "",
            change: { file in file.withoutScope(scope.name.text) }
        )
        do {
            try await admin.make(edit, visit)
            let list = visit.path("admin", "scopes")
            return .redirect(to: list.with(query: [("done", "deleted")]))
        } catch is ScopeRefusal {
            return try await deletion(admin, visit, scope).response(to: visit, .conflict)
        } catch is Overtaken {
            // Whoever deletes has to see what they delete.
            return try await deletion(admin, visit, scope).response(to: visit, .conflict)
        }
    }

    private static func deletion(
        _ admin: AdminAccess,
        _ visit: Visit,
        _ scope: OfferedScope
    ) async throws -> Page {
        let uses = try await admin.scopeUses()[scope.name] ?? 0
        let basis = try visit.basis(of: .scope(scope.name), in: visit.tenant)
        return DeleteScopePage(scope: scope, uses: uses, basis: basis, visit: visit).page
    }
}

/// What so many applications have would be told in other words, and nobody said yet whether those allow more.
private struct MayWiden: Error { let uses: Int }

extension Visit {
    /// The permission of this name; throws ``Refusal/notFound``.
    fileprivate func requestedScope(_ name: String?) throws -> OfferedScope {
        guard let name, let found = tenant.settings.scopes.first(where: { $0.name.text.isByteForByte(name) })
        else { throw Refusal.notFound }
        return found
    }
}
