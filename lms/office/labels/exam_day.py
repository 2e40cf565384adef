"""試験当日の画面の語: acts on running clocks, proposals, late answers, and facts about an attempt, in neutral words."""

from collections.abc import Mapping
from datetime import timedelta

from lms.exams.queries.attempt_record import FactLine
from lms.exams.queries.incidents import IncidentLine
from lms.exams.rules.incidents import ConductKind, IncidentKind, IncidentRefusal, ProposalKind
from lms.exams.rules.late_answers import LateState
from lms.exams.rules.live_room import RoomOrder

REFUSALS: Mapping[IncidentRefusal, str] = {
    IncidentRefusal.REASON_MISSING: "理由を入力してください。",
    IncidentRefusal.TIME_RANGE: "時間は1分から180分までの分数で入力してください。",
    IncidentRefusal.NOBODY_CONCERNED: "対象の方がいなくなったため、何も変えていません。今のようすをご確認ください。",
    IncidentRefusal.TEXT_MISSING: "お知らせの文を入力してください。",
    IncidentRefusal.NOT_SUBMITTED: "この受験はいま提出されていません。提出の後に行ってください。",
    IncidentRefusal.UNKNOWN_SECTION: "この試験にない大問です。",
    IncidentRefusal.PROPOSAL_WAITS: "この受験には、承認を待っている再開の提案がすでにあります。",
    IncidentRefusal.NOTHING_CHOSEN: "解答を1つ以上選んでください。",
    IncidentRefusal.NOT_LATE: "選んだ解答の中に、すでに提案または決定されたものがあります。今の状態をご確認ください。",
    IncidentRefusal.TWO_OF_ONE_QUESTION: "1つの設問から採用できるのは1つだけです。選び直してください。",
    IncidentRefusal.ALREADY_DECIDED: "この提案は、すでにほかの方が決定しています。",
    IncidentRefusal.DECIDER_PROPOSED: "ご自分が提案したものは決定できません。ほかの事務局の方が決定します。",
    IncidentRefusal.OWN_ATTEMPT: "ご自分の受験だけにかかわる操作は、ほかの事務局の方が行います。",
    IncidentRefusal.GRADES_HERE: "この受験期間の採点を担当する人は、提案も決定もできません。ほかの事務局の方が行ってください。",
    IncidentRefusal.FINALIZED: "この受験期間の得点と合否は確定済みです。確定の後は、提出の内容を変えられません。",
}

ORDERS: Mapping[RoomOrder, str] = {
    RoomOrder.ATTENTION: "気になる順",
    RoomOrder.NAME: "氏名順",
    RoomOrder.TIME_LEFT: "残り時間の短い順",
}

PROPOSALS: Mapping[ProposalKind, str] = {
    ProposalKind.REOPEN: "提出済みの大問を再開する",
    ProposalKind.ADMIT_LATE: "遅れて届いた解答を採用する",
    ProposalKind.REFUSE_LATE: "遅れて届いた解答を採用しない",
}

LATE_STATES: Mapping[LateState, tuple[str, str]] = {
    LateState.OPEN: ("未決定", "todo"),
    LateState.PROPOSED: ("承認待ち", "doing"),
    LateState.ADMITTED: ("採用した", "done"),
    LateState.REFUSED: ("採用しない", "plain"),
    LateState.TYPED_AFTER: ("提出の後に入力されたもの", "plain"),
    LateState.TOO_OLD: ("待つ日数を過ぎて届いたもの", "plain"),
    LateState.FINALIZED: ("得点と合否の確定の後", "plain"),
}
"""Words and the kind of the state macro."""

FACTS: Mapping[ConductKind, str] = {
    ConductKind.FOCUS_LOST: "画面から離れた",
    ConductKind.PASTED: "解答欄に貼り付けた",
    ConductKind.OFFLINE: "通信が切れていた",
    ConductKind.SECOND_DEVICE: "別の画面または端末で開いた",
    ConductKind.NETWORK_CHANGED: "接続元のネットワークが変わった",
}

_INCIDENTS: Mapping[IncidentKind, str] = {
    IncidentKind.TIME_ADDED: "{whom}に{given}を足した",
    IncidentKind.PAUSED: "{whom}を一時停止した",
    IncidentKind.RESUMED: "{whom}を再開した",
}

_STEPS: Mapping[str, str] = {
    "attempt:attempt_started": "受験を始めた({section})",
    "attempt:section_handed_in": "「{section}」を提出した",
    "attempt:section_handed_in:by_clock": "「{section}」が時間切れで自動提出された",
    "attempt:section_started": "「{section}」が始まった",
    "attempt:attempt_submitted": "すべての大問を提出した",
    "attempt:attempt_submitted:by_clock": "すべての大問が提出された(時間切れ)",
    "attempt:time_added": "「{section}」に{given}を足した",
    "attempt:attempt_paused": "一時停止した",
    "attempt:attempt_resumed": "再開した",
    "attempt:attempt_reopened": "提出済みの「{section}」を{given}のあいだ再開した",
}


def duration(time: timedelta | None) -> str:
    """「42秒」「2分」「1分30秒」「1時間5分」; seconds are told below ten minutes only."""
    if time is None:
        return "—"
    seconds = int(time.total_seconds())
    hours, minutes = divmod(seconds // 60, 60)
    rest = seconds % 60 if seconds < 600 else 0
    parts = ((hours, "時間"), (minutes, "分"), (rest, "秒"))
    return "".join(f"{number}{unit}" for number, unit in parts if number) or "0秒"


def minutes_left(time: timedelta | None) -> str:
    """The time that is left, in begun minutes; within the grace it is 0."""
    return "—" if time is None else f"{-(-int(time.total_seconds()) // 60)}分"


def fact_words(fact: FactLine) -> str:
    """「画面から離れた(42秒)」: what was noticed, without any judgment."""
    details = [
        fact.question,
        duration(timedelta(seconds=fact.seconds)) if fact.seconds is not None else "",
        f"{fact.characters}文字" if fact.characters is not None else "",
    ]
    inside = "、".join(each for each in details if each)
    return f"{FACTS[fact.kind]}({inside})" if inside else FACTS[fact.kind]


def incident_words(line: IncidentLine, name: str) -> str:
    """「受験中の12名に10分を足した」, for the list of what the office did."""
    whom = f"{name or line.candidate_number}さん" if line.attempt_id is not None else f"受験中の{line.people}名"
    words = _INCIDENTS[line.kind].format(whom=whom, given=duration(line.given))
    return f"{words}(受験期間の締切も{duration(line.widened)}延ばした)" if line.widened else words


def step_words(tag: str, detail: Mapping[str, object], section_titles: Mapping[str, str], fallback: str) -> str:
    """A line of 操作記録 about an attempt, told as a step of its life; other acts keep their own words."""
    by_clock = f"{tag}:by_clock"
    words = _STEPS.get(by_clock if detail.get("by_clock") and by_clock in _STEPS else tag)
    if words is None:
        return fallback
    seconds = detail.get("seconds")
    given = duration(timedelta(seconds=seconds)) if isinstance(seconds, int) else ""
    return words.format(section=section_titles.get(str(detail.get("section")), ""), given=given)
