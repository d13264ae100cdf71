"""Records one loopback server's failures with several browsers, and keeps what really happened beside each capture."""
