"""Letters by e-mail: what one is, how it leaves, and how one is ordered."""
