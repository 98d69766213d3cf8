"""What is counted and bounded: money, questions of a person, requests of a second."""
