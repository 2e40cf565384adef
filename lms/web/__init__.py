"""Flask plumbing without a subject: access, forms, headers, errors, filters, pages."""
