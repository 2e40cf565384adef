"""A representative of every kind of act, from every room, ready to be done: what it writes and whether it mails."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select, update

from lms import clock
from lms.accounts.services import accept_invitation, disable_user, give_role, invite_staff, issue_invitation_link
from lms.billing.rules import PaymentMethod
from lms.billing.services import confirm_payment, invite_again
from lms.certification.queries.completion import latest_proposals
from lms.certification.services.deciding import decide_certification, propose_certification
from lms.certification.services.issuing import issue_certificate
from lms.certification.services.using import set_name_consent
from lms.cohorts.rules.decisions import DayPlan
from lms.cohorts.rules.roster import Column, RosterRow
from lms.cohorts.services.attending import enter_attendance
from lms.cohorts.services.correcting import correct_participant
from lms.cohorts.services.planning import change_plan, create_cohort
from lms.cohorts.services.seating import import_roster, withdraw_participant
from lms.db.session import db
from lms.exam_engine.exchange.losses import Format
from lms.exam_engine.windows import ExtraTime
from lms.exams.rules.accommodating import Grant
from lms.exams.rules.readiness import CheckId, CheckOutcome, CheckResult
from lms.exams.services.accommodating import decide_accommodation, request_accommodation
from lms.exams.services.exchanging import note_export
from lms.exams.services.handing_in import close_attempt, hand_in_section
from lms.exams.services.readiness import record_readiness
from lms.exams.services.saving import save_answers
from lms.exams.services.starting import start_attempt
from lms.exams.services.windows import change_window, open_window
from lms.grading.services.conflicts import declare_conflict
from lms.grading.services.marking import confirm_mark, save_draft
from lms.grading.services.opening import open_grading
from lms.grading.services.results import finalize_results, release_results
from lms.grading.services.verdicts import propose_verdicts
from lms.lessons.rules.worksheets import SheetEdit
from lms.lessons.services import complete_lesson, save_worksheet, try_quiz
from lms.mail.models import OutgoingMail
from lms.office.services import note_backup, resend_mail
from lms.terms.queries import get_current_terms
from lms.terms.services import consent
from lms.web.access import Role
from tests.factories import Factory
from tests.lms.certification.builders import Builder
from tests.lms.exams import builders as exams
from tests.lms.grading import builders as grading
from tests.lms.lessons import builders as lessons

PASSPHRASE = "kaze-no-tayori-wo-yomu-2026"
AUDIT, MAIL = "audit_events", "outgoing_mails"
DAY = DayPlan(date(2026, 12, 10), time(13), time(18), "")


@dataclass(frozen=True)
class Act:
    """An act that has not been done yet, and the tables it writes."""

    do: Callable[[], object]
    writes: frozenset[str]


def act(do: Callable[[], object], *tables: str) -> Act:
    return Act(do, frozenset(tables))


def now() -> datetime:
    return clock.now()


def opening_a_cohort(make: Factory) -> Act:
    by = make.staff(Role.OFFICE)
    days = (date(2026, 12, 10), date(2026, 12, 11))
    return act(lambda: create_cohort("practitioner", 9, "第9期", *days, 20, by=by, now=now()), "cohorts", "course_days", AUDIT)


def moving_a_cohort(make: Factory) -> Act:
    by, cohort = make.staff(Role.OFFICE), make.cohort()
    later = DayPlan(date(2026, 12, 11), time(13), time(18), "")
    return act(lambda: change_plan(cohort, DAY, later, 30, by=by, now=now()), "cohorts", "course_days", AUDIT)


def seating_a_roster(make: Factory) -> Act:
    by, cohort = make.staff(Role.OFFICE), make.cohort()
    rows = [
        RosterRow(2, "髙橋 花子", "タカハシ ハナコ", "hanako@example.jp"),
        RosterRow(3, "見本 太郎", "ミホン", "taro@example.jp"),
    ]
    return act(lambda: import_roster(cohort, rows, by=by, now=now()), "users", "participants", AUDIT)


def withdrawing(make: Factory) -> Act:
    by, seat = make.staff(Role.OFFICE), make.seat()
    return act(lambda: withdraw_participant(seat.participant_id, "ご都合", by=by, now=now()), "participants", AUDIT)


def correcting_a_participant(make: Factory) -> Act:
    """Name and address, with the account's name, its log-ins and a mail to both addresses."""
    by, seat = make.staff(Role.OFFICE), make.seat()
    make.login(seat.user_id)
    typed = {Column.NAME: "髙橋 花子", Column.KANA: "タカハシ ハナコ", Column.EMAIL: "hanako@example.jp"}
    return act(
        lambda: correct_participant(seat.participant_id, typed, by=by, now=now(), reason="ご本人のお申し出"),
        *("participants", "users", "login_sessions", AUDIT, MAIL),
    )


