"""What a person of the secretariat may do in the page: each role may do what those before it may."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """From nobody in particular to who runs the page."""

    ANYONE = "anyone"  # not logged in
    READER = "reader"  # sees everything
    REVIEWER = "reviewer"  # decides what answers mean
    SENDER = "sender"  # lets letters leave
    ADMIN = "admin"  # gives accounts

    def may_act_as(self, needed: Role) -> bool:
        """Whether this role is enough where another one is needed."""
        order = [*Role]
        return order.index(self) >= order.index(needed)


GIVEN = tuple(role for role in Role if role is not Role.ANYONE)  # roles that an account may have
