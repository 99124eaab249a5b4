"""Results on screen, read from frozen scorecards."""
