"""Marshmallow schemas and fields that several resources share."""
