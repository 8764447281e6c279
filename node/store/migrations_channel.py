"""What a channel needs to know beside its heads: in which epoch of ours each peer was told why it began."""

GREETED_SQL = "alter table peer_contact add column greeted_epoch integer;"