def entering_attendance(make: Factory) -> Act:
    by, seat = make.staff(Role.OFFICE), make.seat()
    return act(lambda: enter_attendance(seat.participant_id, 1, 290, "", by=by, now=now()), "attendances", AUDIT)


def confirming_a_payment(make: Factory) -> Act:
    by, seat = make.staff(Role.OFFICE), make.seat(paid=False)
    on = clock.today_jst()
    return act(
        lambda: confirm_payment(seat.participant_id, PaymentMethod.BANK, 198_000, on, by=by, now=now()),
        *("payments", "single_use_links", AUDIT, MAIL),
    )


def inviting_again(make: Factory) -> Act:
    by, seat = make.staff(Role.OFFICE), make.seat()
    return act(lambda: invite_again(seat.participant_id, by=by, now=now()), "single_use_links", AUDIT, MAIL)


def inviting_staff(make: Factory) -> Act:
    by = make.staff(Role.ADMIN)
    roles = [Role.GRADER, Role.INSTRUCTOR]
    return act(
        lambda: invite_staff("new@example.jp", "新任 者", roles, by=by, now=now()),
        *("users", "staff_roles", "single_use_links", AUDIT, MAIL),
    )


def accepting_an_invitation(make: Factory) -> Act:
    seat = make.seat()
    token = issue_invitation_link(seat.user_id, now=now()).rpartition("/")[2]
    return act(lambda: accept_invitation(token, PASSPHRASE, now=now()), "users", "login_sessions", "single_use_links", AUDIT)


def giving_a_role(make: Factory) -> Act:
    by, person = make.staff(Role.ADMIN), make.staff(Role.OFFICE)
    make.login(person)
    return act(lambda: give_role(person, Role.GRADER, by=by, now=now()), "staff_roles", "login_sessions", AUDIT)


def disabling(make: Factory) -> Act:
    by, person = make.staff(Role.ADMIN), make.staff(Role.OFFICE)
    make.login(person)
    return act(lambda: disable_user(person, by=by, now=now()), "users", "login_sessions", AUDIT)


def consenting(make: Factory) -> Act:
    seat, terms = make.seat(), get_current_terms()
    db.session.rollback()
    return act(lambda: consent(terms.revision, terms.sha256, by=seat.user_id, now=now()), "terms_consents", AUDIT)


def finishing_a_lesson(make: Factory) -> Act:
    seat = lessons.reader(make)
    reading = lessons.reading_seat(seat)
    return act(lambda: complete_lesson(reading, "L01", by=seat.user_id, now=now()), "lesson_progress", AUDIT)


def trying_a_quiz(make: Factory) -> Act:
    seat = lessons.reader(make)
    reading, answers = lessons.reading_seat(seat), lessons.right_answers()
    return act(lambda: try_quiz(reading, "L01", answers, by=seat.user_id, now=now()), "lesson_progress", "quiz_tries", AUDIT)


def writing_a_worksheet(make: Factory) -> Act:
    """The versions are the record; there is no line beside them."""
    seat = lessons.reader(make)
    reading, edits = lessons.reading_seat(seat), {"parties": SheetEdit("窓口の三人", 0)}
    return act(lambda: save_worksheet(reading, "L01", edits, by=seat.user_id, now=now()), "lesson_progress", "worksheet_entries")


def opening_a_window(make: Factory) -> Act:
    by, cohort = make.staff(Role.OFFICE), make.cohort()
    ends = now() + timedelta(days=9)
    return act(lambda: open_window(cohort, 1, now(), ends, by=by, now=now()), "exam_windows", AUDIT)


def widening_a_window(make: Factory) -> Act:
    by, window = make.staff(Role.OFFICE), exams.window(make, make.cohort())
    begins, ends = now() - timedelta(hours=1), now() + timedelta(days=3)
    return act(lambda: change_window(window, begins, ends, by=by, now=now()), "exam_windows", AUDIT)


