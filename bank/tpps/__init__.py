"""Who may call: TPPs, their software statements and certificates, and the sandbox directory that issues them."""
