"""From a page to a PDF: a program of its own makes it, which reaches nothing and keeps nothing."""
