"""Forms of 利用者: log-in, new password, second factor."""

import re
import unicodedata

from wtforms import EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from lms.web.forms import JapaneseForm

MAX_TYPED = 1024
"""Longer input is not worth hashing or comparing."""


def only_digits(typed: str | None) -> str:
    """「１２３ ４５６」 as people type it, in half-width digits without spaces."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", typed or ""))


class LoginForm(JapaneseForm):
    """E-mail and password; `next` is where the visitor wanted to go."""

    email = EmailField(
        "メールアドレス",
        [InputRequired("メールアドレスを入力してください。"), Length(max=254)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        "パスワード",
        [InputRequired("パスワードを入力してください。"), Length(max=MAX_TYPED)],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()


class ResetRequestForm(JapaneseForm):
    """Whose password is to be set anew."""

    email = EmailField(
        "メールアドレス",
        [InputRequired("メールアドレスを入力してください。"), Length(max=254)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )


class NewPasswordForm(JapaneseForm):
    """A new password, typed twice."""

    password = PasswordField(
        "新しいパスワード",
        [InputRequired("パスワードを入力してください。"), Length(max=MAX_TYPED)],
        render_kw={"autocomplete": "new-password"},
    )
    repeated = PasswordField(
        "確認のため、もう一度",
        [InputRequired("確認のため、もう一度入力してください。"), EqualTo("password", "二つのパスワードが一致しません。")],
        render_kw={"autocomplete": "new-password"},
    )


class ChangePasswordForm(NewPasswordForm):
    """The password in use, then the new one."""

    current = PasswordField(
        "今のパスワード",
        [InputRequired("今のパスワードを入力してください。"), Length(max=MAX_TYPED)],
        render_kw={"autocomplete": "current-password"},
    )


class CodeForm(JapaneseForm):
    """Six digits of the authenticator app."""

    code = StringField(
        "認証コード(6桁)",
        [InputRequired("認証コードを入力してください。"), Length(min=6, max=6, message="6桁の数字を入力してください。")],
        filters=[only_digits],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": "12"},
    )
