"""The pages of agreements: the list, one of them, and the forms of its everyday commands."""

from infra.pages.agreements.forms import FORMS
from infra.pages.agreements.listing import agreements_page
from infra.pages.agreements.one import agreement_page
from infra.pages.agreements.tables import TABLES

__all__ = ["FORMS", "TABLES", "agreement_page", "agreements_page"]
