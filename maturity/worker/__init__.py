"""The process that does jobs, what it offers to them, and which kinds it knows."""
