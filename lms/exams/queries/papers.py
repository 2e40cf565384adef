"""問題冊子: frozen papers, parsed once per process and checked against their hash."""

from collections import OrderedDict
from collections.abc import Collection, Mapping

from sqlalchemy import select

from lms.db.session import db
from lms.exam_engine.papers import Paper, paper_from_json, paper_sha256
from lms.exams.models import StoredPaper
from lms.exams.rules.sitting import NotFound

PAPERS_KEPT = 512
"""Parsed papers kept per process; one paper never changes, so they are never stale."""

_papers: OrderedDict[tuple[int, str], Paper] = OrderedDict()


class DamagedPaper(ValueError):
    """A stored paper does not have the hash it was stored with."""


def get_paper(paper_id: int) -> Paper:
    """The frozen paper; raises NotFound, or DamagedPaper when its text is not what was stored."""
    return get_papers([paper_id])[paper_id]


def get_papers(paper_ids: Collection[int]) -> dict[int, Paper]:
    """Paper id → frozen paper, at most two SELECTs for any number; raises like `get_paper`."""
    hashes = {
        row.id: row.sha256
        for row in db.session.execute(select(StoredPaper.id, StoredPaper.sha256).where(StoredPaper.id.in_(paper_ids)))
    }
    if len(hashes) < len(set(paper_ids)):
        raise NotFound("paper")
    return papers_of(hashes)


def papers_of(hashes: Mapping[int, str]) -> dict[int, Paper]:
    """Papers by id, for ids whose hashes are known already; at most one SELECT."""
    kept = {paper_id: _papers.get((paper_id, sha256)) for paper_id, sha256 in hashes.items()}
    papers = {paper_id: paper for paper_id, paper in kept.items() if paper is not None}
    missing = hashes.keys() - papers.keys()
    if missing:
        for row in db.session.execute(select(StoredPaper.id, StoredPaper.body).where(StoredPaper.id.in_(missing))):
            papers[row.id] = keep_paper(row.id, hashes[row.id], _read_paper(row.id, hashes[row.id], row.body))
    return papers


def keep_paper(paper_id: int, sha256: str, paper: Paper) -> Paper:
    """Keep the paper that is stored under this id with this hash, so that it need not be parsed; give it back."""
    _papers[paper_id, sha256] = paper
    while len(_papers) > PAPERS_KEPT:
        _papers.popitem(last=False)
    return paper


def _read_paper(paper_id: int, sha256: str, body: str) -> Paper:
    if paper_sha256(body) != sha256:
        raise DamagedPaper(f"paper {paper_id}")
    return paper_from_json(body)
