"""教材: Markdown lessons, progress, quizzes, worksheets."""
