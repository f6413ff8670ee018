"""View decorators, and the responses of the views that they decorate."""
