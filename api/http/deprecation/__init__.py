"""What is deprecated: how it is declared, and how the document and responses say so."""
