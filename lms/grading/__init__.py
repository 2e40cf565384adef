"""採点: blind double grading, adjudication, results, release."""
