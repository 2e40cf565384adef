"""場面練習: branching dialogues that people practise with, their engine and their debrief."""
