"""Forms of 事務局: their shape only; whether an act is allowed is decided by the services."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Self

from flask_wtf.file import FileField, FileRequired
from werkzeug.datastructures import MultiDict
from wtforms import (  # type: ignore[attr-defined] # the type stubs do not know SelectChoice yet
    BooleanField,
    DateField,
    DateTimeLocalField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from lms import clock
from lms.billing.labels import METHODS
from lms.billing.rules import PaymentMethod
from lms.certification.queries.designs import DesignCard, Trial
from lms.cohorts.rules.decisions import DayPlan
from lms.editions.rules.limits import NOTE_LIMIT, REASON_LIMIT
from lms.exam_engine.vocabulary import Domain, Level
from lms.exam_engine.windows import ExtraTime
from lms.exams.rules.accommodating import MAX_EXTRA_MINUTES, MAX_EXTRA_PERCENT, MAX_REASON_LENGTH, Grant
from lms.office.labels import LEVELS, ROLES
from lms.office.queries import AttendanceLine
from lms.web.access import STAFF_ROLES, Role
from lms.web.forms import JapaneseForm

MAX_YEN = 10_000_000
NOTICE_LIMIT = 200
NEEDED = InputRequired("入力してください。")
NEEDED_CHOICE = InputRequired("1つ以上選んでください。")


class DaysForm(JapaneseForm):
    """The two days of a cohort and its capacity."""

    capacity = IntegerField("定員(名)", [Optional(), NumberRange(1, 1000)])
    day1_on = DateField("1日目の日付", [NEEDED])
    day1_starts = TimeField("1日目の開始時刻(日本時間)", [NEEDED])
    day1_ends = TimeField("1日目の終了時刻(日本時間)", [NEEDED])
    day1_url = StringField("1日目の Zoom 参加用アドレス", [Optional(), Length(max=500)])
    day2_on = DateField("2日目の日付", [NEEDED])
    day2_starts = TimeField("2日目の開始時刻(日本時間)", [NEEDED])
    day2_ends = TimeField("2日目の終了時刻(日本時間)", [NEEDED])
    day2_url = StringField("2日目の Zoom 参加用アドレス", [Optional(), Length(max=500)])

    @property
    def plans(self) -> tuple[DayPlan, DayPlan]:
        """Both days, of a form that was validated."""
        return (
            _day_plan(self.day1_on.data, self.day1_starts.data, self.day1_ends.data, self.day1_url.data),
            _day_plan(self.day2_on.data, self.day2_starts.data, self.day2_ends.data, self.day2_url.data),
        )


def _day_plan(held_on: date | None, starts: time | None, ends: time | None, url: str | None) -> DayPlan:
    assert held_on
    assert starts is not None
    assert ends is not None
    return DayPlan(held_on, starts, ends, (url or "").strip())


class CohortForm(DaysForm):
    """A new cohort."""

    ordinal = IntegerField("期の番号", [NEEDED, NumberRange(1, 999)])


class RosterForm(JapaneseForm):
    """The file to preview."""

    file = FileField("名簿ファイル", [FileRequired("ファイルを選んでください。")])


class CarriedRosterForm(JapaneseForm):
    """The previewed rows on their way to the import."""

    roster = HiddenField(validators=[NEEDED])


class TrackingForm(JapaneseForm):
    """The table of tracking numbers to preview."""

    file = FileField("追跡番号のファイル", [FileRequired("ファイルを選んでください。")])


class CarriedTrackingForm(JapaneseForm):
    """The previewed table on its way to being noted."""

    tracking = HiddenField(validators=[NEEDED])


class ReportForm(JapaneseForm):
    """The participants report of the meeting to preview."""

    file = FileField("Zoomの参加者レポート", [FileRequired("ファイルを選んでください。")])


class CarriedReportForm(JapaneseForm):
    """The previewed stays on their way to the import."""

    stays = HiddenField(validators=[NEEDED])


class EditionForm(JapaneseForm):
    """A changed ZIP or single file of the content, and what was changed."""

    file = FileField("ZIPまたは教材のファイル", [FileRequired("ファイルを選んでください。")])
    note = StringField("変更の内容(任意)", [Optional(), Length(max=NOTE_LIMIT)])
    is_whole = BooleanField("ZIPにないファイルは、この版から除く")


class InstalledEditionForm(JapaneseForm):
    """What was changed in the files of the installation."""

    note = StringField("変更の内容(任意)", [Optional(), Length(max=NOTE_LIMIT)])


class EditionReleaseForm(JapaneseForm):
    """Why an edition is published; `seen` is the latest line of the history that the page showed."""

    reason = StringField("理由", [NEEDED, Length(max=REASON_LIMIT)])
    seen = IntegerField("画面を開いたときの公開の記録", [Optional()], widget=HiddenInput())


class ShipForm(JapaneseForm):
    """When, by whom and under which number a parcel went out; the carriers come from the view."""

    shipped_on = DateField("発送日", [NEEDED])
    carrier = SelectField("運送会社", [NEEDED], choices=[])
    tracking_number = StringField("追跡番号", [Optional(), Length(max=60)], render_kw={"autocomplete": "off"})


class ReturnForm(JapaneseForm):
    """When a parcel came back, and why."""

    returned_on = DateField("戻ってきた日", [NEEDED])
    reason = StringField("戻ってきた理由", [NEEDED, Length(max=300)])


class ArrivalForm(JapaneseForm):
    """When a parcel arrived."""

    arrived_on = DateField("配達された日", [NEEDED])


class CancelForm(JapaneseForm):
    """Why a parcel will not go out."""

    words = StringField("取りやめる理由", [Optional(), Length(max=300)])


class QuestionFileForm(JapaneseForm):
    """A file of questions to look over, and what stands in where it says nothing."""

    file = FileField("問題のファイル", [FileRequired("ファイルを選んでください。")])
    domain = SelectField(
        "領域", choices=[SelectChoice("", "使わない"), *(SelectChoice(each.value, each.value) for each in Domain)], default=""
    )
    level = SelectField(
        "水準", choices=[SelectChoice("", "使わない"), *(SelectChoice(each.value, LEVELS[each]) for each in Level)], default=""
    )
    lessons = StringField("レッスン", [Optional(), Length(max=200)])
    author = StringField("作成者", [Optional(), Length(max=100)])


class CarriedBankForm(JapaneseForm):
    """The previewed questions on their way to the download."""

    bank = HiddenField(validators=[NEEDED])


class PaymentForm(JapaneseForm):
    """入金確認 of one seat."""

    method = SelectField(
        "支払方法",
        choices=[SelectChoice(method.value, text) for method, text in METHODS.items()],
        coerce=lambda value: value and PaymentMethod(value),
    )
    amount = IntegerField("金額(円・税込)", [NEEDED, NumberRange(1, MAX_YEN)])
    paid_on = DateField("入金日", [NEEDED])
    note = StringField("メモ", [Optional(), Length(max=300)])


class ReasonForm(JapaneseForm):
    """An act that needs a reason."""

    reason = StringField("理由", [NEEDED, Length(max=300)])


class WindowForm(JapaneseForm):
    """受験期間, in Japanese time."""

    opens_at = DateTimeLocalField("受験開始(日本時間)", [NEEDED], format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
    closes_at = DateTimeLocalField("受験締切(日本時間)", [NEEDED], format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """Opening and closing as aware moments."""
        opens, closes = self.opens_at.data, self.closes_at.data
        assert opens
        assert closes
        return clock.jst_moment(opens.date(), opens.time()), clock.jst_moment(closes.date(), closes.time())


class AccommodationForm(JapaneseForm):
    """What the office decides about 合理的配慮; a refusal gives nothing, whatever else was typed."""

    outcome = RadioField("決定", [NEEDED_CHOICE], choices=[SelectChoice("grant", "認める"), SelectChoice("refuse", "認めない")])
    extra_percent = IntegerField("時間の割増(%)", [Optional(), NumberRange(0, MAX_EXTRA_PERCENT)])
    extra_minutes = IntegerField("時間の延長(分)", [Optional(), NumberRange(0, MAX_EXTRA_MINUTES)])
    has_paper = BooleanField("紙の問題冊子を用意する")
    reason = TextAreaField("受講者に伝えること", [NEEDED, Length(max=MAX_REASON_LENGTH)])
    request_id = HiddenField()

    @property
    def grant(self) -> Grant | None:
        """What is given; None for a refusal."""
        if self.outcome.data != "grant":
            return None
        extra = ExtraTime(60 * (self.extra_minutes.data or 0), self.extra_percent.data or 0)
        return Grant(extra, bool(self.has_paper.data))

    @property
    def seen_request(self) -> int | None:
        """The request the office has read, if there was one."""
        typed = self.request_id.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None


class ActForm(JapaneseForm):
    """An act on running clocks: how many minutes (where it gives any), why, and the key that makes a form sent twice one act."""

    minutes = IntegerField("足す時間(分)", [Optional(), NumberRange(1, 180)])
    reason = StringField("理由", [NEEDED, Length(max=300)])
    form_key = HiddenField(validators=[NEEDED, Length(min=16, max=40)])


class NoticeForm(JapaneseForm):
    """A notice on the open pages of a window."""

    text = TextAreaField("お知らせの文", [NEEDED, Length(max=NOTICE_LIMIT)])


class ReopeningForm(JapaneseForm):
    """A proposal to open a submitted section again."""

    section = RadioField("再開する大問", [NEEDED_CHOICE], choices=[])
    minutes = IntegerField("時間(分)", [NEEDED, NumberRange(1, 180)])
    reason = StringField("理由", [NEEDED, Length(max=300)])


class LateAnswersForm(JapaneseForm):
    """A proposal about late answers; `outcome` says which of the two buttons was pressed."""

    version = SelectMultipleField("解答", [NEEDED_CHOICE], choices=[], coerce=int, validate_choice=False)
    outcome = RadioField(
        "扱い", [NEEDED_CHOICE], choices=[SelectChoice("admit", "採用する"), SelectChoice("refuse", "採用しない")]
    )
    reason = StringField("理由", [NEEDED, Length(max=300)])


class HandInDecisionForm(JapaneseForm):
    """The second person's word about a proposal; a refusal needs a reason, which the service asks for."""

    outcome = RadioField(
        "決定", [NEEDED_CHOICE], choices=[SelectChoice("approve", "承認する"), SelectChoice("refuse", "承認しない")]
    )
    reason = StringField("理由", [Optional(), Length(max=300)])


