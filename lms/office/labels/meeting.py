"""Words of 合否判定会議: its figures and facts as sentences and tables, the same on screen, in print and in Excel."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from lms.documents.records import MinutesPart
from lms.exam_engine.statistics.drift import DriftFlag
from lms.exam_engine.statistics.figures import Figure, Undecided
from lms.exams.queries.conduct import ConductSum
from lms.grading.labels import PARTS, PROPOSAL_STATES
from lms.grading.queries.board import ResultLine
from lms.grading.queries.conflicts import Breach
from lms.grading.queries.marks import MarkCard
from lms.grading.queries.meeting import GraderFigures, MeetingBoard
from lms.grading.rules.agreeing import Agreed, Band
from lms.grading.rules.pictures import histogram
from lms.office.labels import undecided_words as people_words
from lms.office.labels.conflicts import TIES
from lms.office.labels.exam_day import FACTS, duration

DRIFT_FLAGS = {DriftFlag.LENIENT: ("甘い方へのずれ", "todo"), DriftFlag.SEVERE: ("厳しい方へのずれ", "todo")}
"""What a flag is called, and the kind of the state macro."""


def undecided_words(figure: Figure) -> str:
    """Why a figure is 判定不能; what is counted here are essays and not people."""
    if figure.reason is Undecided.TOO_FEW_PEOPLE:
        return f"{figure.n}件。{figure.needed}件から判定できます"
    return people_words(figure).removesuffix("。")


def figure_words(figure: Figure | None, places: int = 2) -> str:
    """「0.71(0.52〜0.84)」, or 「判定不能」 with the reason."""
    if figure is None:
        return "—"
    if figure.reason is Undecided.TOO_FEW_PEOPLE:
        return f"判定不能({figure.n}件、{figure.needed}件から)"
    if figure.value is None:
        return f"判定不能({undecided_words(figure)})"
    interval = figure.interval
    around = f"({interval.low:.{places}f}〜{interval.high:.{places}f})" if interval else ""
    return f"{figure.value:.{places}f}{around}"


def points_words(points: Decimal | None) -> str:
    """Points without needless zeros; 「—」 for none."""
    return "—" if points is None else f"{points.normalize():f}"


def share_words(count: int, n: int) -> str:
    """「18/20件(90%)」."""
    return f"{count}/{n}件({count * 100 / n:.0f}%)" if n else "—"


def band_words(band: Band) -> str:
    """How the borderline was drawn around one pass line."""
    by = "測定の標準誤差" if band.is_by_error else "標準誤差は判定不能のため、満点の5%"
    return f"{band.title} {points_words(band.line)}点±{points_words(band.half)}点({by})"


def conduct_words(fact: ConductSum) -> str:
    """「画面から離れた 3回(計1分20秒)」, without any judgment."""
    sums = [
        duration(timedelta(seconds=fact.seconds)) if fact.seconds else "",
        f"{fact.characters}文字" if fact.characters else "",
    ]
    inside = "、".join(each for each in sums if each)
    return f"{FACTS[fact.kind]} {fact.times}回" + (f"(計{inside})" if inside else "")


def remark_lines(mark: MarkCard) -> list[tuple[str, str]]:
    """(what it is, words) of everything a grader wrote for the board."""
    wish = [("裁定の希望", "採点者が裁定を希望しました。")] if mark.wants_adjudication else []
    note = [("申し送り", mark.note)] if mark.note else []
    return [*wish, *note, *([("訂正の申し出", mark.doubt)] if mark.doubt else [])]


def severity_words(grader: GraderFigures) -> str:
    """The severity in points, with its sign explained by the words beside it."""
    return figure_words(grader.severity, 1)


def drift_words(grader: GraderFigures) -> str:
    """The drift on 見本答案 and, where it is flagged, which way."""
    words = figure_words(grader.drift.figure, 1)
    return f"{words} {DRIFT_FLAGS[grader.drift.flag][0]}" if grader.drift.flag else words


@dataclass(frozen=True, slots=True)
class Namer:
    """How people are called: candidates by 受験番号 and graders by number, unless names are asked for."""

    board: MeetingBoard
    with_names: bool

    def candidate(self, line: ResultLine) -> str:
        """The 受験番号, with the name when asked for."""
        return f"{line.candidate_number} {line.name}" if self.with_names else line.candidate_number

    def grader(self, grader_id: int) -> str:
        """「採点者2」, or the name."""
        graders = {each.grader_id: (number, each.name) for number, each in enumerate(self.board.graders, 1)}
        number, name = graders.get(grader_id, (0, ""))
        return name if self.with_names else f"採点者{number}"


def meeting_parts(board: MeetingBoard, *, with_names: bool = False) -> list[MinutesPart]:
    """議事資料 as parts with tables."""
    namer = Namer(board, with_names)
    return [
        _distribution(board),
        _candidates(board, namer),
        _borderline(board),
        _agreement(board),
        _graders(board, namer),
        _breaches(board, namer),
        _remarks(board, namer),
        _alike(board),
        _conduct(board),
    ]


def _distribution(board: MeetingBoard) -> MinutesPart:
    total = board.statistics.statistics.total
    line = total.pass_line or Decimal(0)
    columns = histogram(total.points, maximum=total.max_points, pass_line=line).columns if total.points else ()
    return MinutesPart(
        "合計点の分布",
        (f"合格基準点は{points_words(line)}点です。測定の標準誤差(点)は{figure_words(total.error, 1)}です。",),
        ("合計点", "人数", "うち基準点以上"),
        tuple(
            (f"{points_words(each.low)}〜{points_words(each.high)}", str(each.count), str(each.passed))
            for each in columns
            if each.count
        ),
        (2, 1, 1),
        "得点の決まった受験者がいません。",
    )


def _candidates(board: MeetingBoard, namer: Namer) -> MinutesPart:
    return MinutesPart(
        "受験者ごとの得点と判定案",
        ("合否は採点から計算したもので、会議では変えられません。",),
        ("受験番号", "選択", "論述", "合計", "合否", "判定案"),
        tuple(_candidate(board, line, namer) for line in board.results.lines),
        (3, 1, 3, 1, 1.2, 3),
        "提出した受験者がいません。",
    )


def _candidate(board: MeetingBoard, line: ResultLine, namer: Namer) -> tuple[str, ...]:
    standing = board.results.standing.get(line.attempt_id)
    is_passed = standing.result.is_passed if standing else line.is_passed
    state = "確定済み" if line.is_passed is not None else PROPOSAL_STATES[standing.state][0] if standing else "判定前"
    reason = standing.card.reason if standing and standing.card else ""
    return (
        namer.candidate(line),
        points_words(line.choice_points),
        "、".join(f"{title} {points_words(each.points)}" for title, each in line.essays) or "—",
        points_words(line.total),
        "判定前" if is_passed is None else "合格" if is_passed else "不合格",
        f"{state}({reason})" if reason else state,
    )


def _borderline(board: MeetingBoard) -> MinutesPart:
    return MinutesPart(
        "境界の受験者",
        ("次の範囲にいる受験者です。" + "、".join(band_words(band) for band in board.bands) + "。",),
        ("受験番号", "基準", "得点", "基準点との差", "合否"),
        tuple(
            (
                near.candidate_number,
                near.band.title,
                points_words(near.points),
                f"{near.points - near.band.line:+.1f}",
                "合格" if near.is_passed else "不合格",
            )
            for near in board.near
        ),
        (2, 2, 1, 1, 1),
        "境界の受験者はいません。",
    )


def agreed_cells(agreed: Agreed) -> tuple[str, ...]:
    """One line of the table of agreement."""
    return (
        agreed.title,
        f"{agreed.n}件",
        share_words(agreed.exact, agreed.n),
        share_words(agreed.near, agreed.n),
        figure_words(agreed.kappa),
        figure_words(agreed.icc),
    )


def _agreement(board: MeetingBoard) -> MinutesPart:
    rows = [(question.title, *agreed_cells(each)) for question in board.agreement for each in question.lines]
    return MinutesPart(
        "採点者間の一致",
        (
            "一次採点と二次採点を比べています。( )の中は95%信頼区間です。",
            "近い一致は、観点では1段階以内、合計では裁定に回らない差以内です。",
        ),
        ("設問", "観点", "組", "完全な一致", "近い一致", "重み付きκ", "ICC(1,1)"),
        tuple(rows),
        (2, 2.2, 0.9, 1.6, 1.6, 2, 2),
        "論述の設問がありません。",
    )


def _graders(board: MeetingBoard, namer: Namer) -> MinutesPart:
    return MinutesPart(
        "採点者ごとの厳しさとずれ",
        (
            "厳しさは、同じ答案のもう一方の採点との差の平均(点)です。正の値は甘い、負の値は厳しいことを示します。",
            "ずれは、同じ試験の、この受験期間までの12か月に伏せて混ぜた見本答案の、合意した採点との差の平均(点)です。",
        ),
        ("採点者", "採点", "裁定", "厳しさ", "見本答案(12か月)", "ずれ(12か月)"),
        tuple(
            (
                namer.grader(each.grader_id),
                f"{each.marks}件",
                f"{each.adjudications}件",
                severity_words(each),
                f"{each.drift.figure.n}件",
                drift_words(each),
            )
            for each in board.graders
        ),
        (2, 1, 1, 3, 1.2, 3),
        "採点がまだありません。",
    )


def breach_words(breach: Breach) -> str:
    """How grader and candidate are tied; what was noted of it stays with the office."""
    return "、".join(dict.fromkeys(TIES[tie.kind] for tie in breach.ties))


def _breaches(board: MeetingBoard, namer: Namer) -> MinutesPart:
    return MinutesPart(
        "割り当てた後にわかった利益相反",
        ("採点済みの答案は変えられません。扱いを会議で決めます。",),
        ("受験番号", "設問", "採点者", "関係", "採点"),
        tuple(
            (
                each.candidate_number,
                board.titles[each.question_id],
                f"{PARTS[each.part]} {namer.grader(each.grader_id)}",
                breach_words(each),
                "採点済み" if each.is_marked else "未採点",
            )
            for each in board.breaches
        ),
        (1.6, 1.8, 1.8, 2, 1),
        "割り当てた後にわかった利益相反はありません。",
    )


def _remarks(board: MeetingBoard, namer: Namer) -> MinutesPart:
    return MinutesPart(
        "採点者からの申し送りと訂正の申し出",
        (),
        ("受験番号", "設問", "採点者", "種類", "内容"),
        tuple(
            (
                mark.candidate_number,
                board.titles[mark.question_id],
                f"{PARTS[mark.part]} {namer.grader(mark.grader_id)}",
                kind,
                words,
            )
            for mark in board.remarks
            for kind, words in remark_lines(mark)
        ),
        (1.6, 1.8, 1.8, 1.2, 4),
        "申し送りと訂正の申し出はありません。",
    )


def _alike(board: MeetingBoard) -> MinutesPart:
    rule = board.similarity
    return MinutesPart(
        "似た答案",
        (
            f"同じ設問の答案どうしを、{rule.ngram}文字ずつの並びで比べ、短い方の{rule.threshold * 100:.0f}%以上が共通する組です。"
            f"設問の文を引用した部分は数えません。似ている事実だけを示し、理由は示しません。",
            "、".join(f"{each.title} {each.compared}件" for each in board.alike) + "を比べました。",
        ),
        ("設問", "受験番号", "共通の割合", "一致した箇所"),
        tuple(
            (
                question.title,
                "\n".join(pair.numbers),
                f"{pair.share * 100:.0f}%",
                "\n".join(f"「{' '.join(each.first.split())}」({each.characters}文字)" for each in pair.passages)
                or "長い一致なし",
            )
            for question in board.alike
            for pair in question.pairs
        ),
        (1.6, 1.6, 1, 6),
        "似た答案はありません。",
    )


def _conduct(board: MeetingBoard) -> MinutesPart:
    rows = [(line.candidate_number, board.conduct.get(line.attempt_id, ())) for line in board.results.lines]
    return MinutesPart(
        "受験中の記録",
        ("画面が気づいた事実をそのまま並べています。不正かどうかを示すものではありません。",),
        ("受験番号", "記録"),
        tuple((number, "、".join(conduct_words(fact) for fact in facts)) for number, facts in rows if facts),
        (1.6, 8),
        "記録のある受験者はいません。",
    )
