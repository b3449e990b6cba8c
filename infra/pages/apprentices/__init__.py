"""The pages of apprentices: the list, one of them, and the forms of their everyday commands."""

from infra.pages.apprentices.forms import FORMS
from infra.pages.apprentices.listing import apprentices_page
from infra.pages.apprentices.one import apprentice_page
from infra.pages.apprentices.tables import TABLES

__all__ = ["FORMS", "TABLES", "apprentice_page", "apprentices_page"]
