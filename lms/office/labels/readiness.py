"""Words of 開催前点検: what each check looks at, why it matters, what to do, and its facts in a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from lms.exams.rules.readiness import CheckId, CheckOutcome, CheckResult
from lms.web.filters import japanese_date, japanese_moment


@dataclass(frozen=True, slots=True)
class CheckWords:
    """A check in words; `facts` are pairs of a fact's name and the sentence that tells it."""

    title: str
    why: str
    remedy: str
    facts: tuple[tuple[str, str], ...] = ()


OUTCOMES: Mapping[CheckOutcome, tuple[str, str]] = {
    CheckOutcome.RED: ("赤", "wrong"),
    CheckOutcome.WARNING: ("注意", "todo"),
    CheckOutcome.OK: ("よし", "done"),
}
"""Words and the kind of the state macro."""

CHECKS: Mapping[CheckId, CheckWords] = {
    CheckId.CONTENT: CheckWords(
        "試験問題に誤りがない",
        "誤りがあると、だれも試験を開始できません。",
        "「flask content check」が示す場所を直します。",
        (("count", "誤り {}件"), ("places", "{}"), ("questions", "問題 {}問を確かめました")),
    ),
    CheckId.ANNOUNCED: CheckWords(
        "時間・配点・合格基準がお知らせのとおり",
        "試しに変えた時間が残ったまま始まると、途中で打ち切られる方が出ます。",
        "試験の設定(exam.yaml)と、受講者にお知らせした要項(course.yaml)をそろえます。",
        (
            ("differences", "設定 / お知らせ: {}"),
            ("other_papers", "設定と違う冊子が{}部、すでに配られています"),
            ("sections", "{}"),
        ),
    ),
    CheckId.SUPPLY: CheckWords(
        "全員に出題できる問題がある",
        "問題が足りないと開始できません。再受験の方に同じ問題が出ると、公平ではありません。",
        "足りない分野の問題を加えるか、出題数を見直します。",
        (
            ("short", "足りない枠: {}"),
            ("names", "前と違う問題だけでは足りない方: {}"),
            ("questions", "使える問題 {}問"),
            ("people", "これから受験できる方 {}名"),
        ),
    ),
    CheckId.ESSAYS: CheckWords(
        "論述の採点基準と見本答案がある",
        "採点基準のない論述は採点できません。見本答案は、採点者の目線を合わせるために使います。",
        "採点基準(rubrics.yaml)と見本答案(anchors.yaml)を用意します。",
        (
            ("without", "採点基準がない設問: {}"),
            ("thin", "見本答案が2つない設問: {}"),
            ("count", "論述 {}題"),
            ("anchors", "見本答案 {}件"),
        ),
    ),
    CheckId.RUBRICS: CheckWords(
        "使用済みの採点基準が書き換えられていない",
        "版を変えずに書き換えると、同じ版の答案が違う文で採点されたように見えます。",
        "左の「採点基準」で違いを確かめ、元の文に戻すか、rubrics.yaml の版を1つ進めます。",
        (("rewritten", "書き換えられた採点基準: {}"), ("count", "採点基準 {}件を確かめました")),
    ),
    CheckId.REVIEW: CheckWords(
        "問題の査読が済んでいる",
        "査読を受けていない問題は、公開後に誤りが見つかることがあります。",
        "左の「問題の査読」で、2名が1問ずつ読んで承認します。",
        (("count", "承認されていない問題 {}問"), ("of", "使える問題 {}問")),
    ),
    CheckId.SAMPLE_PAPER: CheckWords(
        "見本の答案が正しく採点される",
        "全問正解の答案が満点で合格し、白紙の答案が不合格になることを、最後まで計算して確かめます。",
        "試験の設定と問題を見直し、システム管理者に連絡します。",
        (
            ("fault", "{}"),
            ("best", "全問正解の答案が{}点でした"),
            ("questions", "{}問の冊子で確かめました"),
            ("full", "満点 {}点"),
        ),
    ),
    CheckId.SAVE_AND_RECEIPT: CheckWords(
        "解答の保存と提出が一字も違わない",
        "本番と同じ表に見本の解答を保存して提出し、読み戻して比べます(終わると取り消します)。",
        "この内容をシステム管理者に伝えます。",
        (("fault", "{}"), ("has_run", "")),
    ),
    CheckId.CERTIFICATE: CheckWords(
        "認定証を印刷できる",
        "印刷できない字のある氏名は、発行のときに止まります。",
        "氏名の字を名簿で確かめます。全員が印刷できないときは、システム管理者に連絡します。",
        (("names", "氏名に印刷できない字がある方: {}"), ("bytes", "見本の大きさ {}バイト")),
    ),
    CheckId.FONTS: CheckWords(
        "認定証の書体が用意されている",
        "書体がないと、認定証を1枚も印刷できません。",
        "サーバーで「make setup」を実行します。",
    ),
    CheckId.WINDOW_TIMES: CheckWords(
        "受験期間の日時が正しい",
        "終わった受験期間や、早すぎる再受験では、だれも受験できません。",
        "受験期間の日時を直します。",
        (
            ("is_over", "受験期間は終わっています"),
            ("is_early", "再受験までの日数が足りません"),
            ("opens_at", "開始 {}"),
            ("closes_at", "締切 {}"),
        ),
    ),
    CheckId.WINDOW_LENGTH: CheckWords(
        "受験期間が一人ひとりの制限時間より長い",
        "延長を認めた方の時間が、受験期間の終わりで切れることを防ぎます。",
        "受験期間の締切を遅くします。",
        (("sentences", "{}"), ("hours", "受験期間 {}時間")),
    ),
    CheckId.ACCOMMODATION: CheckWords(
        "合理的配慮の申請にすべて答えている",
        "決まる前に試験を始めると、その試験には適用されません。",
        "「合理的配慮」の画面で決定します。",
        (("names", "申請中の方: {}"), ("granted", "配慮を認めた方 {}名")),
    ),
    CheckId.ROSTER: CheckWords(
        "名簿の全員がログインできる",
        "パスワードを設定していない方は、試験の画面を開けません。",
        "「入金確認」から案内メールを送り直します。",
        (("names", "まだログインできない方: {}"), ("people", "受講者 {}名")),
    ),
    CheckId.ELIGIBILITY: CheckWords(
        "受験資格を満たしている",
        "満たしていない方は開始できません。出席や入金の入力漏れが、当日に見つかることがあります。",
        "入力漏れがないかを確かめ、足りない方にお知らせします。",
        (("blocked", "開始できない方: {}"), ("people", "これから受験できる方 {}名"), ("of", "受講者 {}名")),
    ),
    CheckId.TERMS: CheckWords(
        "規約に同意できる",
        "受験期間の途中で新しい規約が始まると、開始の前に改めて同意が要ります。",
        "規約の適用日(effective_on)を、受験期間の外にします。",
        (("revision", "{}版"), ("effective_on", "適用日 {}")),
    ),
    CheckId.STAFFING: CheckWords(
        "採点と合否判定の人数がそろっている",
        "二人で採点し、三人目が裁定し、別の二人が合否を決めます。",
        "「職員」で採点者と事務局の職員を加えます。",
        (("gaps", "{}"), ("graders", "採点者 {}名")),
    ),
    CheckId.CONFLICTS: CheckWords(
        "どの受講者にも採点できる人が3名、合否を決められる人が2名いる",
        "同じ会社の方や、登録された利益相反のある方は、その答案を採点することも、合否を決めることもできません。",
        "期の「採点」から利益相反の画面を開きます。足りない方ごとに、できることを示しています。",
        (("names", "採点者が足りない方: {}"), ("deciders", "合否を決められる人が足りない方: {}")),
    ),
    CheckId.SECOND_FACTORS: CheckWords(
        "職員が二段階認証を設定している",
        "設定していない職員は、採点の画面にも事務局の画面にも入れません。",
        "ご本人に設定をお願いします。",
        (("names", "未設定の職員: {}"), ("people", "採点者と事務局 {}名")),
    ),
    CheckId.OUTBOX: CheckWords(
        "メールが滞っていない",
        "提出の控えや案内が届かなくなります。",
        "「メール」の画面で原因を確かめます。",
        (
            ("waiting", "送信待ち {}通"),
            ("minutes", "最も長いもので{}分待っています"),
            ("given_up", "この24時間に送れなかったもの {}通"),
        ),
    ),
    CheckId.MAIL_SERVER: CheckWords(
        "メールサーバーにつながる",
        "つながらないと、1通も送れません。",
        "メールの設定(SMTP_HOST など)とサーバーの状態を確かめます。",
        (("is_file", "見本では、メールをファイルに書き出します"), ("server", "{}"), ("fault", "{}")),
    ),
    CheckId.MAIL_TEMPLATES: CheckWords(
        "メールの文面がそろっている",
        "文面に誤りがあると、提出や公開の処理ごと止まります。",
        "content/mail の文面を直します。",
        (("missing", "ない文面: {}"), ("faults", "{}"), ("count", "文面 {}種類")),
    ),
    CheckId.WORKER: CheckWords(
        "ワーカーが動いている",
        "止まっていると、時間切れの自動提出も、メールの送信も行われません。",
        "サーバーで「flask worker」を起動します。",
        (("silent", "2分以上動いていない仕事: {}"), ("last", "最後に動いたのは {}")),
    ),
    CheckId.DISK: CheckWords(
        "ディスクの空きが10%以上ある",
        "いっぱいになると、解答を保存できなくなります。",
        "不要なファイルを除くか、ディスクを大きくします。",
        (("percent", "空き {}%"),),
    ),
    CheckId.DURABILITY: CheckWords(
        "データベースが確実に書き込む設定である",
        "設定が違うと、保存済みと表示した解答が停電で失われます。",
        "データベースの設定を直します。",
        (("wanted", "必要な設定: {}"),),
    ),
    CheckId.CLOCKS: CheckWords(
        "サーバーとデータベースの時計が合っている",
        "締切はサーバーの時計で決まります。ずれは1秒までです。",
        "両方の機械で時刻の同期(NTP)を確かめます。",
        (("milliseconds", "ずれ {}ミリ秒"),),
    ),
    CheckId.MIGRATIONS: CheckWords(
        "データベースの表が最新である",
        "新しい版に置き換えた後の更新を忘れると、途中で画面が止まります。",
        "「flask db upgrade」を実行します。",
        (("missing", "まだのもの: {}"),),
    ),
    CheckId.BACKUP: CheckWords(
        "24時間以内のバックアップがある",
        "故障のときに戻せる時点が古いと、その間の解答を失います。",
        "「flask backup make」を実行します。月に一度は「flask backup check」で読み取りを確かめます。",
        (("fault", "{}"), ("file", "{}"), ("hours", "{}時間前"), ("is_drilled", "")),
    ),
    CheckId.SIGNING: CheckWords(
        "提出控の署名が検証できる",
        "署名できない提出控は、あとで本物と証明できません。",
        "署名の鍵の設定を確かめます。認定証のPDFの証明書が切れるときは、新しい証明書を CERTIFICATE_PKCS12 に設定します。",
        (("key", "鍵 {}"), ("seal_until", "認定証のPDFの証明書の期限 {}")),
    ),
    CheckId.ADDRESS: CheckWords(
        "暗号化した通信(https)で受け付けている",
        "暗号化していないと、ログインの情報や解答を途中で読まれます。",
        "PUBLIC_BASE_URL を https:// のアドレスにし、証明書の期限を確かめます。",
        (
            ("address", "{}"),
            ("fault", "このサーバーからは確かめられませんでした({})"),
            ("expires_at", "証明書の期限 {}"),
        ),
    ),
}

