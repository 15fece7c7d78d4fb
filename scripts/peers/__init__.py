"""What the bench asks, whom it asks, and Portal's peers on PostgreSQL."""
