"""Participants on their way to a certificate, built straight into the tables of the rooms below."""

import secrets
from datetime import timedelta
from decimal import Decimal
from itertools import count

from lms import clock
from lms.certification.queries.completion import latest_proposals
from lms.certification.rules.entries import EntryKind
from lms.certification.rules.reasons import REASONS_FOR, Reason
from lms.certification.services.acting import decide_act, propose_act
from lms.certification.services.deciding import approve_batch, decide_certification, propose_certification
from lms.certification.services.issuing import issue_certificate
from lms.certification.services.ordering import order_reissue
from lms.certification.services.reissuing import accept_order
from lms.db.session import db
from lms.exams.models import Attempt, ExamWindow, StoredPaper, Submission
from lms.exams.rules.sitting import HandInKind
from lms.grading.models import Assignment, Essay, ResultRelease, ResultRow
from lms.grading.rules.parts import GraderPart
from lms.lessons.models import LessonProgress
from lms.lessons.queries import list_published_lesson_ids
from lms.terms.models import TermsConsent
from lms.web.access import Role
from tests.factories import Factory, Seat


class Builder:
    """Builds on `make`; everything is committed, so that requests and threads see it."""

    def __init__(self, make: Factory) -> None:
        self.make = make
        self.app = make.app
        self._numbers = count(1)
        self.proposer = make.staff(Role.OFFICE, name="事務 一子")
        self.approver = make.staff(Role.OFFICE, name="事務 二郎")
        self.cohort_id = make.cohort(2)

    def complete_seat(self, name: str = "", *, cohort_id: int = 0) -> Seat:
        """A participant who meets the whole rule."""
        seat = self.make.seat(cohort_id or self.cohort_id, name=name, minutes=300)
        self.finish_lessons(seat)
        self.consent_to_terms(seat)
        self.release_result(seat, is_passed=True)
        return seat

    def finish_lessons(self, seat: Seat) -> None:
        with self.app.app_context():
            now = clock.now()
            db.session.add_all(
                LessonProgress(
                    participant_id=seat.participant_id, lesson_id=lesson, opened_at=now, completed_at=now, quiz_passed_at=now
                )
                for lesson in list_published_lesson_ids()
            )
            db.session.commit()

    def consent_to_terms(self, seat: Seat) -> None:
        with self.app.app_context():
            db.session.add(
                TermsConsent(user_id=seat.user_id, revision="2026-11-22", text_sha256="0" * 64, consented_at=clock.now())
            )
            db.session.commit()

    def release_result(self, seat: Seat, *, is_passed: bool, total: str = "120", is_released: bool = True) -> int:
        """A finalized result, released by default; returns the attempt's id."""
        with self.app.app_context():
            now = clock.now()
            window = self._window(seat.cohort_id)
            paper = StoredPaper(exam_id="practitioner", exam_version="1", seed="0", body="{}", sha256="0" * 64, drawn_at=now)
            db.session.add(paper)
            db.session.flush()
            attempt = Attempt(
                public_id=secrets.token_hex(16),
                participant_id=seat.participant_id,
                window_id=window.id,
                paper_id=paper.id,
                candidate_number=f"T{next(self._numbers):05d}",
                pledged_at=now,
                created_at=now,
            )
            db.session.add(attempt)
            db.session.flush()
            self._finalize(attempt, is_passed=is_passed, total=total)
            if is_released and db.session.query(ResultRelease).filter_by(window_id=window.id).first() is None:
                db.session.add(ResultRelease(window_id=window.id, released_by_id=self.proposer, released_at=now))
            db.session.commit()
            return attempt.id

    def assign_essay(self, grader_id: int, attempt_id: int) -> None:
        """The grader gets an essay of the attempt."""
        with self.app.app_context():
            now = clock.now()
            submission = db.session.query(Submission).filter_by(attempt_id=attempt_id).one()
            attempt = db.session.get_one(Attempt, attempt_id)
            essay = Essay(
                submission_id=submission.id,
                attempt_id=attempt_id,
                window_id=attempt.window_id,
                paper_id=attempt.paper_id,
                question_id="E1",
                candidate_number=attempt.candidate_number,
                text="架空の解答",
                char_count=5,
                created_at=now,
            )
            db.session.add(essay)
            db.session.flush()
            db.session.add(
                Assignment(
                    public_id=secrets.token_hex(16),
                    essay_id=essay.id,
                    grader_id=grader_id,
                    part=GraderPart.FIRST,
                    position=1,
                    reasons=[],
                    assigned_at=now,
                )
            )
            db.session.commit()

    def approve(self, seat: Seat) -> None:
        """Proposed by one and approved by the other."""
        with self.app.app_context():
            propose_certification([seat.participant_id], by=self.proposer, now=clock.now())
            proposal = latest_proposals([seat.participant_id])[seat.participant_id]
            decide_certification(proposal.id, True, "", by=self.approver, now=clock.now())

    def approve_all(self, seats: list[Seat]) -> None:
        """Proposed by one in one act and approved by the other."""
        with self.app.app_context():
            ids = propose_certification([seat.participant_id for seat in seats], by=self.proposer, now=clock.now())
            approve_batch(ids, by=self.approver, now=clock.now())

    def approved_seat(self, name: str = "") -> Seat:
        seat = self.complete_seat(name)
        self.approve(seat)
        return seat

    def issue(self, seat: Seat) -> str:
        with self.app.app_context():
            return issue_certificate(seat.participant_id, by=self.proposer, now=clock.now())

    def issued_seat(self, name: str = "") -> tuple[Seat, str]:
        seat = self.approved_seat(name)
        return seat, self.issue(seat)

    def enact(self, number: str, kind: EntryKind, reason: Reason | None = None) -> None:
        """Proposed by one and approved by the other."""
        with self.app.app_context():
            chosen = reason or REASONS_FOR[kind][0]
            words = {"explanation": "架空の経緯です。", "words": "架空のお知らせです。"}
            proposal = propose_act(number, kind, chosen, **words, by=self.proposer, now=clock.now())
            decide_act(proposal, True, "", by=self.approver, now=clock.now())

    def reissue(self, seat: Seat, reason: Reason = Reason.LOSS, new_name: str = "") -> int:
        """Ordered by the holder and accepted by the office; gives back the new version."""
        with self.app.app_context():
            order = order_reissue(seat.participant_id, reason, new_name, "", by=seat.user_id, now=clock.now())
            return accept_order(order, by=self.approver, now=clock.now())

    def _window(self, cohort_id: int) -> ExamWindow:
        found: ExamWindow | None = db.session.query(ExamWindow).filter_by(cohort_id=cohort_id, number=1).first()
        if found is None:
            now = clock.now()
            found = ExamWindow(
                cohort_id=cohort_id,
                exam_id="practitioner",
                number=1,
                opens_at=now - timedelta(days=2),
                closes_at=now - timedelta(days=1),
            )
            db.session.add(found)
            db.session.flush()
        return found

    def _finalize(self, attempt: Attempt, *, is_passed: bool, total: str) -> None:
        now = clock.now()
        submission = Submission(
            attempt_id=attempt.id,
            number=1,
            kind=next(iter(HandInKind)),
            answers={},
            sha256="0" * 64,
            submitted_at=now,
            recorded_at=now,
        )
        db.session.add(submission)
        db.session.flush()
        db.session.add(
            ResultRow(
                attempt_id=attempt.id,
                submission_id=submission.id,
                window_id=attempt.window_id,
                revision=1,
                is_passed=is_passed,
                total=Decimal(total),
                section_points={},
                arithmetic=[],
                essays={},
                finalized_by_id=self.proposer,
                finalized_at=now,
            )
        )
