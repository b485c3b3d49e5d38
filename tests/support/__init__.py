"""What tests share: a whole server, a browser, namespaces, a weak link."""
