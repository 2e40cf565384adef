"""Form of 規約."""

from wtforms import BooleanField, HiddenField
from wtforms.validators import InputRequired

from lms.web.forms import JapaneseForm


class ConsentForm(JapaneseForm):
    """Agreement to the text that is shown; the hidden fields say which text that is."""

    revision = HiddenField()
    sha256 = HiddenField()
    agreed = BooleanField("規約の全文を読み、同意します", [InputRequired("同意いただける場合は、チェックを入れてください。")])
