"""One model server: requests, replies, streams, failures and what they cost."""
