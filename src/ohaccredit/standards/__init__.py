"""Standards, criteria, evidence types and rules: loading and checking editions."""
