"""Webhooks by the Standard Webhooks specification: who is told, and how it is sent safely."""
