"""Voluntary return: a plan, its ten gates, what opens each, and every change of a case that a gate asks for."""

from node.web.visit import Page

RETURNS: tuple[Page, ...] = ()