_VALUES = {
    "none": "バックアップの記録がありません",
    "missing": "記録にあるファイルが見つかりません",
    "changed": "ファイルの内容が、作成したときと違います",
}
_ABSENT: Mapping[tuple[CheckId, str], str] = {
    (CheckId.SAVE_AND_RECEIPT, "has_run"): "まだ開始していない方がいないため、試していません",
    (CheckId.BACKUP, "is_drilled"): "読み取りの確認が1か月以上ありません",
}
"""What is told when a fact that ought to be true is not."""


def facts_words(result: CheckResult) -> tuple[str, ...]:
    """The facts of a result in words; empty ones are left out."""
    if error := result.facts.get("error"):
        return (f"点検そのものができませんでした({error})",)
    told = (_fact(result, name, sentence) for name, sentence in CHECKS[result.check].facts if name in result.facts)
    return tuple(each for each in told if each)


def _fact(result: CheckResult, name: str, sentence: str) -> str:
    value = result.facts[name]
    if (result.check, name) in _ABSENT:
        return "" if value else _ABSENT[result.check, name]
    if value is None or value is False or value in ("", [], {}) or (value == 0 and name in ("other_papers", "given_up")):
        return ""
    return sentence.format(_shown(name, value))


def _shown(name: str, value: object) -> str:
    if isinstance(value, list):
        return "、".join(str(each) for each in value)
    if name.endswith("_on"):
        return japanese_date(date.fromisoformat(str(value)))
    if name.endswith("_at") or name == "last":
        return japanese_moment(datetime.fromisoformat(str(value)))
    return _VALUES.get(str(value), str(value))
