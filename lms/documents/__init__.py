"""Printed pages beside the certificate: a record in, a PDF out; they know no web and no database."""
