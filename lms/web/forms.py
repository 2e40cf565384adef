"""The base of every form: Japanese messages, CSRF, and one place that turns a failed form into words."""

from flask_wtf import FlaskForm


class JapaneseForm(FlaskForm):
    """A form whose built-in messages are Japanese."""

    class Meta(FlaskForm.Meta):
        """WTForms ships the Japanese catalogue."""

        locales = ("ja",)
