"""The life of every resource request, from certificate to signed answer."""
