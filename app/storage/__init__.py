"""Where finished files live: local disk or an S3-compatible store, over obstore. Knows nothing of lessons."""
