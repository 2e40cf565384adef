"""Triggers that make tables append-only on both databases: UPDATE and DELETE are refused by the database itself."""

from collections.abc import Sequence

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
)


def create_triggers(dialect: str, tables: Sequence[str]) -> list[str]:
    """SQL statements that refuse UPDATE and DELETE on the tables."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for table in tables
            for verb in ("UPDATE", "DELETE")
        ]
    function = (
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger AS $$ "
        "BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$ LANGUAGE plpgsql"
    )
    return [function] + [
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        for table in tables
    ]


def drop_triggers(dialect: str, tables: Sequence[str]) -> list[str]:
    """SQL statements that remove the triggers again."""
    if dialect == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {table}_no_{verb}" for table in tables for verb in ("update", "delete")]
    return [f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}" for table in tables]
