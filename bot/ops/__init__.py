"""The operator's side: logs, monitoring, diagnosis, help and the deletion of a member's data."""
