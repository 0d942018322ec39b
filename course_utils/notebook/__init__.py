"""What a notebook shows beside text: boards that follow a training, quizzes, sliders, files."""
