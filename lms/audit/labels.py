"""Japanese words of 操作記録: what each tag and each kind of subject is called on screen."""

TAGS = {
    "accommodation:decide": "合理的配慮の決定",
    "accommodation:request": "合理的配慮の申請",
    "attempt:attempt_started": "認定試験の開始",
    "attempt:section_handed_in": "大問の提出",
    "attempt:section_started": "大問の開始",
    "attempt:attempt_submitted": "認定試験の提出",
    "attempt:time_added": "試験時間の延長",
    "attempt:attempt_paused": "試験の一時停止",
    "attempt:attempt_resumed": "試験の再開",
    "attempt:attempt_reopened": "提出済みの大問の再開",
    "attendance:correct": "出席時間の訂正",
    "attendance:enter": "出席時間の入力",
    "certificate:consent": "照会ページでの氏名表示の選択",
    "certificate:issue": "認定証の発行",
    "certification:approve": "修了認定の承認",
    "certification:propose": "修了認定の提案",
    "certification:refuse": "修了認定の差し戻し",
    "cohort:change_capacity": "期の定員の変更",
    "cohort:change_days": "研修日の変更",
    "cohort:create": "期の開設",
    "cohort:import_roster": "名簿の取り込み",
    "exam_window:change": "受験期間の変更",
    "exam_window:open": "受験期間の設定",
    "grading:adjudicate": "裁定の依頼",
    "grading:confirm": "採点の確定(採点者)",
    "grading:conflict": "採点できない組み合わせの登録",
    "grading:finalize": "成績の確定",
    "grading:open": "採点の開始",
    "grading:release": "結果の公開",
    "lesson:complete": "レッスンの受講済み",
    "mail:retry": "メールの再送",
    "participant:correct": "受講者の登録内容の訂正",
    "participant:restore": "受講の取りやめの取り消し",
    "participant:withdraw": "受講の取りやめ",
    "payment:confirm": "入金の確認",
    "quiz:try": "確認テストの解答",
    "terms:consent": "規約への同意",
    "user:accept_invitation": "招待からのパスワード設定",
    "user:change_email": "メールアドレスの変更",
    "user:change_password": "パスワードの変更",
    "user:create": "利用者の登録",
    "user:disable": "アカウントの停止",
    "user:enable": "アカウントの再開",
    "user:end_other_sessions": "ほかの端末のログインの終了",
    "user:forget_second_factor": "二段階認証の解除",
    "user:give_role": "役割の付与",
    "user:invite": "招待",
    "user:login": "ログイン",
    "user:login_failed": "ログインの失敗",
    "user:login_throttled": "ログインの一時制限",
    "user:logout": "ログアウト",
    "user:rename": "利用者の氏名の変更",
    "user:request_reset": "パスワード再設定の申し出",
    "user:reset_password": "パスワードの再設定",
    "user:second_factor": "二段階認証",
    "user:second_factor_failed": "二段階認証の失敗",
    "user:set_up_second_factor": "二段階認証の設定",
    "user:take_role": "役割の取り消し",
}

SUBJECTS = {
    "assignment": "採点の割当",
    "attempt": "受験",
    "certificate": "認定証",
    "cohort": "期",
    "essay": "論述の答案",
    "exam_window": "受験期間",
    "mail": "メール",
    "participant": "受講者",
    "user": "利用者",
}


def describe_tag(tag: str) -> str:
    """The act in words; an act without words shows its tag."""
    return TAGS.get(tag, tag)


def describe_subject(kind: str) -> str:
    """What kind of thing was acted on, in words."""
    return SUBJECTS.get(kind, kind)
