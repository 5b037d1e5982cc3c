"""The account-information resources on the wire, one module a resource."""
