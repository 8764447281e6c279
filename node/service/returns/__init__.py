"""A country's own side of a return: the plan and its gates, the halt, the alarm when she is late, care on the way."""
