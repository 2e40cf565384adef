"""配布資料: what participants take back to work, as slides, documents and PDF, with version and licence note."""
