"""Assessments on the pages: both sides of them on an apprentice's record, and the forms to record one."""

from infra.pages.assessments.forms import FORMS
from infra.pages.assessments.tables import TABLES

__all__ = ["FORMS", "TABLES"]
