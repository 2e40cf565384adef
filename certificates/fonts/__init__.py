"""The certificate's typeface: built once into a folder, then read from there."""
