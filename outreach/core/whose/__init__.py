"""Whose mail is this: names, an index of the invitees, what a mail tells, and all signals scored together."""
