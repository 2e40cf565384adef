"""Forms of 認定: what strangers type to check a certificate, what a holder orders, why a certification is not approved."""

import re
import unicodedata

from wtforms import (  # type: ignore[attr-defined] # the type stubs do not know SelectChoice yet
    RadioField,
    SelectChoice,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length

from lms.certification import labels
from lms.certification.rules.entries import EntryKind
from lms.certification.rules.ordering import HOLDERS_REASONS
from lms.certification.rules.reasons import REASONS_FOR, Reason
from lms.web.forms import JapaneseForm

MAX_NAME = 200


class VerifyForm(JapaneseForm):
    """認定番号 and 確認コード. Nothing is validated here: a wrong shape and a wrong code are the same failure."""

    number = StringField(
        "認定番号",
        validators=[InputRequired()],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "maxlength": 60},
    )
    code = StringField(
        "確認コード",
        validators=[InputRequired()],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "maxlength": 60},
    )

    @property
    def typed(self) -> tuple[str, str]:
        """Number and code as they were typed, empty when they were not sent."""
        return self.number.data or "", self.code.data or ""


class NameForm(JapaneseForm):
    """The name a visitor has in hand, to be compared with the printed one."""

    name = StringField("氏名", validators=[InputRequired()], render_kw={"autocomplete": "off", "maxlength": MAX_NAME})

    @property
    def typed_name(self) -> str:
        """The name as it was typed, cut to a sane length."""
        return (self.name.data or "").strip()[:MAX_NAME]


class DocumentForm(JapaneseForm):
    """The SHA-256 of a PDF, worked out by the page's script or by the visitor; the file itself is never sent."""

    sha256 = StringField(
        "PDFのSHA-256(64桁の英数字)",
        validators=[InputRequired()],
        render_kw={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false", "maxlength": 200, "class": "mono"},
    )

    @property
    def typed(self) -> str:
        """The value as the register keeps it: spaces and breaks go, full-width and capital digits become plain ones."""
        return re.sub(r"\s", "", unicodedata.normalize("NFKC", (self.sha256.data or "")[:200])).lower()


class OrderForm(JapaneseForm):
    """再発行の申込み: why, the new name when it changed, what else the office should know."""

    reason = RadioField(
        "再発行の理由",
        choices=[SelectChoice(each.value, labels.REASON[each]) for each in HOLDERS_REASONS],
        coerce=Reason,
        validators=[InputRequired()],
    )
    new_name = StringField(
        "新しい氏名(氏名の変更のとき)", validators=[Length(max=MAX_NAME)], render_kw={"autocomplete": "name", "maxlength": 100}
    )
    explanation = TextAreaField("事務局に伝えること", validators=[Length(max=1000)], render_kw={"rows": 4, "maxlength": 1000})

    @property
    def typed(self) -> tuple[Reason, str, str]:
        """Reason, name and explanation of a form that holds."""
        return Reason(self.reason.data), self.new_name.data or "", self.explanation.data or ""


class ActForm(JapaneseForm):
    """An act on a certificate: its reason, what the register keeps, what the holder is told."""

    reason = RadioField("理由", coerce=Reason, validators=[InputRequired("理由を選んでください。")])
    explanation = TextAreaField(
        "経緯(協会の記録)", validators=[InputRequired("入力してください。"), Length(max=1000)], render_kw={"rows": 4}
    )
    words = TextAreaField(
        "本人への説明", validators=[InputRequired("入力してください。"), Length(max=1000)], render_kw={"rows": 4}
    )

    def offer(self, kind: EntryKind) -> None:
        """The reasons that may be given for the act; a single one is chosen already."""
        self.reason.choices = [SelectChoice(each.value, labels.REASON[each]) for each in REASONS_FOR[kind]]


class OfficeOrderForm(OrderForm):
    """再発行の申込み that the office writes down for the holder, or because of a fault of printing."""

    reason = RadioField(
        "再発行の理由",
        choices=[SelectChoice(each.value, labels.REASON[each]) for each in REASONS_FOR[EntryKind.REISSUE]],
        coerce=Reason,
        validators=[InputRequired("理由を選んでください。")],
    )
    explanation = TextAreaField("経緯", validators=[Length(max=1000)], render_kw={"rows": 4, "maxlength": 1000})


class AnswerForm(JapaneseForm):
    """Words to the holder about an order."""

    answer = TextAreaField("本人への返事", validators=[Length(max=1000)], render_kw={"rows": 3})


class ReasonForm(JapaneseForm):
    """A reason in words."""

    reason = TextAreaField(
        "理由", validators=[InputRequired("理由を入力してください。"), Length(max=1000)], render_kw={"rows": 3}
    )


class DecisionForm(JapaneseForm):
    """Why a proposal is not approved."""

    reason = TextAreaField("承認しない理由", validators=[Length(max=1000)], render_kw={"rows": 3})
