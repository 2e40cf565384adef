"""How large an upload may be (bytes), so that no archive can fill the memory or the database."""

MAX_UPLOAD_BYTES = 10 * 1024 * 1024
MAX_UNPACKED_BYTES = 40 * 1024 * 1024
MAX_FILE_BYTES = 1024 * 1024
"""So large one file may be: strict reading, with the line of every value, takes its time."""
MAX_FILES = 2_000
MAX_RATIO = 200
"""So many times its packed size no text comes to that somebody wrote; a bomb comes to about a thousand."""
RATIO_FREE_BYTES = 64 * 1024
"""Below this size an entry may be packed as tightly as it likes."""
MAX_FAULTS = 50
"""So many faults of an upload are told at once."""
REASON_LIMIT = 300
NOTE_LIMIT = 300
