"""Words of 期: refusals and the problems of a roster file as Japanese sentences."""

from lms.cohorts.rules.decisions import CohortProblem
from lms.cohorts.rules.roster import HEADINGS, Column, Problem, RosterProblem
from lms.cohorts.rules.zoom_report import MatchReason, ReportFault, ReportProblem

COHORT_PROBLEMS = {
    CohortProblem.ORDINAL_TAKEN: "同じ番号の期がすでにあります。別の番号を入力してください。",
    CohortProblem.DAYS_NOT_IN_ORDER: "2日目は、1日目より後の日にしてください。",
    CohortProblem.DAY_ENDS_BEFORE_START: "終了時刻は、開始時刻より後にしてください。",
    CohortProblem.CAPACITY_TOO_SMALL: "定員は、いま登録されている受講者の人数以上にしてください。",
    CohortProblem.ALREADY_WITHDRAWN: "この受講者は、すでに受講取消になっています。",
    CohortProblem.NO_SUCH_DAY: "この期には、その研修日がありません。",
    CohortProblem.MINUTES_OUT_OF_RANGE: "出席時間は、0分から研修日の時間までの整数で入力してください。",
    CohortProblem.REASON_MISSING: "出席時間を訂正するときは、訂正の理由を入力してください。",
    CohortProblem.NOTHING_CHANGED: "前の値と同じです。変更はしていません。",
    CohortProblem.BEFORE_THE_DAY: "研修日より前に、出席時間を入力することはできません。",
    CohortProblem.LINK_NOT_SAFE: "Zoom の参加用アドレスは https:// で始まるものを入力してください。",
    CohortProblem.NOT_IN_THE_COHORT: "この期の受講者ではない方が選ばれています。画面を開き直して、もう一度選んでください。",
    CohortProblem.BREAKS_NOT_SOUND: "休憩は、研修時間の中で、開始・終了の順に、重ならないように入力してください(12回まで)。",
    CohortProblem.HELD_ALREADY: "参加記録を取り込んだ研修日を、先の日に移すことはできません。",
}

_WHOLE_FILE = {
    RosterProblem.EMPTY_FILE: "ファイルが空です。名簿を入力したファイルを選んでください。",
    RosterProblem.TOO_LARGE: "ファイルが大きすぎます({}MBまで)。名簿以外のシートや画像を除いて保存し直してください。",
    RosterProblem.OLD_EXCEL: (
        "古い形式または暗号化された Excel ファイルです。パスワードを外し、「Excel ブック (.xlsx)」で保存し直してください。"
    ),
    RosterProblem.UTF16: "文字コードが UTF-16 です。「CSV UTF-8」で保存し直してください。",
    RosterProblem.NOT_TEXT: "文字ではないデータ({}バイト目)が含まれています。CSV か Excel(.xlsx)で保存し直してください。",
    RosterProblem.UNREADABLE_BYTES: "文字として読めない部分があります({}バイト目)。「CSV UTF-8」で保存し直してください。",
    RosterProblem.BROKEN_CSV: '引用符(")の対応がくずれているか、ファイルが途中で切れています。',
    RosterProblem.BROKEN_EXCEL: "Excel ファイルとして読めません。Excel で開いて保存し直してください。",
    RosterProblem.UNSAFE_EXCEL: (
        "安全に開けない Excel ファイルです(大きすぎる内容、マクロ、外部へのリンクなど)。値だけを新しいブックに写してください。"
    ),
    RosterProblem.LOCKED_EXCEL: "パスワードで保護されたファイルです。パスワードを外して保存し直してください。",
    RosterProblem.NO_ROWS: "受講者の行がありません。見出しの下に1行ずつ入力してください。",
    RosterProblem.TOO_MANY_ROWS: "一度に取り込めるのは{}名までです。ファイルを分けてください。",
}

