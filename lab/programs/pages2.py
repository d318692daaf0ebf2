"""pages2.py LIBRARY HOST...: pages.py for Python 2."""
import sys

library, hosts = sys.argv[1], sys.argv[2:]
for host in hosts:
    for path in ("/", "/api"):
        url = "https://%s%s" % (host, path)
        try:
            if library == "urllib2":
                import urllib2

                urllib2.urlopen(url, timeout=5).read()
            else:
                import requests

                requests.get(url, timeout=5)
        except Exception as problem:
            print(host, type(problem).__name__, str(problem)[:200])
