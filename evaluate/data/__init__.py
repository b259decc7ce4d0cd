"""Where photos with identities come from."""