class StaffForm(JapaneseForm):
    """A new member of staff."""

    name = StringField("氏名", [NEEDED, Length(max=100)])
    email = StringField("メールアドレス", [NEEDED, Length(max=254)])
    roles = SelectMultipleField(
        "役割",
        [NEEDED_CHOICE],
        choices=[SelectChoice(role.value, ROLES[role]) for role in Role if role in STAFF_ROLES],
        coerce=lambda value: Role(value) if value else value,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


@dataclass(frozen=True, slots=True)
class TypedCell:
    """What was typed for one participant and day; `minutes` is None when it is no whole number."""

    participant_id: int
    day_number: int
    typed: str
    minutes: int | None
    reason: str


def read_attendance(values: MultiDict[str, str], lines: Sequence[AttendanceLine]) -> list[TypedCell]:
    """The cells of the attendance table that differ from what is stored."""
    cells = []
    for line in lines:
        for cell in line.cells:
            name = f"{line.seat.participant_id}-{cell.day.number}"
            stored = "" if cell.minutes is None else str(cell.minutes)
            typed = values.get(f"minutes-{name}", stored).strip()
            if typed != stored:
                minutes = int(typed) if typed.isdecimal() and len(typed) <= 4 else None
                reason = values.get(f"reason-{name}", "").strip()[:300]
                cells.append(TypedCell(line.seat.participant_id, cell.day.number, typed, minutes, reason))
    return cells


class CertificateTrialForm(JapaneseForm):
    """Words to see on a certificate before they are printed."""

    template = RadioField("ひな形", [NEEDED])
    name = StringField("氏名", [Optional(), Length(max=120)])
    association = StringField("団体名", [Optional(), Length(max=120)])
    has_more_dates = BooleanField("再発行日と有効期限のある版で見る")

    def offering(self, designs: Sequence[DesignCard]) -> Self:
        """Offer the designs that can be drawn, the one in use chosen."""
        usable = [design for design in designs if not design.problems]
        self.template.choices = [SelectChoice(value=design.name, label=design.label) for design in usable]
        self.template.default = next((design.name for design in usable), "")
        self.template.data = self.template.data or self.template.default
        return self

    def trial(self) -> Trial:
        """What was typed, exactly as it was typed."""
        return Trial(self.name.data or "", self.association.data or "", bool(self.has_more_dates.data))
