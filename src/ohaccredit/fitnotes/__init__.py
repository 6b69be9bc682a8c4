"""Fit notes over time: absence records, timelines, sick pay, measures. Validity itself is rules."""
