"""Who is kept out of every decision about a participant: whoever graded, and whoever is tied by 利益相反."""

from collections.abc import Collection

from lms.certification.rules.deciding import Involvement
from lms.grading.queries.conflicts import list_tied_participant_ids
from lms.grading.queries.released import list_graded_participant_ids


def involvements_of(user_id: int, participant_ids: Collection[int]) -> dict[int, Involvement]:
    """Participant id → what keeps this person out, of those about whom something does; queries do not grow with them."""
    tied = list_tied_participant_ids(user_id, participant_ids)
    graded = list_graded_participant_ids(user_id).intersection(participant_ids)
    return dict.fromkeys(tied, Involvement.TIED) | dict.fromkeys(graded, Involvement.GRADED)


def find_involvement(user_id: int, participant_id: int) -> Involvement | None:
    """What keeps this person out of decisions about one participant, or None."""
    return involvements_of(user_id, [participant_id]).get(participant_id)
