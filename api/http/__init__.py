"""What any HTTP API needs: errors, responses, headers, parsing, rate limits, caching and deprecation."""
