"""What may stand in a template file and in a header, and how long a failed mail waits."""

from datetime import timedelta

import pytest

from lms.mail.rules import (
    GIVEN_UP_AFTER,
    MailRefused,
    mask_secrets,
    require_address,
    require_header_line,
    split_template,
    wait_before_retry,
)


def test_a_template_is_a_subject_line_an_empty_line_and_a_body() -> None:
    assert split_template("x", "件名: こんにちは\n\n本文です\n") == ("こんにちは", "本文です\n")


@pytest.mark.parametrize("source", ["本文だけ", "件名: 空行なし\n本文", "Subject: x\n\nbody", ""])
def test_a_template_of_another_shape_is_refused(source: str) -> None:
    with pytest.raises(MailRefused):
        split_template("x", source)


@pytest.mark.parametrize("subject", ["a\nBcc: x@y.jp", "a\rb", "a\x00b", "a\u2028b", "a\x85b", " ", ""])
def test_a_subject_that_would_forge_a_header_is_refused(subject: str) -> None:
    with pytest.raises(MailRefused):
        require_header_line(subject)


@pytest.mark.parametrize(
    "address", ["a@b.jp,c@d.jp", "a@b.jp\nBcc: c@d.jp", "a b@c.jp", "name <a@b.jp>", "a@b@c.jp", "ab.jp", "", "a@b.jp\n"]
)
def test_what_is_not_one_plain_address_is_refused(address: str) -> None:
    with pytest.raises(MailRefused):
        require_address(address)


def test_waits_double_and_stay_below_two_hours() -> None:
    waits = [wait_before_retry(tries) for tries in range(1, 40)]
    assert waits[:3] == [timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2)]
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(hours=2) < GIVEN_UP_AFTER


def test_links_that_open_an_account_are_cut_off_and_others_stay() -> None:
    secret = "A" * 43
    assert secret not in mask_secrets(f"https://x.jp/invitation/{secret}\n")
    assert mask_secrets("https://x.jp/verify/JHRMA-CH-2026-0001-4\n") == "https://x.jp/verify/JHRMA-CH-2026-0001-4\n"
