"""Reviews, actions, risks, duty gaps and authority drift, as people look them up."""
