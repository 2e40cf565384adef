"""The exam itself, pure: definitions, papers, answers, time, marking and verdicts, with no web, database, files or clock."""
