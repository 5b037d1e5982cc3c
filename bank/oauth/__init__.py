"""The authorization server: django-oauth-toolkit's models and oauthlib's rules, our endpoints."""
