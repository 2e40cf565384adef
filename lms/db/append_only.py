"""Triggers that make tables append-only on both databases: UPDATE, DELETE and TRUNCATE are refused by the database itself.

SQLite fires the trigger of a row that INSERT OR REPLACE takes away only on connections with recursive_triggers, as ours are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

APPEND_ONLY_TABLES = (
    "audit_events",
    "terms_consents",
    "attendances",
    "papers",
    "attempt_events",
    "answer_versions",
    "submissions",
    "choice_marks",
    "grader_marks",
    "results",
    "result_releases",
    "completion_decisions",
    "register_entries",
    "issued_documents",
    "accommodation_requests",
    "accommodation_decisions",
    "exam_incidents",
    "conduct_facts",
    "hand_in_proposals",
    "hand_in_decisions",
    "readiness_runs",
    "question_approvals",
    "rescorings",
    "rescoring_decisions",
    "essay_maskings",
    "assignment_changes",
    "mark_doubts",
    "calibration_waivers",
    "verdict_proposals",
    "appeals",
    "appeal_handlers",
    "appeal_decisions",
    "appeal_closures",
    "complaints",
    "complaint_steps",
    "completion_holds",
    "register_decisions",
    "reissue_outcomes",
    "renewal_applications",
    "shipment_events",
    "completion_proposals",
    "shipments",
    "content_editions",
    "edition_releases",
    "handout_downloads",
)


@dataclass(frozen=True, slots=True)
class Erasable:
    """The words of an append-only row that may be emptied, once and for good; everything else of it stays as it is."""

    words: tuple[str, ...]
    kept: tuple[str, ...]
    empty: str = "''"
    """What the emptied column holds, as SQL."""


ERASABLE: Mapping[str, Erasable] = {
    "register_decisions": Erasable(
        ("reason",), ("id", "proposal_id", "is_approved", "register_entry_id", "decided_by_id", "decided_at")
    ),
    "reissue_outcomes": Erasable(("answer",), ("order_id", "register_entry_id", "settled_by_id", "settled_at")),
    "renewal_applications": Erasable(
        ("conditions",), ("id", "certificate_number", "register_entry_id", "recorded_by_id", "recorded_at"), "'[]'"
    ),
    "shipments": Erasable(
        ("recipient", "company", "department", "postal_code", "address"),
        ("id", "register_entry_id", "certificate_number", "prepared_by_id", "prepared_at"),
    ),
    "completion_proposals": Erasable(
        ("note", "holder_name"), ("id", "participant_id", "checklist", "proposed_by_id", "proposed_at")
    ),
}
"""Where personal words stand in tables of record: these alone may be emptied when a person asks for erasure."""

DELETABLE = {"issued_documents": "EXISTS (SELECT 1 FROM printed_records r WHERE r.register_entry_id = {row} AND r.record = '')"}
"""A row may go only after what names a person beside it was erased: the PDF of a version after its printed record."""


def create_triggers(dialect: str, tables: Sequence[str]) -> list[str]:
    """SQL statements that refuse UPDATE and DELETE on the tables, but for the erasure of ERASABLE and DELETABLE."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {_unless(_sqlite_exception(table, verb))}"
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for table in tables
            for verb in ("UPDATE", "DELETE")
        ]
    return [statement for table in ("", *tables) for statement in _postgresql_triggers(table)]


def refuse_truncation(dialect: str, tables: Sequence[str]) -> list[str]:
    """SQL statements that refuse TRUNCATE, which fires no trigger of a row; SQLite has no such statement.

    They come after those of `create_triggers` on the same tables.
    """
    if dialect == "sqlite":
        return []
    return [
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        for table in tables
    ]


def drop_triggers(dialect: str, tables: Sequence[str]) -> list[str]:
    """SQL statements that remove the triggers again."""
    if dialect == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {table}_no_{verb}" for table in tables for verb in ("update", "delete")]
    return [f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}" for table in tables]


def _postgresql_triggers(table: str) -> list[str]:
    """The trigger of a table with a function of its own where something may be erased; "" stands for the common function."""
    allowed = _postgresql_exceptions(table)
    function = f"refuse_change_of_{table}" if allowed else "refuse_change"
    statements = []
    if allowed or not table:
        statements.append(
            f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger AS $$ BEGIN {allowed}"
            "RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$ LANGUAGE plpgsql"
        )
    if table:
        statements.append(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()"
        )
    return statements


def _postgresql_exceptions(table: str) -> str:
    allowed = ""
    if table in ERASABLE:
        allowed += f"IF TG_OP = 'UPDATE' THEN IF {_is_erasure(table, 'IS NOT DISTINCT FROM')} THEN RETURN NEW; END IF; END IF; "
    if table in DELETABLE:
        allowed += f"IF TG_OP = 'DELETE' THEN IF {_may_go(table)} THEN RETURN OLD; END IF; END IF; "
    return allowed


def _sqlite_exception(table: str, verb: str) -> str:
    if verb == "UPDATE" and table in ERASABLE:
        return _is_erasure(table, "IS")
    return _may_go(table) if verb == "DELETE" and table in DELETABLE else ""


def _unless(exception: str) -> str:
    return f"WHEN NOT ({exception}) " if exception else ""


def _may_go(table: str) -> str:
    return DELETABLE[table].format(row="OLD.register_entry_id")


def _is_erasure(table: str, same: str) -> str:
    """SQL: words become empty that were not, and nothing else changes."""
    erasable = ERASABLE[table]
    old, new = ([f"CAST({row}.{name} AS TEXT)" for name in erasable.words] for row in ("OLD", "NEW"))
    kept = [f"CAST(NEW.{name} AS TEXT) {same} CAST(OLD.{name} AS TEXT)" for name in erasable.kept]
    words = [f"({now} = {was} OR {now} = {erasable.empty})" for was, now in zip(old, new, strict=True)]
    changed = " OR ".join(f"{now} <> {was}" for was, now in zip(old, new, strict=True))
    return " AND ".join([*kept, *words, f"({changed})"])
