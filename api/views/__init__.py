"""The decorators that views are made with, and what they return."""
