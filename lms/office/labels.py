"""Words of 事務局: the steps of a cohort, the tags of 操作記録, roles, mail templates."""

from lms.office.rules import NEEDED_DECIDERS, NEEDED_GRADERS, StaffingGap, StepKey
from lms.web.access import Role

STEP_TITLES = {
    StepKey.ROSTER: "名簿",
    StepKey.PAYMENT: "入金確認",
    StepKey.LEARNING: "学習",
    StepKey.ATTENDANCE: "出席",
    StepKey.EXAM: "認定試験",
    StepKey.GRADING: "採点",
    StepKey.RESULTS: "合否判定・結果公開",
    StepKey.CERTIFICATION: "認定・認定証の発行",
}

NEXT_WORDS = {
    StepKey.ROSTER: "受講者の名簿を取り込みます。",
    StepKey.PAYMENT: "入金を確認します。確認すると、受講者に案内メールが届きます。",
    StepKey.LEARNING: "受講者が学習しています。進み具合を確かめられます。",
    StepKey.ATTENDANCE: "研修の出席時間を入力します。",
    StepKey.EXAM: "認定試験の受験期間を決め、受験のようすを見守ります。",
    StepKey.GRADING: "採点者を決め、採点を進めます。",
    StepKey.RESULTS: "合否を判定し、結果を公開します。",
    StepKey.CERTIFICATION: "修了要件を確かめ、認定証を発行します。",
}

NEXT_BUTTONS = {
    StepKey.ROSTER: "名簿を取り込む",
    StepKey.PAYMENT: "入金を確認する",
    StepKey.LEARNING: "学習の進み具合を見る",
    StepKey.ATTENDANCE: "出席を入力する",
    StepKey.EXAM: "認定試験の画面を開く",
    StepKey.GRADING: "採点の画面を開く",
    StepKey.RESULTS: "合否判定の画面を開く",
    StepKey.CERTIFICATION: "認定の画面を開く",
}

STAFFING_GAPS = {
    StaffingGap.GRADERS: f"採点者が{NEEDED_GRADERS}名（採点2名と裁定1名）に足りません。",
    StaffingGap.DECIDERS: f"認定を提案する人と承認する人のため、事務局の職員が{NEEDED_DECIDERS}名必要です。",
}

ROLES = {
    Role.PARTICIPANT: "受講者",
    Role.GRADER: "採点者",
    Role.INSTRUCTOR: "講師",
    Role.OFFICE: "事務局",
    Role.ADMIN: "システム管理者",
}

MAIL_TEMPLATES = {
    "participant_invitation": "受講の案内（はじめての方）",
    "participant_welcome": "受講の案内（登録済みの方）",
    "invitation": "利用の案内",
    "staff_invitation": "職員への案内",
    "password_reset": "パスワードの再設定",
    "password_changed": "パスワード変更のお知らせ",
    "exam_received": "提出の控え",
    "result_released": "結果のお知らせ",
    "certificate_issued": "認定証発行のお知らせ",
}

TAGS = {
    "attempt:attempt_started": "試験を開始",
    "attempt:section_started": "大問を開始",
    "attempt:section_handed_in": "大問を提出",
    "attempt:attempt_submitted": "試験を提出",
    "attendance:correct": "出席時間を訂正",
    "attendance:enter": "出席時間を入力",
    "certificate:consent": "照会での氏名表示を変更",
    "certificate:issue": "認定証を発行",
    "certification:approve": "認定を承認",
    "certification:propose": "認定を提案",
    "certification:refuse": "認定を見送り",
    "cohort:change_capacity": "定員を変更",
    "cohort:change_days": "研修日を変更",
    "cohort:create": "期を開設",
    "cohort:import_roster": "名簿を取り込み",
    "exam_window:change": "受験期間を変更",
    "exam_window:open": "受験期間を設定",
    "grading:adjudicate": "裁定を依頼",
    "grading:confirm": "採点を確定",
    "grading:conflict": "利益相反を登録",
    "grading:finalize": "点を確定",
    "grading:open": "採点を開始",
    "grading:release": "結果を公開",
    "lesson:complete": "レッスンを受講済みに",
    "mail:retry": "メールを再送",
    "participant:restore": "受講を復帰",
    "participant:withdraw": "受講を取り消し",
    "payment:confirm": "入金を確認",
    "quiz:try": "確認テストに解答",
    "terms:consent": "規約に同意",
    "user:accept_invitation": "案内からパスワードを設定",
    "user:change_password": "パスワードを変更",
    "user:create": "利用者を登録",
    "user:disable": "利用を停止",
    "user:enable": "利用を再開",
    "user:end_other_sessions": "ほかの端末をログアウト",
    "user:forget_second_factor": "二段階認証を解除",
    "user:give_role": "役割を追加",
    "user:invite": "案内メールを送信",
    "user:login": "ログイン",
    "user:login_failed": "ログインに失敗",
    "user:login_throttled": "ログインを制限",
    "user:logout": "ログアウト",
    "user:request_reset": "パスワード再設定を依頼",
    "user:reset_password": "パスワードを再設定",
    "user:second_factor": "二段階認証に成功",
    "user:second_factor_failed": "二段階認証に失敗",
    "user:set_up_second_factor": "二段階認証を設定",
    "user:take_role": "役割を解除",
}
"""Tag of 操作記録 → words."""

SUBJECTS = {
    "assignment": "採点の割当",
    "attempt": "受験",
    "certificate": "認定証",
    "cohort": "期",
    "essay": "論述の答案",
    "exam_window": "受験期間",
    "mail": "メール",
    "participant": "受講者",
    "proposal": "認定の提案",
    "user": "利用者",
}
