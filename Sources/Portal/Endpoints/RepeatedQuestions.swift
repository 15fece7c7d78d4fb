import Registry
import Web

/// All that an answer about a token depends on.
struct RepeatedQuestion: Hashable, Sendable {
    /// This object: a tenant that changed is another one.
    let tenant: Tenant

    /// Of the request, since secrets are in it.
    let digest: ByteKey
}

/// An answer to a question about a token, which may be given again to whoever asks the very same.
struct RepeatableAnswer: Sendable {
    let response: Response

    /// Nil where it is not to be repeated: what does not work today may tomorrow.
    let uses: TokenUses?

    /// The same, where the question came through doors of the tenant's profile.
    func through(_ doors: [String], of application: ClientID) -> RepeatableAnswer {
        RepeatableAnswer(response: response, uses: uses?.through(doors, of: application))
    }
}

extension Visit {
    /// Lets a client in and answers it; what it did wrong, and which doors it came through, is noted.
    func answeringClient<Answer>(
        at step: Activity.Step,
        _ answer: (ClientAccess, Parameters) async throws -> Answer
    ) async throws -> Answer {
        let (client, sent) = try await notingRefusals(at: step) { try await self.client(at: step) }
        return try await notingRefusals(of: sent, by: client, at: step) {
            let answer = try await answer(client, sent)
            noteDoors(of: sent, by: client)
            return answer
        }
    }

    /// Answers a question, or says again what was answered to the very same within half a second.
    ///
    /// A provider's interface asks about the token of each of its own requests. What an answer rests on ends it here too:
    /// whatever is revoked, suspended or narrowed is forgotten at once; see `RecentReads`.
    func answeringOnce(_ answer: () async throws -> RepeatableAnswer) async throws -> Response {
        let (answers, question, now) = (site.answers, question, registry.now())
        let known = answers.known(question, at: now) { $0.uses?.works(at: now) ?? false }
        if let known, let uses = known.uses {
            registry.noteAgain(uses, from: provenance)
            return known.response
        }
        let generation = answers.generation
        let made = try await answer()
        if made.uses != nil { answers.keep(made, for: question, at: now, since: generation) }
        return made.response
    }

    private var question: RepeatedQuestion {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512 + request.body.count)
        bytes.append(request.isSecure.map { $0 ? 2 : 1 } ?? 0)
        // No part but the last can hold a zero, and no value begins with a small number.
        for part in [request.host, request.rawPath, request.query] {
            bytes += part.utf8
            bytes.append(0)
        }
        for name in ["authorization", "content-type"] {
            let count = request.headers.append(name, to: &bytes)
            bytes.append(UInt8(clamping: count))
        }
        bytes += request.body
        return RepeatedQuestion(tenant: tenant, digest: ByteKey(bytes: sha256(bytes)))
    }
}
