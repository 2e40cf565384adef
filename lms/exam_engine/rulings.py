"""What may be ruled about a question that turned out to be faulty after it was sat."""

from enum import StrEnum


class RulingKind(StrEnum):
    """The four ways of mending the marks of a faulty question."""

    VOID = "void"
    """It counts for nobody: the points of its section are those of the other questions, scaled to the section's maximum."""
    FULL_CREDIT = "full_credit"
    """Everybody has its full points, whatever was answered."""
    CHANGE_KEY = "change_key"
    """Another answer is the right one."""
    ACCEPT_ANSWER = "accept_answer"
    """A further answer is right beside the key."""
