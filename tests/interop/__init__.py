"""Programs of others, which know nothing of us, read what we publish; run by `make test-interop`."""
