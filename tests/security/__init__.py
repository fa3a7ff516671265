"""Nothing identifying is anywhere in the clear, and each role sees no more than it must."""
