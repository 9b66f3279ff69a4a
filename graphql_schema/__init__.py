"""The hub over GraphQL and HTTP: the only package that knows either.

Takes requests and the hub's desk and intake; gives answers. Never talks to the database and never decides access.
"""
