"""The standard's types of the payment resources, one file a resource."""
