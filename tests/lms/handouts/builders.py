"""A handout's text that can be spoilt at one place, and what it may point at."""

from lms.handouts.rules.content import Handout
from lms.handouts.rules.problems import HandoutProblem
from lms.handouts.source.reading import HandoutReader, Known

KNOWN = Known(frozenset({"L01", "L02"}), {"F-001": "A", "F-002": "B", "F-003": "C"})

SLIDES = """---
id: training
title: 研修
file_name: 研修スライド
kind: slides
formats: [pptx, pdf]
version: "1.0"
as_of: "2026-11-22"
minutes: 5
purpose: 研修に使います。
audience: 現場スタッフ
licence: 所属する組織の中で使えます。
lessons: [L01]
facts: [F-001]
---
# [導入] はじめに

ようこそ。

Note: 2分
話すこと。

---
# [知識] 2つの軸

| 要求 | 手段 |
|---|---|
| 妥当 | **相当** |

Facts: F-001
Note: 3分
尋ねること。
"""

DOCUMENT = """---
id: sheet
title: 記録票
file_name: 記録票
kind: document
formats: [docx, pdf]
version: "1.0"
as_of: "2026-11-22"
purpose: 記録に使います。
audience: 現場スタッフ
licence: 所属する組織の中で使えます。
lessons: [L01]
facts: [F-001, F-002]
---
## 見出し

文章です。

- [ ] 確かめた

| 欄 | 記録 |
|---|---|
| いつ | [記入] |
"""


def read(text: str, file: str) -> tuple[Handout | None, list[HandoutProblem]]:
    """The handout of a text and its problems."""
    reader = HandoutReader(f"handouts/{file}", KNOWN)
    return reader.read(text), reader.problems
