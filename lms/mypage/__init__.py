"""マイページ: the participant's desk."""
