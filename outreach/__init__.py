"""Invites local and regional governments to a campaign, reads their answers and keeps the confirmation log."""

__version__ = "0.1.0"
