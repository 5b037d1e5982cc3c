"""The standard's types of the account-information resources, one file a resource."""
