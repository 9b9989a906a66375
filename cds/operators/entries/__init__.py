"""What an author may write of each operator, by subject."""
