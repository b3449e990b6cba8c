"""What each refusal says to a reader, by its code, and which field it concerns where its facts name none."""

from __future__ import annotations

from collections.abc import Mapping

from infra.pages.languages import mark

SAID: Mapping[str, str] = {
    "agreement_exists": mark("An agreement of this id exists already: %(title)s."),
    "agreement_has_ended": mark("The agreement has ended; nothing about it changes any more."),
    "amendment_changes_nothing": mark("The amendment changes nothing."),
    "amendment_exists": mark("An amendment of this id exists already."),
    "amendment_on_the_table": mark("Another amendment is on the table."),
    "clause_exists": mark("The agreement has a clause of this id already."),
    "digest_differs": mark("The text has changed since you read it. Read it again before you sign."),
    "due_date_has_passed": mark("It was due on %(due)s: what comes now cures a breach."),
    "ended_before_it_took_effect": mark("It took effect on %(effective)s: its last day cannot lie before."),
    "ends_before_it_starts": mark("The last day lies before the first day, %(starts)s."),
    "ends_too_early": mark("The last day cannot lie in the past."),
    "evidence_counted_already": mark("Event #%(position)s counts already."),
    "evidence_falls_short": mark("The evidence adds up to %(given)s; %(needed)s are owed."),
    "evidence_of_another_kind": mark("The clause names other events than this: %(type)s."),
    "never_due": mark("The due date lies after the agreement's last day, %(ends)s."),
    "no_clauses": mark("An agreement without clauses cannot be proposed. Add one first."),
    "no_such_agreement": mark("There is no such agreement."),
    "no_such_clause": mark("The agreement has no such clause."),
    "no_such_obligation": mark("Nothing like this is owed."),
    "not_ended_yet": mark("Its last day cannot lie in the future."),
    "not_on_the_table": mark("This amendment is not on the table."),
    "obligation_not_breached": mark("It is not breached: there is nothing to cure."),
    "obligation_not_open": mark("It is not open any more."),
    "party_missing": mark("Somebody is missing among the parties: %(missing)s."),
    "party_named_twice": mark("A party is named twice."),
    "party_without_a_name": mark("An organisation needs a name that the parties read."),
    "signed_already": mark("This party has signed the text already."),
    "term_is_over": mark("The agreement's term was over on %(ends)s."),
    "term_runs_on": mark("The agreement's term runs on until %(ends)s."),
    "terms_missing": mark("Mandatory contract terms are missing: %(missing)s."),
    "unknown_party": mark("This is none of the agreement's parties."),
    "wrong_state": mark("Its present state does not allow this: %(state)s."),
    # apprenticeships and mentors
    "apprentice_taken_on_already": mark("%(mentor)s guides this apprentice already."),
    "apprenticeship_exists": mark("An apprenticeship of this id exists already."),
    "apprenticeship_has_ended": mark("The apprenticeship has ended; nothing about it changes any more."),
    "capacity_below_load": mark("%(load)s apprentices are guided already: relieve some first."),
    "earlier_than_the_last_change": mark("The last change was on %(last)s: this cannot lie before it."),
    "mentor_assigned_already": mark("There is a mentor of this kind already: %(mentor)s."),
    "mentor_at_capacity": mark("No room: %(mentor)s. Choose somebody else, or raise the capacity of %(capacity)s."),
    "mentor_not_registered": mark("There is no such mentor."),
    "mentor_of_another_kind": mark("%(needed)s is needed, and this is %(kind)s."),
    "mentor_qualified_already": mark("The mentor is qualified already."),
    "mentor_registered_already": mark("A mentor of this id is registered already."),
    "mentors_missing": mark("Training starts with one mentor of each kind. Missing: %(missing)s."),
    "no_mentor_of_this_kind": mark("Nobody of this kind guides the apprentice."),
    "no_such_apprenticeship": mark("There is no such apprenticeship."),
    "not_happened_yet": mark("The day cannot lie in the future."),
    # whatever is ordered
    "idempotency_key_reused": mark("This form was sent before with other answers. Open it anew to send it again."),
    "unavailable": mark("A part of the system does not answer. Nothing is lost: send the form again."),
    "version_conflict": mark("Somebody else changed this at the same moment. Look at it again, then repeat."),
    "unknown_tenant": mark("There is no such university or organisation."),
    "not_permitted": mark("Your role may not do this."),
    "not_your_own": mark("You may do this for yourself only."),
    "not_found": mark("There is no such thing."),
    "not_your_tenant": mark("This belongs to somebody else: %(tenant)s."),
    # who is let in
    "not_signed_in": mark("This opens nothing here. Send the whole key, as it was shown when it was issued."),
    "key_revoked": mark("The key was revoked. Ask whoever runs the place for another one."),
    "key_expired": mark("The key's last day, %(expired)s, is over. Ask whoever runs the place for another one."),
    "rate_limited": mark("That was too often. Try again in %(retry_after_s)s seconds."),
    # pages
    "no_such_path": mark("There is no page at this address."),
    "method_not_allowed": mark("Nothing can be sent to this address."),
    "invalid_input": mark("A filter in the address has a wrong value."),
    "malformed_request": mark("The request could not be read."),
    "views_behind": mark("The read models are behind. Try again in a moment."),
    "internal_error": mark("This is a mistake of ours. It is noted, and nothing is lost."),
}
"""By code, with the facts put in."""

CONCERNS: Mapping[str, str] = {
    "apprenticeship_exists": "/_thing",
    "agreement_exists": "/_thing",
    "mentor_registered_already": "/_thing",
    "digest_differs": "/digest",
    "ends_before_it_starts": "/ends",
    "mentor_of_another_kind": "/mentor",
    "never_due": "/obligation/due",
    "party_missing": "/parties",
    "party_named_twice": "/parties",
    "party_without_a_name": "/parties",
}
"""By code, the field that it concerns where the facts name no field."""
