"""The authorization server as its clients meet it: over real HTTPS (tests/https.py), each over its own certificate.

Where a requirement of the profiles has its tests; "every kind of client" is the table CLIENTS in test_profile.py.

- the matrix of policies by profile; the table of errors: test_profile: every kind of client, row by row
- the same for clients without a browser: test_backchannel, _hints, _grant; test_pings
- discovery, key set: test_discovery
- pushed requests: test_pushed_requests
- request objects: every fault, pushed and by value: test_request_objects
- authorization details: test_details
- the authorization response: fragment, query, signed; error page: test_authorize
- token endpoint: codes, refresh, client credentials, ID tokens: test_token
- client authentication: every fault at every endpoint: test_client_authentication
- binding of codes and tokens by the server: test_binding; at the resources: tests/api/test_binding
- proofs of a key, every fault: test_dpop (the rule itself); test_binding, tests/api/test_binding
- introspection, revocation: test_introspection, test_revocation
- bodies, methods and refusals of every machine endpoint: test_machine_endpoints
- dynamic registration: test_registering, _refused, _keys; test_registration
- what happens once, though many ask: test_races, test_backchannel_races
- what the log keeps to itself; statements a request: test_silence; test_statements
- TLS itself; behind a proxy: tests/sandbox/test_tls; tests/proxy
- resource endpoints: headers, token in the address: tests/api/test_headers, test_binding
- pages: log-in, authentication, consent: tests/consents, tests/customers
"""
