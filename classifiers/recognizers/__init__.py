"""Kinds of PII with a form of their own: one kind, one file, one table of cases in its test."""
