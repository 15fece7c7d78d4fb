/// What is deleted a batch at a time, because others wait while it is: how far that has come.
extension Schema {
    static var deletionInBatches: [SQL] {
        [
            // None where consents to a deleted application still stand as they did.
            "ALTER TABLE applications ADD COLUMN consents_ended_at INTEGER",
            """
            CREATE INDEX applications_to_disconnect ON applications (tenant, deleted_at)
            WHERE deleted_at IS NOT NULL AND consents_ended_at IS NULL
            """,
            // Of a million consents the standing ones are counted without reading them.
            """
            CREATE INDEX live_grants_by_application ON grants (tenant, application, last_used_at)
            WHERE ended_at IS NULL
            """,
            "DROP INDEX grants_by_application",
        ]
    }

    /// All at once until then.
    static var deletionSoFar: [SQL] {
        ["UPDATE applications SET consents_ended_at = deleted_at"]
    }
}
