"""What a teacher takes into class, made from the book and from poolkit: sheets, copies for students, quizzes, cards."""
