"""Words of the day of issue and of the post: how far a run is, why a parcel is refused, what is wrong with a table."""

from collections.abc import Mapping

from lms.certification.queries.runs import RunProgress
from lms.certification.rules.shipping import ShipmentState, ShippingProblem
from lms.certification.rules.tracking import TRACKING_HEADINGS, Fault, TrackingColumn, TrackingProblem
from lms.cohorts.labels import problem_sentence
from lms.cohorts.rules.roster import Problem, RosterProblem

SHIPMENT_KINDS = {
    ShipmentState.PREPARED: "todo",
    ShipmentState.SHIPPED: "doing",
    ShipmentState.UNDELIVERED: "wrong",
    ShipmentState.DELIVERED: "done",
    ShipmentState.CANCELED: "plain",
}
"""The look of a state beside its words."""

SHIPPING_PROBLEMS: Mapping[ShippingProblem, str] = {
    ShippingProblem.WRONG_ORDER: (
        "いまの状態からは、この記録はできません。発送の用意、発送済み、不達または配達済みの順に記録します。"
    ),
    ShippingProblem.NOT_IN_FORCE: "この認定証は、有効な最新の版ではないため送れません。発送を取りやめてください。",
    ShippingProblem.ADDRESS_MISSING: "郵便番号か住所が登録されていません。受講者の登録内容を直してください。",
    ShippingProblem.ALREADY_PREPARED: "発送を待っている認定証ではありません。すでに用意されたか、有効でなくなりました。",
    ShippingProblem.IN_FUTURE: "日付が今日より後です。",
    ShippingProblem.TOO_EARLY: "日付が、発行日または前の記録の日付より前です。",
    ShippingProblem.UNKNOWN_CARRIER: "登録されていない運送会社です。",
    ShippingProblem.TRACKING_MISSING: "この運送会社では、追跡番号が必要です。",
    ShippingProblem.NOT_A_TRACKING_NUMBER: (
        "追跡番号の形ではありません。空白とハイフンを除いて、英数字6文字から40文字で入力してください。"
    ),
    ShippingProblem.NOTE_MISSING: "戻ってきた理由を入力してください(例: 転居先不明、保管期間経過)。",
    ShippingProblem.NOTHING_CHOSEN: "1件以上選んでください。",
}

_TRACKING_PROBLEMS: Mapping[TrackingProblem, str] = {
    TrackingProblem.NOT_A_NUMBER: "認定番号「{}」の形か検査数字が正しくありません。",
    TrackingProblem.NOT_A_DATE: "日付として読めません。2026/12/1 のように、年も入れて入力してください。",
    TrackingProblem.NO_PARCEL: "認定番号 {} には、用意した発送がありません。先に「発送の用意をする」を行ってください。",
    TrackingProblem.DOUBLED_NUMBER: "同じ認定番号が{}行目にもあります。",
    TrackingProblem.NOTHING_FILLED_IN: "発送日・運送会社・追跡番号が入力された行がありません。",
}

_OF_THE_FILE: Mapping[RosterProblem, str] = {
    RosterProblem.EMPTY_FILE: "ファイルが空です。発送一覧を入力したファイルを選んでください。",
    RosterProblem.TOO_LARGE: "ファイルが大きすぎます({}MBまで)。ほかのシートや画像を除いて保存し直してください。",
    RosterProblem.TOO_MANY_ROWS: "一度に取り込めるのは{}件までです。ファイルを分けてください。",
    RosterProblem.MISSING_COLUMN: "この見出しの列が見つかりません。「発送一覧」の見出しのまま入力してください。",
}
"""Said here in other words than of a roster."""


def run_sentence(run: RunProgress) -> str:
    """How far a run is, as one sentence: 「30件中12件まで済みました。」"""
    if run.finished_at is None:
        return f"{run.total}件中{run.done}件まで済みました。"
    refused = f"{run.refused}件は発行できませんでした。" if run.refused else ""
    return f"{run.issued}件を発行しました。{refused}"


def column_heading(column: TrackingColumn) -> str:
    """The heading shown for a column: 「追跡番号」."""
    return TRACKING_HEADINGS[column][0]


def fault_place(fault: Fault) -> str:
    """Where: 「3行目 追跡番号」; 「ファイル全体」 when it is no single row."""
    row = [f"{fault.row}行目"] if fault.row else []
    return " ".join([*row, *([column_heading(fault.column)] if fault.column else [])]) or "ファイル全体"


def fault_sentence(fault: Fault) -> str:
    """What is wrong and what to do, as one Japanese sentence without the place."""
    if isinstance(fault.kind, ShippingProblem):
        return SHIPPING_PROBLEMS[fault.kind]
    if isinstance(fault.kind, TrackingProblem):
        return _TRACKING_PROBLEMS[fault.kind].format(fault.detail)
    if fault.kind in _OF_THE_FILE:
        return _OF_THE_FILE[fault.kind].format(fault.detail)
    return problem_sentence(Problem(fault.kind, detail=fault.detail))
