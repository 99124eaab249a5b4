"""Work to be done later, as rows of the own database."""
