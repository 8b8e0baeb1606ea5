"""What goes wrong for the operator."""


class OperatorError(Exception):
    """Something the operator can put right; the text is a sentence that says what and how (exit code 2)."""
