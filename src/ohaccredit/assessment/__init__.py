"""From a submission and an edition to an assessment: findings, tiers, what blocks the next one."""