_ROW = {
    RosterProblem.MISSING_COLUMN: "この見出しの列が見つかりません。ひな形の見出しを使い、「CSV UTF-8」で保存してください。",
    RosterProblem.DOUBLED_COLUMN: "同じ意味の列が2つあります。1つにしてください。",
    RosterProblem.SHORT_ROW: "列の数が見出しより少ない行です。ファイルが途中で切れていないかご確認ください。",
    RosterProblem.LONG_ROW: "列の数が見出しより多い行です。値の中のカンマで列がずれていないかご確認ください。",
    RosterProblem.FORMULA: "数式のセルです。計算結果の値に置き換えてください。",
    RosterProblem.NOT_A_TEXT_CELL: "日付やエラーなど、文字ではないセルです。文字として入力し直してください。",
    RosterProblem.MISSING_VALUE: "必須の項目が空です。",
    RosterProblem.TOO_LONG: "長すぎます({}文字まで)。",
    RosterProblem.CONTROL_CHARACTER: "改行や目に見えない制御文字({})が含まれています。入力し直してください。",
    RosterProblem.PRIVATE_CHARACTER: "外字({})が含まれています。ほかの環境では表示できないため、標準の文字に置き換えてください。",
    RosterProblem.LOST_CHARACTER: "文字化けした文字({})が含まれています。元の名簿をご確認ください。",
    RosterProblem.NOT_AN_ADDRESS: "メールアドレスの形ではありません。",
    RosterProblem.NOT_KANA: "ひらがなかカタカナで入力してください。",
    RosterProblem.NOT_A_POSTAL_CODE: "7桁の数字で入力してください(先頭の 0 が落ちていないかご確認ください)。",
    RosterProblem.DOUBLED_IN_FILE: "同じメールアドレスが{}行目にもあります。",
    RosterProblem.ALREADY_SEATED: "この期にすでに登録されている方です。",
    RosterProblem.SEAT_WITHDRAWN: "この期の受講を取り消した方です。名簿の一覧から復帰させてください。",
    RosterProblem.USER_DISABLED: "利用を停止している方です。システム管理者にご確認ください。",
}


REPORT_PROBLEMS = {
    ReportProblem.NO_TABLE: (
        "参加者の表が見つかりません。Zoomの「レポート」→「使用状況」で、参加者の一覧をCSVで書き出したものを選んでください。"
        "「名前」「参加時刻」「退出時刻」(英語版は Name、Join time、Leave time)の列が必要です。"
        "1人を1行にまとめる設定で書き出すと、参加時刻の列がなくなります。"
    ),
    ReportProblem.NO_JOINS: "参加者の行がありません。",
    ReportProblem.TOO_MANY: "行が多すぎます({}行まで)。",
    ReportProblem.NAME_MISSING: "名前もメールアドレスもない行です。",
    ReportProblem.TOO_LONG: "名前かメールアドレスが長すぎます。",
    ReportProblem.UNREADABLE_TIME: "時刻を読み取れません:「{}」",
    ReportProblem.OTHER_DAY: "この研修日の記録ではありません:「{}」。別の日のレポートを選んでいないかご確認ください。",
    ReportProblem.LEFT_BEFORE_JOINED: "退出が参加より前の時刻です。",
    ReportProblem.OUTSIDE_THE_DAY: (
        "研修の時間に参加していた人が1人もいません。Zoomのタイムゾーンの設定が日本時間か、ご確認ください。"
    ),
}

MATCH_REASONS = {
    MatchReason.REMEMBERED: ("前回と同じ", "done"),
    MatchReason.EMAIL: ("メールアドレスが一致", "done"),
    MatchReason.NAME: ("氏名が一致(1名のみ)", "done"),
    MatchReason.SAME_NAME: ("同じ氏名の受講者が複数", "wrong"),
    MatchReason.UNKNOWN: ("一致する受講者なし", "plain"),
}
"""Why somebody was proposed, with the state the badge shows."""


def report_sentence(fault: ReportFault) -> str:
    """What is wrong with a participants report, with its place."""
    place = f"{fault.row}行目: " if fault.row else ""
    return place + REPORT_PROBLEMS[fault.kind].format(fault.detail)


def column_heading(column: Column) -> str:
    """The heading shown for a column: 「氏名」."""
    return HEADINGS[column][0]


def problem_sentence(problem: Problem) -> str:
    """What is wrong and what to do, as one Japanese sentence without the place."""
    if problem.kind is RosterProblem.OVER_CAPACITY:
        capacity, seats, rows = problem.detail.split(",")
        return f"定員{capacity}名を超えます(登録済み{seats}名、取り込み{rows}名)。期の設定で定員をご確認ください。"
    return (_WHOLE_FILE | _ROW)[problem.kind].format(problem.detail)


def problem_place(problem: Problem) -> str:
    """Where: 「3行目 メールアドレス」; 「ファイル全体」 when it is no single row."""
    parts = ([f"{problem.row}行目"] if problem.row else []) + ([column_heading(problem.column)] if problem.column else [])
    return " ".join(parts) or "ファイル全体"
