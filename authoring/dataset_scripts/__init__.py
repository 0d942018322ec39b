"""Scripts that make the data sets in course_utils/datasets/data anew."""
