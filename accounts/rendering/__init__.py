"""How rows look on the wire, one module a resource. Pure: rows and permissions in, the standard's types out.

What is read: accounts/resources/. Which types these are: accounts/schemas/.
"""
