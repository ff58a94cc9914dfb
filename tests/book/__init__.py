"""The tests of the book: its chapters, pages, pictures and experiments."""
