"""Shows figures that follow a training, quizzes, sliders and files in a notebook."""
