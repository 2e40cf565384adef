"""Passwords, addresses to go on to, e-mail addresses, names, devices, networks: decided without anything around them."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.accounts.labels import PASSWORD_PROBLEMS, REFUSALS, ROLES
from lms.accounts.rules.devices import describe_device
from lms.accounts.rules.identity import normalize_email, require_name
from lms.accounts.rules.own_paths import own_path
from lms.accounts.rules.passwords import find_problems, normalize_password
from lms.accounts.rules.refusals import PasswordProblem, Refusal, Refused
from lms.accounts.rules.throttling import network_of
from lms.accounts.source import suggest_passphrase
from lms.config import ROOT
from lms.web.access import Role

HANAKO = ("hanako.kasai@toda-kanri.example.jp", "葛西 花子", "カサイ ハナコ")

HOSTILE_ADDRESSES = [
    "//evil.jp",
    "///evil.jp",
    "////evil.jp/x",
    "/\\evil.jp",
    "\\\\evil.jp",
    "\\/evil.jp",
    "/\t/evil.jp",
    "/\n/evil.jp",
    "/\r\n/evil.jp",
    "\t//evil.jp",
    " //evil.jp",
    "\x00//evil.jp",
    "/\x00/evil.jp",
    "\x01https://evil.jp",
    "https://evil.jp",
    "https:evil.jp",
    "https:/evil.jp",
    "https:///evil.jp",
    "HTTPS://evil.jp",
    "http:\\\\evil.jp",
    "ht\ntp://evil.jp",
    "javascript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "evil.jp",
    "evil.jp/path",
    "@evil.jp",
    "//user@evil.jp",
    "//evil.jp\\@localhost",
    "/a//evil.jp",
    "/.//evil.jp",
    "/..//evil.jp",
    "/lessons\\..\\evil",
    "//[::1]/",
    "//[evil",
    "/\u2028/evil.jp\\",
    "?next=//evil.jp",
    "#//evil.jp",
    "",
    "   ",
    "mailto:x@evil.jp",
    "blob:https://evil.jp/x",
    "//%65vil.jp",
    "／／evil.jp",
]


@pytest.mark.parametrize("address", HOSTILE_ADDRESSES)
def test_no_hostile_address_leads_away(address: str) -> None:
    assert own_path(address) is None


@pytest.mark.parametrize("address", ["/", "/lessons/L01", "/lessons/L01?tab=quiz&x=1", "/verify?code=%E3%81%82", "/a%09b"])
def test_own_paths_are_kept(address: str) -> None:
    assert own_path(address) == address


def test_a_line_break_cannot_split_the_header() -> None:
    assert own_path("/lessons\r\nSet-Cookie: a=b") == "/lessonsSet-Cookie:a=b"


@given(st.text(alphabet="/\\:@?#.\t\r\n\x00 ehtpslocalh1", max_size=20))
def test_whatever_is_kept_begins_with_a_single_slash(address: str) -> None:
    kept = own_path(address)
    assert kept is None or (kept.startswith("/") and not kept.startswith("//") and "\\" not in kept and kept.isprintable())


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        pytest.param("kaede-tegami-m", PasswordProblem.TOO_SHORT, id="14 characters"),
        pytest.param("x1y2" * 40, PasswordProblem.TOO_LONG, id="160 characters"),
        pytest.param("passwordpassword", PasswordProblem.REPEATED, id="a word twice"),
        pytest.param("aaaaaaaaaaaaaaaaaa", PasswordProblem.REPEATED, id="one letter"),
        pytest.param("abcabcabcabcabcab", PasswordProblem.REPEATED, id="three letters over and over"),
        pytest.param("xkr7xkr7xkr7xkr7xk", PasswordProblem.REPEATED, id="a unit that ends in the middle"),
        pytest.param("123456789012345678", PasswordProblem.WALK, id="digits in order"),
        pytest.param("qwertyuiop@[asdfghjkl", PasswordProblem.WALK, id="two rows of a Japanese keyboard"),
        pytest.param("1qaz2wsx3edc4rfv5tgb", PasswordProblem.WALK, id="columns of a keyboard"),
        pytest.param("zyxwvutsrqponmlkj", PasswordProblem.WALK, id="the alphabet backward"),
        pytest.param("password123456789", PasswordProblem.WALK, id="the best-known word and digits"),
        pytest.param("P@ssw0rdP@ssw0rd!!", PasswordProblem.COMMON, id="the best-known word in disguise"),
        pytest.param("sakurasakura2026!", PasswordProblem.COMMON, id="a favorite word and the year"),
        pytest.param("あいうえおかきくけこさしすせそ", PasswordProblem.WALK, id="the syllabary"),
        pytest.param("パスワードパスワード12345", PasswordProblem.COMMON, id="the word for password"),
        pytest.param("kasuhara-taisaku-2026", PasswordProblem.PERSONAL, id="the course"),
        pytest.param("カスタマーハラスメント対策講座2026", PasswordProblem.PERSONAL, id="the course in Japanese"),
        pytest.param("JHRMA-nintei-20261201", PasswordProblem.PERSONAL, id="the association and a date"),
        pytest.param("hanako.kasai@toda-kanri", PasswordProblem.PERSONAL, id="the own address"),
        pytest.param("hanakokasai12345", PasswordProblem.PERSONAL, id="the own name"),
        pytest.param("葛西花子葛西花子葛西花子2026年", PasswordProblem.PERSONAL, id="the own name in Japanese"),
    ],
)
def test_a_password_guessers_try_first_is_refused_with_the_reason(password: str, problem: PasswordProblem) -> None:
    assert find_problems(password, has_second_factor=False, personal=HANAKO) == [problem]


@pytest.mark.parametrize(
    "password",
    [
        "kaede-tegami-minato",
        "Tr0ub4dor&3xylophon",
        "朝の電車で読む古い手紙と川の風",
        "          ga x9 q w e",
        "春は test に行く長い坂道だった",
        "\U0001f600" * 3 + "kumo to yama no uta",
    ],
)
def test_a_long_enough_password_of_ones_own_is_accepted(password: str) -> None:
    assert find_problems(password, has_second_factor=False, personal=HANAKO) == []


def test_beside_a_second_factor_eight_characters_are_enough_and_seven_are_not() -> None:
    assert find_problems("tsubame7", has_second_factor=True, personal=()) == []
    assert find_problems("tsubam7", has_second_factor=True, personal=()) == [PasswordProblem.TOO_SHORT_FOR_STAFF]
    assert find_problems("password", has_second_factor=True, personal=()) == [PasswordProblem.COMMON]


def test_letters_are_counted_as_people_see_them_composed() -> None:
    decomposed = unicodedata.normalize("NFD", "が" * 8)
    assert len(decomposed) == 16
    assert find_problems(decomposed, has_second_factor=False, personal=()) == [PasswordProblem.TOO_SHORT]
    assert normalize_password(decomposed) == "が" * 8


def test_the_offered_passphrases_always_pass_the_rules() -> None:
    phrases = {suggest_passphrase(ROOT / "content") for _ in range(300)}
    assert len(phrases) == 300
    assert all(find_problems(phrase, has_second_factor=False, personal=HANAKO) == [] for phrase in phrases)


def test_the_words_of_passphrases_are_many_and_different() -> None:
    words = Path(ROOT / "content/accounts/passphrase_words.txt").read_text(encoding="utf-8").split()
    assert len(words) == len(set(words)) > 350
    assert all(word.isascii() and word.islower() and word.isalpha() for word in words)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Hanako@Example.JP ", "hanako@example.jp"),
        ("ｈａｎａ＠example.jp", "hana@example.jp"),
        ("a+b@x.example", "a+b@x.example"),
    ],
)
def test_addresses_are_kept_in_one_form(typed: str, kept: str) -> None:
    assert normalize_email(typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["", "x", "a@b", "a b@c.jp", "a@b.jp\nBcc: c@d.jp", "a@b.jp,c@d.jp", "花子@example.jp", "a@b..jp", "x" * 250 + "@b.jp"],
)
def test_what_is_not_one_plain_address_is_refused(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        normalize_email(typed)
    assert refused.value.reason is Refusal.BAD_EMAIL


@pytest.mark.parametrize("name", ["髙﨑 花子", "𠮷田　邉", "辻\U000e0100", "O'Neill & Söhne", "葛" * 200])
def test_names_are_kept_as_typed(name: str) -> None:
    assert require_name(name) == name


@pytest.mark.parametrize("name", ["", "  ", "花子\r\nBcc: x@evil.jp", "a\x00b", "a\u2028b", "葛" * 201])
def test_names_that_could_forge_a_line_are_refused(name: str) -> None:
    with pytest.raises(Refused):
        require_name(name)


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36",
            "Chrome(Windows)",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge(Windows)"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604",
            "Safari(iPhone)",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox(Linux)"),
        ("", "ブラウザー"),
    ],
)
def test_devices_have_short_names(user_agent: str, words: str) -> None:
    assert describe_device(user_agent) == words


def test_neighbors_of_one_ipv6_site_count_together() -> None:
    assert network_of("2001:db8:1:2:3::4") == network_of("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert network_of("203.0.113.7") == "203.0.113.7"
    assert network_of("") == network_of("somewhere") == "unknown"


def test_every_refusal_problem_and_role_has_words() -> None:
    assert set(REFUSALS) == set(Refusal)
    assert set(PASSWORD_PROBLEMS) == set(PasswordProblem)
    assert set(ROLES) == set(Role)
