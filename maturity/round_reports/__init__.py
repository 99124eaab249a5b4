"""A round or one of its provinces on paper: findings in sentences, pictures, annex tables."""
