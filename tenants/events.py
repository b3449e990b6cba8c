"""What can happen to a tenant. The stream is `tenancy/<tenant>`, the first one of the tenant's own history."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from baseplus.kernel.events import Event
from baseplus.kernel.vocabulary import Line


class OrganisationKind(StrEnum):
    """What an organisation that is no university is. The operator runs the platform; there is one of it."""

    ENTERPRISE = "enterprise"
    ASSOCIATION = "association"
    REGULATOR = "regulator"
    OPERATOR = "operator"


class UniversityRegistered(Event):
    """A university has a history of its own from here on."""

    TYPE: ClassVar = "tenancy.university_registered.v1"
    name: Line


class OrganisationRegistered(Event):
    """An organisation has a history of its own from here on."""

    TYPE: ClassVar = "tenancy.organisation_registered.v1"
    name: Line
    kind: OrganisationKind


TenancyEvent = UniversityRegistered | OrganisationRegistered
