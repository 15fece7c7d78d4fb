/// What is deleted a batch at a time, because others wait while it is: how far that has come.
extension Schema {
    static var deletionInBatches: [SQL] {
        [
            // When the last consent to an application that was deleted got its end.
            "ALTER TABLE applications ADD COLUMN consents_ended_at INTEGER",
            """
            CREATE INDEX applications_to_disconnect ON applications (tenant, deleted_at)
            WHERE deleted_at IS NOT NULL AND consents_ended_at IS NULL
            """,
            // Of a million consents the standing ones are counted without reading them.
            "CREATE INDEX grants_of_application ON grants (tenant, application, ended_at, last_used_at)",
            "DROP INDEX grants_by_application",
            // Of a consent that was refreshed very often, what can still be used.
            "CREATE INDEX refresh_tokens_of_family ON refresh_tokens (tenant, family, used_at)",
            "DROP INDEX refresh_tokens_by_family",
        ]
    }

    /// All at once until then.
    static var deletionSoFar: [SQL] {
        ["UPDATE applications SET consents_ended_at = deleted_at WHERE deleted_at IS NOT NULL"]
    }
}
