"""The form of the manual: for whom a link is made."""

from wtforms import StringField
from wtforms.validators import InputRequired, Length

from lms.manuals.rules.sharing import MAX_LABEL_LENGTH
from lms.web.forms import JapaneseForm


class ShareForm(JapaneseForm):
    """Whom a link is for."""

    label = StringField(
        "だれに見てもらいますか",
        [InputRequired("だれに見てもらうリンクかを入力してください。"), Length(max=MAX_LABEL_LENGTH)],
        render_kw={"maxlength": MAX_LABEL_LENGTH, "autocomplete": "off"},
    )