def checking_readiness(make: Factory) -> Act:
    by, window = make.staff(Role.OFFICE), exams.window(make, make.cohort())
    return act(lambda: record_readiness(window, exams.ALL_GREEN, by=by, now=now()), "readiness_runs", AUDIT)


def opening_in_spite_of_red(make: Factory) -> Act:
    by, window = make.staff(Role.OFFICE), exams.window(make, make.cohort())
    red = [CheckResult(CheckId.DISK, CheckOutcome.RED), *exams.ALL_GREEN]
    return act(lambda: record_readiness(window, red, override_reason="手配済み", by=by, now=now()), "readiness_runs", AUDIT, MAIL)


def asking_for_accommodation(make: Factory) -> Act:
    seat = make.seat()
    wants = {"wants_extra_time": True, "wants_paper": False}
    return act(
        lambda: request_accommodation(seat.participant_id, **wants, reason="弱視のため", by=seat.user_id, now=now()),
        *("accommodation_requests", AUDIT),
    )


def deciding_about_accommodation(make: Factory) -> Act:
    by, seat, grant = make.staff(Role.OFFICE), make.seat(), Grant(ExtraTime(percent=50))
    return act(
        lambda: decide_accommodation(seat.participant_id, grant, request_id=None, reason="確認しました", by=by, now=now()),
        *("accommodation_decisions", AUDIT, MAIL),
    )


def starting_the_exam(make: Factory) -> Act:
    seat = exams.eligible_seat(make)
    window = exams.window(make, seat.cohort_id)
    return act(
        lambda: start_attempt(seat.participant_id, window, pledged=True, by=seat.user_id, now=now()),
        *("papers", "attempts", "attempt_events", AUDIT),
    )


def saving_an_answer(make: Factory) -> Act:
    """The versions are the record; there is no line beside them."""
    begun = exams.begin(make)
    sent = [exams.sent(begun.paper, begun.question(), begun.paper.question(begun.question()).options[0].id, sequence=1)]
    return act(
        lambda: save_answers(begun.attempt_id, sent, device="d", by=begun.seat.user_id, now=now()),
        *("answer_versions", "current_answers"),
    )


def handing_in_a_section(make: Factory) -> Act:
    begun = exams.begin(make)
    return act(
        lambda: hand_in_section(begun.attempt_id, "choice", [], device="d", by=begun.seat.user_id, now=now()),
        *("attempt_events", AUDIT),
    )


def handing_in_the_exam(make: Factory) -> Act:
    begun = exams.begin(make)
    hand_in_section(begun.attempt_id, "choice", [], device="d", by=begun.seat.user_id, now=now())
    return act(
        lambda: hand_in_section(begun.attempt_id, "essay", [], device="d", by=begun.seat.user_id, now=now()),
        *("attempt_events", "submissions", AUDIT, MAIL),
    )


def closing_an_expired_exam(make: Factory) -> Act:
    begun = exams.begin(make)
    later = now() + timedelta(hours=9)
    return act(lambda: close_attempt(begun.attempt_id, now=later), "attempt_events", "submissions", AUDIT, MAIL)


def opening_the_grading(make: Factory) -> Act:
    sat, staff = grading.sit(make, 1), grading.graders(make)
    return act(
        lambda: open_grading(sat.window_id, staff, by=sat.office, now=now()),
        *("grading_rounds", "window_graders", "essays", "assignments", "choice_marks", AUDIT),
    )


def declaring_a_conflict(make: Factory) -> Act:
    sat, (grader, *_) = grading.sit(make, 1), grading.graders(make, 4)
    person = sat.seats[0].participant_id
    return act(lambda: declare_conflict(grader, person, "同じ会社", by=sat.office, now=now()), "grader_conflicts", AUDIT)


def drafting_a_mark(make: Factory) -> Act:
    """A draft is nothing yet; there is no line beside it."""
    sat = grading.sit(make, 1)
    grading.opened(make, sat, grading.graders(make))
    mine = grading.open_assignments(sat.window_id)[0]
    public_id, grader, sheet = mine.public_id, mine.grader_id, grading.sheet(mine.essay_id, 3)
    db.session.rollback()
    return act(lambda: save_draft(public_id, sheet, by=grader, now=now()), "mark_drafts", "assignment_leases")


