"""What a teacher takes into class, made from the book and from poolkit: sheets, slides, figures, quizzes, cards."""
