"""Results on paper, built from frozen scorecards."""
