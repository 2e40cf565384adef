"""Words for what rests on a fact."""

from lms.office.rules import RestsOn

REST_TITLES = {
    RestsOn.LESSON: "レッスン",
    RestsOn.LESSON_TEXT: "レッスンの本文",
    RestsOn.QUIZ: "確認テストの問い",
    RestsOn.EXAM: "試験の問題",
    RestsOn.SCENARIO: "シナリオ",
    RestsOn.TERM: "用語",
    RestsOn.HANDOUT: "配布資料",
}
"""In the order in which a change of law is worked off."""
