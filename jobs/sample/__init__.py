"""The sample trial: made-up transcripts of two releases, with what is true of each beside them."""
