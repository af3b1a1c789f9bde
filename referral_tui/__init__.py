"""The face: the commands a person types and the dashboard a person sees."""
