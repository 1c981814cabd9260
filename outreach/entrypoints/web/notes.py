"""What is noted of letters, the relay and the mailbox, as the lower floors write it: messages to be translated."""

from __future__ import annotations

from outreach.entrypoints.web.words import mark

# %(whole)s is said in its turn, %(word)s is a state or reading of ours, every other place stays as it was noted.
NOTES = (
    # where a letter waits, and until when (core/dispatch.py, calendar.py, pacing.py)
    mark("is about to leave"),
    mark("is being handed over"),
    mark("its turn comes next"),
    mark("waits for its time"),
    mark("waits: %(whole)s"),
    mark("sending is paused: %(whole)s"),
    mark("held until %(day)s"),
    mark("public holiday (%(theirs)s)"),
    mark("before %(time)s in %(place)s"),
    mark("after %(time)s in %(place)s"),
    mark("Monday"),
    mark("Tuesday"),
    mark("Wednesday"),
    mark("Thursday"),
    mark("Friday"),
    mark("Saturday"),
    mark("Sunday"),
    mark("at most %(number)s letters a minute"),
    mark("at most %(number)s addresses within 24 hours"),
    mark("at most %(number)s letters a minute to one domain"),
    # why it is not sent (core/dispatch.py, followup.py, campaign/deciding/review.py)
    mark("an answer waits for a person to decide"),
    mark("an answer waits for a person to decide; no letters until then"),
    mark("the contact was corrected"),
    mark("the deadline has passed since it was queued"),
    mark("no longer in %(contacts)s"),
    mark("no more letters to this invitee are wanted"),
    mark("a newer letter goes to another contact"),
    mark("has answered since: %(word)s"),
    mark("has written before the letter left; answer, and write again if it is still wanted"),
    mark("has written before the invitation left, which was not sent; write again if it is still wanted"),
    mark("no longer confirmed: %(word)s"),
    mark("no longer declined: %(word)s"),
    mark("has confirmed"),
    mark("has declined"),
    mark("has withdrawn"),
    mark("asked not to be written to"),
    mark("%(whole)s, and asks something that we have not answered"),
    mark("the letter cannot be delivered there; find another address, then write again"),
    mark("the secretariat owes an answer; reminders pause until then"),
    mark("a person wrote again; reminders wait until that letter has left"),
    mark("asked for no more letters"),
    mark("stopped by a person"),
    mark("taken back by a person"),
    mark("written again to %(address)s"),
    mark("erased"),
    # what became of it (campaign/sending/outcomes.py, doubt.py, resolving.py, core/proof.py)
    mark("given up after %(number)s tries: %(whole)s"),
    mark("given up before the deadline after %(number)s tries: %(whole)s"),
    mark("the program was interrupted while it handed the letter over"),
    mark("%(theirs)s: the relay has it"),
    mark("%(theirs)s: send again"),
    mark("copy to %(address)s refused: %(theirs)s"),
    mark("its copy is looked for at %(moment)s"),
    mark("looked for next at %(moment)s"),
    mark("found in %(folder)s by %(theirs)s"),
    mark("it is not in %(folder)s"),
    mark("it is looked for once more, and then sent again"),
    mark("it is not in %(folder)s, but it is not known that every letter has its copy there"),
    mark("it is not in %(folder)s, but it was begun before it was known that every letter has its copy there"),
    mark("it is not in %(folder)s, where every letter has its copy (looked %(moment)s)"),
    mark("there is no folder in which copies of our letters could be looked for"),
    mark("sent again with the same Message-ID"),
    # servers that cannot be used (adapters/imap/connection.py, adapters/smtp/login.py)
    mark("The mail server %(place)s cannot be read now: %(theirs)s."),
    mark("%(place)s refused the login of %(name)s: %(theirs)s"),
    mark("check username and password of [inbox]."),
    mark("check [smtp] username and the password"),
    mark("some providers want an app password, or that sending by SMTP is switched on for the mailbox"),
    mark("%(place)s is out of reach: %(theirs)s"),
    mark("check [smtp] host, port, security and the network, or try again later"),
    mark("%(place)s is not ready: %(theirs)s"),
    mark("%(place)s cannot check the login now: %(theirs)s"),
    mark("try again later"),
    # a mailbox of files, and mails that somebody else reads just now (adapters/maildir.py, campaign/answers/replies.py)
    mark("There is no Maildir (a folder with new and cur in it) at %(theirs)s; see path in [inbox]."),
    mark("%(theirs)s cannot be read: %(whole)s."),
    mark("another process is reading the mail; try again in a moment"),
)
# What a person did, as it is remembered for whoever wants to take back what came before (campaign/deciding/review.py).
# They are sought there alone: a stranger may write “… was answered”, too.
ACTS = (
    mark("%(name)s is now %(word)s"),
    mark("no letters to %(name)s before %(day)s"),
    mark("no more letters to %(name)s"),
    mark("%(name)s was answered"),
    mark("mail %(number)s no longer waits"),
    mark("mail %(number)s is of no invitee"),
    mark("mail %(number)s is of %(name)s"),
    mark("the letter goes to %(address)s under the same reference"),
)
# What is noted for the command line or at greater length than the page has place for, and what the page says instead.
INSTEAD = {
    "its words may also mean %(word)s": mark("its words may also mean “%(word)s”"),
    "look into the relay's log, then: %(theirs)s": mark("look into the mail server's log, then say what became of it"),
    "reminder %(step)s of %(number)s goes on %(moment)s": mark("waits for the day of reminder %(step)s"),
    "reminder %(step)s is missed: past the deadline of %(day)s": mark("the deadline is over"),
    "reminders %(step)s are missed: past the deadline of %(day)s": mark("the deadline is over"),
}
