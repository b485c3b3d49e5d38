"""What belongs to watching a replay: captions, thumbnails, where a viewer stopped and what was watched."""
