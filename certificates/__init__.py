"""The press: a certificate record goes in, the bytes of one printable PDF come out."""
