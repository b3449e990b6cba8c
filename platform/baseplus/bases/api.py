"""Bases and their resources: the commands that people and programs may give.

An enterprise contributes what is its own. A mentor books and uses in their own name.
"""

from __future__ import annotations

from itertools import chain

from baseplus.bases.daily import CompleteInspection, ContactPartner, DecideMatter, Escalate, HoldActivity
from baseplus.bases.model import Close, Found, RegisterSite, bases
from baseplus.bases.posts import AbolishPost, Appoint, CreatePost, HandOver, Vacate
from baseplus.bases.regulations import AdoptRegulation, AmendRegulation, RecordBreach
from baseplus.bases.resources import Book, CancelBooking, Contribute, Retire, Use, resources
from baseplus.kernel.access import Role
from baseplus.kernel.routes import Routes

_STAFF = (Role.STAFF,)

of_bases = Routes("bases", bases)
of_bases.command("POST /bases", Found, may=_STAFF)
of_bases.command("POST /bases/{base}/sites", RegisterSite, may=_STAFF)
of_bases.command("POST /bases/{base}/regulations/adopt", AdoptRegulation, may=_STAFF)
of_bases.command("POST /bases/{base}/regulations/amend", AmendRegulation, may=_STAFF)
of_bases.command("POST /bases/{base}/regulations/breaches", RecordBreach, may=_STAFF)
of_bases.command("POST /bases/{base}/posts", CreatePost, may=_STAFF)
of_bases.command("POST /bases/{base}/posts/appoint", Appoint, may=_STAFF)
of_bases.command("POST /bases/{base}/posts/hand-over", HandOver, may=_STAFF)
of_bases.command("POST /bases/{base}/posts/vacate", Vacate, may=_STAFF)
of_bases.command("POST /bases/{base}/posts/abolish", AbolishPost, may=_STAFF)
of_bases.command("POST /bases/{base}/matters", Escalate, may=(Role.STAFF, Role.MENTOR.own("raised_by")))
of_bases.command("POST /bases/{base}/matters/decide", DecideMatter, may=_STAFF)
of_bases.command("POST /bases/{base}/inspections", CompleteInspection, may=_STAFF)
of_bases.command("POST /bases/{base}/activities", HoldActivity, may=_STAFF)
of_bases.command("POST /bases/{base}/contacts", ContactPartner, may=_STAFF)
of_bases.command("POST /bases/{base}/close", Close, may=_STAFF)

of_resources = Routes("resources", resources)
of_resources.command("POST /resources", Contribute, may=(Role.STAFF, Role.ENTERPRISE.own("contributor")))
of_resources.command("POST /resources/{resource}/book", Book, may=(Role.STAFF, Role.MENTOR.own("booked_by")))
of_resources.command("POST /resources/{resource}/cancel-booking", CancelBooking, may=_STAFF)
of_resources.command("POST /resources/{resource}/use", Use, may=(Role.STAFF, Role.MENTOR.own("used_by")))
of_resources.command("POST /resources/{resource}/retire", Retire, may=_STAFF)

routes = tuple(chain(of_bases, of_resources))
