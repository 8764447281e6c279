"""Papers: what each holds, and the one door through which each leaves."""
