"""Who answers: offices, people, roles, sign-in, permissions."""
