"""Three questions for the quiz, one of each kind, and what they look like as text."""

QUESTIONS = [
    {
        "type": "multiple_choice",
        "question": "An array has shape (32, 10, 3), read as (B, T, F). How many steps are there?",
        "answers": [
            {"answer": "10", "correct": True, "feedback": "Yes: T is the second number."},
            {"answer": "32", "correct": False, "feedback": "That is B, the number of sequences."},
            {"answer": "3", "correct": False, "feedback": "That is F, what is measured at each step."},
        ],
    },
    {
        "type": "many_choice",
        "question": "Which are weights, if <i>a</i> &lt; <i>b</i>?",
        "code": "W_x, W_h, h",
        "answers": [
            {"answer": "<code>W_x</code>", "correct": True},
            {"code": "W_h", "correct": True},
            {"answer": "the state", "correct": False, "feedback": "It changes at every step </script>."},
        ],
    },
    {
        "type": "numeric",
        "question": "F = 2 and H = 8: how many numbers does W<sub>x</sub> hold?",
        "answers": [
            {"value": 16, "correct": True, "feedback": "Yes, F times H."},
            {"value": 10, "correct": False, "feedback": "Not the sum: each input has a weight to each unit."},
            {"type": "default", "feedback": "A table with 2 rows and 8 columns."},
        ],
    },
]
TEXT = """Quiz: run this cell in JupyterLab to answer.
1. An array has shape (32, 10, 3), read as (B, T, F). How many steps are there?
   - 10
   - 3
   - 32
2. Which are weights, if a < b?
   W_x, W_h, h
   - W_x
   - W_h
   - the state
3. F = 2 and H = 8: how many numbers does Wx hold?"""
