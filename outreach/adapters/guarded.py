"""PLACEHOLDER by the lead, to be replaced by the reader's engineer."""
from outreach.core.reading.reader import open_mail
open_guarded = open_mail
