"""Japanese words of 利用者: roles, refusals, problems of passwords."""

from lms.accounts.rules.passwords import MAX_LENGTH, MIN_ALONE, MIN_WITH_SECOND_FACTOR
from lms.accounts.rules.refusals import PasswordProblem, Refusal, Refused
from lms.web.access import Role

ROLES = {
    Role.PARTICIPANT: "受講者",
    Role.GRADER: "採点者",
    Role.INSTRUCTOR: "講師",
    Role.OFFICE: "事務局",
    Role.ADMIN: "システム管理者",
}

REFUSALS = {
    Refusal.WRONG_CREDENTIALS: "メールアドレスまたはパスワードが違います。",
    Refusal.THROTTLED: "短い時間に何度も操作されました。少し待ってから、もう一度お試しください。",
    Refusal.LINK_UNUSABLE: "このリンクは使えません。",
    Refusal.UNFIT: "このパスワードは使えません。",
    Refusal.WRONG_CURRENT: "今のパスワードが違います。",
    Refusal.WRONG_CODE: "認証コードが違います。認証アプリに今表示されている6桁の数字を入力してください。",
    Refusal.CODE_USED: "この認証コードは使用済みです。次のコードが表示されるまで(最長30秒)お待ちください。",
    Refusal.FACTOR_ALREADY_SET: "二段階認証はすでに設定されています。",
    Refusal.FACTOR_NOT_STARTED: "二段階認証の設定が始まっていません。はじめからやり直してください。",
    Refusal.BAD_EMAIL: "メールアドレスの形が正しくありません。",
    Refusal.BAD_NAME: "氏名を1行で入力してください。",
    Refusal.EMAIL_TAKEN: "このメールアドレスは、ほかの利用者が使っています。別のアドレスを入力してください。",
    Refusal.STAFF_EMAIL: "職員を兼ねる方のメールアドレスは、システム管理者だけが変更できます。",
    Refusal.NOT_ADMIN: "この操作はシステム管理者だけができます。",
    Refusal.NOT_A_STAFF_ROLE: "この役割は与えられません。受講者の役割は期の名簿から決まります。",
    Refusal.OWN_ACCOUNT: "自分のアカウントは停止できません。",
    Refusal.LAST_ADMIN: "最後のシステム管理者です。先に別のシステム管理者を決めてください。",
    Refusal.UNKNOWN_USER: "該当する利用者がいません。",
    Refusal.ACCOUNT_DISABLED: "このアカウントは停止されています。",
    Refusal.READS_BLIND: "結果が公開されていない受験期間の採点者か、採点していない答案が残っている採点者には、"
    "事務局の役割を与えられません。事務局の画面では、受験番号と氏名の両方が見えるためです。"
    "結果の公開を待つか、別の人に役割を与えてください。",
}

PASSWORD_PROBLEMS = {
    PasswordProblem.TOO_SHORT: f"{MIN_ALONE}文字以上にしてください。言葉をいくつか並べると、長くても覚えやすくなります。",
    PasswordProblem.TOO_SHORT_FOR_STAFF: f"{MIN_WITH_SECOND_FACTOR}文字以上にしてください。",
    PasswordProblem.TOO_LONG: f"{MAX_LENGTH}文字以内にしてください。",
    PasswordProblem.COMMON: "よく使われる言葉が大部分を占めています。別の言葉を足すか、ほかのものにしてください。",
    PasswordProblem.REPEATED: "同じ文字や言葉の繰り返しです。ほかのものにしてください。",
    PasswordProblem.WALK: "キーボードの並びや連続した文字・年号が大部分を占めています。ほかのものにしてください。",
    PasswordProblem.PERSONAL: "氏名やメールアドレス、講座名が大部分を占めています。ほかのものにしてください。",
}


def describe_refusal(refused: Refused) -> list[str]:
    """What the screen says of a refusal."""
    return [PASSWORD_PROBLEMS[problem] for problem in refused.problems] or [REFUSALS[refused.reason]]


def password_hint(*, has_second_factor: bool) -> str:
    """What the screen asks of a new password."""
    shortest = MIN_WITH_SECOND_FACTOR if has_second_factor else MIN_ALONE
    return f"{shortest}文字以上。文字の種類は問いません。日本語も使えます。"
