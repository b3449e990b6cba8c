"""`baseplus key`: who may come in. The secret is made here, shown once, and kept nowhere."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import TypeVar

import click

from baseplus.kernel.access import Role
from baseplus.kernel.decisions import Metadata
from baseplus.kernel.forms import read_struct
from baseplus.kernel.refusals import Invalid, Unavailable
from baseplus.kernel.vocabulary import TenantId
from infra.cli.options import wrong_option
from infra.cli.output import Printer, printed, say
from infra.cli.question import question
from infra.cli.writing import fresh_key, open_store, print_receipt, tenant_option
from projections.keys.api import routes as questions
from tenants.keys.model import IssueKey, RevokeKey, in_its_tenant, keys
from tenants.keys.token import new_token

C = TypeVar("C", IssueKey, RevokeKey)


class MaybeIssued(Unavailable):
    """Whether the key was issued is unknown, and its token is lost. Facts: what, reason, key."""

    mend = "issue another one; if baseplus key list shows this one, revoke it"


@click.group(
    epilog="""\b
The first keys of an installation:
  baseplus tenant add operator --kind operator --name "Platform operations"
  baseplus key issue --tenant operator --role operator --label "Platform operations"
  baseplus key issue --tenant uni-a --role staff --label "Registry of University A"
\b
Afterwards staff issue their own: POST /v1/uni-a/keys, or this command."""
)
def key() -> None:
    """Keys by which people and programs come in: each opens one tenant, as one role.

    What is stored of a key is the hash of its secret. Its token, bp_<tenant>_<key>_<secret>, is printed when it is
    issued and never again: whoever loses it is issued another one.
    """


@key.command(
    epilog="""\b
Examples:
  baseplus key issue --tenant uni-a --role staff --label "Nightly import" --expires 2027-01-31
  baseplus key issue --tenant uni-a --role mentor --own person-17 --label "Mentor in hall 3"
  baseplus key issue --tenant uni-a --role enterprise --own yunchuan --label "Yunchuan's own system" --json
  export BASEPLUS_TOKEN=$(baseplus key issue --tenant uni-a --role staff --label "This shell")
\b
Standard output has the token and nothing else, so that it can be put where it belongs without being seen."""
)
@tenant_option
@click.option(
    "--role",
    required=True,
    type=click.Choice(Role, case_sensitive=False),
    help="What its holder may do. A university's keys are of staff, mentors, enterprises or regulators; an"
    " association's, an enterprise's, a regulator's and the operator's are of the role with that name.",
)
@click.option("--label", required=True, help="What it is for; not whose it is, since everybody on the staff reads it.")
@click.option("--own", metavar="ID", help="The person or party that it speaks for: of a mentor or an enterprise.")
@click.option("--expires", metavar="YYYY-MM-DD", help="The last day that it opens anything, in UTC. Left out: no end.")
@click.option("--id", "name", metavar="KEY", help="The key's id, which people see. Left out, one is made.")
@printed("json")
def issue(
    out: Printer, tenant: TenantId, role: Role, label: str, own: str | None, expires: str | None, name: str | None
) -> None:
    """Issue a key and print its token, once."""
    name = name or f"{role}-{secrets.token_hex(4)}"
    token = new_token(tenant, name)
    given = {"role": role, "label": label, "digest": token.digest, "own": own, "expires": expires}
    order = _read(IssueKey, given)
    with open_store() as store:
        try:
            receipt = store.execute(
                tenant, keys, name, order, metadata=Metadata(key=fresh_key()), resolve=in_its_tenant
            )
        except Unavailable as error:
            if type(error) is not Unavailable:
                raise
            raise MaybeIssued(**error.facts, key=name) from error
    if out.form == "json":
        out.record({"tenant": tenant, "key": name, "role": role, "position": receipt.position, "token": str(token)})
        return
    say(f"Key {name} of {tenant}, role {role}. This is its token; it is not shown again:")
    click.echo(str(token))


@key.command(epilog='\b\nExample:\n  baseplus key revoke import-1 --tenant uni-a --reason "Its token was in a mail"')
@click.argument("name", metavar="KEY")
@tenant_option
@click.option("--reason", help="Why, for whoever reads the history.")
@printed("json")
def revoke(out: Printer, name: str, tenant: TenantId, reason: str | None) -> None:
    """Revoke KEY: it opens nothing any more, within a few seconds, and cannot be brought back."""
    order = _read(RevokeKey, {"reason": reason})
    with open_store() as store:
        print_receipt(out, store.execute(tenant, keys, name, order), None)


def _read(command: type[C], given: Mapping[str, object]) -> C:
    try:
        return read_struct(command, {name: value for name, value in given.items() if value is not None}, lax=True)
    except Invalid as refusal:
        raise wrong_option(refusal) from None


for _asked in questions.queries:
    key.add_command(question(_asked, "key"))