def confirming_a_mark_that_calls_a_third_grader(make: Factory) -> Act:
    sat = grading.sit(make, 1)
    grading.opened(make, sat, grading.graders(make))
    first, second = grading.open_assignments(sat.window_id)[:2]
    confirm_mark(first.public_id, grading.sheet(first.essay_id, 5), by=first.grader_id, now=now())
    public_id, grader, sheet = second.public_id, second.grader_id, grading.sheet(second.essay_id, 1)
    save_draft(public_id, sheet, by=grader, now=now())
    return act(
        lambda: confirm_mark(public_id, sheet, by=grader, now=now()),
        *("grader_marks", "mark_drafts", "assignment_leases", "assignments", AUDIT),
    )


def finalizing(make: Factory) -> Act:
    sat = _graded(make)
    propose_verdicts(sat.window_id, {}, by=sat.releaser, now=now())
    return act(lambda: finalize_results(sat.window_id, by=sat.office, now=now()), "results", AUDIT)


def releasing(make: Factory) -> Act:
    sat = _graded(make)
    grading.finalize(sat)
    return act(lambda: release_results(sat.window_id, by=sat.releaser, now=now()), "result_releases", AUDIT, MAIL)


def _graded(make: Factory) -> grading.Sat:
    sat = grading.sit(make, 1)
    grading.opened(make, sat, grading.graders(make))
    grading.mark_all(sat.window_id)
    return sat


def proposing(make: Factory) -> Act:
    build = Builder(make)
    seat = build.complete_seat()
    return act(lambda: propose_certification([seat.participant_id], by=build.proposer, now=now()), "completion_proposals", AUDIT)


def deciding(make: Factory) -> Act:
    build = Builder(make)
    seat = build.complete_seat()
    propose_certification([seat.participant_id], by=build.proposer, now=now())
    proposal = latest_proposals([seat.participant_id])[seat.participant_id].id
    db.session.rollback()
    return act(lambda: decide_certification(proposal, True, "", by=build.approver, now=now()), "completion_decisions", AUDIT)


def issuing(make: Factory) -> Act:
    build = Builder(make)
    seat = build.approved_seat("髙橋 花子")
    return act(
        lambda: issue_certificate(seat.participant_id, by=build.proposer, now=now()),
        *("number_series", "register_entries", "printed_records", "issued_documents", "verification_secrets", AUDIT, MAIL),
    )


def showing_the_name(make: Factory) -> Act:
    seat = make.seat()
    return act(lambda: set_name_consent(seat.participant_id, is_shown=True, by=seat.user_id, now=now()), "name_consents", AUDIT)


def sending_a_mail_again(make: Factory) -> Act:
    inviting_again(make).do()
    mail = db.session.scalars(select(OutgoingMail.id)).one()
    db.session.execute(update(OutgoingMail).values(given_up_at=now(), tries=9))
    db.session.commit()
    by = make.staff(Role.OFFICE)
    return act(lambda: resend_mail(mail, by=by, now=now()), MAIL, AUDIT)


def noting_a_backup(make: Factory) -> Act:
    return act(lambda: note_backup("nintei-20261201-030000.sqlite", "0" * 64, 1, now=now()), AUDIT)


def taking_the_questions_out(make: Factory) -> Act:
    by = make.staff(Role.OFFICE)
    return act(lambda: note_export("practitioner", Format.GIFT, 130, by=by, now=now()), AUDIT)


ACTS: tuple[Callable[[Factory], Act], ...] = (
    *(opening_a_cohort, moving_a_cohort, seating_a_roster, withdrawing, correcting_a_participant, entering_attendance),
    *(confirming_a_payment, inviting_again, inviting_staff, accepting_an_invitation, giving_a_role, disabling, consenting),
    *(finishing_a_lesson, trying_a_quiz, writing_a_worksheet),
    *(checking_readiness, opening_in_spite_of_red, asking_for_accommodation, deciding_about_accommodation),
    *(opening_a_window, widening_a_window, starting_the_exam, saving_an_answer, handing_in_a_section),
    *(handing_in_the_exam, closing_an_expired_exam),
    *(opening_the_grading, declaring_a_conflict, drafting_a_mark, confirming_a_mark_that_calls_a_third_grader),
    *(finalizing, releasing, proposing, deciding, issuing, showing_the_name, sending_a_mail_again),
    *(noting_a_backup, taking_the_questions_out),
)
