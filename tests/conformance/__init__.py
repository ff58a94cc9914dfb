"""poolkit beside every other framework, the pages judged, the tests tested: ``make conformance``."""
