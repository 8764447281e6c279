"""The desk: server-rendered pages over the same services as the API; a page holds no rule."""
